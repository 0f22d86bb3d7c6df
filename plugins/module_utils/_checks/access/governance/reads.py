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

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

Row = dict[str, t.Any]
# Methods under which the lists are read.
METHODS: t.Final = ("governance", "auto")


def shape_relationships(body: t.Any) -> list[Row]:
    """`[{id, governing, governed, status, made, assignments}]`; assignments are None where they are not told."""
    return [
        {
            **_ids(row),
            "status": str(row["status"]),
            "made": row.get("creationDateTime"),
            "assignments": _assignments(row.get("policySnapshot")),
        }
        for row in body["value"]
    ]


def shape_requests(body: t.Any) -> list[Row]:
    """`[{id, governing, governed, status, made, ends}]`."""
    return [
        {
            **_ids(row),
            "status": str(row["status"]),
            "made": row.get("requestDateTime"),
            "ends": row.get("expirationDateTime"),
        }
        for row in body["value"]
    ]


def shape_invitations(body: t.Any) -> list[Row]:
    """`[{id, governing, governed, made, ends}]`."""
    return [
        {**_ids(row), "made": row.get("createdDateTime"), "ends": row.get("expirationDateTime")}
        for row in body["value"]
    ]


def _ids(row: Mapping[str, t.Any]) -> Row:
    return {
        "id": str(row["id"]),
        "governing": str(row["governingTenantId"]).lower(),
        "governed": str(row["governedTenantId"]).lower(),
    }


def _assignments(snapshot: t.Any) -> list[Row] | None:
    """`[{group, roles}]` of the policy that the governed tenant accepted; None where any of it is missing."""
    rows = snapshot.get("delegatedAdministrationRoleAssignments") if isinstance(snapshot, dict) else None
    if rows is None or not all((row.get("group") or {}).get("id") for row in rows):
        return None
    return [
        {
            "group": str(row["group"]["id"]).lower(),
            "roles": sorted({str(role["id"]).lower() for role in row.get("roleTemplates") or ()}),
        }
        for row in rows
    ]


def _read(what: str, title: str, name: str, permission: str, shape: Callable[[t.Any], t.Any]) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"/directory/tenantGovernance/{name}",
        app=(f"TenantGovernance-{permission}.Read.All",),
        delegated=(f"TenantGovernance-{permission}.Read.All", f"TenantGovernance-{permission}.ReadWrite.All"),
        shape=shape,
        versions=("v1.0", "beta"),
    )


RELATIONSHIPS: t.Final = _read(
    "governance_relationships",
    "the governance relationships (preview)",
    "governanceRelationships",
    "Relationship",
    shape_relationships,
)
REQUESTS: t.Final = _read(
    "governance_requests",
    "the governance requests (preview)",
    "governanceRequests",
    "Request",
    shape_requests,
)
INVITATIONS: t.Final = _read(
    "governance_invitations",
    "the governance invitations (preview)",
    "governanceInvitations",
    "Invitation",
    shape_invitations,
)
READS: t.Final = (RELATIONSHIPS, REQUESTS, INVITATIONS)


def with_home(piece: Evidence, home_tenant_id: str) -> Evidence:
    """The list as `{home, rows}`: which side is ours can be told only by who we are."""
    if piece.data is None:
        return piece
    return dataclasses.replace(piece, data={"home": home_tenant_id.lower(), "rows": piece.data})


def trim_governance(evidence: Mapping[str, Evidence], tenant: Tenant) -> dict[str, Evidence]:
    """Cut the lists down to one tenant, on either side; roles that nobody wants are counted, not listed."""
    return {read.key: trim_governance_list(evidence[read.key], tenant) for read in READS if read.key in evidence}


def trim_governance_list(piece: Evidence, tenant: Tenant) -> Evidence:
    """Cut one list down to one tenant."""
    if piece.data is None:
        return piece
    rows = [
        _trim_assignments(row, tenant)
        for row in piece.data["rows"]
        if tenant.tenant_id in (row["governing"], row["governed"])
    ]
    others = len(piece.data["rows"]) - len(rows)
    return dataclasses.replace(piece, data={"home": piece.data["home"], "rows": rows, "others": others})


def _trim_assignments(row: Row, tenant: Tenant) -> Row:
    if not row.get("assignments"):
        return row
    kept = []
    for assignment in row["assignments"]:
        wanted = [role for role in assignment["roles"] if role in tenant.roles]
        kept.append({**assignment, "roles": wanted, "other_roles": len(assignment["roles"]) - len(wanted)})
    return {**row, "assignments": kept}


def groups_named(evidence: Mapping[str, Evidence]) -> set[str]:
    """The groups that the relationships give roles to."""
    piece = evidence.get(RELATIONSHIPS.key)
    rows = piece.data["rows"] if piece is not None and piece.data else ()
    return {assignment["group"] for row in rows for assignment in row["assignments"] or ()}
