# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tenant governance, a preview: documented in v1.0 and in beta, in neither CSDL file that we have.

The two versions differ in the namespace of their types [doc]. A world can have a v1.0 that does not know it yet.
"""

from __future__ import annotations

import typing as t

from lab.hosts.graph.collection import Resource, collection
from lab.hosts.graph.errors import not_found, unknown_segment
from lab.hosts.graph.message import Answer
from lab.state.directory import object_id, timestamp

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Request
    from lab.state.directory import Entity, State

ROOT: t.Final = "/directory/tenantGovernance"
# Types whose name differs from the path. That beta has the same names is a [guess].
_TYPES: t.Final = {"settings": "tenantGovernanceSetting", "governancePolicyTemplate": "tenantGovernancePolicyTemplate"}
_PREFIX: t.Final = {"v1.0": "#microsoft.graph.", "beta": "#microsoft.graph.tenantGovernanceServices."}


def check_version(path: str, version: str, state: State) -> None:
    """Refuse a path that this version does not know, before any permission is checked. Raises GraphError."""
    if version == "v1.0" and not state.governance.in_v1 and path.lower().startswith(ROOT.lower() + "/"):
        raise unknown_segment("tenantGovernance")


def list_relationships(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceRelationships"""
    return _list(request, "governanceRelationship", request.lab.state.governance.relationships)


def get_relationship(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceRelationships/{id}"""
    return _get(request, "governanceRelationship", request.lab.state.governance.relationships)


def list_requests(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceRequests"""
    return _list(request, "governanceRequest", request.lab.state.governance.requests)


def get_request(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceRequests/{id}"""
    return _get(request, "governanceRequest", request.lab.state.governance.requests)


def list_invitations(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceInvitations"""
    return _list(request, "governanceInvitation", request.lab.state.governance.invitations)


def get_invitation(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governanceInvitations/{id}"""
    return _get(request, "governanceInvitation", request.lab.state.governance.invitations)


def list_templates(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governancePolicyTemplates: every tenant has the one named `default` [doc]."""
    return _page(request, "governancePolicyTemplate", [_template(request)])


def get_template(request: Request) -> Answer:
    """GET /directory/tenantGovernance/governancePolicyTemplates/{id}"""
    if request.keys["id"].lower() != "default":
        raise not_found(request.keys["id"])
    return _entity(request, "governancePolicyTemplate", _template(request))


def get_settings(request: Request) -> Answer:
    """GET /directory/tenantGovernance/settings"""
    row = {"isRelatedTenantsEnabled": False, "canReceiveInvitations": True}
    return _entity(request, "settings", row)


def _mine(request: Request, rows: t.Iterable[Entity]) -> list[Entity]:
    """Return the rows in which the caller's tenant is governing or governed [doc]."""
    own = request.directory.tenant_id
    return [row for row in rows if own in (row["governingTenantId"], row["governedTenantId"])]


def _list(request: Request, kind: str, rows: t.Iterable[Entity]) -> Answer:
    return _page(request, kind, _mine(request, rows))


def _page(request: Request, kind: str, rows: t.Iterable[Entity]) -> Answer:
    resource = Resource(kind, f"directory/tenantGovernance/{kind}s", max_page=100)
    return collection(request, resource, [_typed(request, kind, row) for row in rows])


def _get(request: Request, kind: str, rows: t.Iterable[Entity]) -> Answer:
    key = request.keys["id"].lower()
    row = next((row for row in _mine(request, rows) if row["id"] == key), None)
    if row is None:
        raise not_found(request.keys["id"])
    return _entity(request, kind, row)


def _entity(request: Request, kind: str, row: Entity) -> Answer:
    context = f"{request.root()}/$metadata#directory/tenantGovernance/{kind}/$entity"
    return Answer({"@odata.context": context, **_typed(request, kind, row)})


def _typed(request: Request, kind: str, row: Entity) -> Entity:
    return {"@odata.type": _PREFIX[request.target.version] + _TYPES.get(kind, kind), **row}


def _template(request: Request) -> Entity:
    made = timestamp(request.lab.state.started)
    return {
        "id": "default",
        "displayName": "Default governance policy template",
        "description": f"Policy {object_id(request.directory.tenant_id, 'policy', 'default')}",
        "multiTenantApplicationsToProvision": [],
        "delegatedAdministrationRoleAssignments": [],
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "version": "1.0",
    }
