# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads that every check rests on: who the operator is, their groups, and which tenant answers."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

# Guest properties stand beyond the basic profile: User.ReadBasic.All is not enough [guess].
USER_PERMISSIONS: t.Final = ("User.Read.All", "Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_MEMBER_PERMISSIONS: t.Final = (
    "User.Read.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
)


def shape_groups(body: t.Any) -> dict[str, t.Any]:
    """`{groups: {id: name}}`: every group that holds the operator, nested groups included."""
    return {"groups": {str(row["id"]).lower(): str(row.get("displayName") or row["id"]) for row in body["value"]}}


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


OPERATOR_GROUPS: t.Final = Read(
    what="operator_groups",
    title="the groups of the operator",
    path="/users/{operator}/transitiveMemberOf/microsoft.graph.group?$select=id,displayName&$count=true&$top=999",
    app=_MEMBER_PERMISSIONS,
    delegated=_MEMBER_PERMISSIONS,
    shape=shape_groups,
    advanced=True,
)
OWN_GROUPS: t.Final = dataclasses.replace(
    OPERATOR_GROUPS,
    path=OPERATOR_GROUPS.path.replace("/users/{operator}", "/me"),
    app=(),
    delegated=("User.Read", *OPERATOR_GROUPS.delegated),
)
