# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP: what is read of it, all of it from the home tenant, and the form it has as evidence."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import name_of
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import GLOBAL_ADMINISTRATOR
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    import datetime as dt

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

_PERMISSIONS: t.Final = ("DelegatedAdminRelationship.Read.All", "DelegatedAdminRelationship.ReadWrite.All")
_PATH: t.Final = "/tenantRelationships/delegatedAdminRelationships"


class Relationship(t.TypedDict):
    """A relationship. A tenant's row has only its own and its wanted roles: no customer, other roles are counted.

    `partner_consent_pending` is None where a reseller's relationship does not say whether the partner reviewed it.
    """

    id: str
    customer: t.NotRequired[str]
    customer_name: t.NotRequired[str]
    relationship: str
    status: str
    activated: str | None
    ends: str | None
    auto_extend: str
    partner_consent_pending: bool | None
    global_administrator: bool
    roles: list[str]
    other_roles: t.NotRequired[int]


class Assignment(t.TypedDict):
    """An access assignment: the roles of a relationship that the members of a group get."""

    status: str
    group: str
    created: str | None
    roles: list[str]
    other_roles: t.NotRequired[int]


def shape_relationships(body: Fields) -> list[Relationship]:
    """Return all relationships of the partner."""
    return [_shape_relationship(row) for row in body.rows("value", key="id")]


def _shape_relationship(row: Fields) -> Relationship:
    """Return a relationship. Only a reseller's has the flag of a partner's consent, which is never null [csdl]."""
    customer, roles = row.optional_row("customer"), _shape_roles(row)
    resellers = row.has("isPartnerConsentPending") or "reseller" in (row.optional_text("@odata.type") or "").lower()
    return {
        "id": row.non_empty("id"),
        "customer": customer.guid("tenantId") if customer else "",
        "customer_name": name_of(customer, "tenantId") if customer else "",
        "relationship": name_of(row),
        "status": row.non_empty("status"),
        "activated": row.optional_time("activatedDateTime"),
        "ends": row.optional_time("endDateTime"),
        "auto_extend": row.optional_text("autoExtendDuration") or "",
        "partner_consent_pending": row.optional_flag("isPartnerConsentPending") if resellers else False,
        "global_administrator": GLOBAL_ADMINISTRATOR in roles,
        "roles": roles,
    }


def _shape_roles(row: Fields) -> list[str]:
    """Return role template ids, each once, sorted."""
    return sorted({role.guid("roleDefinitionId") for role in row.row("accessDetails").rows("unifiedRoles")})


def shape_assignments(body: Fields) -> dict[str, list[Assignment]]:
    """Return `{assignments: [...]}` of one relationship."""
    rows: list[Assignment] = [
        {
            "status": row.non_empty("status"),
            "group": row.row("accessContainer").guid("accessContainerId"),
            "created": row.optional_time("createdDateTime"),
            "roles": _shape_roles(row),
        }
        for row in body.rows("value")
    ]
    return {"assignments": rows}


RELATIONSHIPS: t.Final = Read(
    what="gdap_relationships",
    title="the GDAP relationships (delegatedAdminRelationships)",
    path=f"{_PATH}?$top=300",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_relationships,
)
ASSIGNMENTS: t.Final = Read(
    what="gdap_assignments",
    title="the access assignments of a GDAP relationship",
    path=f"{_PATH}/{{relationship_id}}/accessAssignments",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_assignments,
)


def in_force(row: Relationship, now: dt.datetime) -> bool:
    """Tell whether a relationship gives access now: reviewed by the partner, and active.

    Its status can lag behind its end. One that is `expiring` has passed it [doc resources/delegatedadminrelationship].
    """
    ends = parse_time(row["ends"])
    active = row["status"].lower() == "active" and row["partner_consent_pending"] is False
    return active and ends is not None and ends > now
