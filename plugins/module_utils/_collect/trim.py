# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of the home tenant cut down to what one tenant's row needs: a row stays small, whatever the fleet. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Tenant


def trim_relationships(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Keep only this customer's relationships; roles that nobody wants are counted, not listed."""
    if evidence.data is None:
        return evidence
    rows = [
        {key: value for key, value in _trim_roles(row, tenant).items() if key != "customer"}
        for row in evidence.data
        if row["customer"] == tenant.tenant_id
    ]
    return dataclasses.replace(evidence, data={"relationships": rows})


def trim_assignments(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Keep the roles that the tenant wants; the others are counted."""
    if evidence.data is None:
        return evidence
    rows = [_trim_roles(row, tenant) for row in evidence.data["assignments"]]
    return dataclasses.replace(evidence, data={"assignments": rows})


def _trim_roles(row: Mapping[str, t.Any], tenant: Tenant) -> dict[str, t.Any]:
    kept = [role for role in row["roles"] if role in tenant.roles]
    return {**row, "roles": kept, "other_roles": len(row["roles"]) - len(kept)}


def trim_groups(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep these groups; the others are counted."""
    if evidence.data is None:
        return evidence
    kept = {key: name for key, name in evidence.data["groups"].items() if key in groups}
    return dataclasses.replace(
        evidence, data={"groups": kept, "other_groups": len(evidence.data["groups"]) - len(kept)}
    )


def trim_schedules(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep memberships to activate, or that end, in the groups that this tenant's relationships name."""
    rows = evidence.data.get("rows") if evidence.data is not None else None
    if rows is None:
        return evidence
    kept = [row for row in rows if row["group"] in groups]
    return dataclasses.replace(evidence, data={**evidence.data, "rows": kept, "other_rows": len(rows) - len(kept)})
