# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directory roles and role assignments."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
import uuid

from lab.data import roles
from lab.hosts.graph.collection import Resource, collection, entity
from lab.hosts.graph.errors import bad_request, not_found
from lab.hosts.graph.filtering import rules
from lab.state.directory import RoleAssignment, object_id

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Directory, Entity, RoleEligibility

_DIRECTORY_ROLES: t.Final = Resource("directoryRole", "directoryRoles", directory=True)
_ASSIGNMENTS: t.Final = Resource(
    "unifiedRoleAssignment",
    "roleManagement/directory/roleAssignments",
    rules=rules(
        required=("principalId", "roleDefinitionId"),
        principalId="eq in",
        roleDefinitionId="eq in",
        directoryScopeId="eq",
    ),
)
_DEFINITIONS: t.Final = Resource(
    "unifiedRoleDefinition",
    "roleManagement/directory/roleDefinitions",
    rules=rules(id="eq in", displayName="eq in", templateId="eq in", isBuiltIn="eq"),
)


def role_entity(directory: Directory, role_id: str) -> Entity:
    """Return a directoryRole object: its id differs between tenants, its template id does not."""
    return {
        "id": object_id(directory.tenant_id, "directoryRole", role_id),
        "deletedDateTime": None,
        "description": roles.DESCRIPTION_OF[role_id],
        "displayName": roles.DISPLAY_NAMES[directory.role_names][role_id],
        "roleTemplateId": role_id,
    }


def list_directory_roles(request: Request) -> Answer:
    """GET /directoryRoles: only roles that were given to somebody exist as objects."""
    directory = request.directory
    return collection(
        request, _DIRECTORY_ROLES, [role_entity(directory, role_id) for role_id in sorted(directory.activated_roles())]
    )


def get_directory_role(request: Request) -> Answer:
    """GET /directoryRoles/{id}"""
    rows = [role_entity(request.directory, role_id) for role_id in request.directory.activated_roles()]
    row = next((row for row in rows if row["id"] == request.keys["id"].lower()), None)
    if row is None:
        raise not_found(request.keys["id"])
    return entity(request, _DIRECTORY_ROLES, row)


def list_role_assignments(request: Request) -> Answer:
    """GET /roleManagement/directory/roleAssignments: direct assignments of people and groups."""
    rows = [_assignment(request, row) for row in request.directory.role_assignments]
    return collection(request, _expanded(request), rows + _foreign_assignments(request))


def _foreign_assignments(request: Request) -> list[Entity]:
    """Return what GDAP gives to groups of the partner, which are not objects of this directory [guess]."""
    state = request.lab.state
    now = dt.datetime.now(dt.UTC)
    in_force = [row for row in state.relationships if row.customer_id == request.directory.tenant_id]
    given = {pair for row in in_force if row.in_force(now) for pair in row.given()}
    rows = [_assignment(request, RoleAssignment(group_id, role_id)) for group_id, role_id in sorted(given)]
    return [{**row, "principalOrganizationId": state.home.tenant_id} for row in rows]


def _expanded(request: Request) -> Resource:
    """Return the resource with the expanded property in its context. `$expand` takes a single property [guess]."""
    expand = request.options.expand
    if expand is None:
        return _ASSIGNMENTS
    if expand not in ("principal", "roleDefinition"):
        raise bad_request(
            f"Parsing OData Select and Expand failed: Could not find a navigation property named '{expand}' on type"
            " 'microsoft.graph.unifiedRoleAssignment'."
        )
    return dataclasses.replace(_ASSIGNMENTS, context=f"{_ASSIGNMENTS.context}({expand}())")


def assignment_id(directory: Directory, row: RoleAssignment | RoleEligibility) -> str:
    """Return the id of an assignment. The id of an eligibility is derived from it."""
    key = f"{row.principal_id}/{row.role_id}{row.scope.rstrip('/')}"
    return f"{uuid.UUID(object_id(directory.tenant_id, 'roleAssignment', key)).hex}-1"


def _assignment(request: Request, row: RoleAssignment) -> Entity:
    assignment: Entity = {
        "id": assignment_id(request.directory, row),
        "principalId": row.principal_id,
        "directoryScopeId": row.scope,
        "roleDefinitionId": row.role_id,
    }
    if request.options.expand == "principal":
        assignment["principal"] = _principal(request.directory, row.principal_id)
    if request.options.expand == "roleDefinition":
        assignment["roleDefinition"] = _definition(request.directory, row.role_id)
    return assignment


def _principal(directory: Directory, principal_id: str) -> Entity | None:
    """Return the holder of the role. A principal of another directory cannot be shown [guess]."""
    if principal_id in directory.users:
        return {"@odata.type": "#microsoft.graph.user", **directory.users[principal_id]}
    group = directory.groups.get(principal_id)
    return None if group is None else {"@odata.type": "#microsoft.graph.group", **group}


def _definition(directory: Directory, role_id: str) -> Entity:
    return {
        "id": role_id,
        "description": roles.DESCRIPTION_OF[role_id],
        "displayName": roles.DISPLAY_NAMES[directory.role_names][role_id],
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": role_id,
        "version": "1",
        "rolePermissions": [],
    }


def list_role_definitions(request: Request) -> Answer:
    """GET /roleManagement/directory/roleDefinitions"""
    return collection(request, _DEFINITIONS, [_definition(request.directory, role_id) for role_id in roles.NAME_OF])


def get_role_definition(request: Request) -> Answer:
    """GET /roleManagement/directory/roleDefinitions/{id}"""
    key = request.keys["id"].lower()
    if key not in roles.NAME_OF:
        raise not_found(request.keys["id"])
    return entity(request, _DEFINITIONS, _definition(request.directory, key))
