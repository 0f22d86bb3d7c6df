# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's Graph: tokens, permissions, roles, options and paths are checked as strictly as Microsoft does."""

from __future__ import annotations

import time

import jwt
import pytest
from lab_client import ARM, EVENTUAL, Client, client_of, code
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.data import roles
from lab.process import start_lab

FULL, GUEST, MEMBER, BARE, BASIC, LICENSES, USERS = range(1, 8)
GUEST_UPN = "anna.berg_northwindmsp.example#EXT#@customer2.onmicrosoft.com"
ME = f"/users/{OPERATOR}"
LEGACY = {
    "name": "Legacy",
    "status": "terminated",
    "days_left": -5,
    "created_days_ago": 100,
    "roles": ["Global Reader"],
}
RESELLER = {"name": "Reseller", "status": "approvalPending", "roles": ["Global Reader"], "reseller": True}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    readers = {"name": "SecOps readers", "roles": ["Security Reader"], "assignable_to_role": True}
    full = tenant(FULL)
    world = write_world(
        tmp_path_factory.mktemp("graph"),
        {**full, "gdap": [*full["gdap"], LEGACY, RESELLER], "users": 250},
        guest_tenant(GUEST, groups=[readers], guests=[{"groups": ["SecOps readers"], "roles": ["Guest Inviter"]}]),
        guest_tenant(MEMBER, guests=[{"type": "Member", "roles": ["Global Reader"]}]),
        guest_tenant(BARE, consent=["User.Read"]),
        guest_tenant(BASIC, consent=["User.ReadBasic.All"]),
        tenant(LICENSES, consent=["LicenseAssignment.Read.All"]),
        tenant(USERS, consent=["User.Read.All"]),
    )
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


def ids(answer):
    return [row["id"] for row in answer.json()["value"]]


def send(client: Client, authorization: str | None):
    headers = {} if authorization is None else {"Authorization": authorization}
    return client.session.get(f"{client.lab['graph']}/v1.0/organization", headers=headers)


