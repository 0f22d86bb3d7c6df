# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP relationships as Microsoft Graph shows them in the partner's tenant."""

from __future__ import annotations

import base64
import datetime as dt
import typing as t

from lab.state.directory import Directory, Entity, GdapRelationship, object_id, timestamp

if t.TYPE_CHECKING:
    from lab.worlds.states import Assignment, Relationship
    from lab.worlds.world import Tenant

_NOT_APPROVED: t.Final = ("created", "approvalPending", "approved", "activating")


def etag(seed: str) -> str:
    """Return a weak entity tag in the form that Microsoft prints."""
    return f'W/"{base64.b64encode(seed.encode()).decode()}"'


def build_relationship(home: Directory, tenant: Tenant, row: Relationship, now: dt.datetime) -> GdapRelationship:
    """Return a relationship. After approval, endDateTime is activatedDateTime plus duration."""
    first = object_id(home.tenant_id, "gdap", f"{tenant.tenant_id}/{row.name}")
    second = object_id(home.tenant_id, "gdap-partner", home.tenant_id)
    entity = {
        "@odata.type": "#microsoft.graph.delegatedAdminRelationship",
        "@odata.etag": etag(f"{first}/{row.status}"),
        "id": f"{first}-{second}",
        "displayName": row.name,
        "duration": f"P{row.created_days_ago + row.days_left}D",
        "customer": {"tenantId": tenant.tenant_id, "displayName": tenant.name},
        "accessDetails": _roles(row.roles),
        "status": row.status,
        "autoExtendDuration": row.auto_extend,
        **_dates(row, now),
    }
    if row.reseller:
        entity |= {
            "@odata.type": "#microsoft.graph.resellerDelegatedAdminRelationship",
            "indirectProviderTenantId": object_id(home.tenant_id, "indirect-provider", "1"),
            "isPartnerConsentPending": _partner_consent_pending(row),
        }
    assignments = [_assignment(home, item, row, entity, now) for item in row.assignments]
    return GdapRelationship(entity, assignments, _requests(entity))


def _partner_consent_pending(row: Relationship) -> bool:
    pending = row.partner_consent_pending
    return row.status == "approvalPending" if pending is None else pending


def _roles(role_ids: t.Iterable[str]) -> Entity:
    return {"unifiedRoles": [{"roleDefinitionId": role_id} for role_id in role_ids]}


def _dates(row: Relationship, now: dt.datetime) -> Entity:
    activated = now - dt.timedelta(days=row.created_days_ago)
    created = activated - dt.timedelta(hours=2)
    if row.status in _NOT_APPROVED:
        changed, known = created, (None, None)
        return _date_fields(created, changed, *known)
    return _date_fields(created, activated, activated, now + dt.timedelta(days=row.days_left))


def _date_fields(
    created: dt.datetime, changed: dt.datetime, activated: dt.datetime | None, ends: dt.datetime | None
) -> Entity:
    return {
        "createdDateTime": timestamp(created),
        "lastModifiedDateTime": timestamp(changed),
        "activatedDateTime": timestamp(activated) if activated else None,
        "endDateTime": timestamp(ends) if ends else None,
    }


def _requests(relationship: Entity) -> list[Entity]:
    """Return the request by which the customer was asked to approve."""
    if relationship["status"] == "created":
        return []
    request_id = object_id(relationship["id"], "request", "lockForApproval")
    return [
        {
            "@odata.type": "#microsoft.graph.delegatedAdminRelationshipRequest",
            "@odata.etag": etag(request_id),
            "id": request_id,
            "action": "lockForApproval",
            "status": "succeeded",
            "createdDateTime": relationship["createdDateTime"],
            "lastModifiedDateTime": relationship["createdDateTime"],
        }
    ]


def _assignment(home: Directory, item: Assignment, row: Relationship, relationship: Entity, now: dt.datetime) -> Entity:
    made = timestamp(now - dt.timedelta(days=max(row.created_days_ago - 1, 0)))
    assignment_id = object_id(relationship["id"], "assignment", item.group)
    return {
        "@odata.type": "#microsoft.graph.delegatedAdminAccessAssignment",
        "@odata.etag": etag(f"{assignment_id}/{item.status}"),
        "id": assignment_id,
        "status": item.status,
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "accessContainer": {
            "accessContainerId": object_id(home.tenant_id, "group", item.group),
            "accessContainerType": "securityGroup",
        },
        "accessDetails": _roles(item.roles or row.roles),
    }
