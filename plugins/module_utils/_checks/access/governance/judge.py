# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance (preview) judged: an active relationship, in which the home tenant governs, that gives the operator roles.

Only our side counts: governing is the home tenant, governed the target. Microsoft's own pages write a status in two
letter cases, so it is compared without case; one that we do not know is never taken for good. The roles are those of
the policy as it was accepted (`policySnapshot`): a template that is changed later changes no relationship [doc]. Pure.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import reads as gdap_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Candidate, proves_no_absence
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import GOVERNANCE_CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat

# Evidence shows so many rows about one tenant, and so many assignments of each; all of them are judged.
MAX_SHOWN: t.Final = 3
_STATUS_UNKNOWN: t.Final = "access.governance_status_unknown"
_OF_RELATIONSHIP: t.Final = {
    "terminationrequestedbygoverningtenant": "access.governance_ending",
    "terminated": "access.governance_terminated",
}
_OF_REQUEST: t.Final = {
    "accepted": "access.governance_accepted",
    "pending": "access.governance_requested",
    "rejected": "access.governance_rejected",
    "expired": "access.governance_request_expired",
}
# Why a preview's list may not be read, for as long as nobody acts: under `auto` it is left out, as it is for any other
# HTTP 4xx. A list that failed in passing (throttled, unreachable) is not among them: it could be read the next time,
# and hold what is missing.
_MAY_NOT_BE_READ: t.Final = frozenset(
    {
        "consent.permission_missing",
        "read.forbidden",
        "read.maybe_hidden",
        "read.not_offered",
        "read.not_in_cloud",
        "access.governance_not_in_cloud",
    }
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GovernanceCandidate(Candidate):
    """What one row says about access. `made` is when, as a number to compare; `roles` are those that arrive."""

    MET = ("access.governance_active",)
    UNMET: t.ClassVar = {
        "access.governance_operator_not_assigned": 1,
        "access.governance_no_assignment": 2,
        "access.governance_ending": 3,
        "access.governance_accepted": 4,
        "access.governance_requested": 5,
        "access.governance_invited": 6,
        # Of these the newest decides.
        "access.governance_rejected": 7,
        "access.governance_request_expired": 7,
        "access.governance_invitation_expired": 7,
        "access.governance_terminated": 8,
        "access.governance_reversed": 9,
        "access.governance_missing": 9,
    }

    made: float = 0.0
    roles: tuple[str, ...] = ()


def judge_governance(case: Case) -> GovernanceCandidate:
    """Return the best that the lists say: a relationship, else a step towards one. Pure."""
    relationships, problem = case.get(reads.RELATIONSHIPS), lists_problem(case)
    if relationships is None or problem is not None:
        return GovernanceCandidate(problem=problem).with_evidence(relationships)
    candidates = [_judge_relationship(case, relationships, row) for row in _ours(case, relationships)]
    candidates += _steps(case, relationships, since=max((item.made for item in candidates), default=0.0))
    wanted = set(case.tenant.roles)
    return min(candidates or [_nothing(case, relationships)], key=lambda candidate: _order(candidate, wanted))


def _order(candidate: GovernanceCandidate, wanted: set[str]) -> tuple[object, ...]:
    """Return the sort key: a wanted role, then the newest, then the id. Input order never matters."""
    return (
        *candidate.order,
        wanted.isdisjoint(candidate.roles),
        -candidate.made,
        candidate.details.get("object", ""),
    )


def _ours(case: Case, evidence: Evidence) -> list[reads.GovernanceRow]:
    """Return the rows in which the home tenant governs this tenant."""
    home, target = evidence.data["home"], case.tenant.tenant_id
    return [row for row in evidence.data["rows"] if (row["governing"], row["governed"]) == (home, target)]


def governed_states(case: Case) -> set[str]:
    """Return the statuses, in lower case, of all relationships in which the home tenant governs this tenant."""
    relationships = case.get(reads.RELATIONSHIPS)
    return set() if relationships is None else {row["status"].lower() for row in _ours(case, relationships)}


def lists_problem(case: Case) -> Problem | None:
    """Return why the relationships say nothing: the tenant's cloud has none, or they were not read."""
    cloud, relationships = case.tenant.cloud, case.get(reads.RELATIONSHIPS)
    if cloud is not None and cloud not in GOVERNANCE_CLOUDS:
        return Problem("access.governance_not_in_cloud", {"cloud": cloud})
    return None if readable(relationships) else unread_problem(relationships, reads.RELATIONSHIPS.title, case.home)


def _trim_shown(evidence: Evidence, judged: reads.GovernanceRow | None = None) -> Evidence:
    """Return the evidence as it is shown: the row that is judged, a few others, and how many more there are."""
    rows: list[reads.GovernanceRow] = evidence.data["rows"]
    shown = sorted(rows, key=lambda row: row is not judged)[:MAX_SHOWN]
    trimmed = {"rows": [_trim_assignments(row) for row in shown], "left_out": len(rows) - len(shown)}
    return dataclasses.replace(evidence, data={**evidence.data, **trimmed})


def _trim_assignments(row: reads.GovernanceRow) -> reads.GovernanceRow:
    """Return a row with few of its assignments, those with a wanted role first, and how many more there are."""
    assignments = row.get("assignments") or []
    if len(assignments) <= MAX_SHOWN:
        return row
    shown = sorted(assignments, key=lambda assignment: not assignment["roles"])[:MAX_SHOWN]
    return {**row, "assignments": shown, "other_assignments": len(assignments) - MAX_SHOWN}


def _candidate(row: reads.GovernanceRow, *evidence: Evidence) -> GovernanceCandidate:
    """Return a candidate about a row, without a reason yet."""
    ends, made = parse_time(row.get("ends")), parse_time(row["made"])
    details = {
        "object": row["id"],
        "status": row.get("status", ""),
        "ends": ends.date().isoformat() if ends else "an unknown date",
    }
    return GovernanceCandidate(details=details, evidence=evidence, made=made.timestamp() if made else 0.0)


def _judge_relationship(case: Case, relationships: Evidence, row: reads.GovernanceRow) -> GovernanceCandidate:
    """Judge one relationship by its status; an active one goes on to its groups."""
    candidate, status = _candidate(row, _trim_shown(relationships, row)), row["status"].lower()
    if status == "active":
        return _judge_active(case, candidate, row)
    return candidate.because(_OF_RELATIONSHIP.get(status, _STATUS_UNKNOWN))


def _judge_active(case: Case, candidate: GovernanceCandidate, row: reads.GovernanceRow) -> GovernanceCandidate:
    groups, assignments = case.get(OPERATOR_GROUPS), row.get("assignments")
    candidate = candidate.with_evidence(groups)
    if assignments is None:
        return candidate.because("access.governance_roles_not_told")
    giving = [assignment for assignment in assignments if assignment["roles"] or assignment["other_roles"]]
    if not giving:
        return candidate.because("access.governance_no_assignment")
    if not readable(groups):
        problem = unread_problem(groups, OPERATOR_GROUPS.title, case.home)
        return dataclasses.replace(candidate, problem=problem)
    mine = [assignment for assignment in giving if assignment["group"] in groups.data["groups"]]
    if not mine:
        names = ", ".join(sorted({assignment["group"] for assignment in giving}))
        return candidate.because("access.governance_operator_not_assigned", groups=names)
    name = str(groups.data["groups"][min(assignment["group"] for assignment in mine)])
    roles = sorted({role for assignment in mine for role in assignment["roles"]})
    return dataclasses.replace(candidate.because("access.governance_active", group=name), roles=tuple(roles))


def _steps(case: Case, relationships: Evidence, since: float) -> list[GovernanceCandidate]:
    """Return requests and invitations under way.

    One that is older than the newest relationship has had its effect; so has an invitation that is older than the
    newest request.
    """
    requests = list(_under_way(case, relationships, case.get(reads.REQUESTS), since))
    since = max((candidate.made for candidate in requests), default=since)
    return [*requests, *_under_way(case, relationships, case.get(reads.INVITATIONS), since)]


def _under_way(
    case: Case, relationships: Evidence, steps: Evidence | None, since: float
) -> Iterator[GovernanceCandidate]:
    if not readable(steps):
        return
    for row in _ours(case, steps):
        candidate = _candidate(row, _trim_shown(relationships), _trim_shown(steps, row))
        if not candidate.made or candidate.made > since:
            yield candidate.because(_step_reason(case, row))


def _step_reason(case: Case, row: reads.GovernanceRow) -> str:
    """Return the reason of a request, or of an invitation, which has no status."""
    ends = parse_time(row.get("ends"))
    over = ends is not None and ends <= case.now
    if "status" not in row:
        return "access.governance_invitation_expired" if over else "access.governance_invited"
    status = row["status"].lower()
    return _OF_REQUEST.get("expired" if over and status == "pending" else status, _STATUS_UNKNOWN)


def _nothing(case: Case, relationships: Evidence) -> GovernanceCandidate:
    """Judge where the home tenant does not govern this tenant: it may be governed by it, which gives us nothing."""
    pair = (case.tenant.tenant_id, relationships.data["home"])
    rows: list[reads.GovernanceRow] = [
        row
        for row in relationships.data["rows"]
        if (row["governing"], row["governed"]) == pair and row["status"].lower() == "active"
    ]
    lists = tuple(_trim_shown(item) if readable(item) else item for item in map(case.get, reads.READS) if item)
    if not rows:
        return GovernanceCandidate(reason="access.governance_missing", problem=governance_hidden(case), evidence=lists)
    return _candidate(min(rows, key=lambda row: row["id"]), *lists).because("access.governance_reversed")


def governance_hidden(case: Case) -> Problem | None:
    """Return the problem of an empty list that a person read: which role sees the rows is not documented."""
    relationships = case.get(reads.RELATIONSHIPS)
    if not readable(relationships) or relationships.data["rows"] or not proves_no_absence(relationships):
        return None
    return Problem("read.maybe_hidden", {"what": reads.RELATIONSHIPS.title, "where": case.home})


def governance_unavailable(case: Case) -> Problem | None:
    """Return why `auto` does without governance: the preview's list may not be read, or nobody asked. Else None."""
    problem = lists_problem(case) or governance_hidden(case)
    if problem is None or case.get(reads.RELATIONSHIPS) is None:
        return problem
    refused = problem.reason == "read.failed" and problem.details.get("status", "").startswith("4")
    return problem if refused or problem.reason in _MAY_NOT_BE_READ else None


def governance_caveats(case: Case, *, met: bool) -> list[Caveat]:
    """Return doubts beside a verdict about access: GDAP to the same tenant, and the first list that was not read.

    Where access is met, the steps before a relationship concern nobody.
    """
    lists = (reads.RELATIONSHIPS,) if met else reads.READS
    asked = lists if case.tenant.access in reads.METHODS else ()
    problems = (item.problem for item in map(case.get, asked) if item is not None and item.problem is not None)
    caveats = list(_beside_gdap(case))
    problem = next(problems, None) or (None if met else governance_hidden(case))
    if problem is not None and not (problem.reason == "read.not_in_cloud" and case.tenant.access == "auto"):
        message = case.verdict("access", problem.reason, problem.details).message
        caveats.append(case.caveat("access.governance_unread", {"said": message}))
    return caveats


def _beside_gdap(case: Case) -> Iterator[Caveat]:
    """Yield a doubt where GDAP is in force as well: the two cannot coexist [doc]; no page says which one carries."""
    relationships, gdap = case.get(reads.RELATIONSHIPS), case.get(gdap_reads.RELATIONSHIPS)
    if not readable(relationships) or not readable(gdap) or "active" not in governed_states(case):
        return
    beside = [row for row in gdap.data["relationships"] if gdap_reads.in_force(row, case.now)]
    if beside:
        first = min(beside, key=lambda row: str(row["id"]))
        details = {"object": first["id"], "relationship": first["relationship"]}
        yield case.caveat("access.governance_beside_gdap", details)
