# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads about the roles of the operator's account in a target, and of the groups that hold it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import (
    MEMBER_PERMISSIONS,
    OPERATOR_GROUPS,
    OWN_GROUPS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    ELIGIBLE_ROLES,
    MAX_ROWS,
    OWN_ELIGIBLE_GROUPS,
    scope_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

_ROLE_PERMISSIONS: t.Final = (
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
)


# Delegated, a person needs one of these roles as well [doc partner-center dap-api-impact], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name)) for name in ("Directory Readers", "Global Reader", "Privileged Role Administrator")
)


class DirectoryRoleData(t.TypedDict):
    """Template ids of the roles that are active for the whole tenant, directly or through groups.

    An app without permission to read roles gets objects with only an id [doc user-list-transitivememberof]: these are
    counted as `untold`.
    """

    roles: list[str]
    untold: int


class RoleAssignment(t.TypedDict):
    """A role of one principal, for a scope (`/`: the whole directory)."""

    role: str
    scope: str


class RoleAssignmentData(t.TypedDict):
    """The role assignments of one principal."""

    assignments: list[RoleAssignment]
    left_out: int


def shape_directory_roles(body: Fields) -> DirectoryRoleData:
    """Keep template ids."""
    template_ids = [row.optional_guid("roleTemplateId") for row in body.rows("value")]
    known = {template_id for template_id in template_ids if template_id}
    return {"roles": sorted(known), "untold": template_ids.count(None)}


def shape_role_assignments(body: Fields) -> RoleAssignmentData:
    """Keep role and scope. The id of a built-in role is its template id."""
    rows: list[RoleAssignment] = [
        {"role": row.guid("roleDefinitionId"), "scope": scope_of(row)} for row in body.rows("value")
    ]
    return {"assignments": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


DIRECTORY_ROLES: t.Final = Read(
    what="directory_roles",
    title="the active directory roles of the operator's account",
    path="/users/{account}/transitiveMemberOf/microsoft.graph.directoryRole?$select=id,roleTemplateId&$count=true",
    app=MEMBER_PERMISSIONS,
    delegated=MEMBER_PERMISSIONS,
    shape=shape_directory_roles,
    advanced=True,
)


OWN_DIRECTORY_ROLES: t.Final = dataclasses.replace(
    DIRECTORY_ROLES,
    title="the operator's own active directory roles",
    path=DIRECTORY_ROLES.path.replace("/users/{account}", "/me"),
    app=(),
    delegated=("User.Read", *MEMBER_PERMISSIONS),
)


ROLE_ASSIGNMENTS: t.Final = Read(
    what="role_assignments",
    title="the role assignments of the operator's account",
    path="/roleManagement/directory/roleAssignments?$filter=principalId eq '{account}'",
    app=_ROLE_PERMISSIONS,
    delegated=(*_ROLE_PERMISSIONS, "RoleManagement.Read.All"),
    shape=shape_role_assignments,
    about=("principalId",),
    readers=_READERS,
)

# The account in the target is not the person at home: their groups and what they may activate are kept separately.
ACCOUNT_GROUPS: t.Final = dataclasses.replace(OPERATOR_GROUPS, stored_as="account_groups")
OWN_ACCOUNT_GROUPS: t.Final = dataclasses.replace(OWN_GROUPS, stored_as="account_groups")
ACCOUNT_ELIGIBLE_GROUPS: t.Final = dataclasses.replace(ELIGIBLE_GROUPS, stored_as="account_eligible_groups")
OWN_ACCOUNT_ELIGIBLE_GROUPS: t.Final = dataclasses.replace(OWN_ELIGIBLE_GROUPS, stored_as="account_eligible_groups")
# About one group of the account, with the group's id as qualifier.
GROUP_ROLES: t.Final = dataclasses.replace(ROLE_ASSIGNMENTS, stored_as="group_role_assignments")
GROUP_ELIGIBLE: t.Final = dataclasses.replace(ELIGIBLE_ROLES, stored_as="group_eligible_roles")
