# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads that every check rests on: who the operator is, their groups, and which tenant answers."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import USER_PERMISSIONS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

_USER_SELECT: t.Final = "$select=id,displayName,userPrincipalName,mail,otherMails"


def shape_user(body: t.Any) -> dict[str, t.Any]:
    """`{id, upn, mail, other_mails}` of the operator in the home tenant."""
    return {
        "id": str(body["id"]).lower(),
        "upn": str(body["userPrincipalName"]),
        "mail": str(body["mail"]) if body.get("mail") else None,
        "other_mails": [str(mail) for mail in body.get("otherMails") or ()],
    }


def shape_organization(body: t.Any) -> dict[str, t.Any]:
    """`{id, name}` of the tenant that answers."""
    row = body["value"][0]
    return {"id": str(row["id"]).lower(), "name": str(row.get("displayName") or row["id"])}


_ORGANIZATION_PERMISSIONS: t.Final = (
    "Organization.Read.All",
    "DeviceManagementServiceConfig.Read.All",
    "Directory.Read.All",
    "Organization.ReadWrite.All",
    "Directory.ReadWrite.All",
)


ORGANIZATION: t.Final = Read(
    what="organization",
    title="the organization",
    path="/organization?$select=id,displayName",
    app=_ORGANIZATION_PERMISSIONS,
    delegated=("User.Read", *_ORGANIZATION_PERMISSIONS),
    shape=shape_organization,
    # It names the tenant in sentences, and proves whose answer it is where a token cannot be read.
    optional=True,
)


OPERATOR: t.Final = Read(
    what="operator",
    title="the operator",
    path="/users/{operator}?" + _USER_SELECT,
    app=USER_PERMISSIONS,
    delegated=("User.ReadBasic.All", *USER_PERMISSIONS),
    shape=shape_user,
    missing_is_answer=True,
)


OWN_USER: t.Final = Read(
    what="operator",
    title="the operator",
    path="/me?" + _USER_SELECT,
    app=(),
    delegated=("User.Read", "User.ReadWrite", *USER_PERMISSIONS),
    shape=shape_user,
)


OWN_GROUPS: t.Final = dataclasses.replace(
    OPERATOR_GROUPS,
    path=OPERATOR_GROUPS.path.replace("/users/{operator}", "/me"),
    app=(),
    delegated=("User.Read", *OPERATOR_GROUPS.delegated),
)
