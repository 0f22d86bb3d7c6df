# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads that all checks share: who the operator is, their groups, and which tenant answers."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
from ansible_collections.m365.defender.plugins.module_utils._core.text import shortened

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

# Guest properties and accountEnabled are beyond the basic profile: User.ReadBasic.All is not enough [guess].
USER_PERMISSIONS: t.Final = ("User.Read.All", "Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
MEMBER_PERMISSIONS: t.Final = (
    "User.Read.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
)


# Microsoft's longest name of an object [doc resources/user, group].
_LONGEST_NAME: t.Final = 256


class GroupData(t.TypedDict):
    """Names by id of all groups that hold a person, nested groups included."""

    groups: dict[str, str]


class UserData(t.TypedDict):
    """The operator in the home tenant."""

    id: str
    upn: str
    mail: str | None
    other_mails: list[str]
    enabled: bool | None
    type: str


class OrganizationData(t.TypedDict):
    """The tenant that answers."""

    id: str
    name: str


def shape_groups(body: Fields) -> GroupData:
    """Keep ids and names."""
    return {"groups": {row.guid("id"): name_of(row) for row in body.rows("value", key="id")}}


def name_of(row: Fields, key: str = "id") -> str:
    """Return what an object is called, for a sentence; one without a name is called by its id."""
    return shortened(row.optional_text("displayName") or row.non_empty(key), _LONGEST_NAME)


# Microsoft Graph returns accountEnabled and userType only where they are selected [doc resources/user].
_USER_SELECT: t.Final = "$select=id,displayName,userPrincipalName,mail,otherMails,accountEnabled,userType"


def shape_user(body: Fields) -> UserData:
    """Keep id, addresses, and whether the account is enabled: None where the answer does not say."""
    return {
        "id": body.guid("id"),
        "upn": body.non_empty("userPrincipalName"),
        "mail": body.optional_text("mail") or None,
        "other_mails": list(body.texts("otherMails")) if body.has("otherMails") else [],
        "enabled": body.optional_flag("accountEnabled"),
        "type": body.optional_text("userType") or "",
    }


def shape_organization(body: Fields) -> OrganizationData:
    """Keep id and name of the only row."""
    row = body.only_row("value")
    return {"id": row.guid("id"), "name": name_of(row)}


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
    # No verdict depends on it: it names the tenant in sentences, and proves whose answer it is for an opaque token.
    optional=True,
)


OPERATOR: t.Final = Read(
    what="operator",
    title="the operator",
    path="/users/{operator}?" + _USER_SELECT,
    app=USER_PERMISSIONS,
    delegated=USER_PERMISSIONS,
    shape=shape_user,
    missing_is_answer=True,
    about=("id", "userPrincipalName"),
)


OWN_USER: t.Final = dataclasses.replace(
    OPERATOR,
    path="/me?" + _USER_SELECT,
    app=(),
    delegated=("User.Read", "User.ReadWrite", *USER_PERMISSIONS),
    missing_is_answer=False,
)


OPERATOR_GROUPS: t.Final = Read(
    what="operator_groups",
    title="the groups of the operator",
    path="/users/{operator}/transitiveMemberOf/microsoft.graph.group?$select=id,displayName&$count=true&$top=999",
    app=MEMBER_PERMISSIONS,
    delegated=MEMBER_PERMISSIONS,
    shape=shape_groups,
    advanced=True,
)
OWN_GROUPS: t.Final = dataclasses.replace(
    OPERATOR_GROUPS,
    path=OPERATOR_GROUPS.path.replace("/users/{operator}", "/me"),
    app=(),
    delegated=("User.Read", *OPERATOR_GROUPS.delegated),
)
