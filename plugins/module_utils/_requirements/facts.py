# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All requirements of all tenants: read, then judge, one row per tenant in the declared order."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._errors import DeadlineError, HomeSignInError
from ansible_collections.m365.defender.plugins.module_utils._fleet import run_fleet
from ansible_collections.m365.defender.plugins.module_utils._model import Problem, TenantReport
from ansible_collections.m365.defender.plugins.module_utils._reading import Place, described, timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._requirements.access import judge_access
from ansible_collections.m365.defender.plugins.module_utils._requirements.cross_cloud import with_recipe
from ansible_collections.m365.defender.plugins.module_utils._requirements.expiry import expiries_of
from ansible_collections.m365.defender.plugins.module_utils._requirements.home import (
    home_failure,
    read_home,
    unread_home,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.license import judge_license
from ansible_collections.m365.defender.plugins.module_utils._requirements.mfa_trust import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._requirements.permissions import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._requirements.target import empty_case, read_tenant
from ansible_collections.m365.defender.plugins.module_utils._session import Session

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._fleet import Outcome
    from ansible_collections.m365.defender.plugins.module_utils._model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._options import Connection
    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._requirements.home import Home

REQUIREMENTS: t.Final = ("access", "license", "permissions", "mfa_trust")


def judge_requirements(case: Case) -> TenantReport:
    """Every verdict about one tenant. Pure."""
    access = judge_access(case)
    verdicts = {
        "access": with_recipe(case, access.verdict),
        "license": judge_license(case),
        "permissions": judge_permissions(case, access),
        "mfa_trust": judge_mfa_trust(case),
    }
    return TenantReport(case.tenant, verdicts, expiries_of(case))


@dataclasses.dataclass(frozen=True, slots=True)
class RequirementFacts:
    """What a run found. `operator` is the user principal name where it could be read, `read_at` when reading began."""

    home_tenant_id: str
    operator: str
    cloud: str
    read_at: str
    reports: list[TenantReport]
    missing_permissions: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    failure: Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    def as_dict(self) -> dict[str, t.Any]:
        """The module's result."""
        return {
            "ansible_facts": {"mto_requirements": {r.tenant.tenant_id: r.as_dict() for r in self.reports}},
            "home_tenant_id": self.home_tenant_id,
            "operator": self.operator,
            "cloud": self.cloud,
            "read_at": self.read_at,
            "missing_permissions": self.missing_permissions,
            "warnings": self.warnings,
            **self.failure,
        }


def requirement_facts(
    connection: Connection, tenants: Sequence[Tenant], expiry_warning_days: int = 30
) -> RequirementFacts:
    """One report per declared tenant, in order; without a sign-in to the home tenant all are unknown, and `failure`
    says so. Raises OptionError, and MtoError where nobody says whose the refresh token is."""
    session, now = Session(connection), utc_now()
    try:
        home = read_home(session, tenants, now)
    except HomeSignInError as error:
        nothing = unread_home(session)
        rows = [
            unread_report(empty_case(session, nothing, tenant, now), error.problem, "sign_in") for tenant in tenants
        ]
        return _facts(connection, session, nothing, now, rows, home_failure(error))

    def judge(tenant: Tenant) -> TenantReport:
        case = read_tenant(session, home, tenant, now)
        return judge_requirements(dataclasses.replace(case, expiry_warning_days=expiry_warning_days))

    outcomes = run_fleet(
        tenants,
        judge,
        concurrency=session.concurrency,
        deadline=session.deadline,
    )
    reports = [_report(session, home, *pair, now) for pair in zip(tenants, outcomes, strict=True)]
    return _facts(connection, session, home, now, reports)


def _facts(
    connection: Connection,
    session: Session,
    home: Home,
    now: dt.datetime,
    reports: list[TenantReport],
    failure: Mapping[str, t.Any] | None = None,
) -> RequirementFacts:
    return RequirementFacts(
        home_tenant_id=connection.home_tenant_id,
        operator=home.operator,
        cloud=connection.cloud.name,
        read_at=timestamp(now),
        reports=reports,
        missing_permissions=_missing_permissions(session, home, reports),
        warnings=session.warnings,
        failure=failure or {},
    )


def _missing_permissions(session: Session, home: Home, reports: Sequence[TenantReport]) -> list[dict[str, t.Any]]:
    """The home tenant first, then the tenants in their order."""
    places = [dataclasses.replace(session.home_place, name=home.name)]
    places += [Place(r.tenant.tenant_id, r.tenant.name, session.consent_url(r.tenant.tenant_id)) for r in reports]
    return [row for place in places for row in session.missing_permissions(place)]


def _report(
    session: Session, home: Home, tenant: Tenant, outcome: Outcome[TenantReport], now: dt.datetime
) -> TenantReport:
    """The tenant's report, or a row in which everything is unknown for the one reason that stopped it."""
    if outcome.result is not None:
        return outcome.result
    late = isinstance(outcome.error, DeadlineError)
    problem = Problem("read.deadline" if late else "read.failed", {"said": described(outcome.error)})
    return unread_report(empty_case(session, home, tenant, now), problem)


def unread_report(case: Case, problem: Problem, caused_by: str | None = None) -> TenantReport:
    """Nothing could be read: every verdict is unknown, and says why."""
    details = {"where": case.tenant.name, **problem.details}
    verdicts = {
        link: case.verdict(link, problem.reason, {"what": f"what decides on {link}", **details}, caused_by=caused_by)
        for link in REQUIREMENTS
    }
    return TenantReport(case.tenant, verdicts)
