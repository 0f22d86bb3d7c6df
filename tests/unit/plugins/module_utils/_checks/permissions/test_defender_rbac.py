# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Defender's own roles: they make nothing met, say what may be enough."""

from __future__ import annotations

import pytest
from bodies import data_of
from evidence import (
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    case,
    gdap_evidence,
    piece,
    relationship,
    role_evidence,
    role_rows,
    unread,
)
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    MAX_ROWS,
    shape_assignments,
    shape_definitions,
    trim_defender_roles,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions

GUEST = account_evidence(account())
ACCOUNT = account()["id"]
ROLE, OTHER_ROLE = "role-1", "role-2"


def assignments(*rows):
    """Assignments of Defender's roles: (role, principals)."""
    found = [
        {"id": f"a{n}", "name": f"Assignment {n}", "role": role, "principals": list(principals), "scopes": ["/"]}
        for n, (role, principals) in enumerate(rows)
    ]
    return {"defender_role_assignments": piece("defender_role_assignments", {"assignments": found, "other_rows": 0})}


def definitions(**names):
    roles = {role: {"name": name, "permissions": ["x/read"]} for role, name in names.items()}
    return {"defender_role_definitions": piece("defender_role_definitions", {"roles": roles})}


NAMED = definitions(**{ROLE: "SOC readers"})
IN_GROUP = {"account_groups": piece("account_groups", {"groups": {GROUP: "SOC"}})}


def permissions_of(*, held=(), assigned=(), access="b2b", **more):
    one = case({**GUEST, **role_evidence(tuple(held), tuple(assigned)), **more}, access=access)
    return judge_permissions(one, judge_access(one))


@pytest.mark.parametrize(
    ("more", "reason", "status"),
    [
        ({}, "permissions.no_role", "unmet"),
        (assignments(), "permissions.no_role", "unmet"),
        ({**assignments((ROLE, [ACCOUNT])), **NAMED}, "permissions.custom_role", "unknown"),
        ({**assignments((ROLE, [GROUP])), **NAMED, **IN_GROUP}, "permissions.custom_role", "unknown"),
        (assignments((ROLE, [GROUP])), "permissions.no_role", "unmet"),
        ({**assignments((ROLE, [OTHER_GROUP])), **IN_GROUP}, "permissions.no_role", "unmet"),
        (
            {**assignments((ROLE, [GROUP])), "account_groups": unread("account_groups")},
            "read.throttled",
            "unknown",
        ),
        (
            {**assignments((ROLE, [GROUP])), "account_groups": unread("account_groups", "consent.permission_missing")},
            "permissions.no_role",
            "unmet",
        ),
        ({**assignments(), "account_groups": unread("account_groups")}, "permissions.no_role", "unmet"),
        ({"defender_role_assignments": unread("d")}, "read.throttled", "unknown"),
        ({"defender_role_assignments": unread("d", "read.foreign_answer")}, "read.foreign_answer", "unknown"),
        ({"defender_role_assignments": unread("d", "read.forbidden")}, "permissions.no_role", "unmet"),
        ({**NAMED}, "permissions.no_role", "unmet"),
        (
            {
                **assignments((ROLE, [ACCOUNT])),
                "eligible_roles": role_rows("eligible_roles", (SECURITY_READER, None)),
            },
            "permissions.role_eligible",
            "unmet",
        ),
        (
            {**assignments((ROLE, [ACCOUNT])), "assigned": ((SECURITY_READER, "/administrativeUnits/1"),)},
            "permissions.custom_role",
            "unknown",
        ),
        ({**assignments((ROLE, [ACCOUNT])), "held": (SECURITY_READER,)}, "permissions.role_direct", "met"),
        (
            {**assignments((ROLE, [ACCOUNT])), "role_assignments": unread("role_assignments", "read.forbidden")},
            "read.forbidden",
            "unknown",
        ),
    ],
)
def test_verdict_of_permissions(more, reason, status):
    held = permissions_of(**more)
    expected = {"permissions.role_direct": ("permissions.role_direct", "permissions.role_via_group")}
    assert held.reason in expected.get(reason, (reason,))
    assert held.status == status


def test_role_is_told_by_its_name():
    told = permissions_of(**assignments((ROLE, [ACCOUNT]), (OTHER_ROLE, [ACCOUNT])), **NAMED)
    assert "(SOC readers, Assignment 1)" in told.message
    assert told.object == f"{ROLE}/{OTHER_ROLE}"
    assert "Permissions, Microsoft Defender XDR, Roles" in told.remedy
    assert {"defender_role_assignments", "defender_role_definitions"} <= {row.what for row in told.evidence}


def test_what_was_not_read_is_told_beside_the_no():
    told = permissions_of(defender_role_assignments=unread("d", "consent.permission_missing"))
    assert [caveat.reason for caveat in told.caveats] == ["permissions.custom_role_not_read"]
    assert not told.caveats[0].actionable
    assert not permissions_of().caveats


