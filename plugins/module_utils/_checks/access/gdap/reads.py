# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP: what is read of it, all of it from the home tenant, and the form it has as evidence."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

_GDAP_PERMISSIONS: t.Final = ("DelegatedAdminRelationship.Read.All", "DelegatedAdminRelationship.ReadWrite.All")
GLOBAL_ADMINISTRATOR: t.Final = "62e90394-69f5-4237-9190-012177145e10"
# `expiring` is still in force [guess].
IN_FORCE: t.Final = frozenset({"active", "expiring"})


def shape_relationships(body: t.Any) -> list[dict[str, t.Any]]:
    """All relationships of the partner, small: `[{id, customer, relationship, status, activated, ends, auto_extend,
    partner_consent_pending, global_administrator, roles}]`. A reseller's relationship alone has the consent [csdl]."""
    return [_shape_relationship(row) for row in body["value"]]


def _shape_relationship(row: Mapping[str, t.Any]) -> dict[str, t.Any]:
    roles = _shape_roles(row)
    return {
        "id": str(row["id"]),
        "customer": str((row.get("customer") or {}).get("tenantId") or "").lower(),
        "relationship": str(row.get("displayName") or row["id"]),
        "status": str(row["status"]),
        "activated": row.get("activatedDateTime"),
        "ends": row.get("endDateTime"),
        "auto_extend": str(row.get("autoExtendDuration") or ""),
        "partner_consent_pending": row.get("isPartnerConsentPending") is True,
        "global_administrator": GLOBAL_ADMINISTRATOR in roles,
        "roles": roles,
    }


def _shape_roles(row: Mapping[str, t.Any]) -> list[str]:
    """Role template ids, each once, sorted."""
    roles = (row.get("accessDetails") or {}).get("unifiedRoles") or ()
    return sorted({str(role["roleDefinitionId"]).lower() for role in roles})


def shape_assignments(body: t.Any) -> dict[str, t.Any]:
    """`{assignments: [{status, group, created, roles}]}` of one relationship."""
    rows = [
        {
            "status": str(row["status"]),
            "group": str(row["accessContainer"]["accessContainerId"]).lower(),
            "created": row.get("createdDateTime"),
            "roles": _shape_roles(row),
        }
        for row in body["value"]
    ]
    return {"assignments": rows}


RELATIONSHIPS: t.Final = Read(
    what="gdap_relationships",
    title="the GDAP relationships (delegatedAdminRelationships)",
    path="/tenantRelationships/delegatedAdminRelationships?$top=300",
    app=_GDAP_PERMISSIONS,
    delegated=_GDAP_PERMISSIONS,
    shape=shape_relationships,
)

ASSIGNMENTS: t.Final = Read(
    what="gdap_assignments",
    title="the access assignments of a GDAP relationship",
    path="/tenantRelationships/delegatedAdminRelationships/{relationship_id}/accessAssignments",
    app=_GDAP_PERMISSIONS,
    delegated=_GDAP_PERMISSIONS,
    shape=shape_assignments,
)


def in_force(row: Mapping[str, t.Any], now: dt.datetime) -> bool:
    """Does this relationship give access now? Its status can lag behind its end."""
    ends = parse_time(row["ends"])
    return row["status"].lower() in IN_FORCE and ends is not None and ends > now
