# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every property that the lab answers with, for a type of v1.0, exists in Microsoft's CSDL and has its type."""

from __future__ import annotations

import re
import typing as t
import uuid

import pytest
from lab_client import EVENTUAL, client_of
from worlds import OPERATOR, guest_tenant, tenant_id, write_world

from lab.data import roles, schema
from lab.hosts.graph.operations import OPERATIONS
from lab.process import start_lab
from lab.state.directory import object_id

# What stands behind an operation, where the address does not say it.
TYPES = {
    "incidents": "security.incident",
    "organization": "organization",
    "subscribedSkus": "subscribedSku",
    "delegatedAdminRelationships": "delegatedAdminRelationship",
    "accessAssignments": "delegatedAdminAccessAssignment",
    "requests": "delegatedAdminRelationshipRequest",
    "operations": "delegatedAdminRelationshipOperation",
    "delegatedAdminCustomers": "delegatedAdminCustomer",
    "authorizationPolicy": "authorizationPolicy",
    "groups": "group",
    "crossTenantAccessPolicy": "crossTenantAccessPolicy",
    "default": "crossTenantAccessPolicyConfigurationDefault",
    "partners": "crossTenantAccessPolicyConfigurationPartner",
    "identitySynchronization": "crossTenantIdentitySyncPolicyPartner",
    "microsoft.graph.user": "user",
    "users": "user",
    "me": "user",
    "transitiveMemberOf": "directoryObject",
    "microsoft.graph.group": "group",
    "microsoft.graph.directoryRole": "directoryRole",
    "directoryRoles": "directoryRole",
    "roleAssignments": "unifiedRoleAssignment",
    "roleDefinitions": "unifiedRoleDefinition",
    "roleEligibilityScheduleInstances": "unifiedRoleEligibilityScheduleInstance",
    "roleAssignmentScheduleInstances": "unifiedRoleAssignmentScheduleInstance",
    "eligibilityScheduleInstances": "privilegedAccessGroupEligibilityScheduleInstance",
    "assignmentScheduleInstances": "privilegedAccessGroupAssignmentScheduleInstance",
    "subscriptions": "companySubscription",
}
SCHEDULES = [operation.path for operation in OPERATIONS if "ScheduleInstances" in operation.path]
# The types of the preview stand in no CSDL at hand: test_lab_governance.py compares them with Microsoft's examples. Of
# beta there is no CSDL at hand either.
OF_V1 = [row for row in OPERATIONS if "v1.0" in row.versions and "tenantGovernance" not in row.path]
READS = [row.path for row in OF_V1 if row.method == "GET" and row.path not in SCHEDULES]
EVERYTHING = "accountEnabled,createdDateTime,creationType,externalUserState,externalUserStateChangeDateTime,identities"
EVERYWHERE = (
    "/organization",
    "/subscribedSkus",
    "/directory/subscriptions",
    f"/users?$select=id,{EVERYTHING}",
    "/directoryRoles",
)


@pytest.fixture(scope="module")
def client():
    with start_lab(world="demo") as lab, client_of(lab) as found:
        yield found


@pytest.fixture(scope="module")
def home_answers(client):
    """Path and body of every operation in the home tenant, asked with keys that exist there."""
    keys = _keys(client)
    return {path: _ask(client, path, keys) for path in READS}


