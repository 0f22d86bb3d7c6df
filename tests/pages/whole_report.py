# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report in which every part of the page is shown: of a team, with a history, and with what is accepted."""

from __future__ import annotations

import dataclasses
import typing as t

from pages.report_rows import EXPIRING, FLEET, NO_LICENSE, verdict
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS, Report, TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance, HistoryEntry
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell
from ansible_collections.m365.defender.plugins.plugin_utils._report.view_table import GroupRow, ViewRow, ViewTable
from ansible_collections.m365.defender.plugins.plugin_utils._report.views import SuggestedViews

if t.TYPE_CHECKING:
    from reports import Document

WORLD = {number: dict(verdicts) for number, (_name, verdicts) in enumerate(FLEET, 1)}
STRANGER = {"tenant_id": "99999999-0000-4000-8000-000000000009", "name": "Stranger"}


def _expiries(report: Report) -> tuple[TenantExpiry, ...]:
    days = (3, 20, 60, 200)
    return tuple(
        TenantExpiry(
            row.tenant_id, row.name, Expiry("gdap_relationship", f"r{n}", "SOC", "2026-12-01T00:00:00Z", n, False)
        )
        for row, n in zip(report.tenants, days, strict=False)
    )


def _history(report: Report) -> tuple[HistoryEntry, ...]:
    run = report.run
    return tuple(
        HistoryEntry(
            f"2026-11-{day:02d}T04:00:00Z",
            run.home_tenant_id,
            run.operator,
            7,
            day % 7,
            dict.fromkeys(KINDS, 1),
            0,
            1,
            0,
        )
        for day in range(1, 24)
    )


def whole_report() -> Document:
    """Return the report, as JSON has it."""
    before = compared(judged({**WORLD, 1: {"license": NO_LICENSE}, 7: {"license": NO_LICENSE}}))
    undeclared = {**STRANGER, "registration": verdict("unmet", "registration.not_declared")}
    registered = {"registered": True, "registration": verdict(reason="registration.registered")}
    rows = [{"tenant_id": row.tenant_id, "name": row.name, **registered} for row in before.tenants]
    now = {**WORLD, 7: {"access": EXPIRING, "license": verdict("unknown", "read.throttled")}}
    report = compared(judged(now, LATER, view={"tenants": rows, "undeclared": [undeclared]}), before)
    acceptance = Acceptance("The customer replaces it in May.", "Anna Berg", "2027-05-31")
    findings = [
        dataclasses.replace(f, state="accepted", acceptance=acceptance) if f.reason == "mfa_trust.not_accepted" else f
        for f in report.findings
    ]
    own = tuple(map(Cell.of, report.tenants))
    people = (AnalystRow(report.run.operator, "Anna Berg", own), AnalystRow("ben@northwind.example", "Ben", own))
    view = ViewTable(
        tuple(ViewRow(row.tenant_id, row.name, True, True, True, None, ("SOC",)) for row in report.tenants),
        (GroupRow("SOC", (report.tenants[0].tenant_id,), 2),),
    )
    return dataclasses.replace(
        report,
        findings=tuple(findings),
        expiries=_expiries(report),
        history=_history(report),
        operators=people,
        view=view,
        suggested_views=SuggestedViews(2, {report.run.operator: tuple(row.tenant_id for row in report.tenants)}, ()),
    ).as_dict()
