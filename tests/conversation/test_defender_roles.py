# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Defender's own roles against the lab: read in beta, told as unknown, proven by the operator's probe."""

from __future__ import annotations

import pytest
from lab_client import client_of, code
from reports import made_report
from test_access import access
from test_facts import facts, result
from worlds import declared, guest_tenant, tenant_id, write_world

from lab.process import start_lab

SOC = {"name": "SOC readers"}
POSTURE = {"name": "Posture", "permissions": ["microsoft.xdr/posture/read"]}
CONSENT = ["User.Read", "User.Read.All", "GroupMember.Read.All", "RoleManagement.Read.Directory", "Policy.Read.All"]
CONSENT += ["LicenseAssignment.Read.All", "SecurityIncident.Read.All"]
TENANTS = [
    guest_tenant(1, guests=[{"defender_roles": [SOC]}]),
    guest_tenant(2, groups=[{"name": "Partners", "defender_roles": [SOC]}], guests=[{"groups": ["Partners"]}]),
    guest_tenant(3, guests=[{"defender_roles": [SOC]}], defender_roles_used=False),
    guest_tenant(4, guests=[{"defender_roles": [POSTURE]}]),
    guest_tenant(5, guests=[{}], groups=[{"name": "Others", "defender_roles": [SOC]}]),
    guest_tenant(6, guests=[{"defender_roles": [SOC], "roles": ["Security Operator"]}]),
    guest_tenant(7, guests=[{"defender_roles": [SOC], "eligible_roles": [{"role": "Security Reader"}]}]),
    guest_tenant(8, guests=[{"defender_roles": [SOC]}], consent=CONSENT),
]
HELD = ("permissions.custom_role",) * 4
NOT_HELD = ("permissions.no_role", "permissions.role_direct", "permissions.role_eligible", "permissions.no_role")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with start_lab(world=write_world(tmp_path_factory.mktemp("rbac"), *TENANTS)) as found:
        yield found


@pytest.fixture(scope="module")
def report(lab):
    rows = declared(*TENANTS)
    found = {row["tenant_id"]: row for row in facts(lab, rows)}
    seen = access(lab, rows, checks=["sign_in", "defender"])["tenants"]
    run = {"generated_at": "2026-11-25T12:00:00Z", "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    return made_report(found, seen, **run)


def test_facts_say_that_it_is_not_known(lab):
    rows = facts(lab, declared(*TENANTS))
    told = [row["requirements"]["permissions"] for row in rows]
    assert [verdict["reason"] for verdict in told] == [*HELD, *NOT_HELD]
    assert [row["ready"] for row in rows] == [False] * 5 + [True] + [False] * 2
    assert "(SOC readers)" in told[0]["message"]


def test_probe_of_the_operator_proves_it(report):
    told = {row["tenant_id"]: row for row in report["tenants"]}
    reasons = [told[tenant_id(n)]["requirements"]["permissions"]["reason"] for n in range(1, 9)]
    assert reasons == [*("permissions.custom_role_proven",) * 2, *HELD[2:], *NOT_HELD]
    assert [told[tenant_id(n)]["eligible"] for n in range(1, 9)] == [
        True,
        True,
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    assert report["summary"]["ready"] == report["summary"]["eligible"] == 3
    assert [told[tenant_id(n)]["first_broken"] for n in (1, 2, 3)] == [None, None, "permissions"]


def test_nobody_is_named_who_is_not_the_operator(lab):
    (row,) = facts(lab, declared(TENANTS[1]))
    (piece,) = [p for p in row["requirements"]["permissions"]["evidence"] if p["what"] == "defender_role_assignments"]
    (assignment,) = piece["data"]["assignments"]
    assert len(assignment["principals"]) == 1
    assert "/beta/roleManagement/defender/roleAssignments" in piece["url"]


def test_defenders_roles_are_asked_only_where_no_role_was_found(lab):
    since = len(lab.requests())
    result(lab, declared(TENANTS[0], TENANTS[5]))
    asked = {row["tenant"] for row in lab.requests()[since:] if "/beta/" in row["path"]}
    assert asked == {tenant_id(1)}


def test_missing_permission_is_told_as_one_that_decides_nothing(lab):
    found = result(lab, declared(TENANTS[7])).as_dict()
    (row,) = found["ansible_facts"]["mto_requirements"].values()
    caveats = [caveat["reason"] for caveat in row["requirements"]["permissions"]["caveats"]]
    assert "permissions.custom_role_not_read" in caveats
    missing = {one["permission"]: one["optional"] for one in found["missing_permissions"]}
    assert missing["RoleManagement.Read.Defender"] is True


def test_lab_has_these_paths_in_beta_alone(lab):
    path = "/roleManagement/defender/roleAssignments"
    with client_of(lab.connection) as client:
        rows = client.get(path, tenant=tenant_id(2), version="beta").json()["value"]
        roles = client.get("/roleManagement/defender/roleDefinitions", tenant=tenant_id(2), version="beta").json()
        assert code(client.get(path, tenant=tenant_id(2))) == (400, "BadRequest")
        assert code(client.get(path, tenant=tenant_id(8), version="beta"))[0] == 403
        assert code(client.get(path + "?$orderby=id", tenant=tenant_id(2), version="beta"))[0] == 501
    assert [row["roleDefinitionId"] for row in rows] == [row["id"] for row in roles["value"]]
    assert rows[0].keys() >= {"principalIds", "directoryScopeIds", "appScopeIds"}
    assert roles["value"][0]["displayName"] == "SOC readers"
