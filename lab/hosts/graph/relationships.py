# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP, read from the partner's tenant: relationships, their access assignments, customers."""

from __future__ import annotations

import typing as t

from lab.hosts.graph.collection import Resource, collection, entity
from lab.hosts.graph.errors import denied, not_found
from lab.hosts.graph.filtering import rules
from lab.state.gdap import etag

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Entity, GdapRelationship

_SERVICE: t.Final = "/tenantRelationships"
RELATIONSHIPS: t.Final = Resource(
    "delegatedAdminRelationship",
    "delegatedAdminRelationships",
    _SERVICE,
    rules=rules(status="eq ne in", customer__tenantId="eq in", displayName="eq startswith", id="eq"),
    max_page=300,
)
REQUESTS: t.Final = Resource("delegatedAdminRelationshipRequest", "requests", _SERVICE, max_page=300)
OPERATIONS: t.Final = Resource("delegatedAdminRelationshipOperation", "operations", _SERVICE, max_page=300)
ASSIGNMENTS: t.Final = Resource("delegatedAdminAccessAssignment", "accessAssignments", _SERVICE, max_page=300)
_CUSTOMERS: t.Final = Resource(
    "delegatedAdminCustomer",
    "delegatedAdminCustomers",
    _SERVICE,
    rules=rules(tenantId="eq in", displayName="eq startswith"),
    max_page=300,
)
# A customer is in the list until its last relationship has ended [guess].
_NOT_ENDED: t.Final = ("active", "terminating", "terminationRequested")


def list_relationships(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships"""
    rows = visible(request)
    for row in rows:
        row.read()
    return collection(request, RELATIONSHIPS, [row.entity for row in rows])


def get_relationship(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}"""
    return entity(request, RELATIONSHIPS, _read(request).entity)


def list_assignments(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments"""
    return collection(request, ASSIGNMENTS, _read(request).assignments)


def get_assignment(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments/{assignment}"""
    return entity(request, ASSIGNMENTS, one_of(request, "assignment", _read(request).assignments))


def list_requests(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/requests"""
    return collection(request, REQUESTS, _read(request).requests)


def get_request(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/requests/{request}"""
    return entity(request, REQUESTS, one_of(request, "request", _read(request).requests))


def list_operations(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/operations"""
    return collection(request, OPERATIONS, _read(request).operations)


def get_operation(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/operations/{operation}"""
    return entity(request, OPERATIONS, one_of(request, "operation", _read(request).operations))


def list_customers(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminCustomers"""
    return collection(request, _CUSTOMERS, _customers(request))


def get_customer(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminCustomers/{id}"""
    key = request.keys["id"].lower()
    row = next((row for row in _customers(request) if row["id"] == key), None)
    if row is None:
        raise not_found(request.keys["id"])
    return entity(request, _CUSTOMERS, row)


def visible(request: Request) -> list[GdapRelationship]:
    """Return all relationships. The home tenant is the only partner in the lab.

    A person who is not in the group Admin agents sees none, without an error [community microsoft-graph-docs#8921].
    """
    state, caller = request.lab.state, request.caller
    if request.directory.tenant_id != state.home.tenant_id:
        raise denied()
    hidden = caller.delegated and caller.object_id not in state.admin_agents
    return [] if hidden else request.directory.relationships


def find(request: Request) -> GdapRelationship:
    """Return the relationship of the path. Raises GraphError."""
    key = request.keys["id"].lower()
    relationship = next((row for row in visible(request) if row.entity["id"] == key), None)
    if relationship is None:
        raise not_found(request.keys["id"])
    return relationship


def one_of(request: Request, name: str, rows: list[Entity]) -> Entity:
    """Return the row that the path names. Raises GraphError."""
    key = request.keys[name].lower()
    row = next((row for row in rows if row["id"] == key), None)
    if row is None:
        raise not_found(request.keys[name])
    return row


def _read(request: Request) -> GdapRelationship:
    """Return the relationship of the path, whose changes to come are one read nearer."""
    relationship = find(request)
    relationship.read()
    return relationship


def _customers(request: Request) -> list[Entity]:
    rows = [row.entity["customer"] for row in visible(request) if row.entity["status"] in _NOT_ENDED]
    names = {row["tenantId"]: row["displayName"] for row in rows}
    return [
        {
            "@odata.type": "#microsoft.graph.delegatedAdminCustomer",
            "@odata.etag": etag(tenant_id),
            "id": tenant_id,
            "tenantId": tenant_id,
            "displayName": name,
        }
        for tenant_id, name in names.items()
    ]