@pytest.mark.parametrize("authorization", [None, "Bearer ", "Bearer a.b.c", "Basic YTpi", "Bearer nonsense"])
def test_no_good_token(client, authorization):
    answer = send(client, authorization)
    assert code(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_token_for_another_resource(client):
    token = client.post_token(HOME_ID, grant_type="client_credentials", scope=ARM).json()["access_token"]
    answer = send(client, f"Bearer {token}")
    assert code(answer) == (401, "InvalidAuthenticationToken")
    assert "audience" in answer.json()["error"]["message"]


def test_token_that_was_changed(client):
    claims = jwt.decode(client.token(), options={"verify_signature": False})
    forged = jwt.encode({**claims, "exp": int(time.time()) + 60}, "x" * 32, algorithm="HS256")
    assert code(send(client, f"Bearer {forged}")) == (401, "InvalidAuthenticationToken")


def test_ids_of_an_answer(client):
    answer = client.get("/organization")
    assert answer.headers["request-id"] == answer.headers["client-request-id"]
    answer = client.get("/organization", headers={"client-request-id": "abc"})
    assert answer.headers["client-request-id"] == "abc"


def test_ids_of_a_refusal(client):
    answer = client.get("/nothing", headers={"client-request-id": "abc"})
    inner = answer.json()["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (answer.headers["request-id"], "abc")
    assert inner["date"]


@pytest.mark.parametrize(
    ("path", "segment"),
    [
        ("/nothing", "nothing"),
        ("/organisation", "organisation"),
        ("/users/x/foo", "foo"),
        ("/policies/crossTenantAccess", "crossTenantAccess"),
        ("/tenantRelationships/delegatedAdminRelationships/x/assignments", "assignments"),
        ("/directory/tenantGovernances/settings", "tenantGovernances"),
        ("/roleManagement/defender/roleAssignments", "defender"),
    ],
)
def test_path_that_graph_does_not_know(client, path, segment):
    answer = client.get(path)
    assert code(answer) == (400, "BadRequest")
    assert answer.json()["error"]["message"] == f"Resource not found for the segment '{segment}'."


@pytest.mark.parametrize(
    "path", ["/groups/x/members", "/users/x/manager", "/$metadata", "/security/alerts_v2", "/users?$search=x"]
)
def test_what_is_not_emulated_says_so(client, path):
    assert code(client.get(path)) == (501, "NotImplemented")


def test_version(client):
    assert code(client.get("/organization", version="v2.0")) == (400, "BadRequest")
    assert client.get("/organization", version="beta").json()["value"][0]["id"] == HOME_ID


def test_method(client):
    assert code(client.post("/organization", {})) == (501, "NotImplemented")
    assert code(client.get(f"{ME}/checkMemberGroups")) == (405, "Request_BadRequest")


def test_key_in_parentheses_and_letter_case(client):
    assert client.get(f"/USERS('{OPERATOR.upper()}')").json()["mail"] == OPERATOR


def test_me_is_for_people(client):
    answer = client.get("/me")
    assert code(answer) == (400, "BadRequest")
    assert answer.json()["error"]["message"] == "/me request is only valid with delegated authentication flow."
    assert client.get("/me", "operator").json()["mail"] == OPERATOR


def test_me_by_gdap_is_no_object_of_the_tenant(client):
    assert code(client.get("/me", "operator", tenant_id(FULL))) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("path", "number", "status"),
    [
        ("/subscribedSkus", LICENSES, 200),
        ("/organization", LICENSES, 403),
        ("/subscribedSkus", USERS, 403),
        ("/policies/crossTenantAccessPolicy/default", USERS, 403),
        ("/roleManagement/directory/roleAssignments?$filter=principalId eq 'x'", USERS, 403),
        ("/users", USERS, 200),
        ("/users", LICENSES, 403),
        ("/users", BARE, 403),
    ],
)
def test_permissions_of_the_app(client, path, number, status):
    answer = client.get(path, tenant=tenant_id(number))
    assert answer.status_code == status
    if status == 403:
        assert code(answer) == (403, "Authorization_RequestDenied")
        assert answer.json()["error"]["message"] == "Insufficient privileges to complete the operation."


@pytest.mark.parametrize(
    ("path", "number", "status"),
    [
        ("/subscribedSkus", FULL, 403),
        ("/subscribedSkus", MEMBER, 200),
        ("/roleManagement/directory/roleAssignments?$filter=principalId eq 'x'", FULL, 403),
        ("/roleManagement/directory/roleAssignments?$filter=principalId eq 'x'", MEMBER, 200),
        ("/policies/crossTenantAccessPolicy/default", FULL, 200),
        ("/users", MEMBER, 200),
        ("/users", GUEST, 403),
        ("/users", FULL, 403),
        ("/organization", GUEST, 200),
        ("/users/" + GUEST_UPN.replace("#", "%23"), GUEST, 200),
    ],
)
def test_roles_of_a_person_count_too(client, path, number, status):
    """By GDAP the operator is Security Reader: that reads policies, and no licences or role assignments."""
    assert client.get(path, "operator", tenant_id(number)).status_code == status


def test_user_read_gives_a_limited_view(client):
    row = client.get("/organization", "operator", tenant_id(BARE)).json()["value"][0]
    assert row["displayName"] == f"Customer {BARE}"
    assert row["countryLetterCode"] is None


def test_basic_profile_only(client):
    where = tenant_id(BASIC)
    row = client.get("/users?$select=id,mail,userType", tenant=where).json()["value"][0]
    assert row["mail"]
    assert row["userType"] is None
    assert code(client.get("/users?$filter=userType eq 'Guest'", tenant=where)) == (403, "Authorization_RequestDenied")


def test_memberships_without_permission_for_the_type(client):
    """Members of a type that may not be read come with id and type only."""
    where = tenant_id(USERS)
    users = [row["id"] for row in client.get("/users?$select=id", tenant=where).json()["value"]]
    held = [
        row for user in users for row in client.get(f"/users/{user}/transitiveMemberOf", tenant=where).json()["value"]
    ]
    assert [row["@odata.type"] for row in held] == ["#microsoft.graph.directoryRole"]
    assert held[0]["id"]
    assert held[0]["roleTemplateId"] is None


def test_unknown_object(client):
    assert code(client.get("/users/nobody@northwindmsp.example")) == (404, "Request_ResourceNotFound")
    assert code(client.get(f"/organization/{tenant_id(1)}")) == (404, "Request_ResourceNotFound")


def test_guest_by_its_upn(client):
    answer = client.get("/users/" + GUEST_UPN.replace("#", "%23"), tenant=tenant_id(GUEST))
    assert answer.json()["userPrincipalName"] == GUEST_UPN


GUEST_FILTERS = [
    f"mail eq '{OPERATOR}'",
    f"mail eq '{OPERATOR.upper()}'",
    f"mail in ('{OPERATOR}','x')",
    f"otherMails/any(m:m eq '{OPERATOR}')",
    "startsWith(userPrincipalName,'anna.berg_northwindmsp.example%23EXT%23@')",
    f"userPrincipalName eq '{GUEST_UPN.replace('#', '%23')}'",
    "userType eq 'Guest'",
    f"mail eq 'x' or (otherMails/any(m:m eq '{OPERATOR}') and accountEnabled eq true)",
]


@pytest.mark.parametrize("condition", GUEST_FILTERS)
def test_filter_finds_the_guest(client, condition):
    answer = client.get(f"/users?$filter={condition}&$select=userPrincipalName", tenant=tenant_id(GUEST))
    assert [row["userPrincipalName"] for row in answer.json()["value"]] == [GUEST_UPN]


def test_identities_do_not_find_a_guest(client):
    """The issuerAssignedId of another Entra tenant's identity is null."""
    condition = f"identities/any(c:c/issuerAssignedId eq '{OPERATOR}' and c/issuer eq 'ExternalAzureAD')"
    assert client.get(f"/users?$filter={condition}", tenant=tenant_id(GUEST)).json()["value"] == []
    answer = client.get("/users?$select=identities&$filter=userType eq 'Guest'", tenant=tenant_id(GUEST))
    external = [row for row in answer.json()["value"][0]["identities"] if row["issuer"] == "ExternalAzureAD"]
    assert [row["issuerAssignedId"] for row in external] == [None]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("$filter=mail ne 'x'", "Request_UnsupportedQuery"),
        ("$filter=endsWith(mail,'x')", "Request_UnsupportedQuery"),
        ("$filter=not (mail eq 'x')", "Request_UnsupportedQuery"),
        ("$filter=jobTitle eq 'x'", "Request_UnsupportedQuery"),
        ("$filter=identities/any(c:c/issuer eq 'x')", "Request_UnsupportedQuery"),
        ("$filter=nothing eq 'x'", "BadRequest"),
        ("$filter=mail eq x", "BadRequest"),
        ("$filter=mail eq", "BadRequest"),
        ("$filter=(mail eq 'x'", "BadRequest"),
        ("$filter=contains(mail,'x')", "BadRequest"),
        ("$filter=mail eq 'it''", "BadRequest"),
        ("$select=id,nothing", "BadRequest"),
        ("$select=", "BadRequest"),
        ("$top=0", "Request_BadRequest"),
        ("$top=1000", "Request_BadRequest"),
        ("$top=x", "BadRequest"),
        ("$count=yes", "BadRequest"),
        ("$top=1&$top=2", "BadRequest"),
        ("$nothing=1", "BadRequest"),
        ("$skip=1", "Request_UnsupportedQuery"),
        ("$skiptoken=x", "Directory_ExpiredPageToken"),
    ],
)
def test_option_that_does_not_fit(client, query, expected):
    assert code(client.get(f"/users?{query}")) == (400, expected)


