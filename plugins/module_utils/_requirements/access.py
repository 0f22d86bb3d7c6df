# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `access`: does the operator reach the tenant, and by which method?"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Problem
from ansible_collections.m365.defender.plugins.module_utils._requirements.b2b import AccountFinding, judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._requirements.gdap import (
    Finding,
    gdap_caveats,
    judge_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.governance import (
    GovernanceFinding,
    governance_caveats,
    judge_governance,
    left_out,
)

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._model import Caveat, Verdict
    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case


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
    ways = [gdap, b2b] if left_out(case) else [gdap, b2b, governance]
    first = next((way for way in ways if way.proven), None)
    if first is None:
        return _none_of(case, ways)
    return dataclasses.replace(
        first,
        gdap=gdap.gdap,
        account_id=b2b.account_id,
        governance=governance.governance,
        open=next((way.open for way in ways if way.open), None),
    )


def _by_gdap(case: Case) -> Access:
    findings = judge_relationships(case)
    if not findings:
        return Access(case.verdict("access", "access.gdap_missing", evidence=[case.get("gdap_relationships")]))
    best = findings[0]
    if best.problem is not None:
        return Access(case.verdict("access", best.problem.reason, best.problem.details, evidence=best.evidence))
    met = best.reason == "access.gdap_in_force"
    caveats = gdap_caveats(case, best) if met else []
    verdict = case.verdict("access", best.reason, best.details, evidence=best.evidence, caveats=caveats)
    unread = next((finding for finding in findings[1:] if finding.unknown), None)
    return Access(verdict, gdap=best if met else None, open=unread.why if unread else None)


def _by_b2b(case: Case) -> Access:
    found: AccountFinding = judge_accounts(case)
    why = found.problem or Problem(found.reason, found.details)
    verdict = case.verdict("access", why.reason, why.details, evidence=found.evidence)
    return Access(verdict, account_id=found.account_id, open=why if verdict.status == "unknown" else None)


def _by_governance(case: Case) -> Access:
    found = judge_governance(case)
    why = found.why
    verdict = case.verdict("access", why.reason, why.details, evidence=found.evidence)
    return Access(verdict, governance=found if found.met else None, open=why if verdict.status == "unknown" else None)


_NOT_BEGUN: t.Final = frozenset(
    {"access.gdap_missing", "access.guest_missing", "access.governance_missing", "access.governance_reversed"}
)


def _none_of(case: Case, ways: list[Access]) -> Access:
    """No method is met under `auto`: unknown before a no, and of several the one that was begun."""
    for access in ways:
        if access.verdict.status == "unknown":
            return access
    for access in ways:
        if access.verdict.reason not in _NOT_BEGUN:
            return access
    evidence = [piece for access in ways for piece in access.verdict.evidence]
    return Access(case.verdict("access", "access.none_found", evidence=evidence))
