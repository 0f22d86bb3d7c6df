# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `access`: whether the operator reaches the tenant, and by which method. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import cross_tenant
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import SYNCHRONIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import other_cloud
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import caveats as gdap_caveats
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import (
    GdapCandidate,
    judge_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import judge as governance_judge
from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import (
    operator_barred,
    operator_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Candidate, Rank, proves_no_absence
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Verdict

# Cross-tenant access settings that are in the way of an account in order.
_IN_THE_WAY: t.Final = {
    ("outbound", "blocked"): "access.outbound_blocked",
    ("inbound", "blocked"): "access.inbound_blocked",
    ("outbound", "open"): "access.outbound_unknown",
    ("inbound", "open"): "access.inbound_unknown",
}
# The methods of `auto`, in their order.
_METHODS: t.Final = ("GDAP", "B2B", "governance")
_NOT_BEGUN: t.Final = frozenset(
    {
        "access.gdap_missing",
        "access.gdap_not_shown",
        "access.guest_missing",
        "access.governance_missing",
        "access.governance_reversed",
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Access:
    """The verdict, and every way that is proven: later judges look at each of them.

    `gdap` and `governance` are the relationships that carry, `account_id` the account in the target; all are None where
    access is not met. `open` says why another way could not be judged: it might carry what the proven one lacks.
    """

    verdict: Verdict
    gdap: GdapCandidate | None = None
    account_id: str | None = None
    governance: governance_judge.GovernanceCandidate | None = None
    open: Problem | None = None

    def carries(self, roles: Sequence[str]) -> bool:
        """Tell whether a relationship, of GDAP or of governance, brings one of these roles."""
        brought = {*(self.gdap.roles if self.gdap else ()), *(self.governance.roles if self.governance else ())}
        return not brought.isdisjoint(roles)

    @property
    def proven(self) -> bool:
        """True where there is a way at all."""
        return self.gdap is not None or self.account_id is not None or self.governance is not None

    def with_caveats(self, *caveats: Caveat) -> Access:
        """Return the same with more caveats beside the verdict."""
        verdict = dataclasses.replace(self.verdict, caveats=(*self.verdict.caveats, *caveats))
        return dataclasses.replace(self, verdict=verdict)


def judge_access(case: Case) -> Access:
    """Judge the ways into the tenant, and the operator's own account, without which none of them carries.

    Several checks ask for it: a case is judged once.
    """
    if "access" not in case.judged:
        case.judged["access"] = _judge(case)
    return t.cast("Access", case.judged["access"])


def _judge(case: Case) -> Access:
    access = _judge_ways(case)
    problem = operator_problem(case) if access.proven else operator_barred(case)
    if problem is None:
        return access
    return Access(case.verdict("access", problem.reason, problem.details, evidence=[case.get(OPERATOR)]))


def _judge_ways(case: Case) -> Access:
    """Judge by the declared method; under `auto` by whatever carries: GDAP first, then B2B, then governance."""
    method = case.tenant.access
    if method == "b2b":
        return by_b2b(case)
    judges = {"gdap": _by_gdap, "governance": _by_governance}
    access = judges.get(method, _by_any)(case)
    return access.with_caveats(*governance_judge.governance_caveats(case, met=access.proven))


def _by_any(case: Case) -> Access:
    """Let the first way that carries decide. A preview's list that may not be read is not a way."""
    gdap, b2b, governance = _by_gdap(case), by_b2b(case), _by_governance(case)
    ways = [gdap, b2b] if governance_judge.governance_unavailable(case) else [gdap, b2b, governance]
    first = next((way for way in ways if way.proven), None)
    if first is None:
        return _with_others(case, _none_of(case, ways), ways)
    return dataclasses.replace(
        _with_others(case, first, ways),
        gdap=gdap.gdap,
        account_id=b2b.account_id,
        governance=governance.governance,
        open=next((way.open for way in ways if way.open), None),
    )


def _with_others(case: Case, chosen: Access, ways: list[Access]) -> Access:
    """Add what the other ways of `auto` lack, or that they carry as well.

    A way that nobody looked at says nothing, and beside one that carries, neither does one that nobody has begun.
    """
    if chosen.verdict.reason == "access.none_found":
        return chosen
    by_method = dict(zip(_METHODS, (way.verdict for way in ways), strict=False))
    sentences = [
        f"{method}: {verdict.message}"
        for method, verdict in by_method.items()
        if verdict is not chosen.verdict
        and any(map(readable, verdict.evidence))
        and not (chosen.proven and verdict.reason in _NOT_BEGUN)
    ]
    if not sentences:
        return chosen
    method = next(method for method, verdict in by_method.items() if verdict is chosen.verdict)
    return chosen.with_caveats(case.caveat("access.other_ways", {"method": method, "ways": " ".join(sentences)}))


def _none_of(case: Case, ways: list[Access]) -> Access:
    """Choose where no method is met under `auto`: unknown before a "no", and of several the one that was begun.

    A method that the cloud does not have cannot carry yet, and counts only where it is the only one.
    """
    ways = [way for way in ways if way.verdict.reason != "read.not_in_cloud"] or ways
    if len(ways) == 1:
        return ways[0]
    unknown = (way for way in ways if way.verdict.status == "unknown")
    begun = (way for way in ways if way.verdict.reason not in _NOT_BEGUN)
    evidence = [item for way in ways for item in way.verdict.evidence]
    nothing = Access(case.verdict("access", "access.none_found", evidence=evidence))
    return next(unknown, None) or next(begun, nothing)


def _by_gdap(case: Case) -> Access:
    relationships = case.get(RELATIONSHIPS)
    if not readable(relationships):
        problem = unread_problem(relationships, RELATIONSHIPS.title, case.home)
        verdict = case.verdict("access", problem.reason, problem.details, evidence=[relationships])
        return Access(verdict, open=_leaves_open(problem))
    candidates = judge_relationships(case, relationships)
    if not candidates:
        # In a cloud that the sign-in does not reach, a relationship is not missing: GDAP cannot exist there.
        hidden = Problem("access.gdap_not_shown") if proves_no_absence(relationships) else None
        why = other_cloud(case) or hidden or Problem("access.gdap_missing")
        return Access(case.verdict("access", why.reason, why.details, evidence=[relationships]), open=hidden)
    best = candidates[0]
    unclear = next((candidate.why for candidate in candidates if candidate.rank is Rank.UNKNOWN), None)
    if best.rank is Rank.MET:
        verdict = best.verdict(case, "access", gdap_caveats.caveats_in_force(case, candidates))
        return Access(verdict, gdap=best, open=_leaves_open(unclear))
    caveats = gdap_caveats.caveats_not_carried(case, candidates) if best.problem is None else []
    return Access(best.verdict(case, "access", caveats), open=_leaves_open(unclear))


def _leaves_open(problem: Problem | None) -> Problem | None:
    """Return the problem that leaves GDAP open; a cloud that does not have it leaves nothing open."""
    return None if problem is not None and problem.reason == "read.not_in_cloud" else problem


def by_b2b(case: Case) -> Access:
    """Judge the account, and then the cross-tenant access settings of both sides, each of which can veto it.

    A block makes an account in order useless: unmet. Settings that do not decide it, or that could not be read, leave
    it open: without them the account alone would be a green tick that a block makes untrue.
    """
    account, sides = judge_accounts(case), cross_tenant.judge_sides(case)
    if account.rank is not Rank.MET:
        return _not_proven(_with_more(case, account.verdict(case, "access"), sides), account)
    account = account.with_evidence(*(item for side in sides for item in side.evidence))
    for answer in ("blocked", "open"):
        stopped = next((side for side in sides if side.answer == answer), None)
        if stopped is not None:
            account = account.because(_IN_THE_WAY[stopped.direction, answer], **stopped.details)
            others = _blocks(case, (side for side in sides if side is not stopped))
            return _not_proven(account.verdict(case, "access", others), account)
    unread = next((side.problem for side in sides if side.problem is not None), None)
    if unread is not None:
        return Access(dataclasses.replace(account, problem=unread).verdict(case, "access"), open=unread)
    return Access(account.verdict(case, "access"), account_id=account.account_id)


def _not_proven(verdict: Verdict, candidate: Candidate) -> Access:
    """Return access that is not met; only an unknown one may turn out to carry."""
    return Access(verdict, open=candidate.why if verdict.status == "unknown" else None)


def _with_more(case: Case, verdict: Verdict, sides: Sequence[cross_tenant.Side]) -> Verdict:
    """Add what else is in the way, so that nobody fixes one thing only to meet the next."""
    blocking = [
        side
        for side in sides
        if side.answer == "blocked" and verdict.reason != _IN_THE_WAY[side.direction, side.answer]
    ]
    caveats, evidence = _blocks(case, blocking), [item for side in blocking for item in side.evidence]
    missing = verdict.reason in ("access.guest_missing", "access.guest_deleted")
    if missing and cross_tenant.synchronization_allowed(case):
        words = {True: "on", False: "off", None: "not known"}
        details = {
            "outbound_consent": words[cross_tenant.consent_of(case, "outbound")],
            "inbound_consent": words[cross_tenant.consent_of(case, "inbound")],
        }
        caveats.append(case.caveat("access.synchronization", details))
        evidence.append(case.evidence[SYNCHRONIZATION.key])
    return dataclasses.replace(verdict, caveats=tuple(caveats), evidence=(*verdict.evidence, *evidence))


def _blocks(case: Case, sides: Iterable[cross_tenant.Side]) -> list[Caveat]:
    """Return a caveat for every side that blocks; it names whose settings they are."""
    owners = {"outbound": case.home, "inbound": case.tenant.name}
    return [
        case.caveat(
            "access.settings_block_too",
            {**side.details, "owner": owners[side.direction], "direction": side.direction},
        )
        for side in sides
        if side.answer == "blocked"
    ]


def _by_governance(case: Case) -> Access:
    candidate = governance_judge.judge_governance(case)
    verdict = candidate.verdict(case, "access")
    return Access(verdict, governance=candidate) if candidate.rank is Rank.MET else _not_proven(verdict, candidate)
