# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Privileged Identity Management: eligible gives nothing, active gives everything until its end."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import NOW, READER, TARGET, small_state

from lab.data import roles
from lab.state.directory import object_id

LATER = NOW + dt.timedelta(minutes=31)
OPERATOR = roles.ID_OF["Security Operator"]
UNIT = "/administrativeUnits/30000000-0000-4000-8000-000000000001"


def operator(fields: str):
    return small_state("groups: [SOC]}", f"groups: [], {fields}}}")


def guest(fields: str):
    target = small_state("guests: [{groups: [Readers]}]", f"guests: [{{{fields}}}]").directories[TARGET]
    return target, target.operator_ids[0]


@pytest.mark.parametrize("kind", ["activated", "assigned"])
def test_timed_group_gives_gdap_until_its_end(kind):
    built = operator(f"timed_groups: [{{group: SOC, minutes_left: 30, type: {kind}}}]")
    assert built.gdap_roles(TARGET, NOW) == {READER}
    assert built.gdap_roles(TARGET, LATER) is None


def test_timed_group_without_an_end_stays():
    built = operator("timed_groups: [{group: SOC, type: assigned}]")
    assert built.gdap_roles(TARGET, NOW + dt.timedelta(days=390)) == {READER}


def test_eligible_group_gives_nothing():
    built = operator("eligible_groups: [{group: SOC, days_left: 90}, {group: Helpdesk}]")
    assert built.gdap_roles(TARGET, NOW) is None
    ends = [row.term.ends for row in built.home.eligible_memberships]
    assert ends == [NOW + dt.timedelta(days=90), None]


def test_timed_role_is_active_until_its_end():
    target, user_id = guest("timed_roles: [{role: Security Reader, minutes_left: 30, type: activated}]")
    assert target.active_roles(user_id) == {READER}
    target.remove_expired(LATER)
    assert target.active_roles(user_id) == set()


@pytest.mark.parametrize(
    "fields",
    [
        "scoped_roles: [Security Reader]",
        "eligible_roles: [{role: Security Reader}]",
        f"eligible_roles: [{{role: Security Reader, days_left: 9, scope: {UNIT}}}]",
        "eligible_groups: [{group: Readers}]",
    ],
)
def test_not_active_for_the_tenant(fields):
    target, user_id = guest(fields)
    assert target.active_roles(user_id) == set()


def test_scopes():
    target, user_id = guest(f"scoped_roles: [Security Reader], eligible_roles: [{{role: {OPERATOR}, scope: {UNIT}}}]")
    assigned = [row.scope for row in target.role_assignments if row.principal_id == user_id]
    assert [scope.partition("s/")[0] for scope in assigned] == ["/administrativeUnit"]
    assert [row.scope for row in target.role_eligibilities] == [UNIT]


def test_group_that_is_eligible_for_a_role():
    built = small_state("roles: [Security Reader], assignable", "eligible_roles: [Security Reader], assignable")
    target = built.directories[TARGET]
    assert [(row.principal_id, row.role_id) for row in target.role_eligibilities] == [
        (object_id(TARGET, "group", "Readers"), READER)
    ]
    assert target.active_roles(target.operator_ids[0]) == set()
