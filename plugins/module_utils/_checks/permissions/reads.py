# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads about the roles of the operator's account in a target, and of the groups that hold it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS, OWN_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    ELIGIBLE_ROLES,
    MAX_ROWS,
    OWN_ELIGIBLE_GROUPS,
)
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

_ROLE_PERMISSIONS: t.Final = (
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)


_MEMBERS: t.Final = (
    "User.Read.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Directory.ReadWrite.All",
)


# Delegated, a person needs one of these roles as well [doc partner-center dap-api-impact], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name)) for name in ("Directory Readers", "Global Reader", "Privileged Role Administrator")
)


def shape_directory_roles(body: t.Any) -> dict[str, t.Any]:
    """`{roles: [template id], untold: n}`: roles active for the whole tenant, directly or through groups.

    An app without permission to read roles gets objects with nothing but an id [doc user-list-transitivememberof]:
    these are counted as untold.
    """
    rows = body["value"]
    told = sorted({str(row["roleTemplateId"]).lower() for row in rows if row.get("roleTemplateId")})
    return {"roles": told, "untold": sum(1 for row in rows if not row.get("roleTemplateId"))}


def shape_role_assignments(body: t.Any) -> dict[str, t.Any]:
    """`{assignments: [{role, scope}], left_out: n}` of one principal. The id of a built-in role is its template id."""
    rows = [
        {"role": str(row["roleDefinitionId"]).lower(), "scope": str(row.get("directoryScopeId") or "")}
        for row in body["value"]
    ]
    return {"assignments": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


DIRECTORY_ROLES: t.Final = Read(
    what="directory_roles",
    title="the active directory roles of the operator's account",
    path="/users/{account}/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId&$count=true",
    app=_MEMBERS,
    delegated=_MEMBERS,
    shape=shape_directory_roles,
    advanced=True,
)


OWN_DIRECTORY_ROLES: t.Final = Read(
    what="directory_roles",
    title="the operator's own active directory roles",
    path="/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId&$count=true",
    app=(),
    delegated=("User.Read", *_MEMBERS),
    shape=shape_directory_roles,
    advanced=True,
)


ROLE_ASSIGNMENTS: t.Final = Read(
    what="role_assignments",
    title="the role assignments of the operator's account",
    path="/roleManagement/directory/roleAssignments?$filter=principalId eq '{account}'",
    app=_ROLE_PERMISSIONS,
    delegated=(*_ROLE_PERMISSIONS, "RoleManagement.Read.All"),
    shape=shape_role_assignments,
    readers=_READERS,
)

# The account in the target is not the person at home: their groups and what they may activate are kept apart.
ACCOUNT_GROUPS: t.Final = dataclasses.replace(OPERATOR_GROUPS, stored_as="account_groups")
OWN_ACCOUNT_GROUPS: t.Final = dataclasses.replace(OWN_GROUPS, stored_as="account_groups")
ACCOUNT_ELIGIBLE_GROUPS: t.Final = dataclasses.replace(ELIGIBLE_GROUPS, stored_as="account_eligible_groups")
OWN_ACCOUNT_ELIGIBLE_GROUPS: t.Final = dataclasses.replace(OWN_ELIGIBLE_GROUPS, stored_as="account_eligible_groups")
# About one group of the account, with the group's id as qualifier.
GROUP_ROLES: t.Final = dataclasses.replace(ROLE_ASSIGNMENTS, stored_as="group_role_assignments")
GROUP_ELIGIBLE: t.Final = dataclasses.replace(ELIGIBLE_ROLES, stored_as="group_eligible_roles")
