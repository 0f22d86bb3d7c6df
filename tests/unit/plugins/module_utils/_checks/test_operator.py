# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reads that all checks share."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_groups


def test_groups_by_id_with_a_name():
    rows = [{"id": "AA", "displayName": "SOC"}, {"id": "BB", "displayName": None}, {"id": "CC"}]
    assert shape_groups({"value": rows})["groups"] == {"aa": "SOC", "bb": "BB", "cc": "CC"}