def _keys(client) -> dict[str, str]:
    gdap = "/tenantRelationships/delegatedAdminRelationships"
    relationship = client.get(f"{gdap}?$filter=status eq 'active'").json()["value"][0]
    place = f"{gdap}/{relationship['id']}"
    assignment = client.get(f"{place}/accessAssignments").json()["value"][0]
    _assign(client, place, assignment)
    return {
        "/organization/": client.lab["home_tenant_id"],
        "/subscribedSkus/": client.get("/subscribedSkus").json()["value"][0]["id"],
        "/users/": client.lab["operator"],
        "/groups/": assignment["accessContainer"]["accessContainerId"],
        "/directoryRoles/": client.get("/directoryRoles").json()["value"][0]["id"],
        "/roleManagement/directory/roleDefinitions/": roles.GLOBAL_ADMINISTRATOR,
        "/tenantRelationships/delegatedAdminCustomers/": relationship["customer"]["tenantId"],
        f"{gdap}/": relationship["id"],
        "TenantId(tenantId='": client.lab["home_tenant_id"],
        "domain": "northwindmsp.example",
        "assignment": assignment["id"],
        "operation": client.get(f"{place}/operations").json()["value"][0]["id"],
        "request": client.get(f"{place}/requests").json()["value"][0]["id"],
    }


def _assign(client, place: str, assignment: dict[str, t.Any]) -> None:
    """Assign the same to another group, for an operation, which no world has."""
    groups = [object_id(client.lab["home_tenant_id"], "group", group.name) for group in client.lab.world.home.groups]
    other = next(each for each in groups if each != assignment["accessContainer"]["accessContainerId"])
    container = {"accessContainerId": other, "accessContainerType": "securityGroup"}
    body = {"accessContainer": container, "accessDetails": assignment["accessDetails"]}
    assert client.write("POST", f"{place}/accessAssignments", body).status_code == 201


def _ask(client, path: str, keys: dict[str, str]) -> t.Any:
    if "/partners/{id}" in path:
        path = path.replace("{id}", client.lab["home_tenant_id"])
        entries = {tenant.tenant_id: tenant.cross_tenant_access.partner for tenant in client.lab.world.tenants}
        where = next(tenant_id for tenant_id, entry in entries.items() if entry is not None and entry.sync is not None)
        return client.get(path, tenant=where).json()
    for before, value in keys.items():
        path = path.replace(f"{before}{{id}}", f"{before}{value}").replace(f"{{{before}}}", value)
    if path.endswith("roleAssignments"):
        path += f"?$filter=roleDefinitionId eq '{roles.GLOBAL_ADMINISTRATOR}'"
    cast = "microsoft.graph." in path
    answer = client.get(path + "?$count=true" * cast, _identity(path), headers=EVENTUAL if cast else None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _identity(path: str) -> str:
    return "operator" if path.startswith("/me") else "app"


def _type(path: str) -> str:
    if "findTenantInformation" in path:
        return "tenantInformation"
    names = [part for part in path.split("/") if part in TYPES]
    return TYPES[names[-1]]


def check(row: dict[str, t.Any], type_name: str, place: str) -> None:
    """Every name is a property of the type or an annotation; values fit, down to the last complex value."""
    kind = str(row.get("@odata.type", type_name)).removeprefix("#microsoft.graph.")
    known = {**schema.properties(kind), **schema.navigation(kind)}
    for name, value in row.items():
        if not name.startswith("@odata."):
            assert name in known, f"{place}: {kind} has no property {name}"
            check_value(value, known[name], f"{place}/{name}")


def check_value(value: t.Any, kind: str, place: str) -> None:
    if kind.startswith("Collection("):
        assert isinstance(value, list), f"{place}: a collection is never null"
        for entry in value:
            check_value(entry, schema.inner(kind), place)
    elif value is not None and kind in PRIMITIVES:
        assert PRIMITIVES[kind](value), f"{place}: {value!r} is no {kind}"
    elif value is not None and kind in schema.extract()["enums"]:
        assert value in schema.extract()["enums"][kind], f"{place}: {value!r} is no {kind}"
    elif value is not None and schema.knows(kind):
        check(value, kind, place)


def _is_guid(value: t.Any) -> bool:
    return str(uuid.UUID(value)) == value


PRIMITIVES: dict[str, t.Callable[[t.Any], bool]] = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Edm.Guid": _is_guid,
    "Edm.DateTimeOffset": lambda value: re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value) is not None,
    "Edm.Duration": lambda value: re.fullmatch(r"P(\d+D)?(T0S)?", value) is not None,
}


