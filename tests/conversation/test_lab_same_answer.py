# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two ways of asking the same thing give the same answer: batch or not, pages or not, `$select` or not."""

from __future__ import annotations

import typing as t

import pytest
from lab_client import EVENTUAL, client_of, item
from worlds import HOME, HOME_ID, OPERATOR, tenant, write_world

from lab.data import roles
from lab.process import start_lab

GROUPS = [{"name": f"Group {number:02}"} for number in range(30)]
ADMIN = roles.GLOBAL_ADMINISTRATOR
ME = f"/users/{OPERATOR}"
# Path, headers; every collection that has pages.
COLLECTIONS: dict[str, dict[str, str]] = {
    "/users?$select=id,mail,userType": {},
    "/users?$filter=userType eq 'Member'&$select=id": {},
    "/users?$filter=userType ne 'Guest'&$count=true": EVENTUAL,
    f"{ME}/transitiveMemberOf": {},
    f"{ME}/transitiveMemberOf/microsoft.graph.group?$count=true": EVENTUAL,
    "/tenantRelationships/delegatedAdminRelationships": {},
    "/tenantRelationships/delegatedAdminRelationships?$filter=status eq 'active'": {},
    "/tenantRelationships/delegatedAdminCustomers": {},
    "/roleManagement/directory/roleDefinitions": {},
    f"/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{ADMIN}'": {},
    "/policies/crossTenantAccessPolicy/partners": {},
}
ENTITIES = {
    "/organization": ("id", "displayName", "verifiedDomains"),
    "/subscribedSkus": ("skuPartNumber", "capabilityStatus", "prepaidUnits", "servicePlans"),
    f"/organization/{HOME_ID}": ("id", "displayName"),
    ME: ("id", "mail", "userPrincipalName"),
    f"{ME}/transitiveMemberOf": ("id", "displayName"),
    "/directoryRoles": ("id", "roleTemplateId"),
    "/policies/crossTenantAccessPolicy/default": ("isServiceDefault", "inboundTrust"),
    "/tenantRelationships/delegatedAdminRelationships": ("id", "status", "customer", "endDateTime"),
}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    operator = {"upn": OPERATOR, "groups": ["SOC analysts", *(group["name"] for group in GROUPS)]}
    world = write_world(
        tmp_path_factory.mktemp("same"),
        *(tenant(number) for number in range(1, 13)),
        users=120,
        operator=operator,
        groups=[*t.cast("list[t.Any]", HOME["groups"]), *GROUPS],
        licenses=["SPE_E5", "AAD_PREMIUM"],
    )
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


def with_top(path: str, size: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}$top={size}"


@pytest.mark.parametrize("path", COLLECTIONS)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_pages_or_not(client, path, size):
    headers = COLLECTIONS[path]
    most = 300 if "delegatedAdmin" in path else 999
    whole = client.get(with_top(path, most), headers=headers).json()["value"]
    assert client.pages(with_top(path, size), headers=headers) == whole


def test_default_pages(client):
    first = client.get("/users").json()
    assert len(first["value"]) == 100
    assert len(client.pages("/users")) == 121


@pytest.mark.parametrize("path", [*COLLECTIONS, *ENTITIES])
def test_batch_or_not(client, path):
    headers = COLLECTIONS.get(path, {})
    alone = client.get(path, headers=headers)
    inside = client.batch([item(1, path, headers=headers)])["1"]
    assert (inside["status"], inside["body"]) == (alone.status_code, alone.json())


@pytest.mark.parametrize("path", ["/nothing", "/users?$select=nothing", "/users/nobody", "/me", "/applications"])
def test_refusal_in_batch_or_not(client, path):
    alone = client.get(path)
    inside = client.batch([item(1, path)])["1"]
    error, other = alone.json()["error"], inside["body"]["error"]
    assert (inside["status"], other["code"], other["message"]) == (alone.status_code, error["code"], error["message"])


@pytest.mark.parametrize(("path", "names"), ENTITIES.items())
def test_select_or_not(client, path, names):
    whole, selected = client.get(path).json(), client.get(f"{path}?$select={','.join(names)}").json()
    rows, others = whole.get("value", [whole]), selected.get("value", [selected])
    assert rows
    for row, other in zip(rows, others, strict=True):
        assert [row.get(name) for name in names] == [other.get(name) for name in names]
        assert {name for name in other if not name.startswith("@")} == set(names)


@pytest.mark.parametrize("path", ENTITIES)
def test_spelling_of_names_or_not(client, path):
    name = ENTITIES[path][0]
    assert (
        client.get(f"{path}?$select={name.upper()}").json().keys() == client.get(f"{path}?$select={name}").json().keys()
    )


def test_user_by_id_or_name(client):
    user = client.get(ME).json()
    assert client.get(f"/users/{user['id']}").json() == user
    assert client.get("/me", "operator").json() == user


def test_by_id_or_in_the_list(client):
    path = "/tenantRelationships/delegatedAdminRelationships"
    for row in client.get(path).json()["value"]:
        one = client.get(f"{path}/{row['id']}").json()
        assert {name: value for name, value in one.items() if name != "@odata.context"} == row


def test_memberships_together_or_by_type(client):
    together = client.get(f"{ME}/transitiveMemberOf?$select=id").json()["value"]
    casts = [
        row["id"]
        for kind in ("group", "directoryRole")
        for row in client.get(f"{ME}/transitiveMemberOf/microsoft.graph.{kind}?$count=true", headers=EVENTUAL).json()[
            "value"
        ]
    ]
    assert sorted(row["id"] for row in together) == sorted(casts)
