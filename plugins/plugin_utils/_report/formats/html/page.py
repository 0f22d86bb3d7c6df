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
import pathlib
import typing as t

import jinja2
from markupsafe import Markup

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.details import page_data
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.groups import findings_by_kind
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.links import link, sentence, shown
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.words import (
    cell_status,
    ends_row,
    short_name,
    standing,
    status_of,
    time,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import actors

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow

TITLE: t.Final = "Microsoft Defender multitenant management: report"
# So many fit on the first screen.
_MOST_ACTORS: t.Final = 3
# What ends later is folded away, and so are all but the first: in a large fleet they would hide what has to be done.
_SOON_DAYS: t.Final = 90
_MOST_ENDS: t.Final = 100


class Broken(t.NamedTuple):
    """The first broken link of a tenant, and the verdict about it."""

    link: str
    verdict: Verdict


class HtmlFormat(ReportFormat):
    """A page for people."""

    name = "html"
    file_name = "report.html"

    def render(self, report: Report) -> str:
        """Return the text of the page."""
        checks = report.shown_checks
        soon = [row for row in report.expiries if row.expiry.days_left <= _SOON_DAYS][:_MOST_ENDS]
        later = report.expiries[len(soon) :]
        return _template().render(
            report=report,
            checks=checks,
            counted=_checks_that_counted(report.checks),
            actors=actors(report),
            kinds=findings_by_kind(report.findings),
            soon=soon,
            later=later,
            view_lines=_view_lines(report),
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
    environment.globals.update(title=TITLE, soon_days=_SOON_DAYS, most_ends=_MOST_ENDS, most_actors=_MOST_ACTORS)
    words = (broken, cell_status, ends_row, link, sentence, short_name, shown, standing, status_of, time)
    environment.globals.update({word.__name__: word for word in words})
    script = environment.get_template("script.js.j2").render()
    # The page's policy lets this script run, and no other.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals.update(script=Markup(script), script_source=f"sha256-{digest}")  # noqa: S704
    return environment.get_template("page.html.j2")


def _view_lines(report: Report) -> list[str]:
    names = {row.tenant_id: row.name for row in report.tenants}
    return report.suggested_views.lines(names) if report.suggested_views else []


def _checks_that_counted(checks: Sequence[str] | None) -> str:
    if checks is None:
        return "access was not looked at"
    left_out = [check for check in access_checks() if check not in checks]
    counted = ", ".join(checks) or "none"
    return f"{counted} (left out: {', '.join(left_out)})" if left_out else counted


def broken(row: TenantRow) -> Broken | None:
    """Return where the chain of a tenant breaks first, or None."""
    verdicts = row.verdicts
    root = CHAIN.first_broken(verdicts)
    return Broken(root.link, verdicts[root.check]) if root else None
