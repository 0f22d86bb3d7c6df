# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""User objects: the operator at home, the operator's objects in other tenants, and the ordinary people of a tenant."""

from __future__ import annotations

import random
import typing as t

from lab.state.directory import Directory, Entity, object_id, timestamp

if t.TYPE_CHECKING:
    import datetime as dt

    from lab.worlds.states import Guest
    from lab.worlds.world import Analyst

_GIVEN: t.Final = (
    "Amelia Bruno Clara Dario Elena Farid Greta Hugo Ines Jonas Katarina Leon Marta Nils Olivia Pavel"
    " Rosa Samir Tilda Viktor"
).split()
_SURNAMES: t.Final = (
    "Albrecht Bauer Costa Dubois Eriksen Fischer Garcia Hansen Ivanova Jansen Keller Lindqvist Moreau"
    " Novak Olsen Petrov Rossi Schmidt Torres Weber"
).split()

_FEDERATED: t.Final = {"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": None}


def _user(tenant_id: str, upn: str, name: str, created: dt.datetime) -> Entity:
    given, _space, surname = name.partition(" ")
    return {
        "id": object_id(tenant_id, "user", upn.lower()),
        "accountEnabled": True,
        "businessPhones": [],
        "createdDateTime": timestamp(created),
        "creationType": None,
        "displayName": name,
        "externalUserState": None,
        "externalUserStateChangeDateTime": None,
        "givenName": given or None,
        "identities": [],
        "jobTitle": None,
        "mail": upn,
        "mailNickname": upn.partition("@")[0],
        "mobilePhone": None,
        "officeLocation": None,
        "otherMails": [],
        "preferredLanguage": None,
        "proxyAddresses": [f"SMTP:{upn}"],
        "surname": surname or None,
        "userPrincipalName": upn,
        "userType": "Member",
    }


def _own_identity(directory: Directory, upn: str) -> Entity:
    return {"signInType": "userPrincipalName", "issuer": directory.initial_domain, "issuerAssignedId": upn}


def operator_user(directory: Directory, operator: Analyst, created: dt.datetime) -> Entity:
    """Return the operator, or an analyst, in the home tenant."""
    user = _user(directory.tenant_id, operator.upn, operator.name, created)
    identities = [_own_identity(directory, operator.upn)]
    mail = operator.mail or operator.upn
    return user | {"mail": mail, "identities": identities, "accountEnabled": operator.enabled}


def colleague_user(directory: Directory, upn: str, name: str, created: dt.datetime) -> Entity:
    """Return another person of the home tenant."""
    return _user(directory.tenant_id, upn, name, created) | {"identities": [_own_identity(directory, upn)]}


def guest_user(directory: Directory, guest: Guest, operator: Analyst, number: int, created: dt.datetime) -> Entity:
    """Return the object of the operator, or of an analyst, in another tenant.

    An identity of another Entra tenant has the issuer ExternalAzureAD and no issuerAssignedId [seen in public dumps].
    """
    mail = guest.mail or operator.mail or operator.upn
    local = operator.upn.replace("@", "_") + (str(number) if number else "")
    upn = f"{local}#EXT#@{directory.initial_domain}"
    identities = [_own_identity(directory, upn)]
    if guest.state != "PendingAcceptance":
        identities.insert(0, dict(_FEDERATED))
    return _user(directory.tenant_id, upn, operator.name, created) | {
        "accountEnabled": guest.enabled,
        "creationType": "Invitation",
        "externalUserState": guest.state,
        "externalUserStateChangeDateTime": timestamp(created) if guest.state else None,
        "identities": identities,
        "mail": mail,
        "otherMails": [mail],
        "userType": guest.type,
    }


def invited_user(directory: Directory, address: str, name: str | None, user_type: str, now: dt.datetime) -> Entity:
    """Return a user who was invited and has not redeemed. The name is that before the @ if there is none [guess]."""
    upn = f"{address.replace('@', '_')}#EXT#@{directory.initial_domain}"
    user = _user(directory.tenant_id, upn, name or address.partition("@")[0], now)
    number = 0
    while user["id"] in directory.users or user["id"] in directory.deleted_users:
        number += 1
        user["id"] = object_id(directory.tenant_id, "user", f"{upn.lower()}/{number}")
    return user | {
        "creationType": "Invitation",
        "externalUserState": "PendingAcceptance",
        "externalUserStateChangeDateTime": timestamp(now),
        "identities": [_own_identity(directory, upn)],
        "mail": address,
        "otherMails": [address],
        "proxyAddresses": [f"SMTP:{address}"],
        "userType": user_type,
    }


def redeem(user: Entity, now: dt.datetime) -> None:
    """Let an invited user accept."""
    if user["externalUserState"] == "PendingAcceptance":
        user["identities"] = [dict(_FEDERATED), *user["identities"]]
        user |= {"externalUserState": "Accepted", "externalUserStateChangeDateTime": timestamp(now)}


def deleted_user(user: Entity, when: dt.datetime) -> Entity:
    """Return a user as a deleted item: the object id precedes the name [community]."""
    name = user["id"].replace("-", "") + user["userPrincipalName"]
    return user | {"userPrincipalName": name, "deletedDateTime": timestamp(when)}


def ordinary_users(directory: Directory, count: int, created: dt.datetime) -> list[Entity]:
    """Return people who work there, the same in every run."""
    rng = random.Random(directory.tenant_id)  # noqa: S311 - names, not secrets
    return [_ordinary(directory, rng, number, created) for number in range(count)]


def _ordinary(directory: Directory, rng: random.Random, number: int, created: dt.datetime) -> Entity:
    given, surname = rng.choice(_GIVEN), rng.choice(_SURNAMES)
    upn = f"{given}.{surname}{number + 1}@{directory.domain}".lower()
    user = _user(directory.tenant_id, upn, f"{given} {surname}", created)
    return user | {"identities": [_own_identity(directory, upn)]}
