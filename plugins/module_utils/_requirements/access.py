# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `access`: does the operator reach the tenant, and by which method?"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Problem
from ansible_collections.m365.defender.plugins.module_utils._requirements.b2b import AccountFinding, judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._requirements.gdap_caveats import (
    caveats_in_force,
    caveats_not_carried,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.gdap_judge import Finding, judge_relationships

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._model import Verdict
    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case


@dataclasses.dataclass(frozen=True, slots=True)
class Access:
    """The verdict, and every way that is proven: later judges look at each of them.

    `gdap` is the relationship that carries, `account_id` the account in the target; both are None where access is not
    met. `open` says why another way could not be judged: it might carry what the proven one lacks.
    """

    verdict: Verdict
    gdap: Finding | None = None
    account_id: str | None = None
    open: Problem | None = None

    @property
    def proven(self) -> bool:
        """Is there a way at all?"""
        return self.gdap is not None or self.account_id is not None


def judge_access(case: Case) -> Access:
    """By the declared method; under `auto` by whatever carries, GDAP first."""
    method = case.tenant.access
    if method == "governance":
        return Access(case.verdict("access", "access.governance_not_read"))
    if method == "gdap":
        return _by_gdap(case)
    b2b = _by_b2b(case)
    if method == "b2b":
        return b2b
    gdap = _by_gdap(case)
    if gdap.proven:
        return dataclasses.replace(gdap, account_id=b2b.account_id, open=gdap.open or b2b.open)
    return b2b if b2b.proven else _neither(case, gdap, b2b)


def _by_gdap(case: Case) -> Access:
    findings = judge_relationships(case)
    if not findings:
        return Access(case.verdict("access", "access.gdap_missing", evidence=[case.get("gdap_relationships")]))
    best = findings[0]
    if best.problem is not None:
        return Access(case.verdict("access", best.problem.reason, best.problem.details, evidence=best.evidence))
    met = best.reason == "access.gdap_in_force"
    caveats = (caveats_in_force if met else caveats_not_carried)(case, findings)
    verdict = case.verdict("access", best.reason, best.details, evidence=best.evidence, caveats=caveats)
    unread = next((finding for finding in findings[1:] if finding.unknown), None)
    return Access(verdict, gdap=best if met else None, open=unread.why if unread else None)


def _by_b2b(case: Case) -> Access:
    found: AccountFinding = judge_accounts(case)
    why = found.problem or Problem(found.reason, found.details)
    verdict = case.verdict("access", why.reason, why.details, evidence=found.evidence)
    return Access(verdict, account_id=found.account_id, open=why if verdict.status == "unknown" else None)


def _neither(case: Case, gdap: Access, b2b: Access) -> Access:
    """No method is met under `auto`: unknown before a no, and of two the one that was begun.

    A method that the cloud has not is none that could still carry.
    """
    if gdap.verdict.reason == "read.not_in_cloud":
        return b2b
    for access in (gdap, b2b):
        if access.verdict.status == "unknown":
            return access
    if gdap.verdict.reason != "access.gdap_missing":
        return gdap
    if b2b.verdict.reason != "access.guest_missing":
        return b2b
    evidence = [*gdap.verdict.evidence, *b2b.verdict.evidence]
    return Access(case.verdict("access", "access.none_found", evidence=evidence))
