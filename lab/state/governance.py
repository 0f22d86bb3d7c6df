# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance relationships, requests and invitations as Microsoft Graph shows them to both tenants.

Bodies follow Microsoft's examples [doc]; `@odata.type` depends on the version of Graph and is added later.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from lab.data import roles
from lab.state.directory import Entity, object_id, timestamp

if t.TYPE_CHECKING:
    from lab.worlds.governance import Governance, GovernanceInvitation, GovernanceRequest, Side
    from lab.worlds.world import Home, Organization, Tenant, World

# How long a request and an invitation are open, from the dates in Microsoft's examples.
_REQUEST_DAYS: t.Final = 14
_INVITATION_DAYS: t.Final = 30


@dataclasses.dataclass(slots=True)
class GovernanceLists:
    """All rows of the world. A tenant sees the rows in which it is governing or governed [doc]."""

    relationships: list[Entity] = dataclasses.field(default_factory=list)
    requests: list[Entity] = dataclasses.field(default_factory=list)
    invitations: list[Entity] = dataclasses.field(default_factory=list)
    in_v1: bool = True

    def roles_in(self, tenant_id: str, groups: set[str], home_tenant_id: str) -> set[str]:
        """Return the roles in a governed tenant that active relationships give to members of these groups."""
        pair = (home_tenant_id, tenant_id)
        active = [row for row in self.relationships if _pair(row) == pair and row["status"].lower() == "active"]
        assigned = [a for row in active for a in row["policySnapshot"]["delegatedAdministrationRoleAssignments"]]
        return {role["id"] for a in assigned if a["group"]["id"] in groups for role in a["roleTemplates"]}


def _pair(row: Entity) -> tuple[str, str]:
    return row["governingTenantId"], row["governedTenantId"]


def build_governance(world: World, now: dt.datetime) -> GovernanceLists:
    """Return the lists at the given moment."""
    lists = GovernanceLists(in_v1=world.home.governance_in_v1)
    for tenant in world.tenants:
        lists.relationships += [
            _relationship(world.home, tenant, row, number, now) for number, row in enumerate(tenant.governance)
        ]
        if tenant.governance_request is not None:
            lists.requests.append(_request(world.home, tenant, tenant.governance_request, now))
        if tenant.governance_invitation is not None:
            lists.invitations.append(_invitation(world.home, tenant, tenant.governance_invitation, now))
    return lists


def _sides(home: Home, tenant: Tenant, side: Side) -> tuple[Organization, Organization]:
    """Return the governing and the governed tenant."""
    return (home, tenant) if side == "governed" else (tenant, home)


def _names(governing: Organization, governed: Organization, kind: str, number: int = 0) -> Entity:
    return {
        "id": object_id(governing.tenant_id, kind, f"{governed.tenant_id}/{number}"),
        "governingTenantId": governing.tenant_id,
        "governingTenantName": governing.name,
        "governedTenantId": governed.tenant_id,
        "governedTenantName": governed.name,
    }


def _relationship(home: Home, tenant: Tenant, row: Governance, number: int, now: dt.datetime) -> Entity:
    governing, governed = _sides(home, tenant, row.side)
    return {
        **_names(governing, governed, "governanceRelationship", number),
        "createdType": "approvedByAdmin",
        "creationDateTime": timestamp(now - dt.timedelta(days=row.created_days_ago)),
        "status": row.status,
        "policySnapshot": _policy(governing, row.group, row.roles),
    }


def _policy(governing: Organization, group: str | None, role_ids: t.Iterable[str]) -> Entity:
    """Return the policy as it was accepted."""
    assignments = []
    if group is not None:
        templates = [{"id": role_id, "name": roles.NAME_OF[role_id]} for role_id in role_ids]
        assignments.append(
            {"roleTemplates": templates, "group": {"id": object_id(governing.tenant_id, "group", group)}}
        )
    return {
        "policyId": "default",
        "multiTenantApplicationsToProvision": [],
        "delegatedAdministrationRoleAssignments": assignments,
    }


def _request(home: Home, tenant: Tenant, row: GovernanceRequest, now: dt.datetime) -> Entity:
    governing, governed = _sides(home, tenant, row.side)
    made = now - dt.timedelta(days=row.created_days_ago)
    return {
        **_names(governing, governed, "governanceRequest"),
        "requestDateTime": timestamp(made),
        "expirationDateTime": timestamp(made + dt.timedelta(days=_REQUEST_DAYS)),
        "status": row.status,
        "policySnapshot": _policy(governing, None, ()),
    }


def _invitation(home: Home, tenant: Tenant, row: GovernanceInvitation, now: dt.datetime) -> Entity:
    governing, governed = _sides(home, tenant, row.side)
    made = now - dt.timedelta(days=row.created_days_ago)
    return {
        **_names(governing, governed, "governanceInvitation"),
        "createdDateTime": timestamp(made),
        "expirationDateTime": timestamp(made + dt.timedelta(days=_INVITATION_DAYS)),
    }
