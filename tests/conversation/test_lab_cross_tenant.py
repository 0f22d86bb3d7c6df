# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's cross-tenant access on both sides, its deleted users, and the sign-ins that Entra refuses by policy."""

from __future__ import annotations

import pytest
from lab_client import ARM, EVENTUAL, client_of, code
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab
from lab.state.directory import object_id

POLICY = "/policies/crossTenantAccessPolicy"
PORTAL = "80ccca67-54bd-44ab-8625-4b79c4dc7775"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
DELETED = "/directory/deletedItems/microsoft.graph.user"
OPERATOR_ID = object_id(HOME_ID, "user", OPERATOR)
GROUP_ID = object_id(HOME_ID, "group", "SOC all staff")


def inbound(**setting):
    return {"cross_tenant_access": {"partner": {"b2b_inbound": setting}}}


def users(access, *targets):
    return {"users": {"access": access, "targets": list(targets)}}


def applications(access, *targets):
    return {"applications": {"access": access, "targets": list(targets)}}


GDAP = tenant(0)["gdap"]
# What each tenant has, and the AADSTS number that the operator's sign-in gets there (None: a token).
SIGN_INS = [
    pytest.param({}, None, id="defaults"),
    pytest.param({"entry_at_home": {"b2b_outbound": "blocked"}}, 500212, id="outbound"),
    pytest.param({"cross_tenant_access": {"partner": {"b2b_inbound": "blocked"}}}, 500213, id="inbound"),
    pytest.param(
        {"entry_at_home": {"b2b_outbound": "blocked"}, "cross_tenant_access": {"partner": {"b2b_inbound": "blocked"}}},
        500212,
        id="home_is_asked_first",
    ),
    pytest.param(inbound(**users("allowed", "operator")), None, id="named"),
    pytest.param(inbound(**users("allowed", "group:SOC all staff")), None, id="nested_group"),
    pytest.param(inbound(**users("allowed", "group:Helpdesk")), 500213, id="other_group"),
    pytest.param(inbound(**users("blocked", "group:SOC all staff")), 500213, id="blocked_group"),
    pytest.param(inbound(**users("blocked", "group:Helpdesk")), None, id="other_blocked_group"),
    pytest.param(inbound(**applications("allowed", GRAPH_APP)), None, id="graph"),
    pytest.param(inbound(**applications("allowed", "portal")), 500213, id="portal_only"),
    pytest.param(inbound(**applications("blocked", "AllMicrosoftApps")), 500213, id="microsoft"),
    pytest.param(
        {"cross_tenant_access": {"default": {"b2b_inbound": "blocked"}, "partner": {"b2b_inbound": "allowed"}}},
        None,
        id="entry_before_default",
    ),
    pytest.param(
        {"cross_tenant_access": {"default": {"b2b_inbound": "blocked"}, "partner": {}}}, 500213, id="inherited"
    ),
    pytest.param(
        {"cross_tenant_access": {"default": {"b2b_inbound": "blocked"}, "partner": "none"}}, 500213, id="no_entry"
    ),
    pytest.param({"gdap": GDAP, **inbound(**users("blocked", "operator"))}, None, id="gdap_is_no_b2b"),
    pytest.param({"guests": [], **inbound(**users("blocked", "operator"))}, 50020, id="nobody_there"),
    pytest.param({"guests": [{"roles": [], "deleted_days_ago": 3}]}, 50020, id="deleted"),
]
DELETED_ONE = next(number for number, row in enumerate(SIGN_INS, 1) if row.id == "deleted")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    rows = [guest_tenant(number, **row.values[0]) for number, row in enumerate(SIGN_INS, 1)]
    full = {
        "mfa": None,
        "compliant_device": True,
        "b2b_inbound": {**users("allowed", "operator", "group:SOC all staff"), **applications("blocked", "portal")},
        "direct_inbound": "allowed",
        "consent_inbound": True,
        "sync": True,
    }
    told = guest_tenant(90, cross_tenant_access={"partner": full, "default": {"consent_outbound": None}})
    told["entry_at_home"] = {"trust": None, "b2b_outbound": {"users": "blocked"}}
    world = write_world(tmp_path_factory.mktemp("policies"), *rows, told)
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


