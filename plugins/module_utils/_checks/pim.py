# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Privileged Identity Management: what a person may activate, and what ends soon.

Who is eligible has nothing yet: eligibility never makes a verdict met, it decides whom the remedy is for. Membership of
a group (PIM for Groups) and directory roles are two services with the same kinds of rows [doc
privilegedaccessgroup-list-eligibilityscheduleinstances, rbacapplication-list-roleeligibilityscheduleinstances]. Only
memberships count: the owner of a group is not a member.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject

# An activation that ends within this time is reported: a shift is longer.
SOON: t.Final = dt.timedelta(hours=1)
# More rows than this are left out of the evidence, which counts them.
MAX_ROWS: t.Final = 20
# A tenant without Microsoft Entra ID P2 has no Privileged Identity Management [guess: this code]: nobody is eligible.
NO_PREMIUM: t.Final = "AadPremiumLicenseRequired"

_ROLE_SCHEDULES: t.Final = (
    "RoleManagement.Read.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
)
_ELIGIBLE_ROLES: t.Final = (
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    *_ROLE_SCHEDULES,
)
_TIMED_ROLES: t.Final = (
    "RoleAssignmentSchedule.Read.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    *_ROLE_SCHEDULES,
)
_ELIGIBLE_GROUPS: t.Final = (
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
)
_TIMED_GROUPS: t.Final = (
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
)
_DIRECTORY: t.Final = "/roleManagement/directory"
_GROUP: t.Final = "/identityGovernance/privilegedAccess/group"


class RoleSchedule(t.TypedDict):
    """A directory role of a principal. `ends` is None where it does not end."""

    role: str
    scope: str
    principal: str
    ends: str | None
    kind: str


class GroupSchedule(t.TypedDict):
    """A membership. `ends` is None where it does not end."""

    group: str
    ends: str | None
    kind: str


class Schedules(t.TypedDict):
    """Rows of one kind. A tenant without the service has none of both keys."""

    rows: Sequence[RoleSchedule | GroupSchedule]
    left_out: int


def shape_roles(body: Fields) -> Schedules:
    """Keep roles, scopes and ends."""
    rows: list[RoleSchedule] = [
        {
            "role": row.guid("roleDefinitionId"),
            "scope": scope_of(row),
            "principal": row.guid("principalId"),
            "ends": row.optional_time("endDateTime"),
            "kind": (row.optional_text("assignmentType") or "eligible").lower(),
        }
        for row in body.rows("value")
    ]
    return {"rows": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


def scope_of(row: Fields) -> str:
    """Return where a role counts (`/`: in the whole directory). A row has this scope, or one of an application."""
    return row.optional_text("directoryScopeId") or f"app:{row.non_empty('appScopeId')}"


def shape_groups(body: Fields) -> Schedules:
    """Keep memberships and their ends."""
    rows: list[GroupSchedule] = [
        {
            "group": row.guid("groupId"),
            "ends": row.optional_time("endDateTime"),
            "kind": (row.optional_text("assignmentType") or "eligible").lower(),
        }
        for row in body.rows("value")
        if row.non_empty("accessId").lower() == "member"
    ]
    return {"rows": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


def _read(what: str, title: str, path: str, permissions: tuple[str, ...], shape: Callable[[Fields], Schedules]) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"{path}?$filter=principalId eq '{{principal}}'",
        app=permissions,
        delegated=permissions,
        shape=shape,
        absent_code=NO_PREMIUM,
        about=("principalId",),
        optional=True,
    )


def _own(read: Read) -> Read:
    """Return the read about the caller: a person may always read their own schedules."""
    path = read.path.partition("?")[0] + "/filterByCurrentUser(on='principal')"
    return dataclasses.replace(read, path=path, app=())


ELIGIBLE_ROLES: t.Final = _read(
    "eligible_roles",
    "the roles that the operator may activate",
    f"{_DIRECTORY}/roleEligibilityScheduleInstances",
    _ELIGIBLE_ROLES,
    shape_roles,
)
TIMED_ROLES: t.Final = _read(
    "timed_roles",
    "when the operator's roles end",
    f"{_DIRECTORY}/roleAssignmentScheduleInstances",
    _TIMED_ROLES,
    shape_roles,
)
ELIGIBLE_GROUPS: t.Final = _read(
    "eligible_groups",
    "the groups whose membership the operator may activate",
    f"{_GROUP}/eligibilityScheduleInstances",
    _ELIGIBLE_GROUPS,
    shape_groups,
)
TIMED_GROUPS: t.Final = _read(
    "timed_groups",
    "when the operator's memberships end",
    f"{_GROUP}/assignmentScheduleInstances",
    _TIMED_GROUPS,
    shape_groups,
)
OWN_ELIGIBLE_ROLES: t.Final = _own(ELIGIBLE_ROLES)
OWN_TIMED_ROLES: t.Final = _own(TIMED_ROLES)
OWN_ELIGIBLE_GROUPS: t.Final = _own(ELIGIBLE_GROUPS)
OWN_TIMED_GROUPS: t.Final = _own(TIMED_GROUPS)


def rows_of(evidence: Evidence | None) -> list[JsonObject]:
    """Return the rows of evidence; none where it was not read, or where the tenant has no such service."""
    return list(evidence.data.get("rows") or ()) if readable(evidence) else []


def in_time(rows: Iterable[JsonObject], now: dt.datetime) -> list[JsonObject]:
    """Return the rows that have not ended. A row with an end that is not a time does not count."""
    ends = ((row, parse_time(row["ends"])) for row in rows)
    return [row for row, moment in ends if row["ends"] is None or (moment is not None and moment > now)]


def last_end(rows: Iterable[JsonObject], now: dt.datetime) -> JsonObject | None:
    """Return the row that ends last, where each of them ends; None where one does not end, or there is none."""
    current = in_time(rows, now)
    if not current or any(row["ends"] is None for row in current):
        return None
    return max(current, key=lambda row: (parse_time(row["ends"]) or now, str(row)))


def not_read(evidence: Evidence | None) -> str | None:
    """Return why the rows are not all known; None where they are, or where nothing was read."""
    if evidence is None:
        return None
    if evidence.problem is not None:
        return evidence.problem.details.get("said") or evidence.problem.reason
    return "there are more rows than are kept in evidence" if evidence.data.get("left_out") else None
