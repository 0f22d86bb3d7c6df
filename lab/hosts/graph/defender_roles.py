# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles of Microsoft Defender itself (unified RBAC), beta only: one assignment for all holders of a role."""

from __future__ import annotations

import typing as t

from lab.hosts.graph.collection import Resource, collection
from lab.state.directory import object_id

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Directory, Entity

# We have no CSDL of beta, so that rows are not projected [doc rbacapplicationmultiple].
_ASSIGNMENTS: t.Final = Resource("unifiedRoleAssignmentMultiple", "roleManagement/defender/roleAssignments")
_DEFINITIONS: t.Final = Resource("unifiedRoleDefinition", "roleManagement/defender/roleDefinitions")


def list_assignments(request: Request) -> Answer:
    """GET beta /roleManagement/defender/roleAssignments"""
    directory = request.directory
    return collection(request, _ASSIGNMENTS, [_assignment(directory, name) for name in _names(directory)])


def list_definitions(request: Request) -> Answer:
    """GET beta /roleManagement/defender/roleDefinitions"""
    directory = request.directory
    return collection(request, _DEFINITIONS, [_definition(directory, name) for name in _names(directory)])


def _names(directory: Directory) -> list[str]:
    return sorted({row.name for row in directory.defender_roles})


def _assignment(directory: Directory, name: str) -> Entity:
    return {
        "id": object_id(directory.tenant_id, "defenderRoleAssignment", name),
        "displayName": f"Assignment of {name}",
        "description": "",
        "roleDefinitionId": object_id(directory.tenant_id, "defenderRole", name),
        "principalIds": [row.principal_id for row in directory.defender_roles if row.name == name],
        "directoryScopeIds": ["/"],
        "appScopeIds": [],
    }


def _definition(directory: Directory, name: str) -> Entity:
    actions = sorted({action for row in directory.defender_roles if row.name == name for action in row.permissions})
    return {
        "id": object_id(directory.tenant_id, "defenderRole", name),
        "displayName": name,
        "description": "",
        "isBuiltIn": False,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": object_id(directory.tenant_id, "defenderRole", name),
        "version": None,
        "rolePermissions": [{"allowedResourceActions": actions, "condition": None}],
    }
