# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All requirements of all tenants: read, then judge, one row per tenant in the declared order."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import with_recipe
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiries_of
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import Place
from ansible_collections.m365.defender.plugins.module_utils._collect.home import (
    home_failure,
    read_home,
    unread_home,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import (
    Saved,
    SavedRun,
    chosen,
    read_runs,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case, read_tenant
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import run_fleet
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, TenantReport
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._core.fleet import Outcome
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection

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


def judge_saved(saved: Saved) -> TenantReport:
    """The same verdicts as when it was read. Evidence that cannot be judged leaves everything unknown. Pure."""
    if saved.unread is not None:
        return unread_report(saved.case, saved.unread, saved.caused_by)
    try:
        return judge_requirements(saved.case)
    except Exception as error:  # noqa: BLE001  (a file can hold anything: one tenant never hides the others)
        return unread_report(saved.case, Problem("read.failed", {"said": described(error)}))


@dataclasses.dataclass(frozen=True, slots=True)
class RequirementFacts:
    """What was judged. `run.operator` is the user principal name where it could be read, `run.read_at` when reading
    began. `reports` are in the order of its tenants."""

    run: SavedRun
    reports: list[TenantReport]
    warnings: list[str] = dataclasses.field(default_factory=list)

    def as_dict(self, *, with_evidence: bool = False) -> dict[str, t.Any]:
        """The module's result."""
        return {
            "ansible_facts": {"mto_requirements": {r.tenant.tenant_id: r.as_dict() for r in self.reports}},
            "home_tenant_id": self.run.home_tenant_id,
            "operator": self.run.operator,
            "cloud": self.run.cloud,
            "read_at": self.run.read_at,
            "warnings": self.warnings,
            **self.run.told,
            **({"evidence": self.run.as_dict("requirements")} if with_evidence else {}),
        }


def facts_from_evidence(
    body: t.Any, tenants: Sequence[Tenant] = (), now: dt.datetime | None = None
) -> RequirementFacts:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError."""
    run = chosen(read_runs(body, "requirements"), tenants)
    run = dataclasses.replace(run, tenants=tuple(saved.at(now) for saved in run.tenants))
    return RequirementFacts(run, [judge_saved(saved) for saved in run.tenants])


def requirement_facts(
    connection: Connection, tenants: Sequence[Tenant], expiry_warning_days: int = 30
) -> RequirementFacts:
    """One report per declared tenant, in order; without a sign-in to the home tenant all are unknown, and the result
    says so. Raises OptionError, and MtoError where nobody says whose the refresh token is."""
    session, now = Session(connection), utc_now()
    try:
        home = read_home(session, tenants, now)
    except HomeSignInError as error:
        nothing = unread_home(session)
        rows = [Saved(empty_case(session, nothing, tenant, now), error.problem, "sign_in") for tenant in tenants]
        judged = [(saved, judge_saved(saved)) for saved in rows]
        return _facts(connection, session, nothing, now, judged, home_failure(error))

    def judge(tenant: Tenant) -> tuple[Saved, TenantReport]:
        case = read_tenant(session, home, tenant, now)
        case = dataclasses.replace(case, expiry_warning_days=expiry_warning_days)
        return Saved(case), judge_requirements(case)

    outcomes = run_fleet(
        tenants,
        judge,
        concurrency=session.concurrency,
        deadline=session.deadline,
    )
    judged = [_judged(session, home, *pair, now) for pair in zip(tenants, outcomes, strict=True)]
    return _facts(connection, session, home, now, judged)


def _facts(
    connection: Connection,
    session: Session,
    home: Home,
    now: dt.datetime,
    judged: list[tuple[Saved, TenantReport]],
    failure: Mapping[str, t.Any] | None = None,
) -> RequirementFacts:
    reports = [report for _saved, report in judged]
    run = SavedRun(
        home_tenant_id=connection.home_tenant_id,
        operator=home.operator,
        cloud=connection.cloud.name,
        read_at=timestamp(now),
        tenants=tuple(saved for saved, _report in judged),
        told={"missing_permissions": _missing_permissions(session, home, reports), **(failure or {})},
    )
    return RequirementFacts(run, reports, session.warnings)


def _missing_permissions(session: Session, home: Home, reports: Sequence[TenantReport]) -> list[dict[str, t.Any]]:
    """The home tenant first, then the tenants in their order."""
    places = [dataclasses.replace(session.home_place, name=home.name)]
    places += [Place(r.tenant.tenant_id, r.tenant.name, session.consent_url(r.tenant.tenant_id)) for r in reports]
    return [row for place in places for row in session.missing_permissions(place)]


def _judged(
    session: Session, home: Home, tenant: Tenant, outcome: Outcome[tuple[Saved, TenantReport]], now: dt.datetime
) -> tuple[Saved, TenantReport]:
    """The tenant's report, or a row in which everything is unknown for the one reason that stopped it."""
    if outcome.result is not None:
        return outcome.result
    late = isinstance(outcome.error, DeadlineError)
    problem = Problem("read.deadline" if late else "read.failed", {"said": described(outcome.error)})
    saved = Saved(empty_case(session, home, tenant, now), problem)
    return saved, judge_saved(saved)


def unread_report(case: Case, problem: Problem, caused_by: str | None = None) -> TenantReport:
    """Nothing could be read: every verdict is unknown, and says why."""
    details = {"where": case.tenant.name, **problem.details}
    verdicts = {
        link: case.verdict(link, problem.reason, {"what": f"what decides on {link}", **details}, caused_by=caused_by)
        for link in REQUIREMENTS
    }
    return TenantReport(case.tenant, verdicts)
