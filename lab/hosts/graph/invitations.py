# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests: invitations, and deleted users who come back."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import typing as t
import urllib.parse
import uuid

from lab.data import roles as r
from lab.hosts.entra.collaboration import invitation_blocked
from lab.hosts.graph.bodies import is_guid, read_body
from lab.hosts.graph.errors import GraphError, denied, not_emulated, not_found
from lab.hosts.graph.message import Answer
from lab.state.people import invited_user

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Request
    from lab.state.directory import Directory, Entity

_SETTABLE: t.Final = (
    "invitedUserEmailAddress",
    "inviteRedirectUrl",
    "invitedUserDisplayName",
    "invitedUserType",
    "invitedUserMessageInfo",
    "sendInvitationMessage",
    "resetRedemption",
    "invitedUser",
    "invitedUserSponsors",
)
_REQUIRED: t.Final = ("invitedUserEmailAddress", "inviteRedirectUrl")
_ADDRESS: t.Final = re.compile(r"[^@\s<>()\[\],;:\"]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_INVITERS: t.Final = r.ids("Guest Inviter", "User Administrator", "Global Administrator")
# Users with other roles are restored by Global Administrator only, and by no app with User.ReadWrite.All [doc
# directory-deleteditems-restore; the list of roles is a guess].
_HARMLESS: t.Final = r.ids("Directory Readers", "Guest Inviter")
_NO_MESSAGE: t.Final = {
    "messageLanguage": None,
    "customizedMessageBody": None,
    "ccRecipients": [{"emailAddress": {"name": None, "address": None}}],
}


def invite(request: Request) -> Answer:
    """POST /invitations: the same address gives the same user, and another mail."""
    body = read_body(request.target.body, "invitation", _SETTABLE, _REQUIRED)
    _check_inviter(request)
    _check_invitation(body)
    address = body["invitedUserEmailAddress"]
    if invitation_blocked(request.lab.state, request.directory, address):
        raise GraphError(403, "Forbidden", "This invitation is blocked by cross-tenant access settings.")
    user = _existing_user(request.directory, address) or _new_user(request, address, body)
    mails = bool(body.get("sendInvitationMessage"))
    note = {"object": user["id"], "properties": sorted(body), "mails": int(mails)}
    return Answer(_invitation(request, body, user), 201, note=note)


def restore_user(request: Request) -> Answer:
    """POST /directory/deletedItems/{id}/restore"""
    if not is_guid(request.keys["id"]):
        raise GraphError(400, "Request_BadRequest", f"Invalid object identifier '{request.keys['id']}'.")
    user_id, directory = request.keys["id"].lower(), request.directory
    restorable = directory.restorable.get(user_id)
    if user_id not in directory.deleted_users or restorable is None:
        raise not_found(request.keys["id"])
    administrator = bool(set(restorable.role_ids) - _HARMLESS)
    if administrator and r.GLOBAL_ADMINISTRATOR not in request.caller.roles:
        raise denied()
    upn = directory.deleted_users[user_id]["userPrincipalName"].removeprefix(user_id.replace("-", ""))
    if directory.find_user(upn) is not None:
        raise GraphError(400, "Request_BadRequest", "Another object with the same value for userPrincipalName exists.")
    del directory.deleted_users[user_id], directory.restorable[user_id]
    restorable.restore()
    body = {
        "@odata.context": f"{request.root()}/$metadata#directoryObjects/$entity",
        "@odata.type": "#microsoft.graph.user",
        **directory.users[user_id],
    }
    return Answer(body, 200, note={"object": user_id, "properties": []})


def _check_inviter(request: Request) -> None:
    """Check who may invite. The words of the refusal are those of the service, its code is a [guess]."""
    setting, caller, directory = request.directory.invites_from, request.caller, request.directory
    user = directory.users.get(caller.object_id)
    everyone, members = setting == "everyone", setting == "adminsGuestInvitersAndAllMembers"
    if caller.delegated:
        inviter = not caller.roles.isdisjoint(_INVITERS) and setting != "none"
        member = members and user is not None and user["userType"] == "Member"
        allowed = everyone or inviter or member
    else:
        # App-only does not work where invitations are disabled or for administrators only [doc invitation-post].
        allowed = everyone or members
    if not allowed:
        words = "Guest invitations not allowed for your company. Contact your company administrator for more details."
        raise GraphError(403, "Forbidden", words)


def _check_invitation(body: Entity) -> None:
    if body.get("resetRedemption") or "invitedUser" in body or "invitedUserSponsors" in body:
        raise not_emulated("resetRedemption, invitedUser and invitedUserSponsors of an invitation")
    if _ADDRESS.fullmatch(body["invitedUserEmailAddress"]) is None:
        raise _refused("The invited user's email address is not valid.")
    if urllib.parse.urlsplit(body["inviteRedirectUrl"]).scheme not in ("http", "https"):
        raise _refused("The inviteRedirectUrl is not a valid absolute URL.")
    if body.get("invitedUserType") not in (None, "Guest", "Member"):
        raise _refused("The invitedUserType must be Guest or Member.")


def _existing_user(directory: Directory, address: str) -> Entity | None:
    wanted = address.lower()
    for user in directory.users.values():
        if wanted in {str(mail).lower() for mail in (user["mail"], user["userPrincipalName"], *user["otherMails"])}:
            if user["creationType"] != "Invitation":
                raise _refused(
                    f"The invited user already exists in the directory as object ID: {user['id']}. They can use that"
                    " account to sign in to shared apps and resources."
                )
            return user
    return None


def _new_user(request: Request, address: str, body: Entity) -> Entity:
    state, directory = request.lab.state, request.directory
    kind = body.get("invitedUserType") or "Guest"
    user = invited_user(directory, address, body.get("invitedUserDisplayName"), kind, dt.datetime.now(dt.UTC))
    directory.users[user["id"]] = user
    directory.groups_of[user["id"]] = set()
    at_home = state.home.users[state.operator.object_id]
    if address.lower() in {at_home["mail"].lower(), state.operator.upn.lower()}:
        directory.operator_ids.append(user["id"])
    return user


def _invitation(request: Request, body: Entity, user: Entity) -> Entity:
    invitation_id = str(uuid.uuid4())
    ticket = secrets.token_urlsafe(24)
    request.directory.tickets[ticket] = user["id"]
    pending = user["externalUserState"] == "PendingAcceptance"
    return {
        "@odata.context": f"{request.root()}/$metadata#invitations/$entity",
        "id": invitation_id,
        "inviteRedeemUrl": _redeem_url(request, invitation_id, ticket),
        "invitedUserDisplayName": body.get("invitedUserDisplayName"),
        "invitedUserType": body.get("invitedUserType") or "Guest",
        "invitedUserEmailAddress": body["invitedUserEmailAddress"],
        "sendInvitationMessage": bool(body.get("sendInvitationMessage")),
        "resetRedemption": False,
        "inviteRedirectUrl": body["inviteRedirectUrl"],
        "status": "PendingAcceptance" if pending else "Completed",
        "invitedUserMessageInfo": _NO_MESSAGE | (body.get("invitedUserMessageInfo") or {}),
        "invitedUser": {"id": user["id"]},
    }


def _redeem_url(request: Request, invitation_id: str, ticket: str) -> str:
    """Return the link as Microsoft writes it; it leads to the lab's own sign-in page."""
    query = {"tenant": request.directory.tenant_id, "user": invitation_id, "ticket": ticket, "ver": "2.0"}
    inner = f"https://invitations.microsoft.com/redeem/?{urllib.parse.urlencode(query)}"
    return f"{request.lab.endpoints['login']}/redeem?{urllib.parse.urlencode({'rd': inner})}"


def _refused(message: str) -> GraphError:
    return GraphError(400, "BadRequest", message)