def test_gdap_that_lacks_a_role_does_not_hide_a_role_of_defender():
    gdap = gdap_evidence(relationship(roles=[]), assignments=[{"status": "active", "group": GROUP, "roles": []}])
    told = permissions_of(access="auto", **gdap, **assignments((ROLE, [ACCOUNT])))
    assert (told.status, told.reason) == ("unknown", "permissions.custom_role")


def test_shapes_keep_what_is_documented():
    row = {
        "id": "A",
        "displayName": None,
        "roleDefinitionId": "ROLE",
        "principalIds": ["P2", "P1"],
        "directoryScopeIds": ["/"],
        "appScopeIds": None,
    }
    told = {"id": "A", "name": "A", "role": "role", "principals": ["p1", "p2"], "scopes": ["/"]}
    assert data_of(shape_assignments, {"value": [row]}) == {"assignments": [told], "other_rows": 0}
    actions = [{"allowedResourceActions": ["b", "a"]}, {"allowedResourceActions": None}]
    definition = {"id": "ROLE", "displayName": "R", "rolePermissions": actions}
    assert data_of(shape_definitions, {"value": [definition]}) == {
        "roles": {"role": {"name": "R", "permissions": ["a", "b"]}}
    }


def test_evidence_is_about_the_account_and_small():
    one = case({**GUEST, **IN_GROUP}, access="b2b")
    crowd = [f"p{n}" for n in range(500)]
    found = {
        **assignments((ROLE, [*crowd, GROUP]), (OTHER_ROLE, crowd), *((f"r{n}", [ACCOUNT]) for n in range(30))),
        **definitions(**{ROLE: "SOC readers", OTHER_ROLE: "Others"}),
        "organization": piece("organization", {}),
    }
    told = trim_defender_roles(one, ACCOUNT, found)
    rows = told["defender_role_assignments"].data
    assert rows["assignments"][0]["principals"] == [GROUP]
    assert len(rows["assignments"]) == MAX_ROWS
    assert len(rows["assignments"]) + rows["other_rows"] == 32
    assert set(told["defender_role_definitions"].data["roles"]) == {ROLE}
    assert "organization" in told
    unreadable = {**found, "defender_role_assignments": unread("d")}
    assert "defender_role_definitions" not in trim_defender_roles(one, ACCOUNT, unreadable)


PRINCIPALS = st.lists(st.sampled_from([ACCOUNT, GROUP, OTHER_GROUP]), max_size=2)


@given(
    rows=st.lists(st.tuples(st.sampled_from([ROLE, OTHER_ROLE]), PRINCIPALS), max_size=3),
    groups=st.none() | st.sets(st.sampled_from([GROUP, OTHER_GROUP])),
    blurred=st.sets(st.sampled_from(["defender_role_assignments", "defender_role_definitions"])),
    held=st.booleans(),
    eligible=st.booleans(),
)
def test_roles_of_defender_never_make_anything_met(rows, groups, blurred, held, eligible):
    """Nor do they take anything away: with or without them, met is met. Slicing keeps the verdict."""
    more = {**assignments(*rows), **NAMED, **{key: unread(key) for key in blurred}}
    more["account_groups"] = unread("g") if groups is None else piece("g", {"groups": dict.fromkeys(groups, "G")})
    if eligible:
        more["eligible_roles"] = role_rows("eligible_roles", (SECURITY_READER, None))
    active = (SECURITY_READER,) if held else ()
    whole = case({**GUEST, **role_evidence(active), **more}, access="b2b")
    report = judge_requirements(whole)
    told = report.verdicts["permissions"]
    assert (told.status == "met") is held
    assert not report.ready
    if told.reason == "permissions.custom_role":
        assert "defender_role_assignments" not in blurred
        assert {ACCOUNT, *(groups or ())} & {one for _role, principals in rows for one in principals}
    sliced = case({**whole.evidence, **trim_defender_roles(whole, ACCOUNT, dict(more))}, access="b2b")
    assert judge_requirements(sliced).verdicts["permissions"].reason == told.reason


@pytest.mark.parametrize(("count", "left_out"), [(0, 0), (MAX_ROWS, 0), (MAX_ROWS + 2, 2)])
def test_permissions_of_a_role_are_kept_up_to_a_limit_and_counted(count, left_out):
    permissions = [f"p{number:02}" for number in range(count)]
    role = {"name": "SOC readers", "permissions": permissions}
    found = {
        **assignments((ROLE, [ACCOUNT])),
        "defender_role_definitions": piece("defender_role_definitions", {"roles": {ROLE: role}}),
    }
    told = trim_defender_roles(case(GUEST, access="b2b"), ACCOUNT, found)["defender_role_definitions"].data
    kept = {"name": "SOC readers", "permissions": permissions[:MAX_ROWS], "left_out": left_out}
    assert told == {"roles": {ROLE: kept}}
