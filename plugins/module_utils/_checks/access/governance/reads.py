# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance relationships (preview): what is read of them in the home tenant, and in which form it is kept.

The lists return every row in which the home tenant is governing or governed [doc]: a row keeps both ids, and the
judge checks the side. v1.0 is asked first, beta where v1.0 does not know the path [doc: both have pages].
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

# Methods under which the lists are read.
METHODS: t.Final = ("governance", "auto")


class GovernanceAssignment(t.TypedDict):
    """The roles that a group of the governing tenant gets; a tenant's row counts those that nobody wants."""

    group: str
    roles: list[str]
    other_roles: t.NotRequired[int]


class GovernanceRow(t.TypedDict):
    """A relationship, a request or an invitation. An invitation has no status.

    `assignments` of a relationship are those of the policy that the governed tenant accepted, null where any of it is
    missing; `other_assignments` counts those that evidence does not show.
    """

    id: str
    governing: str
    governed: str
    made: str | None
    status: t.NotRequired[str]
    ends: t.NotRequired[str | None]
    assignments: t.NotRequired[list[GovernanceAssignment] | None]
    other_assignments: t.NotRequired[int]


def shape_relationships(body: Fields) -> list[GovernanceRow]:
    """Return every relationship with its assignments."""
    return [
        {
            **_shape_row(row, "creationDateTime"),
            "status": row.non_empty("status"),
            "assignments": _shape_assignments(row.optional_row("policySnapshot")),
        }
        for row in body.rows("value", key="id")
    ]


def shape_requests(body: Fields) -> list[GovernanceRow]:
    """Return every request with its status and its end."""
    return [
        {**_shape_row(row, "requestDateTime"), "status": row.non_empty("status"), "ends": _end_of(row)}
        for row in body.rows("value", key="id")
    ]


def shape_invitations(body: Fields) -> list[GovernanceRow]:
    """Return every invitation with its end."""
    return [{**_shape_row(row, "createdDateTime"), "ends": _end_of(row)} for row in body.rows("value", key="id")]


def _shape_row(row: Fields, made: str) -> GovernanceRow:
    """Return what all rows have; `made` is the property that says when."""
    return {
        "id": row.non_empty("id"),
        "governing": row.guid("governingTenantId"),
        "governed": row.guid("governedTenantId"),
        "made": row.optional_time(made),
    }


def _end_of(row: Fields) -> str | None:
    return row.optional_time("expirationDateTime")


def _shape_assignments(snapshot: Fields | None) -> list[GovernanceAssignment] | None:
    rows = snapshot.optional_rows("delegatedAdministrationRoleAssignments") if snapshot else None
    assignments = [_shape_assignment(row) for row in rows or ()]
    known = [assignment for assignment in assignments if assignment is not None]
    return None if rows is None or len(known) < len(assignments) else known


def _shape_assignment(row: Fields) -> GovernanceAssignment | None:
    """Return an assignment; None where the answer leaves out whom it is for, or which roles it brings."""
    group, roles = row.optional_row("group"), row.optional_rows("roleTemplates")
    group_id = group.optional_guid("id") if group else None
    if group_id is None or roles is None:
        return None
    return {"group": group_id, "roles": sorted({role.guid("id") for role in roles})}


def _read(kind: str, shape: Callable[[Fields], object]) -> Read:
    """Return the read of one list; `kind` is Microsoft's word for its rows."""
    permission = f"TenantGovernance-{kind}"
    return Read(
        what=f"governance_{kind.lower()}s",
        title=f"the governance {kind.lower()}s (preview)",
        path=f"/directory/tenantGovernance/governance{kind}s",
        app=(f"{permission}.Read.All",),
        delegated=(f"{permission}.Read.All", f"{permission}.ReadWrite.All"),
        shape=shape,
        versions=("v1.0", "beta"),
    )


RELATIONSHIPS: t.Final = _read("Relationship", shape_relationships)
REQUESTS: t.Final = _read("Request", shape_requests)
INVITATIONS: t.Final = _read("Invitation", shape_invitations)
READS: t.Final = (RELATIONSHIPS, REQUESTS, INVITATIONS)


def with_home(evidence: Evidence, home_tenant_id: str) -> Evidence:
    """Return the list as `{home, rows}`: which side is ours is known only by who we are."""
    if evidence.data is None:
        return evidence
    return dataclasses.replace(evidence, data={"home": home_tenant_id.lower(), "rows": evidence.data})


def trim_governance(evidence: Mapping[str, Evidence], tenant: Tenant) -> dict[str, Evidence]:
    """Trim the lists to one tenant, on either side; roles that nobody wants are counted, not listed."""
    return {read.key: trim_governance_list(evidence[read.key], tenant) for read in READS if read.key in evidence}


def trim_governance_list(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Trim one list to one tenant."""
    if evidence.data is None:
        return evidence
    everything: list[GovernanceRow] = evidence.data["rows"]
    rows = [
        _trim_assignments(row, tenant) for row in everything if tenant.tenant_id in (row["governing"], row["governed"])
    ]
    others = len(everything) - len(rows)
    return dataclasses.replace(evidence, data={"home": evidence.data["home"], "rows": rows, "others": others})


def _trim_assignments(row: GovernanceRow, tenant: Tenant) -> GovernanceRow:
    kept: list[GovernanceAssignment] = []
    for assignment in row.get("assignments") or ():
        wanted = [role for role in assignment["roles"] if role in tenant.roles]
        kept.append({**assignment, "roles": wanted, "other_roles": len(assignment["roles"]) - len(wanted)})
    return {**row, "assignments": kept} if kept else row


def groups_named(evidence: Mapping[str, Evidence]) -> set[str]:
    """Return the groups that the relationships give roles to."""
    relationships = evidence.get(RELATIONSHIPS.key)
    rows: list[GovernanceRow] = relationships.data["rows"] if relationships is not None and relationships.data else []
    return {assignment["group"] for row in rows for assignment in row.get("assignments") or ()}
