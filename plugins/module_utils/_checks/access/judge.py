# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `access`: does the operator reach the tenant, and by which method?"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    SYNCHRONIZATION,
    consent_of,
    judge_sides,
    synchronization_allowed,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import other_cloud
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import (
    caveats_in_force,
    caveats_not_carried,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import (
    Finding,
    judge_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import (
    GovernanceFinding,
    governance_caveats,
    governance_unavailable,
    judge_governance,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import Side
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Verdict

# Cross-tenant access settings that are in the way of an account in order.
_IN_THE_WAY: t.Final = {
    ("outbound", "blocked"): "access.outbound_blocked",
    ("inbound", "blocked"): "access.inbound_blocked",
    ("outbound", "open"): "access.outbound_unknown",
    ("inbound", "open"): "access.inbound_unknown",
}
# The ways of `auto`, in their order.
_WAYS: t.Final = ("GDAP", "B2B", "governance")


@dataclasses.dataclass(frozen=True, slots=True)
class Access:
    """The verdict, and every way that is proven: later judges look at each of them.

    `gdap` and `governance` are the relationships that carry, `account_id` the account in the target; all are None where
    access is not met. `open` says why another way could not be judged: it might carry what the proven one lacks.
    """

    verdict: Verdict
    gdap: Finding | None = None
    account_id: str | None = None
    governance: GovernanceFinding | None = None
    open: Problem | None = None

    def carries(self, roles: Sequence[str]) -> bool:
        """Tell whether a relationship, of GDAP or of governance, brings one of these roles."""
        brought = {*(self.gdap.roles if self.gdap else ()), *(self.governance.roles if self.governance else ())}
        return not brought.isdisjoint(roles)

    @property
    def proven(self) -> bool:
        """Is there a way at all?"""
        return self.gdap is not None or self.account_id is not None or self.governance is not None


def judge_access(case: Case) -> Access:
    """By the declared method; under `auto` by whatever carries: GDAP first, then B2B, then governance."""
    method = case.tenant.access
    if method == "b2b":
        return _by_b2b(case)
    ways = {"gdap": _by_gdap, "governance": _by_governance}
    access = ways.get(method, _by_any)(case)
    return _with_caveats(access, governance_caveats(case, met=access.proven))


def _with_caveats(access: Access, caveats: list[Caveat]) -> Access:
    verdict = dataclasses.replace(access.verdict, caveats=(*access.verdict.caveats, *caveats))
    return dataclasses.replace(access, verdict=verdict)


def _by_any(case: Case) -> Access:
    """The first way that carries has the word; a list of a preview that may not be read is no way."""
    gdap, b2b, governance = _by_gdap(case), _by_b2b(case), _by_governance(case)
    ways = [gdap, b2b] if governance_unavailable(case) else [gdap, b2b, governance]
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
    """What the other ways of `auto` lack, or that they carry as well.

    A way that nobody looked at says nothing, and beside one that carries, neither does one that nobody has begun.
    """
    if chosen.verdict.reason == "access.none_found":
        return chosen
    told = [
        f"{name}: {way.verdict.message}"
        for name, way in zip(_WAYS, ways, strict=False)
        if way.verdict is not chosen.verdict
        and any(readable(piece) for piece in way.verdict.evidence)
        and not (chosen.proven and way.verdict.reason in _NOT_BEGUN)
    ]
    if not told:
        return chosen
    method = next(name for name, way in zip(_WAYS, ways, strict=False) if way.verdict is chosen.verdict)
    details = {"method": method, "ways": " ".join(told)}
    return _with_caveats(chosen, [case.caveat("access.other_ways", details)])


def _by_gdap(case: Case) -> Access:
    findings = judge_relationships(case)
    if not findings:
        return _without_relationship(case)
    best, still = findings[0], _still_open(findings)
    if best.problem is not None:
        verdict = case.verdict("access", best.problem.reason, best.problem.details, evidence=best.evidence)
        return Access(verdict, open=still)
    met = best.reason == "access.gdap_in_force"
    caveats = (caveats_in_force if met else caveats_not_carried)(case, findings)
    verdict = case.verdict("access", best.reason, best.details, evidence=best.evidence, caveats=caveats)
    return Access(verdict, gdap=best if met else None, open=still)


def _without_relationship(case: Case) -> Access:
    """No relationship is missing where GDAP has no way: into a cloud that the sign-in does not reach."""
    why = other_cloud(case) or Problem("access.gdap_missing")
    return Access(case.verdict("access", why.reason, why.details, evidence=[case.get(RELATIONSHIPS)]))


def _still_open(findings: Sequence[Finding]) -> Problem | None:
    """Why a relationship might yet carry; a cloud without GDAP leaves nothing open."""
    unread = next((finding.why for finding in findings if finding.unknown), None)
    return None if unread is not None and unread.reason == "read.not_in_cloud" else unread


def _by_b2b(case: Case) -> Access:
    """The account, and then the cross-tenant access settings of both sides, each of which can veto it.

    A block makes an account in order useless: unmet. Settings that do not decide it, or that could not be read, leave
    it open: without them the account alone would be a green tick that a block makes untrue.
    """
    found, sides = judge_accounts(case), judge_sides(case)
    why = found.problem or Problem(found.reason, found.details)
    account = case.verdict("access", why.reason, why.details, evidence=found.evidence)
    if account.status != "met":
        verdict = _with_more(case, account, sides)
        return Access(verdict, open=why if account.status == "unknown" else None)
    evidence = [*found.evidence, *(piece for side in sides for piece in side.evidence)]
    for answer in ("blocked", "open"):
        stopped = next((side for side in sides if side.answer == answer), None)
        if stopped is not None:
            why = Problem(_IN_THE_WAY[stopped.direction, answer], {**found.details, **stopped.details})
            others = _blocks(case, [side for side in sides if side is not stopped])
            verdict = case.verdict("access", why.reason, why.details, evidence=evidence, caveats=others)
            return Access(verdict, open=why if verdict.status == "unknown" else None)
    unread = next((side.problem for side in sides if side.problem is not None), None)
    if unread is not None:
        return Access(case.verdict("access", unread.reason, unread.details, evidence=evidence), open=unread)
    return Access(case.verdict("access", why.reason, why.details, evidence=evidence), account_id=found.account_id)


def _with_more(case: Case, account: Verdict, sides: Sequence[Side]) -> Verdict:
    """What else stands in the way, so that nobody mends one thing only to meet the next."""
    blocking = [s for s in sides if s.answer == "blocked" and account.reason != _IN_THE_WAY[s.direction, "blocked"]]
    caveats, evidence = _blocks(case, blocking), [piece for side in blocking for piece in side.evidence]
    if account.reason in ("access.guest_missing", "access.guest_deleted") and synchronization_allowed(case):
        caveats.append(_synchronization(case))
        evidence += [case.evidence[SYNCHRONIZATION.key]]
    return dataclasses.replace(account, caveats=tuple(caveats), evidence=(*account.evidence, *evidence))


def _synchronization(case: Case) -> Caveat:
    words = {True: "on", False: "off", None: "not known"}
    details = {
        "outbound_consent": words[consent_of(case, "outbound")],
        "inbound_consent": words[consent_of(case, "inbound")],
    }
    return case.caveat("access.synchronization", details)


def _blocks(case: Case, sides: Sequence[Side]) -> list[Caveat]:
    return [
        case.caveat("access.settings_block_too", {**side.details, **_owner(case, side)})
        for side in sides
        if side.answer == "blocked"
    ]


def _owner(case: Case, side: Side) -> dict[str, str]:
    """Whose settings they are, in words."""
    owner = case.home if side.direction == "outbound" else case.tenant.name
    return {"owner": owner, "direction": side.direction}


def _by_governance(case: Case) -> Access:
    found = judge_governance(case)
    why = found.why
    verdict = case.verdict("access", why.reason, why.details, evidence=found.evidence)
    return Access(verdict, governance=found if found.met else None, open=why if verdict.status == "unknown" else None)


_NOT_BEGUN: t.Final = frozenset(
    {"access.gdap_missing", "access.guest_missing", "access.governance_missing", "access.governance_reversed"}
)


def _none_of(case: Case, ways: list[Access]) -> Access:
    """No method is met under `auto`: unknown before a no, and of several the one that was begun.

    A method that the cloud has not is none that could still carry.
    """
    ways = [access for access in ways if access.verdict.reason != "read.not_in_cloud"] or ways
    if len(ways) == 1:
        return ways[0]
    for access in ways:
        if access.verdict.status == "unknown":
            return access
    for access in ways:
        if access.verdict.reason not in _NOT_BEGUN:
            return access
    evidence = [piece for access in ways for piece in access.verdict.evidence]
    return Access(case.verdict("access", "access.none_found", evidence=evidence))