@pytest.mark.parametrize("number", range(1, len(SIGN_INS) + 1), ids=[str(row.id) for row in SIGN_INS])
def test_sign_in_of_the_operator(client, number):
    wanted = SIGN_INS[number - 1].values[1]
    answer = client.sign_in("operator", tenant_id(number))
    assert answer.json().get("error_codes") == (None if wanted is None else [wanted])
    assert client.sign_in("app", tenant_id(number)).status_code == 200


def test_each_resource_is_an_application_of_its_own(client):
    number = next(number for number, row in enumerate(SIGN_INS, 1) if row.id == "graph")
    refresh = client.lab["refresh_token"]
    answer = client.post_token(tenant_id(number), grant_type="refresh_token", refresh_token=refresh, scope=ARM)
    assert answer.json()["error_codes"] == [500213]


def test_default_as_microsoft_makes_it(client):
    body = client.get(f"{POLICY}/default").json()
    assert body["isServiceDefault"] is True
    for name in ("b2bCollaborationInbound", "b2bCollaborationOutbound"):
        assert body[name]["usersAndGroups"] == {
            "accessType": "allowed",
            "targets": [{"target": "AllUsers", "targetType": "user"}],
        }
    assert body["b2bDirectConnectInbound"]["applications"]["accessType"] == "blocked"
    assert body["automaticUserConsentSettings"] == {"inboundAllowed": False, "outboundAllowed": False}


def test_entry_of_a_target(client):
    where = tenant_id(90)
    body = client.get(f"{POLICY}/partners/{HOME_ID}", tenant=where).json()
    assert body["inboundTrust"] == {
        "isMfaAccepted": None,
        "isCompliantDeviceAccepted": True,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    assert body["b2bCollaborationInbound"] == {
        "usersAndGroups": {
            "accessType": "allowed",
            "targets": [
                {"target": OPERATOR_ID, "targetType": "user"},
                {"target": GROUP_ID, "targetType": "group"},
            ],
        },
        "applications": {"accessType": "blocked", "targets": [{"target": PORTAL, "targetType": "application"}]},
    }
    assert body["b2bCollaborationOutbound"] is None
    assert body["automaticUserConsentSettings"] == {"inboundAllowed": True, "outboundAllowed": None}
    assert client.get(f"{POLICY}/default", tenant=where).json()["isServiceDefault"] is False


def test_entries_at_home(client):
    rows = {row["tenantId"]: row for row in client.pages(f"{POLICY}/partners")}
    assert len(rows) == 3
    assert rows[tenant_id(90)]["inboundTrust"] is None
    assert rows[tenant_id(90)]["b2bCollaborationOutbound"]["applications"] is None
    assert client.get(f"{POLICY}/partners/{tenant_id(1)}").status_code == 404


def test_synchronization(client):
    path = f"{POLICY}/partners/{HOME_ID}/identitySynchronization"
    body = client.get(path, tenant=tenant_id(90)).json()
    assert (body["tenantId"], body["userSyncInbound"]) == (HOME_ID, {"isSyncAllowed": True})
    assert code(client.get(path, tenant=tenant_id(1))) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (f"mail eq '{OPERATOR}'", 1),
        ("startsWith(userPrincipalName,'anna.berg_northwindmsp.example%23EXT%23@')", 0),
        ("mail eq 'nobody@else.example'", 0),
    ],
)
def test_deleted_users(client, condition, found):
    select = "$select=id,userPrincipalName,mail,deletedDateTime"
    rows = client.get(f"{DELETED}?$filter={condition}&{select}", tenant=tenant_id(DELETED_ONE)).json()["value"]
    assert len(rows) == found
    for row in rows:
        assert row["userPrincipalName"].startswith(row["id"].replace("-", "") + "anna.berg_northwindmsp.example#EXT#@")
        assert row["deletedDateTime"].endswith("Z")


def test_deleted_user_is_no_user(client):
    where = tenant_id(DELETED_ONE)
    assert client.get(f"/users?$filter=mail eq '{OPERATOR}'", tenant=where).json()["value"] == []
    (row,) = client.get(f"{DELETED}?$count=true", tenant=where, headers=EVENTUAL).json()["value"]
    assert client.get(f"/users/{row['id']}", tenant=where).status_code == 404


def test_guest_of_another_entra_tenant_has_no_assigned_id(client):
    rows = client.get(
        f"/users?$filter=mail eq '{OPERATOR}'&$select=identities,userPrincipalName", tenant=tenant_id(1)
    ).json()["value"]
    (federated,) = [row for row in rows[0]["identities"] if row["issuer"] == "ExternalAzureAD"]
    assert federated == {"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": None}
