# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP judged: relationship, access assignment, membership of the operator. Pure.

A relationship in force without an active assignment whose group holds the operator gives no access [doc; the wording
is ours]. Statuses are those of the CSDL; one that we do not know is never taken for good.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    ASSIGNMENTS,
    IN_FORCE,
    RELATIONSHIPS,
    in_force,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    TIMED_GROUPS,
    in_time,
    rows_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

# Evidence shows so many relationships with one customer; all of them are judged.
MAX_SHOWN: t.Final = 3
# Microsoft 365 Lighthouse and Microsoft's own transition name theirs so [community CIPP-API].
MICROSOFTS: t.Final = "mlt_"
INVITATION_URL: t.Final = (
    "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/{id}"
)
_ENDED: t.Final = frozenset({"terminated", "terminating", "terminationrequested"})
_GONE: t.Final = frozenset({"deleting", "deleted"})


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What one relationship says about access; `status` mirrors the reason's. `problem` where it could not be read.

    `roles` are the wanted ones that arrive; `groups` those that hold the operator and carry it.
    """

    rank: int
    reason: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()
    ends: dt.datetime | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    row: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def unknown(self) -> bool:
        """Is it open whether this relationship carries?"""
        return self.rank == _UNKNOWN

    @property
    def why(self) -> Problem:
        """The reason in the form of a problem."""
        return self.problem or Problem(self.reason, self.details)


# Smaller is better. Unknown stands before every no: while something is unread, a no would be a guess.
_MET, _UNKNOWN = 0, 10
_RANKS: t.Final = {
    "access.gdap_in_force": _MET,
    "access.gdap_status_unknown": _UNKNOWN,
    "access.gdap_assignment_unknown": _UNKNOWN,
    # The nearer to access, the further in front.
    "access.gdap_eligible": 20,
    "access.gdap_assignment_pending": 21,
    "access.gdap_assignment_error": 22,
    "access.gdap_operator_not_assigned": 23,
    "access.gdap_no_assignment": 24,
    "access.gdap_activating": 25,
    "access.gdap_partner_consent": 26,
    "access.gdap_not_active": 27,
    "access.gdap_not_sent": 28,
    "access.gdap_expired": 29,
    "access.gdap_terminated": 30,
}
_NOT_YET: t.Final = {
    "approved": "access.gdap_activating",
    "activating": "access.gdap_activating",
    "approvalpending": "access.gdap_not_active",
    "created": "access.gdap_not_sent",
}
# What an assignment says that is not active, where its group holds the operator.
_WAITING: t.Final = {
    "pending": "access.gdap_assignment_pending",
    "error": "access.gdap_assignment_error",
}


def judge_relationships(case: Case) -> list[Finding]:
    """Findings about every relationship with the tenant, the best first. Empty: there is none. Pure."""
    piece = case.get(RELATIONSHIPS)
    if not readable(piece):
        problem = piece.problem if piece is not None else None
        return [Finding(_UNKNOWN, problem=problem or _unread(case), evidence=(piece,) if piece else ())]
    findings = [_judge_one(case, piece, row) for row in piece.data["relationships"]]
    wanted = set(case.tenant.roles)
    return sorted(findings, key=lambda finding: _order(finding, wanted))


def _order(finding: Finding, wanted: set[str]) -> tuple[int, bool, bool, bool, float, str]:
    """Best rank, then one with a wanted role, then one that could give it, then one that is not Microsoft's own, then
    the latest end, then the id: input order never matters."""
    ends = finding.ends.timestamp() if finding.ends else 0.0
    could = wanted.isdisjoint(finding.row.get("roles", ()))
    made_by_microsoft = is_microsofts(finding.row)
    return (
        finding.rank,
        wanted.isdisjoint(finding.roles),
        could,
        made_by_microsoft,
        -ends,
        str(finding.row.get("id", "")),
    )


def is_microsofts(row: Mapping[str, t.Any]) -> bool:
    """Was it made by Microsoft 365 Lighthouse or by Microsoft's transition?"""
    return str(row.get("relationship", "")).lower().startswith(MICROSOFTS)


def _told(piece: Evidence, row: Mapping[str, t.Any]) -> Evidence:
    """The evidence as it is shown: the relationship that is judged, a few others, and how many more there are."""
    rows = piece.data["relationships"]
    others = [other for other in rows if other is not row]
    shown = [row, *others[: MAX_SHOWN - 1]]
    return dataclasses.replace(piece, data={"relationships": shown, "left_out": len(rows) - len(shown)})


def _unread(case: Case) -> Problem:
    return Problem("read.failed", {"what": RELATIONSHIPS.title, "where": case.home, "said": "they were not read"})


