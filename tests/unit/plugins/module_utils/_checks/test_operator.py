# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reads that all checks share."""

from __future__ import annotations

from bodies import data_of, guid

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_groups


def test_groups_by_id_with_a_name():
    rows = [
        {"id": guid("a").upper(), "displayName": "SOC"},
        {"id": guid("b"), "displayName": None},
        {"id": guid("c")},
    ]
    assert data_of(shape_groups, {"value": rows})["groups"] == {
        guid("a"): "SOC",
        guid("b"): guid("b"),
        guid("c"): guid("c"),
    }
