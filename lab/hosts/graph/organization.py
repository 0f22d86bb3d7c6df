# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The organization, its licences, and what a tenant shows to every other."""

from __future__ import annotations

import typing as t
import uuid

from lab.data import permissions
from lab.hosts.graph.collection import Resource, blank, collection, entity
from lab.hosts.graph.errors import GraphError, not_found

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Entity

_ORGANIZATION: t.Final = Resource("organization", "organization")
_SKUS: t.Final = Resource("subscribedSku", "subscribedSkus")
_SUBSCRIPTIONS: t.Final = Resource("companySubscription", "directory/subscriptions")
_INFORMATION: t.Final = Resource("tenantInformation", "microsoft.graph.tenantInformation")
# What a person sees with User.Read alone [guess: which properties exactly].
_LIMITED: t.Final = frozenset(("id", "displayName", "verifiedDomains"))


def list_organization(request: Request) -> Answer:
    """GET /organization"""
    return collection(request, _ORGANIZATION, [_visible(request)])


def get_organization(request: Request) -> Answer:
    """GET /organization/{id}"""
    if request.keys["id"].lower() != request.directory.tenant_id:
        raise not_found(request.keys["id"])
    return entity(request, _ORGANIZATION, _visible(request))


def _visible(request: Request) -> Entity:
    row = request.directory.organization
    if request.has_any(permissions.EVERY_PROPERTY["organization"]):
        return row
    return {name: value if name in _LIMITED else blank(value) for name, value in row.items()}


def list_skus(request: Request) -> Answer:
    """GET /subscribedSkus"""
    return collection(request, _SKUS, request.directory.skus)


def get_sku(request: Request) -> Answer:
    """GET /subscribedSkus/{id}"""
    key = request.keys["id"].lower()
    row = next((sku for sku in request.directory.skus if sku["id"] == key), None)
    if row is None:
        raise not_found(request.keys["id"])
    return entity(request, _SKUS, row)


def list_subscriptions(request: Request) -> Answer:
    """GET /directory/subscriptions"""
    return collection(request, _SUBSCRIPTIONS, request.directory.subscriptions)


def find_tenant_by_id(request: Request) -> Answer:
    """GET /tenantRelationships/findTenantInformationByTenantId(tenantId='{id}')"""
    try:
        key = str(uuid.UUID(request.keys["id"]))
    except ValueError:
        raise GraphError(400, "Request_BadRequest", "Invalid tenant id provided.") from None
    return _information(request, key)


def find_tenant_by_domain(request: Request) -> Answer:
    """GET /tenantRelationships/findTenantInformationByDomainName(domainName='{domain}')"""
    return _information(request, request.keys["domain"])


def _information(request: Request, key: str) -> Answer:
    directory = request.lab.state.find_directory(key)
    if directory is None:
        raise not_found(key)
    row = {
        "tenantId": directory.tenant_id,
        "federationBrandName": None,
        "displayName": directory.name,
        "defaultDomainName": directory.domain,
    }
    return entity(request, _INFORMATION, row, "")
