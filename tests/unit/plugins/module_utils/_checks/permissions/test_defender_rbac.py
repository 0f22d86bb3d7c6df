# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Defender's own roles: they make nothing met, say what may be enough, and the operator's probe proves it."""

from __future__ import annotations

import pytest
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
from pages.report_rows import GENERATED_AT, access_row, requirements_row, tenant_id, verdict

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import (
    defender_rbac,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    MAX_ROWS,
    shape_assignments,
    shape_definitions,
    trim_defender_roles,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import make_report

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
            "permissions.no_role",
            "unmet",
        ),
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
    assert shape_assignments({"value": [row]}) == {"assignments": [told], "other_rows": 0}
    actions = [{"allowedResourceActions": ["b", "a"]}, {"allowedResourceActions": None}]
    definition = {"id": "ROLE", "displayName": "R", "rolePermissions": actions}
    assert shape_definitions({"value": [definition]}) == {"roles": {"role": {"name": "R", "permissions": ["a", "b"]}}}


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


CUSTOM = verdict("unknown", "permissions.custom_role", object=ROLE)
RUN = {"generated_at": GENERATED_AT, "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}


def report_row(requirements, access):
    key = tenant_id(1)
    rows = None if access is None else [access_row(1, "Contoso", **access)]
    report = make_report({key: requirements_row(1, "Contoso", **requirements)}, rows, **RUN)
    return report, report["tenants"][0]


def test_answer_of_defender_to_the_operator_proves_the_role():
    report, row = report_row({"permissions": CUSTOM}, {})
    told = row["requirements"]["permissions"]
    assert (told["status"], told["reason"], told["object"]) == ("met", "permissions.custom_role_proven", ROLE)
    assert "Anna holds a role of Microsoft Defender's own in Contoso" in told["message"]
    assert (row["ready"], row["eligible"], row["first_broken"], row["reason"]) == (True, True, None, None)
    assert report["summary"]["ready"] == 1
    assert report["findings"] == []


@pytest.mark.parametrize(
    ("requirements", "access", "first_broken"),
    [
        ({}, None, "permissions"),
        ({}, {"defender": verdict("unknown", "read.throttled")}, "permissions"),
        ({}, {"defender": verdict("unknown", "check.not_chosen")}, "permissions"),
        ({}, {"defender": verdict("unmet", "defender.role_missing")}, "permissions"),
        ({}, {"defender": verdict("not_applicable", "defender.odd")}, "permissions"),
    ],
)
def test_without_that_answer_nothing_is_proven(requirements, access, first_broken):
    _report, row = report_row({"permissions": CUSTOM, **requirements}, access)
    assert row["requirements"]["permissions"]["reason"] == "permissions.custom_role"
    assert (row["ready"], row["first_broken"]) == (False, first_broken)
    assert row["eligible"] in (None, False)


@pytest.mark.parametrize(
    ("requirements", "first_broken"),
    [
        ({"license": verdict("unknown", "read.throttled")}, "license"),
        ({"license": verdict("unmet", "license.none")}, "license"),
        ({"access": verdict("unknown", "read.forbidden")}, "access"),
    ],
)
def test_proof_of_one_is_no_proof_of_another(requirements, first_broken):
    _report, row = report_row({"permissions": CUSTOM, **requirements}, {})
    assert row["requirements"]["permissions"]["status"] == "met"
    assert (row["ready"], row["eligible"], row["first_broken"]) == (False, False, first_broken)


def test_requirement_that_was_not_judged_is_not_ready():
    row = requirements_row(1, "Contoso", permissions=CUSTOM)
    del row["requirements"]["license"]
    told = make_report({tenant_id(1): row}, [access_row(1, "Contoso")], **RUN)["tenants"][0]
    assert (told["ready"], told["eligible"]) == (False, False)


@pytest.mark.parametrize("reason", ["permissions.no_role", "permissions.access_first", "read.throttled"])
def test_other_reasons_stay_what_they_are(reason):
    status = "unmet" if reason == "permissions.no_role" else "unknown"
    _report, row = report_row({"permissions": verdict(status, reason)}, {})
    assert row["requirements"]["permissions"]["reason"] == reason
    assert row["ready"] is False


STATUSES = st.sampled_from(["met", "unmet", "unknown", "not_applicable"])


@given(
    statuses=st.fixed_dictionaries(dict.fromkeys(("access", "license"), STATUSES)),
    held=st.sampled_from(["permissions.custom_role", "permissions.no_role", "read.forbidden"]),
    probe=STATUSES,
)
def test_ready_means_every_required_verdict_is_met(statuses, held, probe):
    verdicts = {check: verdict(status, f"{check}.x") for check, status in statuses.items()}
    verdicts["permissions"] = verdict("unknown", held)
    _report, row = report_row(verdicts, {"defender": verdict(probe, "defender.x")})
    proven = held == "permissions.custom_role" and probe == "met"
    assert (row["requirements"]["permissions"]["status"] == "met") is proven
    allowed = {"met", "not_applicable"}
    assert row["ready"] is (proven and set(statuses.values()) <= allowed)
    if row["eligible"]:
        assert row["first_broken"] is None


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


def defender_role(principal, **fields):
    row = {"id": "a", "name": "A", "role": "r", "principals": [principal], "scopes": ["/"], **fields}
    return {"defender_role_assignments": piece("defender_role_assignments", {"assignments": [row], "other_rows": 0})}


def test_slice_of_defenders_roles_counts_what_it_leaves_out():
    permissions = [f"x/{n:02d}" for n in range(defender_rbac.MAX_ROWS + 2)]
    scopes = [f"/{n}" for n in range(defender_rbac.MAX_ROWS + 2)]
    found = {
        **defender_role(ACCOUNT, scopes=scopes),
        "defender_role_definitions": piece("d", {"roles": {"r": {"name": "SOC", "permissions": permissions}}}),
    }
    told = defender_rbac.trim_defender_roles(case({}), ACCOUNT, found)
    (row,) = told["defender_role_assignments"].data["assignments"]
    assert (row["principals"], row["scopes"]) == ([ACCOUNT], scopes[: defender_rbac.MAX_ROWS])
    role = told["defender_role_definitions"].data["roles"]["r"]
    assert role == {"name": "SOC", "permissions": permissions[: defender_rbac.MAX_ROWS], "left_out": 2}
