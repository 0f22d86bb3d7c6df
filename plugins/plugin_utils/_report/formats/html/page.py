# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one self-contained HTML page: nothing is loaded from anywhere, and one script of our own runs. Pure.

`page.html.j2` says what is where; `script.js.j2` shows the verdicts of a tenant that is opened. What the page says of
many tenants is there once.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import itertools
import pathlib
import typing as t

import jinja2
from markupsafe import Markup

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of, minute_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import split_remedy
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html import charts
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.details import page_data
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.filters import filters_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.links import link, sentence, shown
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.words import (
    age,
    cell_status,
    ends_row,
    home_name,
    short_name,
    standing,
    status_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import STATES, headline, state_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.mails import mails_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow

TITLE: t.Final = "Microsoft Defender multitenant management: report"
# More are folded away: in a large fleet they would hide what has to be done.
_MOST_ENDS: t.Final = 100
# A mail more for each of a thousand customers would double the page; each customer's own page has it.
_MOST_MAILS: t.Final = 30


class Broken(t.NamedTuple):
    """The first broken link of a tenant, the verdict about it, and the step of who acts first."""

    link: str
    check: str
    verdict: Verdict
    first_step: str


class HtmlFormat(ReportFormat):
    """A page for people."""

    name = "html"
    file_name = "report.html"

    def render(self, report: Report) -> str:
        """Return the text of the page."""
        checks, works = report.shown_checks, worklist(report.findings)
        filters, order = filters_of(report, works), list(STATES)
        # Each tenant with its number in the declared order, and the classes of its row.
        rows = zip(itertools.count(1), report.tenants, filters.tokens, strict=False)
        ends = charts.ends_by_time(report.expiries[:_MOST_ENDS])
        names = {row.tenant_id: row.name for row in report.tenants}
        later = report.expiries[sum(map(len, ends.values())) :]
        return _template().render(
            report=report,
            checks=checks,
            counted=_checks_that_counted(report.checks),
            headline=headline(report),
            works=works,
            rows=sorted(rows, key=lambda row: order.index(state_of(row[1]))),
            filters=filters.filters,
            accepted=[finding for finding in report.findings if finding.state == "accepted"],
            ends=ends,
            later=later,
            view_lines=report.suggested_views.lines(names) if report.suggested_views else [],
            data=page_data(report, checks, [ends_row(row) for row in later]),
        )


@functools.cache
def _template() -> jinja2.Template:
    """Return the page. Every value in it is put on one line and escaped, unless it is markup of our own."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
        autoescape=True,
        finalize=shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(title=TITLE, most_ends=_MOST_ENDS, most_mails=_MOST_MAILS, states=STATES)
    words = (
        *(age, broken, cell_status, day_of, ends_row, home_name, link, mails_of, minute_of, sentence, short_name),
        *(shown, standing, status_of, CHAIN.title_of, charts.bars, charts.calendar, charts.trend),
    )
    environment.globals.update({word.__name__: word for word in words})
    environment.filters["title_of"] = CHAIN.title_of
    script = environment.get_template("script.js.j2").render()
    # The page's policy lets this script run, and no other.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals.update(script=Markup(script), script_source=f"sha256-{digest}")  # noqa: S704
    return environment.get_template("page.html.j2")


def _checks_that_counted(checks: Sequence[str] | None) -> str:
    if checks is None:
        return "access was not looked at"
    left_out = [check for check in access_checks() if check not in checks]
    counted = ", ".join(map(CHAIN.title_of, checks)) or "none"
    return f"{counted} (left out: {', '.join(map(CHAIN.title_of, left_out))})" if left_out else counted


def broken(row: TenantRow, operator: str) -> Broken | None:
    """Return where the chain of a tenant breaks first, or None."""
    verdicts = row.verdicts
    root = CHAIN.first_broken(verdicts)
    if root is None:
        return None
    verdict = verdicts[root.check]
    step = split_remedy(verdict.remedy, row.name, operator)
    return Broken(root.link, root.check, verdict, f"{step.actor}: {step.what}" if step.actor else verdict.remedy)
