# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what verifies access: Microsoft's lists once for all tenants, then each tenant as the operator.

The app reads only what the operator's answer leaves open: whether Defender answers at all, and, where the person's own
list cannot be read, the person's account in the tenant.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import SERVICE_TITLES
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import trim_answers
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import refused_at_home
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reading import first_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import refusal_of
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import INCIDENTS, INCIDENTS_AS_APP
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import (
    ARM_TENANTS,
    CUSTOMERS,
    needs_account,
    trim_lists,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in import reads as sign_in_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.governance import governance_reading
from ansible_collections.m365.defender.plugins.module_utils._collect.home import basics_reading, unproven_operator
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session, sign_in_problem
from ansible_collections.m365.defender.plugins.module_utils._collect.target import context_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading, TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._core.model import SignInProbe, Tenant

_ORGANIZATION: t.Final = BoundRead(ORGANIZATION)


@dataclasses.dataclass(frozen=True, slots=True)
class Lists:
    """What all tenants share. `unproven` is why the operator identity cannot be used, else None."""

    home: Home
    evidence: Mapping[str, Evidence]
    unproven: Problem | None


def lists_reader(
    session: Session, tenants: Sequence[Tenant], checks: Sequence[str], known: Home | None = None
) -> Reader[Lists]:
    """Return what reads Microsoft's lists. Sign in to the home tenant first. It raises as home_reader says.

    `known` is what home_reader has read for the same tenants: it is not read again.
    """
    return Reader(session, session.home_target, _lists(session, tenants, checks, known))


def _lists(session: Session, tenants: Sequence[Tenant], checks: Sequence[str], known: Home | None) -> Reading[Lists]:
    """Ask for the lists that the access methods need."""
    methods = {tenant.access for tenant in tenants} if "listed" in checks else set()
    # Without an operator, an account in the tenant replaces the person's list, and settings can veto an account.
    b2b = bool(methods & {"b2b", "auto"}) and not session.has("operator")
    home = yield from basics_reading(session, b2b=b2b, known=known)
    unproven = unproven_operator(session, home)
    unproven = unproven and refused_at_home(unproven)
    evidence: dict[str, Evidence] = {}
    if methods & {"gdap", "auto"}:
        customers = yield Ask([_ORGANIZATION, BoundRead(CUSTOMERS)], where=home.name)
        evidence[CUSTOMERS.key] = customers[CUSTOMERS.key]
    if methods & {"b2b", "auto"}:
        evidence[ARM_TENANTS.key] = _read_own_tenants(session, home, unproven)
    if methods and known is None:
        evidence |= yield from governance_reading(session, tenants, home.name, [RELATIONSHIPS])
    elif methods and known is not None and (governance := known.get(RELATIONSHIPS)):
        evidence[RELATIONSHIPS.key] = governance
    return Lists(home, evidence, unproven)


def _read_own_tenants(session: Session, home: Home, unproven: Problem | None) -> Evidence:
    read, target = BoundRead(ARM_TENANTS), dataclasses.replace(session.home_target, name=home.name)
    if unproven is not None:
        return session.unread([read], unproven, target)[read.key]
    return session.read_as("operator", [read], target)[read.key]


def access_reader(
    session: Session,
    lists: Lists,
    case: Case,
    checks: Sequence[str],
    known: Mapping[str, Evidence],
) -> Reader[Case]:
    """Return what reads the tenant of an empty case. What could not be read is evidence with a problem.

    `known` is what the step before has read there for the same person: it is not read again.
    """
    tenant, needs = case.tenant, (INCIDENTS,) if "defender" in checks else ()
    target = ReadTarget(tenant.tenant_id, tenant.name, case.consent_url, needs)
    return Reader(session, target, _TenantAccess(session, lists, tenant, checks, target).reading(case, known))


@dataclasses.dataclass(frozen=True, slots=True)
class _TenantAccess:
    """What the access to one tenant is read with."""

    session: Session
    lists: Lists
    tenant: Tenant
    checks: Sequence[str]
    target: ReadTarget

    def reading(self, case: Case, known: Mapping[str, Evidence]) -> Reading[Case]:
        """Ask for what the lists leave open, and return the case with it."""
        session, home = self.session, self.lists.home
        operator = {OPERATOR.key: home.evidence[OPERATOR.key]}
        case = case.with_evidence({**trim_lists(self.lists.evidence, self.tenant), **operator})
        if not session.reaches(self.tenant.cloud):
            problem = Problem("read.other_cloud", {"cloud": str(self.tenant.cloud), "run_cloud": session.cloud_name})
            probe = sign_in_reads.OPERATOR_SIGN_IN
            return case.with_evidence({probe.key: self._evidence(probe, None, problem)})
        if needs_account(case):
            case = case.with_evidence(home.about(self.tenant))
            case = case.with_evidence((yield from _account(context_of(session, home, case), known)))
        if "sign_in" in self.checks or "defender" in self.checks:
            case = case.with_evidence(self._as_operator())
        if "defender" in self.checks and session.has("app") and not readable(case.get(INCIDENTS)):
            case = case.with_evidence((yield from _as_app(case)))
        return case

    def _as_operator(self) -> dict[str, Evidence]:
        """Read as the operator: the sign-in, the probe of Defender, and the sign-in to Azure Resource Manager."""
        sign_in = self._sign_in(sign_in_reads.OPERATOR_SIGN_IN)
        evidence = {sign_in_reads.OPERATOR_SIGN_IN.key: sign_in}
        if sign_in.data is None:
            return evidence
        reads = [] if sign_in.data["readable"] else [_ORGANIZATION]
        reads += [BoundRead(INCIDENTS)] if "defender" in self.checks else []
        answers = self.session.read_as("operator", reads, self.target) if reads else {}
        if ORGANIZATION.key in answers:
            evidence[sign_in_reads.OPERATOR_ORGANIZATION.key] = answers.pop(ORGANIZATION.key)
        if "sign_in" in self.checks:
            evidence[sign_in_reads.ARM_SIGN_IN.key] = self._sign_in(sign_in_reads.ARM_SIGN_IN)
        return {**evidence, **answers}

    def _sign_in(self, probe: SignInProbe) -> Evidence:
        """Return evidence of a token: what may be reported of it, never the token itself."""
        if not self.session.has("operator"):
            return self._evidence(probe, None, Problem("identity.operator_needed"))
        if self.lists.unproven is not None:
            return self._evidence(probe, None, self.lists.unproven)
        try:
            token = self.session.sign_in_as("operator", self.target.tenant_id, probe.service)
        except MtoError as error:
            return self._evidence(probe, None, sign_in_problem(error))
        return self._evidence(probe, sign_in_reads.token_data(token.claims, self.tenant.roles), None)

    def _evidence(self, probe: SignInProbe, data: sign_in_reads.TokenData | None, problem: Problem | None) -> Evidence:
        target, resource = self.target, SERVICE_TITLES[probe.service]
        what = f"the sign-in to {resource}"
        words = SentenceContext(what=what, where=target.name, who="the operator", resource=resource)
        problem = problem and words.complete(problem)
        url, at = self.session.token_url(target.tenant_id), timestamp(utc_now())
        return Evidence(probe.key, url, "operator", at, "", "doc", data, problem)


def _account(context: TargetContext, known: Mapping[str, Evidence]) -> Reading[dict[str, Evidence]]:
    """Ask for the person's account in the tenant, and for the settings that can veto it."""
    reads = first_reads(context)
    if all(bound.key in known for bound in reads):
        return {bound.key: known[bound.key] for bound in reads}
    answers = yield Ask([_ORGANIZATION, *reads], "app")
    return trim_answers({bound.key: answers[bound.key] for bound in reads}, context.operator_targets)


def _as_app(case: Case) -> Reading[dict[str, Evidence]]:
    """Read the same probe as the app: it distinguishes a refusal of the person from a missing Defender."""
    token = case.get(sign_in_reads.OPERATOR_SIGN_IN)
    if readable(token) and not refusal_of(case.get(INCIDENTS)):
        return {}
    key = INCIDENTS_AS_APP.key
    answers = yield Ask([_ORGANIZATION, BoundRead(INCIDENTS_AS_APP)], "app")
    return {key: answers[key]}