def _judge_one(case: Case, piece: Evidence, row: Mapping[str, t.Any]) -> Finding:
    """One relationship, by its status and its end; one in force goes on to its assignments."""
    ends = parse_time(row["ends"])
    details = {
        "object": row["id"],
        "relationship": row["relationship"],
        "status": row["status"],
        "ends": ends.date().isoformat() if ends else "(no end)",
        "invitation_url": INVITATION_URL.format(id=row["id"]),
    }
    told = _told(piece, row)
    if in_force(row, case.now):
        return _judge_in_force(case, told, row, details)
    reason = _not_in_force(row, ends)
    return Finding(_RANKS[reason], reason, details, evidence=(told,), ends=ends, row=row)


def _not_in_force(row: Mapping[str, t.Any], ends: dt.datetime | None) -> str:
    """A status that we know with an end that is missing is as doubtful as an unknown status."""
    status = row["status"].lower()
    if status == "expired" or (status in IN_FORCE and ends is not None):
        return "access.gdap_expired"
    if status in _ENDED:
        return "access.gdap_terminated"
    if status == "approvalpending" and row.get("partner_consent_pending") is True:
        return "access.gdap_partner_consent"
    return _NOT_YET.get(status, "access.gdap_status_unknown")


def _judge_in_force(case: Case, piece: Evidence, row: Mapping[str, t.Any], details: dict[str, str]) -> Finding:
    assigned, groups = case.get(ASSIGNMENTS, row["id"]), case.get(OPERATOR_GROUPS)
    told = (piece, assigned, groups)
    base = Finding(
        _UNKNOWN,
        details=details,
        evidence=tuple(p for p in told if p is not None),
        ends=parse_time(row["ends"]),
        row=row,
    )
    if not readable(assigned):
        return dataclasses.replace(base, problem=(assigned and assigned.problem) or _unread(case))
    there = [a for a in assigned.data["assignments"] if a["status"].lower() not in _GONE]
    if not there:
        return _because(base, "access.gdap_no_assignment")
    if not readable(groups):
        return dataclasses.replace(base, problem=(groups and groups.problem) or _unread(case))
    mine = [a for a in there if a["group"] in groups.data["groups"]]
    active = [a for a in mine if a["status"].lower() == "active"]
    if active:
        found = _carried(base, active, groups.data["groups"])
        return _with(found, _told_if(case.get(TIMED_GROUPS), found.groups))
    found = _not_carried(case, base, there, mine)
    return _with(found, _told_if(case.get(ELIGIBLE_GROUPS), {a["group"] for a in there}))


def _told_if(piece: Evidence | None, groups: Collection[str]) -> Evidence | None:
    """Evidence of memberships where it says something of these groups, or could not be read."""
    rows = [row for row in rows_of(piece) if row["group"] in groups]
    return piece if rows or (piece is not None and piece.problem is not None) else None


def _with(finding: Finding, piece: Evidence | None) -> Finding:
    """The finding with what else it rests on."""
    return finding if piece is None else dataclasses.replace(finding, evidence=(*finding.evidence, piece))


def _because(base: Finding, reason: str, **details: str) -> Finding:
    return dataclasses.replace(base, rank=_RANKS[reason], reason=reason, details={**base.details, **details})


def _carried(base: Finding, active: Sequence[Mapping[str, t.Any]], names: Mapping[str, str]) -> Finding:
    """In force, with a role of the relationship through a group of the operator."""
    groups = tuple(sorted({a["group"] for a in active}))
    found = _because(base, "access.gdap_in_force", group=str(names[groups[0]]))
    return dataclasses.replace(found, roles=tuple(sorted(_roles_of(base.row, active))), groups=groups)


def _not_carried(
    case: Case, base: Finding, there: Sequence[Mapping[str, t.Any]], mine: Sequence[Mapping[str, t.Any]]
) -> Finding:
    """Why no assignment carries the operator: a membership to activate, what is under way, or no membership at all."""
    eligible = {row["group"] for row in in_time(rows_of(case.get(ELIGIBLE_GROUPS)), case.now)}
    ready = sorted(a["group"] for a in there if a["status"].lower() == "active" and a["group"] in eligible)
    if ready:
        return _because(base, "access.gdap_eligible", groups=", ".join(ready))
    statuses = sorted({a["status"].lower() for a in mine})
    if any(status not in _WAITING for status in statuses):
        return _because(base, "access.gdap_assignment_unknown", assignment=", ".join(statuses))
    for status, reason in _WAITING.items():
        if status in statuses:
            return _because(base, reason, groups=", ".join(sorted(a["group"] for a in mine)))
    return _because(base, "access.gdap_operator_not_assigned", groups=", ".join(sorted({a["group"] for a in there})))


def _roles_of(row: Mapping[str, t.Any], assignments: Sequence[Mapping[str, t.Any]]) -> Iterator[str]:
    """Roles that really arrive: an assignment cannot give more than its relationship holds."""
    granted = {role for assignment in assignments for role in assignment["roles"]}
    return (role for role in granted if role in set(row["roles"]))
