# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the rows of the modules to the report. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN, checks_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import Subject, findings_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import (
    Report,
    Summary,
    TenantExpiry,
    TenantRow,
    all_verdicts,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.operator_answer import proven, settled
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import RequirementRow, access_checks
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell
from ansible_collections.m365.defender.plugins.plugin_utils._report.views import MAX_TENANTS, suggest_views

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, RunInfo
    from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import (
        AccessRow,
        ModuleRows,
        Registration,
        Verdicts,
    )
    from ansible_collections.m365.defender.plugins.plugin_utils._report.team_results import Team


def make_report(
    run: RunInfo,
    rows: ModuleRows,
    checks: Sequence[str] | None = None,
    team: Team | None = None,
    max_tenants: int = MAX_TENANTS,
) -> Report:
    """Return the report of a run.

    What the run did not look at (access, registration) is None, never a number that looks good. `checks` are the
    access checks that counted; without them the rows say it. A view holds at most `max_tenants`.
    """
    tenants = tuple(_tenant_rows(rows, run.operator))
    findings = (*_findings(tenants, rows, run.operator), *(team.findings if team else ()))
    own = AnalystRow(run.operator, team.rows[0].name if team else run.operator, tuple(map(Cell.of, tenants)))
    people = (own, *(team.rows[1:] if team else ()))
    registered = [row.tenant_id for row in tenants if row.registered]
    expiries = (TenantExpiry(row.tenant_id, row.name, end) for row in rows.requirements for end in row.expiries)
    return Report(
        run=run,
        checks=None if rows.access is None else _checks(rows.access, checks),
        summary=_summary(tenants, rows, len(findings)),
        tenants=tenants,
        undeclared=rows.undeclared,
        findings=findings,
        expiries=tuple(sorted(expiries, key=lambda e: (e.expiry.ends, e.tenant_id, e.expiry.what, e.expiry.object))),
        operators=people if team else None,
        suggested_views=suggest_views(people, max_tenants, registered),
    )


def eligible_tenants(run: RunInfo, rows: ModuleRows) -> list[str]:
    """Return the ids of the tenants that may be added to the view. What the view holds does not matter."""
    return [row.tenant_id for row in _tenant_rows(rows, run.operator) if row.eligible]


def _tenant_rows(rows: ModuleRows, operator: str) -> Iterator[TenantRow]:
    """Yield every tenant, in the declared order. A row that only one of the modules has is kept."""
    access, registrations = rows.access or {}, rows.registrations or {}
    known = {row.tenant_id.lower() for row in rows.requirements}
    others = (row for key, row in access.items() if key not in known)
    unread = (RequirementRow(row.tenant_id, row.name, ready=False, verdicts={}) for row in others)
    for row in (*rows.requirements, *unread):
        key = row.tenant_id.lower()
        yield _tenant_row(row, access.get(key), registrations.get(key), operator)


def _tenant_row(
    row: RequirementRow, access: AccessRow | None, registration: Registration | None, operator: str
) -> TenantRow:
    names = {"tenant": row.name, "tenant_id": row.tenant_id, "operator": operator}
    requirements = proven(row.verdicts, access, names)
    # The facts could not know what the operator's probe has proven; else their word counts.
    ready = row.ready if requirements is row.verdicts else _all_met(requirements)
    requirements = settled(requirements, access)
    # A broken link counts even if the rows claim something else. The view does not: it comes after eligibility.
    unbroken = CHAIN.first_broken(all_verdicts(requirements, access)) is None
    verdicts = all_verdicts(requirements, access, registration)
    root = CHAIN.first_broken(verdicts)
    return TenantRow(
        tenant_id=row.tenant_id,
        name=row.name,
        ready=ready,
        eligible=None if access is None else ready and access.verified and unbroken,
        first_broken=root.link if root else None,
        reason=verdicts[root.check].reason if root else None,
        requirements=requirements,
        access=access,
        registration=registration,
    )


def _all_met(requirements: Verdicts) -> bool:
    """Return whether every required verdict is there and met: unknown is never ok."""
    needed = {check.name for check in checks_of("requirements") if check.severity == "required"}
    statuses = [verdict.status for verdict in requirements.values() if verdict.severity == "required"]
    return needed <= requirements.keys() and all(status in ("met", "not_applicable") for status in statuses)


def _findings(tenants: Sequence[TenantRow], rows: ModuleRows, operator: str) -> Iterator[Finding]:
    for row in tenants:
        yield from findings_of(Subject(row.tenant_id, row.name, operator), row.verdicts)
    for other in rows.undeclared or ():
        yield from findings_of(Subject(other.tenant_id, other.name, operator), {other.verdict.check: other.verdict})


def _checks(access: Mapping[str, AccessRow], checks: Sequence[str] | None) -> tuple[str, ...]:
    counted = {check for row in access.values() for check in row.checks} if checks is None else {*checks}
    return tuple(check for check in access_checks() if check in counted)


def _summary(tenants: Sequence[TenantRow], rows: ModuleRows, findings: int) -> Summary:
    return Summary(
        declared=len(tenants),
        ready=sum(1 for row in tenants if row.ready),
        verified=None if rows.access is None else sum(1 for row in tenants if row.verified),
        eligible=None if rows.access is None else sum(1 for row in tenants if row.eligible),
        registered=None if rows.undeclared is None else sum(1 for row in tenants if row.registered),
        undeclared=None if rows.undeclared is None else len(rows.undeclared),
        findings=findings,
    )
