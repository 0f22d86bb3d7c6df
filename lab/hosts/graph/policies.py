# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access: the policy, its default, and the entries for partners."""

from __future__ import annotations

import typing as t

from lab.data import schema
from lab.hosts.graph.collection import Resource, collection, entity
from lab.hosts.graph.errors import not_found

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request

_AUTHORIZATION: t.Final = Resource("authorizationPolicy", "policies/authorizationPolicy")
_POLICY: t.Final = Resource("crossTenantAccessPolicy", "policies/crossTenantAccessPolicy")
_DEFAULT: t.Final = Resource("crossTenantAccessPolicyConfigurationDefault", "policies/crossTenantAccessPolicy/default")
PARTNERS: t.Final = Resource("crossTenantAccessPolicyConfigurationPartner", "policies/crossTenantAccessPolicy/partners")


_SYNCHRONIZATION: t.Final = Resource(
    "crossTenantIdentitySyncPolicyPartner", "policies/crossTenantAccessPolicy/partners/identitySynchronization"
)


def get_authorization(request: Request) -> Answer:
    """GET /policies/authorizationPolicy: what the lab knows of it is who may invite guests."""
    row = {name: schema.empty(kind) for name, kind in schema.properties("authorizationPolicy").items()}
    row |= {"id": "authorizationPolicy", "displayName": "Authorization Policy"}
    return entity(request, _AUTHORIZATION, row | {"allowInvitesFrom": request.directory.invites_from})


def get_policy(request: Request) -> Answer:
    """GET /policies/crossTenantAccessPolicy"""
    row = {"displayName": "CrossTenantAccessPolicy", "allowedCloudEndpoints": list(request.directory.allowed_clouds)}
    return entity(request, _POLICY, row)


def get_default(request: Request) -> Answer:
    """GET /policies/crossTenantAccessPolicy/default"""
    return entity(request, _DEFAULT, request.directory.trust_default)


def list_partners(request: Request) -> Answer:
    """GET /policies/crossTenantAccessPolicy/partners"""
    return collection(request, PARTNERS, list(request.directory.partners.values()))


def get_partner(request: Request) -> Answer:
    """GET /policies/crossTenantAccessPolicy/partners/{id}: 404 where there is no entry and the default holds."""
    row = request.directory.partners.get(request.keys["id"].lower())
    if row is None:
        raise not_found(request.keys["id"])
    return entity(request, PARTNERS, row)


def get_synchronization(request: Request) -> Answer:
    """GET .../partners/{id}/identitySynchronization: 404 where none was set up [guess on the exact code]."""
    row = request.directory.synchronization.get(request.keys["id"].lower())
    if row is None:
        raise not_found(request.keys["id"])
    return entity(request, _SYNCHRONIZATION, row)
