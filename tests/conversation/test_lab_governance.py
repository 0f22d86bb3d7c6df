# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's tenant governance: bodies as in Microsoft's examples, both versions, sides, permissions, sign-in."""

from __future__ import annotations

import pytest
from lab_client import client_of, code, item
from worlds import HOME, HOME_ID, tenant, tenant_id, write_world

from lab.data import roles
from lab.process import start_lab

ROOT = "/directory/tenantGovernance"
LISTS = ("governanceRelationships", "governanceRequests", "governanceInvitations", "governancePolicyTemplates")
READER = roles.ID_OF["Security Reader"]
PAIR = {"@odata.type", "id", "governingTenantId", "governingTenantName", "governedTenantId", "governedTenantName"}
# The properties of Microsoft's example answers.
EXAMPLES = {
    "governanceRelationships": PAIR | {"createdType", "creationDateTime", "status", "policySnapshot"},
    "governanceRequests": PAIR | {"requestDateTime", "expirationDateTime", "status", "policySnapshot"},
    "governanceInvitations": PAIR | {"createdDateTime", "expirationDateTime"},
    "governancePolicyTemplates": {
        "@odata.type",
        "id",
        "displayName",
        "description",
        "multiTenantApplicationsToProvision",
        "delegatedAdministrationRoleAssignments",
        "createdDateTime",
        "lastModifiedDateTime",
        "version",
    },
}


def governed(number, **fields):
    row = {"status": "Active", "roles": ["Security Reader"], "group": "SOC all staff"}
    return tenant(number, **{"gdap": [], "governance": [row], "declare": {"access": "governance"}, **fields})


TENANTS = (
    governed(1),
    governed(
        2,
        groups=[{"name": "Theirs"}],
        governance=[{"side": "governing", "roles": ["Global Reader"], "group": "Theirs"}],
    ),
    governed(3, governance=[], governance_request={"created_days_ago": 20}),
    governed(4, governance=[], governance_invitation={}),
    governed(5, governance=[{"status": "terminated", "roles": ["Security Reader"], "group": "SOC analysts"}]),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("governance"), *TENANTS)
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("version", "prefix"),
    [("v1.0", "#microsoft.graph."), ("beta", "#microsoft.graph.tenantGovernanceServices.")],
)
def test_body_is_the_examples(client, name, version, prefix):
    rows = client.get(f"{ROOT}/{name}", version=version).json()["value"]
    assert rows
    for row in rows:
        assert set(row) == EXAMPLES[name]
        assert row["@odata.type"].startswith(prefix)
        assert "." not in row["@odata.type"].removeprefix(prefix)
        assert client.get(f"{ROOT}/{name}/{row['id']}", version=version).json()["id"] == row["id"]
    assert code(client.get(f"{ROOT}/{name}/x")) == (404, "Request_ResourceNotFound")


def test_policy_is_the_examples(client):
    row = client.get(f"{ROOT}/governanceRelationships").json()["value"][0]
    assert row["status"] == "Active"
    assert set(row["policySnapshot"]) == {
        "policyId",
        "multiTenantApplicationsToProvision",
        "delegatedAdministrationRoleAssignments",
    }
    (assignment,) = row["policySnapshot"]["delegatedAdministrationRoleAssignments"]
    assert assignment["roleTemplates"] == [{"id": READER, "name": "Security Reader"}]
    assert set(assignment["group"]) == {"id"}


def test_settings(client):
    body = client.get(f"{ROOT}/settings").json()
    assert body["@odata.type"] == "#microsoft.graph.tenantGovernanceSetting"
    assert body["canReceiveInvitations"] is True


def test_both_sides_see_the_row(client):
    at_home = client.get(f"{ROOT}/governanceRelationships").json()["value"]
    assert [(row["governingTenantId"], row["governedTenantId"]) for row in at_home] == [
        (HOME_ID, tenant_id(1)),
        (tenant_id(2), HOME_ID),
        (HOME_ID, tenant_id(5)),
    ]
    theirs = client.get(f"{ROOT}/governanceRelationships", tenant=tenant_id(1)).json()["value"]
    assert theirs == at_home[:1]


def test_pages_and_options(client):
    assert len(client.pages(f"{ROOT}/governanceRelationships?$top=1")) == 3
    assert code(client.get(f"{ROOT}/governanceRelationships?$filter=status eq 'active'")) == (501, "NotImplemented")
    assert code(client.get(f"{ROOT}/governanceRelationships?$expand=x")) == (400, "Request_UnsupportedQuery")


def test_person_needs_a_role_as_well(client):
    assert code(client.get(f"{ROOT}/governanceRelationships", "operator")) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_the_rest_of_it_is_not_emulated(client, version):
    assert code(client.get(f"{ROOT}/relatedTenants", version=version)) == (501, "NotImplemented")


def test_writing_is_not_emulated(client):
    answer = client.post(f"{ROOT}/governanceRequests", {"governedTenantId": tenant_id(1)})
    assert code(answer) == (501, "NotImplemented")


def test_person_signs_in_by_an_active_relationship(client):
    assert client.sign_in("operator", tenant_id(1)).status_code == 200
    assert client.get("/security/incidents?$top=1", "operator", tenant_id(1)).status_code == 200
    for number in (2, 3, 4, 5):
        assert client.sign_in("operator", tenant_id(number)).json()["error_codes"] == [50020]


def test_version_that_does_not_know_it(tmp_path):
    operator = {**HOME["operator"], "roles": ["Tenant Governance Reader"]}
    world = write_world(tmp_path, governed(1), governance_in_v1=False, operator=operator)
    with start_lab(world=world) as lab, client_of(lab) as client:
        answer = client.get(f"{ROOT}/governanceRelationships")
        assert code(answer) == (400, "BadRequest")
        assert answer.json()["error"]["message"] == "Resource not found for the segment 'tenantGovernance'."
        responses = client.batch([item(1, f"{ROOT}/settings"), item(2, "/organization")])
        assert [responses[key]["status"] for key in ("1", "2")] == [400, 200]
        assert code(client.get(f"{ROOT}/relatedTenants")) == (400, "BadRequest")
        for identity in ("app", "operator"):
            assert client.get(f"{ROOT}/governanceRelationships", identity, version="beta").json()["value"]
