# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How reads of one kind are made, and what the lists of governance, of schedules and of Defender's roles keep."""

from __future__ import annotations

import dataclasses

from evidence import GROUP, SECURITY_READER

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    shape_assignments,
    shape_definitions,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read


def shape(body):
    return body


SCHEDULE = Read(
    what="what",
    title="the title",
    path="/schedules?$filter=principalId eq '{principal}'",
    app=("Some.Read",),
    delegated=("Some.Read",),
    shape=shape,
    absent_code="AadPremiumLicenseRequired",
    optional=True,
)


def test_read_of_schedules_is_about_one_principal_and_decides_nothing():
    assert pim._read("what", "the title", "/schedules", ("Some.Read",), shape) == SCHEDULE


def test_own_schedules_need_no_filter_and_no_app():
    path = "/schedules/filterByCurrentUser(on='principal')"
    assert pim._own(SCHEDULE, "/schedules") == dataclasses.replace(SCHEDULE, path=path, app=())


def test_role_schedule_with_all_and_with_little():
    full = {
        "roleDefinitionId": SECURITY_READER.upper(),
        "directoryScopeId": "/",
        "principalId": "ABCD",
        "endDateTime": "later",
        "assignmentType": "Activated",
    }
    least = {"roleDefinitionId": "R", "principalId": "P"}
    assert pim.shape_roles({"value": [full, least]})["rows"] == [
        {"role": SECURITY_READER, "scope": "/", "principal": "abcd", "ends": "later", "kind": "activated"},
        {"role": "r", "scope": "", "principal": "p", "ends": None, "kind": "eligible"},
    ]


def test_group_schedule_with_all_and_with_little():
    full = {"groupId": GROUP.upper(), "accessId": "Member", "endDateTime": "later", "assignmentType": "Assigned"}
    least = {"groupId": "G", "accessId": "member"}
    assert pim.shape_groups({"value": [full, least, {"groupId": "O", "accessId": "owner"}]}) == {
        "rows": [
            {"group": GROUP, "ends": "later", "kind": "assigned"},
            {"group": "g", "ends": None, "kind": "eligible"},
        ],
        "left_out": 0,
    }


def test_assignment_of_defenders_own_role_keeps_name_and_every_scope():
    full = {
        "id": "A",
        "displayName": "SOC",
        "roleDefinitionId": "R",
        "principalIds": ["P2", "p1"],
        "directoryScopeIds": ["/"],
        "appScopeIds": ["/app"],
    }
    least = {"id": "B", "displayName": None, "roleDefinitionId": "r", "principalIds": []}
    told, short = shape_assignments({"value": [full, least]})["assignments"]
    assert told == {"id": "A", "name": "SOC", "role": "r", "principals": ["p1", "p2"], "scopes": ["/", "/app"]}
    assert short == {"id": "B", "name": "B", "role": "r", "principals": [], "scopes": []}


def test_defenders_own_role_without_a_name_has_its_id():
    told = shape_definitions({"value": [{"id": "R1", "displayName": None}, {"id": "R2", "displayName": "SOC"}]})
    assert told == {"roles": {"r1": {"name": "R1", "permissions": []}, "r2": {"name": "SOC", "permissions": []}}}