def test_advanced_query(client):
    path = "/users?$filter=endsWith(mail,'northwindmsp.example')&$count=true&$select=id"
    assert client.get(path).status_code == 400
    answer = client.get(path, headers=EVENTUAL)
    assert answer.json()["@odata.count"] == len(answer.json()["value"]) > 1


def test_quote_in_a_filter_is_doubled(client):
    assert client.get("/users?$filter=displayName eq 'O''Neill'").json()["value"] == []


@pytest.mark.parametrize("option", ["$filter=skuPartNumber eq 'x'", "$top=1", "$search=x", "$count=true"])
def test_skus_take_select_only(client, option):
    assert code(client.get(f"/subscribedSkus?{option}")) == (400, "Request_UnsupportedQuery")


def test_default_properties_of_a_user(client):
    row = client.get(ME).json()
    assert "id" in row
    assert not {"userType", "externalUserState", "accountEnabled"} & row.keys()


def test_page_token_is_bound_to_its_query(client):
    following = client.get("/users?$top=5", tenant=tenant_id(FULL)).json()["@odata.nextLink"]
    assert client.get(following, tenant=tenant_id(FULL)).status_code == 200
    other = following.replace("$top=5", "$top=5&$filter=userType eq 'Guest'")
    assert code(client.get(other, tenant=tenant_id(FULL))) == (400, "Directory_ExpiredPageToken")


