# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trim evidence of the home tenant to what one tenant's row needs: a row stays small in any fleet. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Tenant


def trim_relationships(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Keep only this customer's relationships; unwanted roles are counted, not listed."""
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


def _trim_roles(row: JsonObject, tenant: Tenant) -> dict[str, object]:
    kept = [role for role in row["roles"] if role in tenant.roles]
    return {**row, "roles": kept, "other_roles": len(row["roles"]) - len(kept)}


def trim_groups(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep these groups; the others are counted."""
    if evidence.data is None:
        return evidence
    names = evidence.data["groups"]
    kept = {group: name for group, name in names.items() if group in groups}
    return dataclasses.replace(evidence, data={"groups": kept, "other_groups": len(names) - len(kept)})


def trim_schedules(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep the memberships in these groups; the others are counted."""
    rows = evidence.data.get("rows") if evidence.data is not None else None
    if rows is None:
        return evidence
    kept = [row for row in rows if row["group"] in groups]
    return dataclasses.replace(evidence, data={**evidence.data, "rows": kept, "other_rows": len(rows) - len(kept)})
