# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's second step for all tenants: read, then judge, one row per tenant in the declared order."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import judge_defender
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import judge_listed
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._collect.access import CHECKS, read_access, read_lists
from ansible_collections.m365.defender.plugins.module_utils._collect.home import home_failure, unread_home
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import (
    Saved,
    SavedRun,
    chosen,
    read_runs,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    OptionError,
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
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant, Verdict
    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


@dataclasses.dataclass(frozen=True, slots=True)
class TenantAccess:
    """What was found about one tenant. `method` is the way whose list holds it, None where none does."""

    report: TenantReport
    method: str | None
    checks: tuple[str, ...]

    @property
    def status(self) -> str:
        """`verified` when every check that counts is met; `unverified` when one is not; else `unknown`."""
        found = [self.report.verdicts[check].status for check in self.checks]
        if "unmet" in found:
            return "unverified"
        return "verified" if all(status == "met" for status in found) else "unknown"

    def as_dict(self) -> dict[str, t.Any]:
        """A row of the module's `tenants`."""
        root = self.report.root
        return {
            "tenant_id": self.report.tenant.tenant_id,
            "name": self.report.tenant.name,
            "status": self.status,
            "method": self.method,
            "checks": list(self.checks),
            **{check: verdict.as_dict() for check, verdict in self.report.verdicts.items()},
            "first_broken": root[0] if root else None,
            "reason": root[1].reason if root else None,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class AccessFacts:
    """What was judged. Where the home tenant gave no token, so that all rows are unknown, `run.told` says so."""

    run: SavedRun
    checks: tuple[str, ...]
    rows: list[TenantAccess]
    warnings: list[str] = dataclasses.field(default_factory=list)

    def as_dict(self, *, with_evidence: bool = False) -> dict[str, t.Any]:
        """The module's result."""
        return {
            "tenants": [row.as_dict() for row in self.rows],
            "verified": all(row.status == "verified" for row in self.rows),
            "home_tenant_id": self.run.home_tenant_id,
            "operator": self.run.operator,
            "cloud": self.run.cloud,
            "read_at": self.run.read_at,
            "warnings": self.warnings,
            **self.run.told,
            "checks": list(self.checks),
            **({"evidence": self.run.as_dict("access")} if with_evidence else {}),
        }


def parse_checks(names: Sequence[str] | None) -> tuple[str, ...]:
    """The checks that count, in their order; all where nothing is said. Raises OptionError."""
    if names is None:
        return CHECKS
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        raise OptionError(f"checks: '{unknown[0]}' is not a check; choose among {', '.join(CHECKS)}.")
    if not names:
        raise OptionError(
            f"checks: the list is empty, so that nothing would be verified; choose among {', '.join(CHECKS)}."
        )
    return tuple(check for check in CHECKS if check in names)


def judge_tenant(case: Case, checks: Sequence[str]) -> TenantAccess:
    """Every verdict about one tenant; a check that was not chosen says so and counts for nothing. Pure."""
    listed, method = judge_listed(case)
    sign_in = judge_sign_in(case)
    found = {"listed": listed, "sign_in": sign_in, "defender": judge_defender(case, sign_in)}
    return _chosen(case, found, method if "listed" in checks else None, checks)


def _chosen(case: Case, found: Mapping[str, Verdict], method: str | None, checks: Sequence[str]) -> TenantAccess:
    verdicts = {
        check: verdict if check in checks else case.verdict(check, "check.not_chosen")
        for check, verdict in found.items()
    }
    return TenantAccess(TenantReport(case.tenant, verdicts), method, tuple(checks))


def unread_access(case: Case, problem: Problem, checks: Sequence[str]) -> TenantAccess:
    """Nothing could be read: every check is unknown, and says why."""
    details = {"what": "access", "where": case.tenant.name, **problem.details}
    found = {
        check: case.verdict(check, problem.reason, details, caused_by=None if check == "sign_in" else "sign_in")
        for check in CHECKS
    }
    return _chosen(case, found, None, checks)


def judge_saved(saved: Saved, checks: Sequence[str]) -> TenantAccess:
    """The same verdicts as when it was read. Evidence that cannot be judged leaves everything unknown. Pure."""
    if saved.unread is not None:
        return unread_access(saved.case, saved.unread, checks)
    try:
        return judge_tenant(saved.case, checks)
    except Exception as error:  # noqa: BLE001  (a file can hold anything: one tenant never hides the others)
        return unread_access(saved.case, Problem("read.failed", {"said": described(error)}), checks)


def access_from_evidence(
    body: t.Any,
    tenants: Sequence[Tenant] = (),
    checks: Sequence[str] | None = None,
    now: dt.datetime | None = None,
) -> AccessFacts:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError.

    `checks` can leave out some of those that were made; none can be added.
    """
    run = chosen(read_runs(body, "access"), tenants)
    made = parse_checks(run.told.get("checks"))
    wanted = made if checks is None else parse_checks(checks)
    missing = [check for check in wanted if check not in made]
    if missing:
        raise OptionError(f"checks: {missing[0]} was not checked when the evidence was read; leave it out.")
    run = dataclasses.replace(run, tenants=tuple(saved.at(now) for saved in run.tenants))
    return AccessFacts(run, wanted, [judge_saved(saved, wanted) for saved in run.tenants])


def verify_access(connection: Connection, tenants: Sequence[Tenant], checks: Sequence[str]) -> AccessFacts:
    """One row per declared tenant, in order; without a sign-in to the home tenant all are unknown, and the result says
    so. Raises OptionError, and MtoError where nobody says whose the refresh token is."""
    session, now = Session(connection), utc_now()

    def facts(
        home: Home, judged: list[tuple[Saved, TenantAccess]], failure: Mapping[str, t.Any] | None = None
    ) -> AccessFacts:
        run = SavedRun(
            home_tenant_id=connection.home_tenant_id,
            operator=home.operator,
            cloud=connection.cloud.name,
            read_at=timestamp(now),
            tenants=tuple(saved for saved, _row in judged),
            told={"checks": list(checks), **(failure or {})},
        )
        return AccessFacts(run, tuple(checks), [row for _saved, row in judged], session.warnings)

    try:
        lists = read_lists(session, tenants, checks, now)
    except HomeSignInError as error:
        home = unread_home(session)
        unread = [Saved(empty_case(session, home, tenant, now), error.problem, "sign_in") for tenant in tenants]
        return facts(home, [(saved, judge_saved(saved, checks)) for saved in unread], home_failure(error))

    def judge(tenant: Tenant) -> tuple[Saved, TenantAccess]:
        case = read_access(session, lists, tenant, checks, now)
        return Saved(case), judge_tenant(case, checks)

    outcomes = run_fleet(
        tenants,
        judge,
        concurrency=session.concurrency,
        deadline=session.deadline,
    )
    pairs = zip(tenants, outcomes, strict=True)
    return facts(lists.home, [_judged(session, lists.home, *pair, checks, now) for pair in pairs])


def _judged(
    session: Session,
    home: Home,
    tenant: Tenant,
    outcome: Outcome[tuple[Saved, TenantAccess]],
    checks: Sequence[str],
    now: dt.datetime,
) -> tuple[Saved, TenantAccess]:
    """The tenant's row, or one in which everything is unknown for the one reason that stopped it."""
    if outcome.result is not None:
        return outcome.result
    late = isinstance(outcome.error, DeadlineError)
    problem = Problem("read.deadline" if late else "read.failed", {"said": described(outcome.error)})
    saved = Saved(empty_case(session, home, tenant, now), problem)
    return saved, judge_saved(saved, checks)
