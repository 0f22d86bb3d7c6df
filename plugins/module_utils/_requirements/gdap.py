# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP: relationship, access assignment, membership of the operator. All of it is read from the home tenant.

A relationship in force without an active assignment whose group holds the operator gives no access [doc; the wording
is ours]. Statuses are those of the CSDL; one that we do not know is never taken for good.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Evidence, Problem, Read
from ansible_collections.m365.defender.plugins.module_utils._requirements.case import parse_time, readable
from ansible_collections.m365.defender.plugins.module_utils._verdicts import make_caveat

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case

EXPIRY_WARNING_DAYS: t.Final = 30
# Evidence shows so many relationships with one customer; all of them are judged.
MAX_SHOWN: t.Final = 3
INVITATION_URL: t.Final = (
    "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/{id}"
)

_GDAP_PERMISSIONS: t.Final = ("DelegatedAdminRelationship.Read.All", "DelegatedAdminRelationship.ReadWrite.All")
_MEMBER_PERMISSIONS: t.Final = (
    "User.Read.All",
    "GroupMember.Read.All",
    "Group.Read.All",
    "Directory.Read.All",
)
_IN_FORCE: t.Final = frozenset({"active", "expiring"})
_ENDED: t.Final = frozenset({"terminated", "terminating", "terminationrequested"})
_NO_AUTO_EXTEND: t.Final = frozenset({"", "PT0S", "P0D"})


def shape_relationships(body: t.Any) -> list[dict[str, t.Any]]:
    """All relationships of the partner, small: `[{id, customer, relationship, status, ends, auto_extend, roles}]`."""
    return [_shape_relationship(row) for row in body["value"]]


def _shape_relationship(row: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "id": str(row["id"]),
        "customer": str((row.get("customer") or {}).get("tenantId") or "").lower(),
        "relationship": str(row.get("displayName") or row["id"]),
        "status": str(row["status"]),
        "ends": row.get("endDateTime"),
        "auto_extend": str(row.get("autoExtendDuration") or ""),
        "roles": _shape_roles(row),
    }


def _shape_roles(row: Mapping[str, t.Any]) -> list[str]:
    """Role template ids, each once, sorted."""
    roles = (row.get("accessDetails") or {}).get("unifiedRoles") or ()
    return sorted({str(role["roleDefinitionId"]).lower() for role in roles})


def shape_assignments(body: t.Any) -> dict[str, t.Any]:
    """`{assignments: [{status, group, roles}]}` of one relationship."""
    rows = [
        {
            "status": str(row["status"]),
            "group": str(row["accessContainer"]["accessContainerId"]).lower(),
            "roles": _shape_roles(row),
        }
        for row in body["value"]
    ]
    return {"assignments": rows}


def shape_groups(body: t.Any) -> dict[str, t.Any]:
    """`{groups: {id: name}}`: every group that holds the operator, nested groups included."""
    return {"groups": {str(row["id"]).lower(): str(row.get("displayName") or row["id"]) for row in body["value"]}}


RELATIONSHIPS: t.Final = Read(
    what="gdap_relationships",
    title="the GDAP relationships (delegatedAdminRelationships)",
    path="/tenantRelationships/delegatedAdminRelationships?$top=300",
    app=_GDAP_PERMISSIONS,
    delegated=_GDAP_PERMISSIONS,
    shape=shape_relationships,
)

ASSIGNMENTS: t.Final = Read(
    what="gdap_assignments",
    title="the access assignments of a GDAP relationship",
    path="/tenantRelationships/delegatedAdminRelationships/{relationship_id}/accessAssignments",
    app=_GDAP_PERMISSIONS,
    delegated=_GDAP_PERMISSIONS,
    shape=shape_assignments,
)

OPERATOR_GROUPS: t.Final = Read(
    what="operator_groups",
    title="the groups of the operator",
    path="/users/{operator}/transitiveMemberOf/microsoft.graph.group?$select=id,displayName&$count=true&$top=999",
    app=_MEMBER_PERMISSIONS,
    delegated=_MEMBER_PERMISSIONS,
    shape=shape_groups,
    advanced=True,
)


def assignments_key(relationship_id: str) -> str:
    """The name of the evidence that holds the assignments of one relationship."""
    return f"gdap_assignments/{relationship_id}"


