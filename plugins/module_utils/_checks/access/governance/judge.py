# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance (preview): does an active relationship, in which the home tenant governs, give the operator roles?

Only our side counts: governing is the home tenant, governed the target. Microsoft's own pages write a status in two
letter cases, so it is compared without case; one that we do not know is never taken for good. The roles are those of
the policy as it was accepted (`policySnapshot`): a template that is changed later changes no relationship [doc].
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    RELATIONSHIPS as GDAP_RELATIONSHIPS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    INVITATIONS,
    METHODS,
    READS,
    RELATIONSHIPS,
    REQUESTS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import GOVERNANCE_CLOUDS

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat

    Row = Mapping[str, t.Any]

# Evidence shows so many rows about one tenant, and so many assignments of each; all of them are judged.
MAX_SHOWN: t.Final = 3
MET_REASON: t.Final = "access.governance_active"

# Smaller is better. Unknown stands before every no: while something is unread, a no would be a guess.
_MET, _UNKNOWN, _UNMET = 0, 10, 20
_RELATIONSHIP: t.Final = {
    "terminationrequestedbygoverningtenant": (_UNMET + 3, "access.governance_ending"),
    "terminated": (_UNMET + 8, "access.governance_terminated"),
}
_REQUEST: t.Final = {
    "accepted": (_UNMET + 4, "access.governance_accepted"),
    "pending": (_UNMET + 5, "access.governance_requested"),
    "rejected": (_UNMET + 7, "access.governance_rejected"),
}
_INVITED: t.Final = (_UNMET + 6, "access.governance_invited")
_STATUS_UNKNOWN: t.Final = (_UNKNOWN, "access.governance_status_unknown")
# Why a preview's list may not be read, for as long as nobody acts: under `auto` it is left out, as it is for any other
# HTTP 4xx. A list that failed in passing (throttled, unreachable) is not among them: it could be read the next time,
# and hold what is missing.
_MAY_NOT_BE_READ: t.Final = frozenset(
    {
        "consent.permission_missing",
        "read.forbidden",
        "read.not_offered",
        "read.not_in_cloud",
        "access.governance_not_in_cloud",
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class GovernanceFinding:
    """What one row says about access. `problem` where it could not be read; `roles` are those that arrive."""

    rank: int
    reason: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()
    made: float = 0.0
    roles: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Does it give access?"""
        return self.reason == MET_REASON

    @property
    def why(self) -> Problem:
        """The reason in the form of a problem."""
        return self.problem or Problem(self.reason, self.details)


def judge_governance(case: Case) -> GovernanceFinding:
    """The best that the lists say: a relationship, else a step towards one. Pure."""
    piece, problem = case.get(RELATIONSHIPS), lists_problem(case)
    if piece is None or problem is not None:
        return GovernanceFinding(_UNKNOWN, problem=problem, evidence=(piece,) if piece else ())
    rows = _ours(case, piece)
    found = [_judge_relationship(case, piece, row) for row in rows]
    found += _steps(case, max((_moment(row["made"]) for row in rows), default=0.0))
    if not found:
        found = [_nothing(case, piece)]
    return min(found, key=lambda finding: _order(case, finding))


def _order(case: Case, finding: GovernanceFinding) -> tuple[int, bool, float, str]:
    """Best rank, then one with a wanted role, then the newest, then the id: input order never matters."""
    no_role = set(case.tenant.roles).isdisjoint(finding.roles)
    return finding.rank, no_role, -finding.made, str(finding.details.get("object", ""))


def _ours(case: Case, piece: Evidence) -> list[Row]:
    """The rows in which the home tenant governs this tenant."""
    home, target = piece.data["home"], case.tenant.tenant_id
    return [row for row in piece.data["rows"] if (row["governing"], row["governed"]) == (home, target)]


def governed_states(case: Case) -> set[str]:
    """The statuses, in lower case, of all relationships in which the home tenant governs this tenant."""
    piece = case.get(RELATIONSHIPS)
    return set() if piece is None else {row["status"].lower() for row in _ours(case, piece)}


def lists_problem(case: Case) -> Problem | None:
    """Why nothing can be said by the relationships: the tenant's cloud has none, or they were not read."""
    cloud = case.tenant.cloud
    if cloud is not None and cloud not in GOVERNANCE_CLOUDS:
        return Problem("access.governance_not_in_cloud", {"cloud": cloud})
    piece = case.get(RELATIONSHIPS)
    if readable(piece):
        return None
    return (piece.problem if piece is not None else None) or _unread(case, RELATIONSHIPS.title)


def _unread(case: Case, what: str) -> Problem:
    return Problem("read.failed", {"what": what, "where": case.home, "said": "it was not read"})


def _moment(text: object) -> float:
    """A time as a number to compare; 0 where there is none."""
    moment = parse_time(text)
    return moment.timestamp() if moment else 0.0


def _trim_shown(piece: Evidence, row: Row | None = None) -> Evidence:
    """The evidence as it is shown: the row that is judged, a few others, and how many more there are."""
    rows = piece.data["rows"]
    others = [other for other in rows if other is not row]
    shown = [*([row] if row is not None else []), *others][:MAX_SHOWN]
    told = {"rows": [_trim_row(other) for other in shown], "left_out": len(rows) - len(shown)}
    return dataclasses.replace(piece, data={**piece.data, **told})


def _trim_row(row: Row) -> Row:
    """A row with few of its assignments: those with a wanted role first, and how many more there are."""
    assignments = row.get("assignments") or ()
    if len(assignments) <= MAX_SHOWN:
        return row
    first = sorted(assignments, key=lambda assignment: not assignment["roles"])[:MAX_SHOWN]
    return {**row, "assignments": first, "other_assignments": len(assignments) - MAX_SHOWN}


def _details(row: Row) -> dict[str, str]:
    ends = parse_time(row.get("ends"))
    return {
        "object": row["id"],
        "status": row.get("status", ""),
        "ends": ends.date().isoformat() if ends else "(no end told)",
    }


def _judge_relationship(case: Case, piece: Evidence, row: Row) -> GovernanceFinding:
    """One relationship, by its status; an active one goes on to its groups."""
    told, status = _trim_shown(piece, row), row["status"].lower()
    if status == "active":
        return _judge_active(case, told, row)
    rank, reason = _RELATIONSHIP.get(status, _STATUS_UNKNOWN)
    return GovernanceFinding(rank, reason, _details(row), evidence=(told,), made=_moment(row["made"]))


def _judge_active(case: Case, piece: Evidence, row: Row) -> GovernanceFinding:
    groups, details = case.get(OPERATOR_GROUPS), _details(row)
    evidence = tuple(p for p in (piece, groups) if p is not None)

    def found(
        rank: int, reason: str = "", problem: Problem | None = None, roles: set[str] | None = None
    ) -> GovernanceFinding:
        made = _moment(row["made"])
        return GovernanceFinding(rank, reason, details, problem, evidence, made, tuple(sorted(roles or ())))

    if row["assignments"] is None:
        return found(_UNKNOWN, "access.governance_roles_not_told")
    giving = [a for a in row["assignments"] if a["roles"] or a["other_roles"]]
    if not giving:
        return found(_UNMET + 2, "access.governance_no_assignment")
    if not readable(groups):
        return found(_UNKNOWN, problem=(groups and groups.problem) or _unread(case, "the groups of the operator"))
    mine = [a for a in giving if a["group"] in groups.data["groups"]]
    if not mine:
        details["groups"] = ", ".join(sorted({a["group"] for a in giving}))
        return found(_UNMET + 1, "access.governance_operator_not_assigned")
    details["group"] = str(groups.data["groups"][min(a["group"] for a in mine)])
    return found(_MET, MET_REASON, roles={role for a in mine for role in a["roles"]})


def _steps(case: Case, since: float) -> list[GovernanceFinding]:
    """Requests and invitations under way. One that is older than the newest relationship has had its effect; so has an
    invitation that is older than the newest request."""
    requests, invitations = case.get(REQUESTS), case.get(INVITATIONS)
    found = list(_under_way(case, requests, since))
    since = max((finding.made for finding in found), default=since)
    return [*found, *_under_way(case, invitations, since)]


def _under_way(case: Case, piece: Evidence | None, since: float) -> Iterator[GovernanceFinding]:
    if not readable(piece):
        return
    lists = tuple(p for p in (case.get(RELATIONSHIPS),) if p is not None)
    for row in _ours(case, piece):
        made = _moment(row["made"])
        if made and made <= since:
            continue
        rank, reason = _step(case, row)
        evidence = (*map(_trim_shown, lists), _trim_shown(piece, row))
        yield GovernanceFinding(rank, reason, _details(row), evidence=evidence, made=made)


def _step(case: Case, row: Row) -> tuple[int, str]:
    """Rank and reason of a request, or of an invitation, which has no status."""
    ends = parse_time(row["ends"])
    over = ends is not None and ends <= case.now
    if "status" not in row:
        return (_UNMET + 7, "access.governance_invitation_expired") if over else _INVITED
    status = row["status"].lower()
    if status == "expired" or (status == "pending" and over):
        return _UNMET + 7, "access.governance_request_expired"
    return _REQUEST.get(status, _STATUS_UNKNOWN)


def _nothing(case: Case, piece: Evidence) -> GovernanceFinding:
    """No row in which we govern the tenant: perhaps it governs us, which gives us nothing."""
    home, target = piece.data["home"], case.tenant.tenant_id
    rows = [row for row in piece.data["rows"] if (row["governing"], row["governed"]) == (target, home)]
    back = min((row for row in rows if row["status"].lower() == "active"), key=lambda row: str(row["id"]), default=None)
    evidence = tuple(_trim_shown(p) if readable(p) else p for p in map(case.get, READS) if p is not None)
    if back is not None:
        return GovernanceFinding(_UNMET + 9, "access.governance_reversed", _details(back), evidence=evidence)
    return GovernanceFinding(_UNMET + 9, "access.governance_missing", evidence=evidence)


def governance_unavailable(case: Case) -> Problem | None:
    """Why `auto` has to do without governance: the preview's list may not be read, or nobody asked. Else None."""
    problem = lists_problem(case)
    if problem is None or case.get(RELATIONSHIPS) is None:
        return problem
    refused = problem.reason == "read.failed" and problem.details.get("status", "").startswith("4")
    return problem if refused or problem.reason in _MAY_NOT_BE_READ else None


def governance_caveats(case: Case, *, met: bool) -> list[Caveat]:
    """Doubts beside a verdict about access: the first list that was not read, and GDAP to the same tenant.

    Where access is met, the steps before a relationship concern nobody.
    """
    reads = (RELATIONSHIPS,) if met else READS
    unread = (case.get(read) for read in reads if case.tenant.access in METHODS)
    problem = next((piece.problem for piece in unread if piece is not None and piece.problem is not None), None)
    caveats = (_beside_gdap(case), _unread_caveat(case, problem))
    return [caveat for caveat in caveats if caveat is not None]


def _unread_caveat(case: Case, problem: Problem | None) -> Caveat | None:
    if problem is None or (problem.reason == "read.not_in_cloud" and case.tenant.access == "auto"):
        return None
    told = case.verdict("access", problem.reason, problem.details).message
    return case.caveat("access.governance_unread", {"said": told})


def _beside_gdap(case: Case) -> Caveat | None:
    """The two cannot coexist [doc]: which one carries then is written nowhere."""
    piece, gdap = case.get(RELATIONSHIPS), case.get(GDAP_RELATIONSHIPS)
    if piece is None or gdap is None or not readable(piece) or not readable(gdap):
        return None
    active = [row for row in _ours(case, piece) if row["status"].lower() == "active"]
    beside = [row for row in gdap.data["relationships"] if in_force(row, case.now)]
    if not active or not beside:
        return None
    first = min(beside, key=lambda row: str(row["id"]))
    details = {"object": first["id"], "relationship": first["relationship"]}
    return case.caveat("access.governance_beside_gdap", details)
