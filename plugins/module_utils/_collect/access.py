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
    return Reader(session, target, _access(session, lists, case, checks, target, known))


def _access(
    session: Session,
    lists: Lists,
    case: Case,
    checks: Sequence[str],
    target: ReadTarget,
    known: Mapping[str, Evidence],
) -> Reading[Case]:
    tenant = case.tenant
    operator = {OPERATOR.key: lists.home.evidence[OPERATOR.key]}
    case = case.with_evidence({**trim_lists(lists.evidence, tenant), **operator})
    if not session.reaches(tenant.cloud):
        problem = Problem("read.other_cloud", {"cloud": str(tenant.cloud), "run_cloud": session.cloud_name})
        return case.with_evidence(
            {sign_in_reads.OPERATOR_SIGN_IN.key: _refusal(session, target, sign_in_reads.OPERATOR_SIGN_IN, problem)}
        )
    if needs_account(case):
        case = case.with_evidence(lists.home.about(tenant))
        case = case.with_evidence((yield from _account(context_of(session, lists.home, case), known)))
    if "sign_in" in checks or "defender" in checks:
        case = case.with_evidence(_as_operator(session, lists, tenant, checks, target))
    if "defender" in checks and session.has("app") and not readable(case.get(INCIDENTS)):
        case = case.with_evidence((yield from _as_app(case)))
    return case


def _account(context: TargetContext, known: Mapping[str, Evidence]) -> Reading[dict[str, Evidence]]:
    """Ask for the person's account in the tenant, and for the settings that can veto it."""
    reads = first_reads(context)
    if all(bound.key in known for bound in reads):
        return {bound.key: known[bound.key] for bound in reads}
    answers = yield Ask([_ORGANIZATION, *reads], "app")
    return trim_answers({bound.key: answers[bound.key] for bound in reads}, context.operator_targets)


def _as_operator(
    session: Session, lists: Lists, tenant: Tenant, checks: Sequence[str], target: ReadTarget
) -> dict[str, Evidence]:
    """Read as the operator: the sign-in, the probe of Defender, and the sign-in to Azure Resource Manager."""
    sign_in = _sign_in(session, lists, tenant, target, sign_in_reads.OPERATOR_SIGN_IN)
    evidence = {sign_in_reads.OPERATOR_SIGN_IN.key: sign_in}
    if sign_in.data is None:
        return evidence
    reads = [] if sign_in.data["readable"] else [_ORGANIZATION]
    reads += [BoundRead(INCIDENTS)] if "defender" in checks else []
    answers = session.read_as("operator", reads, target) if reads else {}
    if ORGANIZATION.key in answers:
        evidence[sign_in_reads.OPERATOR_ORGANIZATION.key] = answers.pop(ORGANIZATION.key)
    if "sign_in" in checks:
        evidence[sign_in_reads.ARM_SIGN_IN.key] = _sign_in(session, lists, tenant, target, sign_in_reads.ARM_SIGN_IN)
    return {**evidence, **answers}


def _sign_in(session: Session, lists: Lists, tenant: Tenant, target: ReadTarget, probe: SignInProbe) -> Evidence:
    """Return evidence of a token: what may be reported of it, never the token itself."""
    if not session.has("operator"):
        return _refusal(session, target, probe, Problem("identity.operator_needed"))
    if lists.unproven is not None:
        return _refusal(session, target, probe, lists.unproven)
    try:
        token = session.sign_in_as("operator", target.tenant_id, probe.service)
    except MtoError as error:
        return _refusal(session, target, probe, sign_in_problem(error))
    return _sign_in_evidence(session, target, probe, sign_in_reads.token_data(token.claims, tenant.roles), None)


def _refusal(session: Session, target: ReadTarget, probe: SignInProbe, problem: Problem) -> Evidence:
    resource = SERVICE_TITLES[probe.service]
    words = SentenceContext(what=f"the sign-in to {resource}", where=target.name, who="the operator", resource=resource)
    return _sign_in_evidence(session, target, probe, None, words.complete(problem))


def _sign_in_evidence(
    session: Session,
    target: ReadTarget,
    probe: SignInProbe,
    data: sign_in_reads.TokenData | None,
    problem: Problem | None,
) -> Evidence:
    at = timestamp(utc_now())
    return Evidence(probe.key, session.token_url(target.tenant_id), "operator", at, "", "doc", data, problem)


def _as_app(case: Case) -> Reading[dict[str, Evidence]]:
    """Read the same probe as the app: it distinguishes a refusal of the person from a missing Defender."""
    token = case.get(sign_in_reads.OPERATOR_SIGN_IN)
    if readable(token) and not refusal_of(case.get(INCIDENTS)):
        return {}
    key = INCIDENTS_AS_APP.key
    answers = yield Ask([_ORGANIZATION, BoundRead(INCIDENTS_AS_APP)], "app")
    return {key: answers[key]}
