# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of the home tenant trimmed to one tenant."""

from __future__ import annotations

import pytest
from evidence import GROUP, OTHER_GROUP, SECURITY_READER, case, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._collect.trim import (
    trim_assignments,
    trim_groups,
    trim_relationships,
    trim_schedules,
)

TENANT = case({}).tenant


def test_relationships_of_this_customer_with_wanted_roles():
    rows = [
        {"id": "1", "customer": TENANT.tenant_id, "roles": [SECURITY_READER, "other"]},
        {"id": "2", "customer": "somebody", "roles": []},
    ]
    assert trim_relationships(piece("r", rows), TENANT).data == {
        "relationships": [{"id": "1", "roles": [SECURITY_READER], "other_roles": 1}]
    }


def test_assignments_with_wanted_roles():
    trimmed = trim_assignments(piece("a", {"assignments": [{"group": GROUP, "roles": ["x", "y"]}]}), TENANT)
    assert trimmed.data == {"assignments": [{"group": GROUP, "roles": [], "other_roles": 2}]}


def test_groups_that_are_named():
    trimmed = trim_groups(piece("g", {"groups": {GROUP: "SOC", OTHER_GROUP: "All"}}), {GROUP})
    assert trimmed.data == {"groups": {GROUP: "SOC"}, "other_groups": 1}


def test_schedules_of_groups_that_are_named():
    data = {"rows": [{"group": GROUP}, {"group": OTHER_GROUP}], "left_out": 0}
    assert trim_schedules(piece("s", data), {GROUP}).data == {
        "rows": [{"group": GROUP}],
        "left_out": 0,
        "other_rows": 1,
    }
    absent = piece("s", {"found": False})
    assert trim_schedules(absent, {GROUP}) is absent


@pytest.mark.parametrize("trim", [trim_relationships, trim_assignments])
def test_what_was_not_read_stays_unread(trim):
    assert trim(unread("x"), TENANT) == unread("x")


@pytest.mark.parametrize("trim", [trim_groups, trim_schedules])
def test_groups_that_were_not_read_stay_unread(trim):
    assert trim(unread("x"), {GROUP}) == unread("x")
