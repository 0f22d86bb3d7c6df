# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of a token."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import token_data
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES

FIRST = min(DEFENDER_ROLES)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({}, {"readable": False, "roles": None, "other_roles": 0}),
        ({"tid": "t", "wids": "no list"}, {"readable": True, "roles": None, "other_roles": 0}),
        ({"tid": "t", "wids": []}, {"readable": True, "roles": [], "other_roles": 0}),
        ({"wids": [FIRST.upper()]}, {"readable": False, "roles": [FIRST], "other_roles": 0}),
        ({"tid": "t", "wids": ["mine", FIRST, "x", "y", "MINE"]}, None),
    ],
)
def test_what_is_told_of_a_token(claims, told):
    expected = told or {"readable": True, "roles": sorted(["mine", FIRST]), "other_roles": 2}
    assert token_data(claims, ("mine",)) == expected
