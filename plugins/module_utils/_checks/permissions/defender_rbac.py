# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Defender's own roles (unified RBAC, beta) that the operator's account holds in the target. Pure.

Such a role reaches the portal without any Entra role [doc m365d-permissions], where the workload is switched on for
unified RBAC. No API says whether it is, so a role alone makes nothing met: Defender's answer to the operator does.
Microsoft does not document which permission is enough either: it is reported, not judged.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, may_come, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import name_of
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import ACCOUNT_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

# More than this is left out of the evidence, which counts it.
MAX_ROWS: t.Final = 10

_PERMISSIONS: t.Final = (
    "RoleManagement.Read.Defender",
    "RoleManagement.ReadWrite.Defender",
    "RoleManagement.Read.All",
)


class Assignment(t.TypedDict):
    """One role for many principals at once."""

    id: str
    name: str
    role: str
    principals: list[str]
    scopes: list[str]


class AssignmentData(t.TypedDict):
    """Assignments; others than the account's are counted."""

    assignments: list[Assignment]
    other_rows: int


class Definition(t.TypedDict):
    """A role and its permissions; the form of a permission's name is not documented [guess]."""

    name: str
    permissions: list[str]


class DefinitionData(t.TypedDict):
    """Roles by id."""

    roles: dict[str, Definition]


def shape_assignments(body: Fields) -> AssignmentData:
    """Keep who holds which role where."""
    rows: list[Assignment] = [
        {
            "id": row.non_empty("id"),
            "name": name_of(row),
            "role": row.non_empty("roleDefinitionId").lower(),
            "principals": sorted(principal.lower() for principal in row.texts("principalIds")),
            "scopes": sorted(
                scope for name in ("directoryScopeIds", "appScopeIds") for scope in row.optional_texts(name) or ()
            ),
        }
        for row in body.rows("value", key="id")
    ]
    return {"assignments": rows, "other_rows": 0}


def shape_definitions(body: Fields) -> DefinitionData:
    """Keep names and permissions."""
    return {"roles": {row.non_empty("id").lower(): _definition(row) for row in body.rows("value", key="id")}}


def _definition(row: Fields) -> Definition:
    actions = {
        action
        for permission in row.optional_rows("rolePermissions") or ()
        for action in permission.optional_texts("allowedResourceActions") or ()
    }
    return {"name": name_of(row), "permissions": sorted(actions)}


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
    """Trim the evidence to one account: a tenant's whole role model does not fit into its row."""
    trimmed = dict(evidence)
    assignments, definitions = evidence.get(DEFENDER_ASSIGNMENTS.key), evidence.get(DEFENDER_DEFINITIONS.key)
    if not readable(assignments):
        trimmed.pop(DEFENDER_DEFINITIONS.key, None)
        return trimmed
    holders = _holders(case, account_id)
    rows = [
        {
            **row,
            "principals": [principal for principal in row["principals"] if principal in holders][:MAX_ROWS],
            "scopes": row["scopes"][:MAX_ROWS],
        }
        for row in _held(assignments, holders)[:MAX_ROWS]
    ]
    others = len(assignments.data["assignments"]) - len(rows)
    trimmed[DEFENDER_ASSIGNMENTS.key] = dataclasses.replace(
        assignments, data={"assignments": rows, "other_rows": others}
    )
    if readable(definitions):
        wanted = {row["role"] for row in rows}
        kept = {
            key: {
                **role,
                "permissions": role["permissions"][:MAX_ROWS],
                "left_out": len(role["permissions"][MAX_ROWS:]),
            }
            for key, role in definitions.data["roles"].items()
            if key in wanted
        }
        trimmed[DEFENDER_DEFINITIONS.key] = dataclasses.replace(definitions, data={"roles": kept})
    return trimmed


def custom_roles(case: Case, account_id: str) -> CustomRoles | None:
    """Return what the account holds; None where it holds nothing, or where that is not known."""
    assignments, definitions = case.get(DEFENDER_ASSIGNMENTS), case.get(DEFENDER_DEFINITIONS)
    if not readable(assignments):
        return None
    rows = _held(assignments, _holders(case, account_id))
    if not rows:
        return None
    known = definitions.data["roles"] if readable(definitions) else {}
    names = {row["role"]: str(known.get(row["role"], {}).get("name") or row["name"]) for row in rows}
    ids = tuple(sorted(names))
    evidence = (assignments, definitions, case.get(ACCOUNT_GROUPS))
    return CustomRoles(ids, tuple(names[role] for role in ids), tuple(part for part in evidence if part is not None))


def custom_roles_open(case: Case) -> Evidence | None:
    """Return what another run may read, where it could show such a role: nobody has said that there is none."""
    assignments, groups = case.get(DEFENDER_ASSIGNMENTS), case.get(ACCOUNT_GROUPS)
    if may_come(assignments):
        return assignments
    somebody_holds = readable(assignments) and (assignments.data["assignments"] or assignments.data.get("other_rows"))
    return groups if somebody_holds and may_come(groups) else None


def _holders(case: Case, account_id: str) -> set[str]:
    """Return the account and the groups that hold it."""
    groups = case.get(ACCOUNT_GROUPS)
    return {account_id, *(groups.data["groups"] if readable(groups) else ())}


def _held(assignments: Evidence, holders: Collection[str]) -> Sequence[Assignment]:
    return [row for row in assignments.data["assignments"] if not set(row["principals"]).isdisjoint(holders)]
