# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests in the lab: invitations, their redemption, deleted guests who come back, and the customer's approval."""

from __future__ import annotations

import typing as t

import pytest
from lab_client import Client, client_of, code
from test_lab_csdl import check
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.clients.browser import BrowserError
from lab.clients.portal import PICKER, Page
from lab.process import start_lab
from lab.state.directory import object_id

GDAP = "/tenantRelationships/delegatedAdminRelationships"
DELETED = "/directory/deletedItems/microsoft.graph.user"
INVITATION = {"invitedUserEmailAddress": OPERATOR, "inviteRedirectUrl": "https://security.microsoft.com"}
FREE, HERE, GONE, PRIVILEGED, BLOCKED, WAITING = range(1, 7)
SETTINGS = ("none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone")
RESTORING = ["User.Invite.All", "User.ReadWrite.All"]
APPROVAL = {
    "name": "Customer 6 SOC",
    "status": "approvalPending",
    "created_days_ago": 89,
    "roles": ["Security Reader"],
    "assignments": [{"group": "SOC analysts"}],
}
LAPSED = {**APPROVAL, "name": "Customer 6 lapsed", "created_days_ago": 90}
LINK = "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/"


def setting(name: str) -> int:
    return 20 + SETTINGS.index(name)


WORLD = (
    guest_tenant(FREE, guests=[], writer=True),
    guest_tenant(HERE, guests=[{"state": "Accepted"}], writer=True),
    guest_tenant(
        GONE, guests=[{"deleted_days_ago": 4, "groups": ["Readers"]}], groups=[{"name": "Readers"}], writer=RESTORING
    ),
    guest_tenant(PRIVILEGED, guests=[{"deleted_days_ago": 4, "roles": ["Security Operator"]}], writer=RESTORING),
    guest_tenant(BLOCKED, guests=[], cross_tenant_access={"partner": {"b2b_inbound": "blocked"}}, writer=True),
    {**tenant(WAITING), "gdap": [APPROVAL, LAPSED]},
    *(guest_tenant(setting(name), guests=[], invites_from=name, writer=True) for name in SETTINGS),
    *(guest_tenant(setting(name) + 10, guests=[{}], invites_from=name, writer=True) for name in SETTINGS),
    *(
        guest_tenant(setting(name) + 20, guests=[{"roles": ["Guest Inviter"]}], invites_from=name, writer=True)
        for name in SETTINGS
    ),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("guests"), *WORLD, settle_reads=0)
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


@pytest.fixture
def fresh(tmp_path):
    with start_lab(world=write_world(tmp_path, *WORLD)) as lab, client_of(lab) as found:
        yield found


def invite(client: Client, number: int, identity: str = "writer", **changes: t.Any) -> t.Any:
    return client.write("POST", "/invitations", {**INVITATION, **changes}, tenant_id(number), identity)


def guests(client: Client, number: int) -> list[dict[str, t.Any]]:
    wanted = "id,mail,userType,creationType,externalUserState,identities,userPrincipalName"
    query = f"/users?$filter=mail eq '{OPERATOR}'&$select={wanted}"
    return t.cast("list[dict[str, t.Any]]", client.get(query, tenant=tenant_id(number)).json()["value"])


def test_invitation(fresh):
    answer = invite(fresh, FREE, invitedUserDisplayName="Anna Berg")
    body = answer.json()
    assert (answer.status_code, body["status"], body["sendInvitationMessage"]) == (201, "PendingAcceptance", False)
    check(body, "invitation", "invitation")
    (user,) = guests(fresh, FREE)
    assert user["id"] == body["invitedUser"]["id"]
    assert (user["userType"], user["creationType"], user["externalUserState"]) == (
        "Guest",
        "Invitation",
        "PendingAcceptance",
    )
    assert user["userPrincipalName"] == "anna.berg_northwindmsp.example#EXT#@customer1.onmicrosoft.com"
    assert [row["signInType"] for row in user["identities"]] == ["userPrincipalName"]
    assert fresh.sign_in("operator", tenant_id(FREE)).json()["error_codes"] == [50014]