def in_force(row: Mapping[str, t.Any], now: dt.datetime) -> bool:
    """Does this relationship give access now? Its status can lag behind its end."""
    ends = parse_time(row["ends"])
    return row["status"].lower() in _IN_FORCE and ends is not None and ends > now


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What one relationship says about access; `status` mirrors the reason's. `problem` where it could not be read."""

    rank: int
    reason: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()
    ends: dt.datetime | None = None
    roles: tuple[str, ...] = ()
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
_MET, _UNKNOWN, _UNMET = 0, 10, 20
_NOT_YET: t.Final = {
    "approved": (_UNMET + 2, "access.gdap_activating"),
    "activating": (_UNMET + 2, "access.gdap_activating"),
    "approvalpending": (_UNMET + 3, "access.gdap_not_active"),
    "created": (_UNMET + 4, "access.gdap_not_sent"),
}


def judge_relationships(case: Case) -> list[Finding]:
    """Findings about every relationship with the tenant, the best first. Empty: there is none. Pure."""
    piece = case.get("gdap_relationships")
    if piece is None or not readable(piece):
        problem = piece.problem if piece is not None else None
        return [Finding(_UNKNOWN, problem=problem or _unread(case), evidence=(piece,) if piece else ())]
    findings = [_judge_one(case, piece, row) for row in piece.data["relationships"]]
    wanted = set(case.tenant.roles)
    return sorted(findings, key=lambda finding: _order(finding, wanted))


def _order(finding: Finding, wanted: set[str]) -> tuple[int, bool, float, str]:
    """Best rank, then one with a wanted role, then the latest end, then the id: input order never matters."""
    ends = finding.ends.timestamp() if finding.ends else 0.0
    return finding.rank, wanted.isdisjoint(finding.roles), -ends, str(finding.row.get("id", ""))


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
    status, ends = row["status"].lower(), parse_time(row["ends"])
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
    return Finding(*_not_in_force(status, ends), details=details, evidence=(told,), ends=ends, row=row)


def _not_in_force(status: str, ends: dt.datetime | None) -> tuple[int, str]:
    """Rank and reason. A status that we know with an end that is missing is as doubtful as an unknown status."""
    if status == "expired" or (status in _IN_FORCE and ends is not None):
        return _UNMET + 5, "access.gdap_expired"
    if status in _ENDED:
        return _UNMET + 6, "access.gdap_terminated"
    return _NOT_YET.get(status, (_UNKNOWN, "access.gdap_status_unknown"))


def _judge_in_force(case: Case, piece: Evidence, row: Mapping[str, t.Any], details: dict[str, str]) -> Finding:
    assigned, groups = case.get(assignments_key(row["id"])), case.get("operator_groups")
    evidence = tuple(p for p in (piece, assigned, groups) if p is not None)
    ends = parse_time(row["ends"])

    def found(rank: int, reason: str = "", problem: Problem | None = None, roles: tuple[str, ...] = ()) -> Finding:
        return Finding(rank, reason, details, problem, evidence, ends, roles, row)

    if assigned is None or not readable(assigned):
        return found(_UNKNOWN, problem=(assigned and assigned.problem) or _unread(case))
    active = [a for a in assigned.data["assignments"] if a["status"].lower() == "active"]
    if not active:
        return found(_UNMET + 2, "access.gdap_no_assignment")
    if groups is None or not readable(groups):
        return found(_UNKNOWN, problem=(groups and groups.problem) or _unread(case))
    mine = [a for a in active if a["group"] in groups.data["groups"]]
    if not mine:
        details["groups"] = ", ".join(sorted(a["group"] for a in active))
        return found(_UNMET + 1, "access.gdap_operator_not_assigned")
    details["group"] = str(groups.data["groups"][mine[0]["group"]])
    return found(_MET, "access.gdap_in_force", roles=tuple(sorted(_roles_of(row, mine))))


def _roles_of(row: Mapping[str, t.Any], assignments: list[t.Any]) -> Iterator[str]:
    """Roles that really arrive: an assignment cannot give more than its relationship holds."""
    granted = {role for assignment in assignments for role in assignment["roles"]}
    return (role for role in granted if role in set(row["roles"]))


def gdap_caveats(case: Case, best: Finding) -> list[t.Any]:
    """Doubts beside a relationship in force."""
    caveats = []
    days = (best.ends - case.now).days if best.ends else 0
    if days < EXPIRY_WARNING_DAYS and best.row["auto_extend"] in _NO_AUTO_EXTEND:
        details = {**case.details, **best.details, "days": str(days)}
        caveats.append(make_caveat("access.gdap_expiring", details))
    caveats.append(make_caveat("access.gdap_carries_no_sentinel", case.details))
    return caveats
