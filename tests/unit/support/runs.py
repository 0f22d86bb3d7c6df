# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that follow each other: each is compared with the one before, as its report.json says."""

from __future__ import annotations

import json
import typing as t

from pages.report_rows import ACCESS_CHECKS, GENERATED_AT, REQUIREMENTS, access_row, pick, requirements_row, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import with_acceptances
from ansible_collections.m365.defender.plugins.plugin_utils._report.comparison import compare, gone_findings
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import PreviousRun
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows

LATER = "2026-11-24T12:00:00Z"
World = dict[int, dict[str, dict[str, t.Any]]]


def judged(world: World, at: str = GENERATED_AT, *, access: bool = True, view: t.Any = None) -> Report:
    """The report of a run, not compared yet: tenants by number, each with the verdicts that are not met."""
    needs = {tenant_id(n): requirements_row(n, f"Tenant {n}", **pick(world[n], REQUIREMENTS)) for n in world}
    found = [access_row(n, f"Tenant {n}", **pick(world[n], ACCESS_CHECKS)) for n in world] if access else None
    run = RunInfo(at, tenant_id(0), "anna@northwind.example", "public")
    return make_report(run, ModuleRows.from_results(needs, found, view))


def as_previous(report: Report) -> PreviousRun:
    """The run as the next one reads it."""
    return PreviousRun.from_fields(Fields(json.loads(formats_by_name()["json"].render(report)), "report"))


def compared(report: Report, before: Report | None = None, baseline: t.Any = ()) -> Report:
    """The report with what is different."""
    previous = None if before is None else as_previous(before)
    gone = gone_findings(report, previous)
    report = with_acceptances(report, baseline, (*gone.unread, *gone.left_out))
    return compare(report, previous, gone)