@pytest.mark.parametrize("path", READS)
def test_answer_is_of_its_type(home_answers, path):
    body = home_answers[path]
    rows = body.get("value", [body])
    mostly_empty = ("partners", "directoryRole", "deletedItems")
    assert rows or any(word in path for word in mostly_empty), "an empty answer proves nothing"
    for row in rows:
        check(row, _type(path), path)


@pytest.fixture(scope="module")
def governed(tmp_path_factory):
    """A world where everything can be activated, and something is."""
    guest = {
        "roles": ["Guest Inviter"],
        "scoped_roles": ["User Administrator"],
        "timed_roles": [{"role": "Security Reader", "minutes_left": 50}],
        "eligible_roles": [{"role": "Security Operator", "days_left": 90}, {"role": "Global Reader"}],
        "eligible_groups": [{"group": "Readers", "days_left": 9}],
    }
    groups = {"eligible_groups": [{"group": "Helpdesk"}], "timed_groups": [{"group": "SOC analysts"}]}
    readers = {"name": "Readers", "eligible_roles": ["Global Reader"], "assignable_to_role": True}
    world = write_world(
        tmp_path_factory.mktemp("governed"),
        guest_tenant(1, guests=[guest], groups=[readers]),
        operator={"upn": OPERATOR, "groups": ["Helpdesk"], **groups},
    )
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


@pytest.mark.parametrize("path", SCHEDULES)
def test_schedule_is_of_its_type(governed, path):
    where = None if "privilegedAccess" in path else tenant_id(1)
    mine = "{on}" in path
    query = "" if mine or where else f"?$filter=principalId eq '{governed.get(f'/users/{OPERATOR}').json()['id']}'"
    answer = governed.get(path.replace("{on}", "principal") + query, "operator" if mine else "app", where)
    assert answer.status_code == 200, answer.text
    rows = answer.json()["value"]
    assert rows
    for row in rows:
        check(row, _type(path), path)
        assert row.keys() >= schema.properties(_type(path)).keys()


def test_role_of_a_group_of_the_partner(client):
    """The principal of another directory is no property of its own kind."""
    tenant = next(row for row in client.lab.world.tenants if row.gdap and row.expect.first_broken is None)
    path = f"/roleManagement/directory/roleAssignments?$filter=roleDefinitionId in ({_quoted(roles.NAME_OF)})"
    rows = client.get(path, tenant=tenant.tenant_id).json()["value"]
    assert {row.get("principalOrganizationId") for row in rows} == {None, client.lab["home_tenant_id"]}
    for row in rows:
        check(row, "unifiedRoleAssignment", path)


def _quoted(values: t.Iterable[str]) -> str:
    return ",".join(f"'{value}'" for value in values)


def test_every_tenant_of_the_demo(client):
    """Licences, people, trust and roles in all states; a tenant without our app is left out."""
    for tenant in client.lab.world.tenants:
        if tenant.consent == "none":
            continue
        where = tenant.tenant_id
        for path in EVERYWHERE:
            for row in client.get(_patient(client, path, where), tenant=where).json()["value"]:
                check(row, _type(path.partition("?")[0]), f"{tenant.name}{path}")
        check(client.get("/policies/crossTenantAccessPolicy/default", tenant=where).json(), _type("default"), "default")


def _patient(client, path: str, where: str) -> str:
    """Waits until the tenant that throttles for a second has done so."""
    while client.get(path, tenant=where).status_code == 429:
        pass
    return path


@pytest.mark.parametrize("expand", ["principal", "roleDefinition"])
def test_expanded(client, expand):
    path = "/roleManagement/directory/roleAssignments"
    answer = client.get(f"{path}?$filter=roleDefinitionId eq '{roles.GLOBAL_ADMINISTRATOR}'&$expand={expand}")
    for row in answer.json()["value"]:
        check(row, "unifiedRoleAssignment", path)
