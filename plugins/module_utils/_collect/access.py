# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read to verify access: Microsoft's lists once for all tenants, then each tenant as the operator.

The app is asked only for what the operator's answer leaves open: whether Defender answers at all, and, where the
person's own list cannot be read, for the person's account in the tenant.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import SERVICE_TITLES
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import INCIDENTS, refused
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import (
    ARM_TENANTS,
    CUSTOMERS,
    about_one,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import token_data
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import BoundRead, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.governance import read_governance
from ansible_collections.m365.defender.plugins.module_utils._collect.home import read_home, unproven_operator
from ansible_collections.m365.defender.plugins.module_utils._collect.session import sign_in_problem
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case, look_ups
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Service, Tenant

CHECKS: t.Final = ("listed", "sign_in", "defender")


@dataclasses.dataclass(frozen=True, slots=True)
class Lists:
    """What is known once for all tenants. `unproven` says why the operator identity cannot be used, where it cannot."""

    home: Home
    evidence: Mapping[str, Evidence]
    unproven: Problem | None


def read_lists(session: Session, tenants: Sequence[Tenant], checks: Sequence[str], now: dt.datetime) -> Lists:
    """Sign in to the home tenant and read Microsoft's lists. Raises as read_home does."""
    home = read_home(session, tenants, now, with_gdap=False)
    unproven = unproven_operator(session, home)
    methods = {tenant.access for tenant in tenants} if "listed" in checks else set()
    place = dataclasses.replace(session.home_target, name=home.name)
    evidence: dict[str, Evidence] = {}
    if methods & {"gdap", "auto"}:
        asked = [BoundRead("organization", ORGANIZATION), BoundRead("gdap_customers", CUSTOMERS)]
        evidence["gdap_customers"] = session.read(asked, place)["gdap_customers"]
    if methods & {"b2b", "auto"}:
        evidence["arm_tenants"] = _read_own_tenants(session, place, unproven)
    if "listed" in checks:
        evidence.update(
            read_governance(session, tenants, place, BoundRead("organization", ORGANIZATION), [RELATIONSHIPS])
        )
    return Lists(home, evidence, unproven)


def _read_own_tenants(session: Session, place: ReadTarget, unproven: Problem | None) -> Evidence:
    asked = BoundRead("arm_tenants", ARM_TENANTS)
    if unproven is not None:
        return session.missing([asked], unproven, place)["arm_tenants"]
    return session.read_arm(asked, place)


def read_access(session: Session, lists: Lists, tenant: Tenant, checks: Sequence[str], now: dt.datetime) -> Case:
    """A case with all evidence about one tenant. What could not be read is evidence with a problem."""
    case = empty_case(session, lists.home, tenant, now)
    listed = {key: about_one(piece, tenant.tenant_id) for key, piece in lists.evidence.items()}
    case = _with(case, {**listed, "operator": lists.home.evidence["operator"]})
    needs = (INCIDENTS,) if "defender" in checks else ()
    place = ReadTarget(tenant.tenant_id, tenant.name, case.consent_url, needs)
    if not session.reaches(tenant.cloud):
        problem = Problem("read.other_cloud", {"cloud": str(tenant.cloud), "run_cloud": session.cloud_name})
        return _with(case, {"operator_sign_in": _refusal(session, place, "graph", problem)})
    if "listed" in checks and _needs_account(session, case):
        case = _with(case, session.read_as("app", look_ups(session, lists.home), place))
    if "sign_in" in checks or "defender" in checks:
        case = _with(case, _as_operator(session, lists, tenant, checks, place))
    if "defender" in checks and session.has("app") and not readable(case.get("incidents")):
        case = _with(case, _as_app(session, case, place))
    return case


def _with(case: Case, evidence: Mapping[str, Evidence]) -> Case:
    return dataclasses.replace(case, evidence={**case.evidence, **evidence})


def _needs_account(session: Session, case: Case) -> bool:
    """The account stands for the person's list, where that list could not be read and no other one decides."""
    own, customers = case.get("arm_tenants"), case.get("gdap_customers")
    if own is None or readable(own) or not session.has("app") or case.tenant.access not in ("b2b", "auto"):
        return False
    return not (customers is not None and readable(customers) and customers.data["listed"])


def _as_operator(
    session: Session, lists: Lists, tenant: Tenant, checks: Sequence[str], place: ReadTarget
) -> dict[str, Evidence]:
    """The sign-in, the probe of Defender, and the sign-in to Azure Resource Manager."""
    sign_in = _sign_in(session, lists, tenant, place, "graph")
    found = {"operator_sign_in": sign_in}
    if sign_in.data is None:
        return found
    asked = [] if sign_in.data["readable"] else [BoundRead("organization", ORGANIZATION)]
    if "defender" in checks:
        asked.append(BoundRead("incidents", INCIDENTS))
    read = session.read_as("operator", asked, place) if asked else {}
    if "organization" in read:
        found["operator_organization"] = read.pop("organization")
    if "sign_in" in checks:
        found["operator_arm_sign_in"] = _sign_in(session, lists, tenant, place, "arm")
    return {**found, **read}


def _sign_in(session: Session, lists: Lists, tenant: Tenant, place: ReadTarget, service: Service) -> Evidence:
    """Evidence of a token: what it was asked for, and what may be told of it. The token itself never is."""
    if not session.has("operator"):
        return _refusal(session, place, service, Problem("identity.operator_needed"))
    if lists.unproven is not None:
        return _refusal(session, place, service, lists.unproven)
    try:
        token = session.sign_in_as("operator", place.tenant_id, service)
    except MtoError as error:
        return _refusal(session, place, service, sign_in_problem(error))
    return _sign_in_evidence(session, place, service, data=token_data(token.claims, tenant.roles))


def _refusal(session: Session, place: ReadTarget, service: Service, problem: Problem) -> Evidence:
    details = {
        "what": f"the sign-in to {SERVICE_TITLES[service]}",
        "where": place.name,
        "who": "the operator",
        "resource": SERVICE_TITLES[service],
        **problem.details,
    }
    return _sign_in_evidence(session, place, service, problem=Problem(problem.reason, details))


def _sign_in_evidence(session: Session, place: ReadTarget, service: Service, **told: t.Any) -> Evidence:
    return Evidence(
        what="operator_sign_in" if service == "graph" else "operator_arm_sign_in",
        url=session.token_url(place.tenant_id),
        identity="operator",
        at=timestamp(utc_now()),
        request_id="",
        provenance="doc",
        **told,
    )


def _as_app(session: Session, case: Case, place: ReadTarget) -> dict[str, Evidence]:
    """The same probe as the app: it tells a refusal of the person from a Defender that is not there."""
    token = case.get("operator_sign_in")
    if token is not None and token.data is not None and not refused(case.get("incidents")):
        return {}
    asked = [BoundRead("organization", ORGANIZATION), BoundRead("incidents_as_app", INCIDENTS)]
    return {"incidents_as_app": session.read_as("app", asked, place)["incidents_as_app"]}