@pytest.mark.parametrize("kind", ["group", "directoryRole"])
def test_cast_needs_the_index(client, kind):
    path = f"{ME}/transitiveMemberOf/microsoft.graph.{kind}"
    for query, headers in (("", {}), ("?$count=true", {}), ("", EVENTUAL)):
        assert code(client.get(path + query, headers=headers)) == (400, "Request_UnsupportedQuery")
    assert client.get(path + "?$count=true", headers=EVENTUAL).status_code == 200


def test_nested_groups(client):
    path = f"{ME}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=displayName"
    names = {row["displayName"] for row in client.get(path, headers=EVENTUAL).json()["value"]}
    assert names == {"SOC analysts", "SOC all staff"}


def test_roles_direct_and_through_a_group(client):
    where = tenant_id(GUEST)
    path = "/users/" + GUEST_UPN.replace("#", "%23")
    active = client.get(f"{path}/transitiveMemberOf/microsoft.graph.directoryRole?$count=true", "app", where, EVENTUAL)
    held = {row["roleTemplateId"] for row in active.json()["value"]}
    assert held == set(roles.ids("Security Reader", "Guest Inviter"))
    user_id = client.get(path, tenant=where).json()["id"]
    found = client.get(f"/roleManagement/directory/roleAssignments?$filter=principalId eq '{user_id}'", tenant=where)
    direct = [row["roleDefinitionId"] for row in found.json()["value"]]
    assert direct == [roles.ID_OF["Guest Inviter"]]


def test_role_assignments_need_a_filter(client):
    path = "/roleManagement/directory/roleAssignments"
    assert code(client.get(path)) == (400, "Request_BadRequest")
    assert code(client.get(f"{path}?$filter=directoryScopeId eq '/'")) == (400, "Request_BadRequest")


@pytest.mark.parametrize("expand", ["principal", "roleDefinition"])
def test_role_assignments_expand_one_thing(client, expand):
    admin = roles.GLOBAL_ADMINISTRATOR
    path = f"/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{admin}'&$expand={expand}"
    rows = client.get(path).json()["value"]
    assert rows
    assert all(row[expand]["id"] in (row["principalId"], admin) for row in rows)
    assert code(client.get(path.replace(expand, "nothing"))) == (400, "BadRequest")


