# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Constraints of argument specs, put together."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import merge_constraints


def test_nothing_is_lost():
    merged = merge_constraints(
        {"mutually_exclusive": [("a", "b")], "required_by": {"a": ("c",)}},
        {"mutually_exclusive": [("d", "e")], "required_by": {"d": ("f",)}, "required_if": [("s", "x", ("y",))]},
    )
    assert merged == {
        "mutually_exclusive": [("a", "b"), ("d", "e")],
        "required_one_of": [],
        "required_if": [("s", "x", ("y",))],
        "required_by": {"a": ("c",), "d": ("f",)},
    }