def test_redemption(fresh):
    url = invite(fresh, FREE).json()["inviteRedeemUrl"]
    with pytest.raises(BrowserError, match="for another account"):
        fresh.lab.customer.redeem(url, "colleague")
    with pytest.raises(BrowserError, match="not valid"):
        fresh.lab.customer.redeem(url.replace("ticket%3D", "ticket%3Dx"))
    page = Page(fresh.lab)
    assert tenant_id(FREE) not in offered(page)
    assert "accepted" in fresh.lab.customer.redeem(url)
    assert tenant_id(FREE) in offered(page)
    (user,) = guests(fresh, FREE)
    assert user["externalUserState"] == "Accepted"
    assert user["identities"][0]["issuer"] == "ExternalAzureAD"
    assert fresh.sign_in("operator", tenant_id(FREE)).status_code == 200
    assert invite(fresh, FREE).json()["status"] == "Completed"


def test_the_same_address_again(fresh):
    first = invite(fresh, FREE, sendInvitationMessage=True).json()
    again = invite(fresh, FREE, sendInvitationMessage=True, invitedUserEmailAddress=OPERATOR.upper()).json()
    assert first["invitedUser"] == again["invitedUser"]
    assert first["inviteRedeemUrl"] != again["inviteRedeemUrl"]
    assert [row["mails"] for row in fresh.lab.writes()] == [1, 1]
    assert len(guests(fresh, FREE)) == 1


def test_no_redeem_link_in_the_logs(fresh):
    url = invite(fresh, FREE).json()["inviteRedeemUrl"]
    fresh.lab.customer.redeem(url)
    assert "ticket" not in f"{fresh.lab.requests()}{fresh.lab.writes()}"


def test_a_guest_who_is_there(client):
    (user,) = guests(client, HERE)
    answer = invite(client, HERE)
    assert (answer.json()["status"], answer.json()["invitedUser"]["id"]) == ("Completed", user["id"])


@pytest.mark.parametrize(
    "changes",
    [
        {"invitedUserEmailAddress": None},
        {"invitedUserEmailAddress": "anna"},
        {"inviteRedirectUrl": None},
        {"inviteRedirectUrl": "security.microsoft.com"},
        {"invitedUserType": "Administrator"},
        {"sendInvitationMessage": "yes"},
        {"status": "Completed"},
        {"nothing": 1},
    ],
    ids=str,
)
def test_bad_invitation(client, changes):
    assert invite(client, FREE, **changes).status_code == 400


def test_one_of_their_own(client):
    (first, *_others) = client.get("/users", tenant=tenant_id(FREE)).json()["value"]
    answer = invite(client, FREE, invitedUserEmailAddress=first["mail"])
    assert code(answer) == (400, "BadRequest")
    assert first["id"] in answer.json()["error"]["message"]


def test_blocked_by_cross_tenant_access(client):
    assert code(invite(client, BLOCKED)) == (403, "Forbidden")
    assert invite(client, BLOCKED, invitedUserEmailAddress="somebody@elsewhere.example").status_code == 201


@pytest.mark.parametrize(
    ("offset", "identity", "allowed"),
    [
        (0, "writer", SETTINGS[2:]),
        (10, "writer_operator", SETTINGS[3:]),
        (20, "writer_operator", SETTINGS[1:]),
    ],
    ids=["app", "guest", "guest inviter"],
)
@pytest.mark.parametrize("name", SETTINGS)
def test_who_may_invite(client, name, offset, identity, allowed):
    answer = invite(client, setting(name) + offset, identity, invitedUserEmailAddress="somebody@elsewhere.example")
    assert answer.status_code == (201 if name in allowed else 403)
    if answer.status_code == 403:
        assert code(answer) == (403, "Forbidden")
        assert answer.json()["error"]["message"].startswith("Guest invitations not allowed for your company.")
    policy = client.get("/policies/authorizationPolicy", tenant=tenant_id(setting(name) + offset)).json()
    assert policy["allowInvitesFrom"] == name


@pytest.mark.parametrize("identity", ["app", "operator"])
def test_the_reading_app_invites_nobody(client, identity):
    assert code(invite(client, HERE, identity)) == (403, "Authorization_RequestDenied")


