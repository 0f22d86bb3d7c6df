# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP judged: relationship, access assignment, membership of the operator. Pure.

A relationship in force without an active assignment whose group holds the operator gives no access [doc; the wording
is ours]. Statuses are those of the CSDL; one that we do not know is never taken for good.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Candidate
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

# Evidence shows so many relationships with one customer; all of them are judged.
MAX_SHOWN: t.Final = 3
# Microsoft 365 Lighthouse and Microsoft's own transition name theirs so [community CIPP-API].
MICROSOFTS: t.Final = "mlt_"
INVITATION_URL: t.Final = (
    "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/{id}"
)
_EXPIRED: t.Final = frozenset({"expired", "expiring"})
_ENDED: t.Final = frozenset({"terminated", "terminating", "terminationrequested"})
_GONE: t.Final = frozenset({"deleting", "deleted"})
_NOT_YET: t.Final = {
    "approved": "access.gdap_activating",
    "activating": "access.gdap_activating",
    "approvalpending": "access.gdap_not_active",
    "created": "access.gdap_not_sent",
}
# What an assignment that is not active says, where its group holds the operator.
_WAITING: t.Final = {
    "pending": "access.gdap_assignment_pending",
    "error": "access.gdap_assignment_error",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GdapCandidate(Candidate):
    """What one relationship says about access.

    `roles` are the wanted ones that arrive; `groups` those that hold the operator and carry it.
    """

    MET = ("access.gdap_in_force",)
    UNMET: t.ClassVar = {
        "access.gdap_eligible": 1,
        "access.gdap_assignment_pending": 2,
        "access.gdap_assignment_error": 3,
        "access.gdap_operator_not_assigned": 4,
        "access.gdap_no_assignment": 5,
        "access.gdap_activating": 6,
        "access.gdap_partner_consent": 7,
        "access.gdap_not_active": 8,
        "access.gdap_not_sent": 9,
        "access.gdap_expired": 10,
        "access.gdap_terminated": 11,
    }

    row: reads.Relationship
    ends: dt.datetime | None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def judge_relationships(case: Case, relationships: Evidence) -> list[GdapCandidate]:
    """Return a candidate for every relationship with the tenant, the best one first. Pure."""
    wanted = set(case.tenant.roles)
    candidates = [_judge_relationship(case, relationships, row) for row in relationships.data["relationships"]]
    return sorted(candidates, key=lambda candidate: _order(candidate, wanted))


def why_not_in_force(rows: Sequence[reads.Relationship], now: dt.datetime) -> Problem:
    """Return why none of these relationships is in force, by the one that is nearest to it. Pure."""
    candidates = [_candidate(row).because(_not_in_force(row, now)) for row in rows]
    return min(candidates, key=lambda candidate: _order(candidate, set())).why


def _order(candidate: GdapCandidate, wanted: set[str]) -> tuple[object, ...]:
    """Return the sort key: a wanted role that arrives, then one that could, then not made by Microsoft, then the
    latest end, then the id. Input order never matters."""
    return (
        *candidate.order,
        wanted.isdisjoint(candidate.roles),
        wanted.isdisjoint(candidate.row["roles"]),
        made_by_microsoft(candidate.row),
        -candidate.ends.timestamp() if candidate.ends else 0.0,
        candidate.row["id"],
    )


def made_by_microsoft(row: reads.Relationship) -> bool:
    """Tell whether Microsoft 365 Lighthouse or Microsoft's transition made the relationship."""
    return row["relationship"].lower().startswith(MICROSOFTS)


def _trim_shown(relationships: Evidence, row: reads.Relationship) -> Evidence:
    """Return the evidence as it is shown: the judged relationship, a few others, and how many more there are."""
    rows = relationships.data["relationships"]
    shown = [row, *(other for other in rows if other is not row)][:MAX_SHOWN]
    return dataclasses.replace(relationships, data={"relationships": shown, "left_out": len(rows) - len(shown)})


def _judge_relationship(case: Case, relationships: Evidence, row: reads.Relationship) -> GdapCandidate:
    """Judge by status and end; a relationship in force goes on to its assignments."""
    candidate = _candidate(row).with_evidence(_trim_shown(relationships, row))
    if reads.in_force(row, case.now):
        return _judge_in_force(case, candidate)
    return candidate.because(_not_in_force(row, case.now))


def _candidate(row: reads.Relationship) -> GdapCandidate:
    """Return a relationship with what its sentences name."""
    ends = parse_time(row["ends"])
    details = {
        "object": row["id"],
        "relationship": row["relationship"],
        "status": row["status"],
        "ends": ends.date().isoformat() if ends else "(no end)",
        "invitation_url": INVITATION_URL.format(id=row["id"]),
    }
    return GdapCandidate(details=details, row=row, ends=ends)


def _not_in_force(row: reads.Relationship, now: dt.datetime) -> str:
    """Return the reason: what has ended stays so; of the others, none is usable before the partner has reviewed it.

    A known status whose end is missing is as doubtful as an unknown status.
    """
    status, pending, ends = row["status"].lower(), row["partner_consent_pending"], parse_time(row["ends"])
    if status in _EXPIRED or (status == "active" and ends is not None and ends <= now):
        return "access.gdap_expired"
    if status in _ENDED:
        return "access.gdap_terminated"
    if pending is True and status != "created":
        return "access.gdap_partner_consent"
    if pending is None and status == "active":
        return "access.gdap_partner_consent_unknown"
    return _NOT_YET.get(status, "access.gdap_status_unknown")


def _judge_in_force(case: Case, candidate: GdapCandidate) -> GdapCandidate:
    assigned, groups = case.get(reads.ASSIGNMENTS, candidate.row["id"]), case.get(OPERATOR_GROUPS)
    candidate = candidate.with_evidence(assigned, groups)
    if not readable(assigned):
        problem = unread_problem(assigned, reads.ASSIGNMENTS.title, case.home)
        return dataclasses.replace(candidate, problem=problem)
    assignments: list[reads.Assignment] = [
        assignment for assignment in assigned.data["assignments"] if assignment["status"].lower() not in _GONE
    ]
    if not assignments:
        return candidate.because("access.gdap_no_assignment")
    if not readable(groups):
        problem = unread_problem(groups, OPERATOR_GROUPS.title, case.home)
        return dataclasses.replace(candidate, problem=problem)
    names: Mapping[str, str] = groups.data["groups"]
    active = [assignment for assignment in assignments if assignment["group"] in names and _is_active(assignment)]
    if active:
        candidate = _carried(candidate, active, names)
        return candidate.with_evidence(_if_it_matters(case.get(pim.TIMED_GROUPS), candidate.groups))
    candidate = _not_carried(case, candidate, assignments, names)
    return candidate.with_evidence(_if_it_matters(case.get(pim.ELIGIBLE_GROUPS), _groups_of(assignments)))


def _is_active(assignment: reads.Assignment) -> bool:
    return assignment["status"].lower() == "active"


def _groups_of(assignments: Sequence[reads.Assignment]) -> list[str]:
    return sorted({assignment["group"] for assignment in assignments})


def _if_it_matters(memberships: Evidence | None, groups: Collection[str]) -> Evidence | None:
    """Return evidence of memberships that says something about these groups, or that could not be read."""
    unread = memberships is not None and memberships.problem is not None
    return memberships if unread or any(row["group"] in groups for row in pim.rows_of(memberships)) else None


def _carried(candidate: GdapCandidate, active: Sequence[reads.Assignment], names: Mapping[str, str]) -> GdapCandidate:
    """Return the candidate with the roles that arrive: an assignment cannot give more than its relationship holds."""
    groups = _groups_of(active)
    roles = {role for assignment in active for role in assignment["roles"]} & set(candidate.row["roles"])
    return dataclasses.replace(
        candidate.because("access.gdap_in_force", group=str(names[groups[0]])),
        roles=tuple(sorted(roles)),
        groups=tuple(groups),
    )


def _not_carried(
    case: Case, candidate: GdapCandidate, assignments: Sequence[reads.Assignment], names: Mapping[str, str]
) -> GdapCandidate:
    """Say why nothing arrives: a membership to activate, an assignment under way, or no membership at all."""
    eligible = {row["group"] for row in pim.in_time(pim.rows_of(case.get(pim.ELIGIBLE_GROUPS)), case.now)}
    ready = [assignment for assignment in assignments if _is_active(assignment) and assignment["group"] in eligible]
    if ready:
        return candidate.because("access.gdap_eligible", groups=", ".join(sorted(row["group"] for row in ready)))
    waiting = [assignment for assignment in assignments if assignment["group"] in names]
    statuses = sorted({assignment["status"].lower() for assignment in waiting})
    if any(status not in _WAITING for status in statuses):
        return candidate.because("access.gdap_assignment_unknown", assignment=", ".join(statuses))
    for status, reason in _WAITING.items():
        if status in statuses:
            return candidate.because(reason, groups=", ".join(sorted(row["group"] for row in waiting)))
    return candidate.because("access.gdap_operator_not_assigned", groups=", ".join(_groups_of(assignments)))
