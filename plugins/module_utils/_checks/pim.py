# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Just-in-time access (Privileged Identity Management): what a person may activate, and what ends soon.

Who is eligible has nothing yet: eligibility never makes a verdict met, it says whom the remedy is for. Membership of a
group (PIM for Groups) and directory roles are two services with the same kinds of rows [doc
privilegedaccessgroup-list-eligibilityscheduleinstances, rbacapplication-list-roleeligibilityscheduleinstances]. Only
whole memberships count: an owner of a group is no member.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

# An activation that ends within this time is told: a shift is longer.
SOON: t.Final = dt.timedelta(hours=1)
# More rows than this are left out of the evidence, and it is told.
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


def shape_roles(body: t.Any) -> dict[str, t.Any]:
    """`{rows: [{role, scope, principal, ends, kind}], left_out: n}`; `ends` None where it does not end."""
    rows = [
        {
            "role": str(row["roleDefinitionId"]).lower(),
            "scope": str(row.get("directoryScopeId") or ""),
            "principal": str(row["principalId"]).lower(),
            "ends": row.get("endDateTime"),
            "kind": str(row.get("assignmentType") or "Eligible").lower(),
        }
        for row in body["value"]
    ]
    return {"rows": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


def shape_groups(body: t.Any) -> dict[str, t.Any]:
    """`{rows: [{group, ends, kind}], left_out: n}` of memberships."""
    rows = [
        {
            "group": str(row["groupId"]).lower(),
            "ends": row.get("endDateTime"),
            "kind": str(row.get("assignmentType") or "eligible").lower(),
        }
        for row in body["value"]
        if str(row["accessId"]).lower() == "member"
    ]
    return {"rows": rows[:MAX_ROWS], "left_out": len(rows[MAX_ROWS:])}


def _read(what: str, title: str, path: str, permissions: tuple[str, ...], shape: t.Any) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"{path}?$filter=principalId eq '{{principal}}'",
        app=permissions,
        delegated=permissions,
        shape=shape,
        absent_code=NO_PREMIUM,
        optional=True,
    )


def _own(read: Read, path: str) -> Read:
    """The same of the caller: a person may always ask for their own."""
    return Read(
        what=read.what,
        title=read.title,
        path=f"{path}/filterByCurrentUser(on='principal')",
        app=(),
        delegated=read.delegated,
        shape=read.shape,
        absent_code=NO_PREMIUM,
        optional=True,
    )


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
OWN_ELIGIBLE_ROLES: t.Final = _own(ELIGIBLE_ROLES, f"{_DIRECTORY}/roleEligibilityScheduleInstances")
OWN_TIMED_ROLES: t.Final = _own(TIMED_ROLES, f"{_DIRECTORY}/roleAssignmentScheduleInstances")
OWN_ELIGIBLE_GROUPS: t.Final = _own(ELIGIBLE_GROUPS, f"{_GROUP}/eligibilityScheduleInstances")
OWN_TIMED_GROUPS: t.Final = _own(TIMED_GROUPS, f"{_GROUP}/assignmentScheduleInstances")


def rows_of(piece: Evidence | None) -> list[dict[str, t.Any]]:
    """The rows of evidence; none where it was not read, or where the tenant has no such service."""
    return list(piece.data.get("rows") or ()) if readable(piece) else []


def in_time(rows: Iterable[Mapping[str, t.Any]], now: dt.datetime) -> list[Mapping[str, t.Any]]:
    """The rows that have not ended. An end that makes no sense is none that we know: such a row does not count."""
    return [row for row in rows if row["ends"] is None or _later(row["ends"], now)]


def _later(ends: object, now: dt.datetime) -> bool:
    moment = parse_time(ends)
    return moment is not None and moment > now


def last_end(rows: Iterable[Mapping[str, t.Any]], now: dt.datetime) -> Mapping[str, t.Any] | None:
    """The row that ends last, where each of them ends; None where one does not end, or there is none."""
    current = in_time(rows, now)
    if not current or any(row["ends"] is None for row in current):
        return None
    return max(current, key=lambda row: (parse_time(row["ends"]) or now, str(row)))


def not_read(piece: Evidence | None) -> str | None:
    """Why eligibility is not known; None where it is, or where nothing was asked."""
    if piece is None:
        return None
    if piece.problem is not None:
        return str(piece.problem.details.get("said") or piece.problem.reason)
    return "there are more rows than we look at" if piece.data.get("left_out") else None
