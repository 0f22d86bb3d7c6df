# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Defender's own roles (unified RBAC, beta): does the operator's account hold one in the target? Pure.

Such a role reaches the portal without any Entra role [doc m365d-permissions], where the workload is switched on for
unified RBAC. No API tells whether it is, so that a role alone makes nothing met: Defender's answer to the operator
does. Nobody says which permission is enough either: it is told, not judged.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import ACCOUNT_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

# More than this is left out of the evidence, and it is told.
MAX_ROWS: t.Final = 10

_PERMISSIONS: t.Final = (
    "RoleManagement.Read.Defender",
    "RoleManagement.ReadWrite.Defender",
    "RoleManagement.Read.All",
)


def shape_assignments(body: t.Any) -> dict[str, t.Any]:
    """`{assignments: [{id, name, role, principals, scopes}], other_rows: 0}`. An assignment is for many at once."""
    rows = [
        {
            "id": str(row["id"]),
            "name": str(row.get("displayName") or row["id"]),
            "role": str(row["roleDefinitionId"]).lower(),
            "principals": sorted(str(principal).lower() for principal in row["principalIds"]),
            "scopes": sorted(
                str(scope) for name in ("directoryScopeIds", "appScopeIds") for scope in row.get(name) or ()
            ),
        }
        for row in body["value"]
    ]
    return {"assignments": rows, "other_rows": 0}


def shape_definitions(body: t.Any) -> dict[str, t.Any]:
    """`{roles: {id: {name, permissions}}}`; the form of a permission's name is not documented [guess]."""
    return {"roles": {str(row["id"]).lower(): _definition(row) for row in body["value"]}}


def _definition(row: Mapping[str, t.Any]) -> dict[str, t.Any]:
    actions = {
        str(action)
        for permission in row.get("rolePermissions") or ()
        for action in permission.get("allowedResourceActions") or ()
    }
    return {"name": str(row.get("displayName") or row["id"]), "permissions": sorted(actions)}


DEFENDER_ASSIGNMENTS: t.Final = Read(
    what="defender_role_assignments",
    title="the assignments of Microsoft Defender's own roles",
    path="/roleManagement/defender/roleAssignments",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_assignments,
    optional=True,
    versions=("beta",),
)
DEFENDER_DEFINITIONS: t.Final = Read(
    what="defender_role_definitions",
    title="Microsoft Defender's own roles",
    path="/roleManagement/defender/roleDefinitions",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_definitions,
    optional=True,
    versions=("beta",),
)
DEFENDER_READS: t.Final = (DEFENDER_ASSIGNMENTS, DEFENDER_DEFINITIONS)


@dataclasses.dataclass(frozen=True, slots=True)
class CustomRoles:
    """Roles of Defender itself that the account holds, directly or through a group, by id and by name."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def trim_defender_roles(case: Case, account_id: str, evidence: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Cut the evidence down to one account: a tenant's whole role model does not fit into its row."""
    trimmed = dict(evidence)
    assignments, definitions = evidence.get(DEFENDER_ASSIGNMENTS.key), evidence.get(DEFENDER_DEFINITIONS.key)
    if not readable(assignments):
        trimmed.pop(DEFENDER_DEFINITIONS.key, None)
        return trimmed
    holders = _holders(case, account_id)
    rows = [_trim_assignment(row, holders) for row in _held(assignments, holders)][:MAX_ROWS]
    others = len(assignments.data["assignments"]) - len(rows)
    trimmed[DEFENDER_ASSIGNMENTS.key] = dataclasses.replace(
        assignments, data={"assignments": rows, "other_rows": others}
    )
    if readable(definitions):
        wanted = {row["role"] for row in rows}
        kept = {key: _trim_role(role) for key, role in definitions.data["roles"].items() if key in wanted}
        trimmed[DEFENDER_DEFINITIONS.key] = dataclasses.replace(definitions, data={"roles": kept})
    return trimmed


def _trim_assignment(row: Mapping[str, t.Any], holders: Collection[str]) -> dict[str, t.Any]:
    kept = [principal for principal in row["principals"] if principal in holders]
    return {**row, "principals": kept[:MAX_ROWS], "scopes": row["scopes"][:MAX_ROWS]}


def _trim_role(role: Mapping[str, t.Any]) -> dict[str, t.Any]:
    permissions = role["permissions"]
    return {**role, "permissions": permissions[:MAX_ROWS], "left_out": len(permissions[MAX_ROWS:])}


def custom_roles(case: Case, account_id: str) -> CustomRoles | None:
    """What the account holds; None where it holds nothing, or where that is not known."""
    assignments, definitions = case.get(DEFENDER_ASSIGNMENTS), case.get(DEFENDER_DEFINITIONS)
    if not readable(assignments):
        return None
    rows = _held(assignments, _holders(case, account_id))
    if not rows:
        return None
    known = definitions.data["roles"] if readable(definitions) else {}
    names = {row["role"]: str(known.get(row["role"], {}).get("name") or row["name"]) for row in rows}
    ids = tuple(sorted(names))
    pieces = (assignments, definitions, case.get(ACCOUNT_GROUPS))
    return CustomRoles(ids, tuple(names[role] for role in ids), tuple(p for p in pieces if p is not None))


def not_told(case: Case) -> str | None:
    """Why it is not known whether the account holds such a role; None where it is, or where nothing was asked."""
    piece = case.get(DEFENDER_ASSIGNMENTS)
    if piece is None or piece.problem is None:
        return None
    return str(piece.problem.details.get("said") or piece.problem.reason)


def _holders(case: Case, account_id: str) -> set[str]:
    """The account, and the groups that hold it."""
    groups = case.get(ACCOUNT_GROUPS)
    return {account_id, *(groups.data["groups"] if readable(groups) else ())}


def _held(assignments: Evidence, holders: Collection[str]) -> Sequence[Mapping[str, t.Any]]:
    return [row for row in assignments.data["assignments"] if not set(row["principals"]).isdisjoint(holders)]