def restore(client: Client, number: int, identity: str = "writer") -> t.Any:
    (row,) = client.get(DELETED, tenant=tenant_id(number)).json()["value"]
    path = f"/directory/deletedItems/{row['id']}/restore"
    return client.write("POST", path, None, tenant_id(number), identity)


def test_restore(fresh):
    answer = restore(fresh, GONE)
    body = answer.json()
    assert (answer.status_code, body["@odata.type"]) == (200, "#microsoft.graph.user")
    assert body["userPrincipalName"] == "anna.berg_northwindmsp.example#EXT#@customer3.onmicrosoft.com"
    check(body, "user", "restore")
    assert [user["id"] for user in guests(fresh, GONE)] == [body["id"]]
    assert fresh.get(DELETED, tenant=tenant_id(GONE)).json()["value"] == []
    groups = fresh.get(f"/users/{body['id']}/transitiveMemberOf", tenant=tenant_id(GONE)).json()["value"]
    assert [group["displayName"] for group in groups] == ["Readers"]
    assert fresh.sign_in("operator", tenant_id(GONE)).status_code == 200
    again = f"/directory/deletedItems/{body['id']}/restore"
    assert fresh.write("POST", again, None, tenant_id(GONE)).status_code == 404
    (row,) = fresh.lab.writes()
    assert (row["object"], row["properties"]) == (body["id"], [])


def test_deleted_users_by_the_alias_of_the_namespace(client):
    """Microsoft's SDKs write casts so."""
    rows = client.get("/directory/deletedItems/graph.user", tenant=tenant_id(PRIVILEGED)).json()["value"]
    assert rows == client.get(DELETED, tenant=tenant_id(PRIVILEGED)).json()["value"]
    assert len(rows) == 1


def test_who_may_not_restore(client):
    assert code(restore(client, PRIVILEGED)) == (403, "Authorization_RequestDenied")
    assert code(restore(client, GONE, "app")) == (403, "Authorization_RequestDenied")
    path = "/directory/deletedItems/nobody/restore"
    assert code(client.write("POST", path, None, tenant_id(GONE))) == (400, "Request_BadRequest")


def test_a_deleted_guest_who_is_invited_is_another_object(fresh):
    (deleted,) = fresh.get(DELETED, tenant=tenant_id(GONE)).json()["value"]
    assert invite(fresh, GONE).json()["invitedUser"]["id"] != deleted["id"]
    assert restore(fresh, GONE).status_code == 400


def test_approval(fresh):
    row, lapsed = fresh.get(f"{GDAP}?$filter=status eq 'approvalPending'").json()["value"]
    page = Page(fresh.lab)
    assert tenant_id(WAITING) not in offered(page)
    assert fresh.sign_in("operator", tenant_id(WAITING)).status_code == 400
    assert "approved" in fresh.lab.customer.approve(LINK + row["id"])
    after = fresh.get(f"{GDAP}/{row['id']}").json()
    assert (after["status"], after["activatedDateTime"][:4]) == ("active", after["lastModifiedDateTime"][:4])
    assert after["endDateTime"] > after["activatedDateTime"]
    assert after["@odata.etag"] != row["@odata.etag"]
    assert fresh.sign_in("operator", tenant_id(WAITING)).status_code == 200
    assert tenant_id(WAITING) in offered(page)
    for each in (row, lapsed):
        with pytest.raises(BrowserError, match="no request to approve"):
            fresh.lab.customer.approve(each["id"])


def offered(page: Page) -> set[str]:
    page.renew()
    return {row["tenantId"] for row in page.get(PICKER).json()["tenantInfoList"]}


def test_groups(client):
    names = [row["displayName"] for row in client.get("/groups").json()["value"]]
    assert sorted(names) == ["Helpdesk", "SOC all staff", "SOC analysts"]
    (row,) = client.get("/groups?$filter=displayName eq 'Helpdesk'&$select=id,securityEnabled").json()["value"]
    assert row == {"id": object_id(HOME_ID, "group", "Helpdesk"), "securityEnabled": True}
    assert client.get(f"/groups/{row['id']}").json()["displayName"] == "Helpdesk"
    assert client.get(f"/groups/{HOME_ID}").status_code == 404
