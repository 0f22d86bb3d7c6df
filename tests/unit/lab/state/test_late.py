# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Late reads: for how long, and where, a write is not to be seen."""

from __future__ import annotations

import pytest
from lab_worlds import TARGET, small_state

from lab.state.copies import copy_of
from lab.state.late import LateReads


class Clock:
    """A clock that does not move until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tenants():
    directory = small_state().directories[TARGET]
    return directory, copy_of(directory)


def test_nothing_is_late_by_itself(tenants):
    assert LateReads().shown(tenants[0], "/users") is tenants[0]


def test_some_reads(tenants):
    now, before = tenants
    late = LateReads()
    late.hide(before, "/invitations", 2, None)
    assert [late.shown(now, "/users/x") is before for _read in range(4)] == [True, True, False, False]


def test_some_seconds(tenants):
    now, before = tenants
    clock = Clock()
    late = LateReads(clock)
    late.hide(before, "/policies/crossTenantAccessPolicy/partners", None, 1)
    assert late.shown(now, "/policies/crossTenantAccessPolicy/partners") is before
    clock.now += 1
    assert late.shown(now, "/policies/crossTenantAccessPolicy/partners") is now


def test_other_reads_are_not_late(tenants):
    now, before = tenants
    late = LateReads()
    late.hide(before, "/directory/deletedItems/x/restore", 1, None)
    assert late.shown(now, "/directoryRoles") is now
    assert late.shown(now, "/directory/deletedItems/microsoft.graph.user") is before


def test_a_copy_keeps_what_was(tenants):
    now, before = tenants
    (user_id,) = now.operator_ids
    now.users[user_id]["mail"] = "another"
    now.partners.clear()
    now.operator_ids.clear()
    assert (before.users[user_id]["mail"], before.operator_ids) == ("anna@northwind.example", [user_id])
    assert before.partners
    assert before.groups is now.groups


def test_a_copy_of_relationships():
    home = small_state().home
    before = copy_of(home)
    home.relationships[0].entity["status"] = "terminated"
    home.relationships[0].assignments.clear()
    assert before.relationships[0].entity["status"] == "active"
    assert len(before.relationships[0].assignments) == 1