def test_directory_roles(client):
    names = [row["displayName"] for row in client.get("/directoryRoles", tenant=tenant_id(GUEST)).json()["value"]]
    assert set(names) == {"Global Administrator", "Security Reader", "Guest Inviter"}


def test_check_member_groups(client):
    path = f"{ME}/transitiveMemberOf/microsoft.graph.group?$count=true"
    held = ids(client.get(path, headers=EVENTUAL))
    answer = client.post(f"{ME}/checkMemberGroups", {"groupIds": [*held, tenant_id(1)]})
    assert answer.json()["value"] == held


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "BadRequest"),
        ({"groupIds": "x"}, "BadRequest"),
        ({"groupIds": ["x"]}, "Request_BadRequest"),
        ({"groupIds": [tenant_id(1)] * 21}, "Request_BadRequest"),
    ],
)
def test_check_member_groups_refuses(client, body, expected):
    assert code(client.post(f"{ME}/checkMemberGroups", body)) == (400, expected)


GDAP = "/tenantRelationships/delegatedAdminRelationships"


def test_gdap_is_read_by_the_partner_only(client):
    assert code(client.get(GDAP, tenant=tenant_id(FULL))) == (403, "Authorization_RequestDenied")


def test_gdap_kinds_and_dates(client):
    rows = {row["displayName"]: row for row in client.get(GDAP).json()["value"]}
    assert rows["Reseller"]["@odata.type"] == "#microsoft.graph.resellerDelegatedAdminRelationship"
    assert rows["Reseller"]["activatedDateTime"] is rows["Reseller"]["endDateTime"] is None
    assert rows["Legacy"]["duration"] == "P95D"
    assert all(row["@odata.etag"].startswith('W/"') for row in rows.values())


def test_gdap_filter(client):
    customer = tenant_id(FULL)
    answer = client.get(f"{GDAP}?$filter=status eq 'active' and customer/tenantId eq '{customer}'")
    assert [row["displayName"] for row in answer.json()["value"]] == [f"Customer {FULL} SOC"]


def test_gdap_page_size(client):
    assert code(client.get(f"{GDAP}?$top=301")) == (400, "Request_BadRequest")
    assert client.get(f"{GDAP}?$top=300").status_code == 200


def test_gdap_assignments(client):
    row = client.get(f"{GDAP}?$filter=displayName eq 'Customer {FULL} SOC'").json()["value"][0]
    found = client.get(f"{GDAP}/{row['id']}/accessAssignments").json()["value"]
    assert [role["roleDefinitionId"] for role in found[0]["accessDetails"]["unifiedRoles"]] == [
        roles.ID_OF["Security Reader"]
    ]
    one = client.get(f"{GDAP}/{row['id']}/accessAssignments/{found[0]['id']}").json()
    assert one["accessContainer"] == found[0]["accessContainer"]
    assert code(client.get(f"{GDAP}/{tenant_id(1)}/accessAssignments")) == (404, "Request_ResourceNotFound")


def test_gdap_customers(client):
    found = ids(client.get("/tenantRelationships/delegatedAdminCustomers"))
    assert set(found) == {tenant_id(number) for number in (FULL, LICENSES, USERS)}


def test_trust_of_a_partner(client):
    path = "/policies/crossTenantAccessPolicy/partners"
    assert client.get(f"{path}/{HOME_ID}", tenant=tenant_id(FULL)).json()["inboundTrust"]["isMfaAccepted"] is True
    assert code(client.get(f"{path}/{tenant_id(1)}", tenant=tenant_id(FULL))) == (404, "Request_ResourceNotFound")


def test_tenant_information(client):
    path = "/tenantRelationships/findTenantInformationByTenantId(tenantId='{}')"
    assert client.get(path.format(tenant_id(1))).json()["defaultDomainName"] == "customer1.example"
    assert code(client.get(path.format("x"))) == (400, "Request_BadRequest")
    assert client.get(path.format(HOME_ID[:-1] + "9")).status_code == 404
