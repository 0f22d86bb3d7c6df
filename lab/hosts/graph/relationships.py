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
_RELATIONSHIPS: t.Final = Resource(
    "delegatedAdminRelationship",
    "delegatedAdminRelationships",
    _SERVICE,
    rules=rules(status="eq ne in", customer__tenantId="eq in", displayName="eq startswith", id="eq"),
    max_page=300,
)
_ASSIGNMENTS: t.Final = Resource("delegatedAdminAccessAssignment", "accessAssignments", _SERVICE, max_page=300)
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
    return collection(request, _RELATIONSHIPS, [row.entity for row in _relationships(request)])


def get_relationship(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}"""
    return entity(request, _RELATIONSHIPS, _relationship(request).entity)


def list_assignments(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments"""
    return collection(request, _ASSIGNMENTS, _relationship(request).assignments)


def get_assignment(request: Request) -> Answer:
    """GET /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments/{assignment}"""
    key = request.keys["assignment"].lower()
    row = next((row for row in _relationship(request).assignments if row["id"] == key), None)
    if row is None:
        raise not_found(request.keys["assignment"])
    return entity(request, _ASSIGNMENTS, row)


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


def _relationships(request: Request) -> list[GdapRelationship]:
    """Return all relationships. The home tenant is the only partner in the lab.

    A person who is not in the group Admin agents sees none, without an error [community microsoft-graph-docs#8921].
    """
    state, caller = request.lab.state, request.caller
    if request.directory is not state.home:
        raise denied()
    return [] if caller.delegated and caller.object_id not in state.admin_agents else state.relationships


def _relationship(request: Request) -> GdapRelationship:
    key = request.keys["id"].lower()
    relationship = next((row for row in _relationships(request) if row.entity["id"] == key), None)
    if relationship is None:
        raise not_found(request.keys["id"])
    return relationship


def _customers(request: Request) -> list[Entity]:
    rows = [row.entity["customer"] for row in _relationships(request) if row.entity["status"] in _NOT_ENDED]
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
