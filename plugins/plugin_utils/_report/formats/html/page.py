# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one self-contained HTML page: no script, nothing loaded from anywhere. Pure.

`page.html.j2` says what is where. Here are the words that it uses.
"""

from __future__ import annotations

import functools
import pathlib
import typing as t

import jinja2

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.links import link, sentence, shown
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import actors

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import (
        Finding,
        Report,
        TenantExpiry,
        TenantRow,
    )

TITLE: t.Final = "Microsoft Defender multitenant management: report"
# A longer name would stretch its row of a table; it is in full where the tenant has its own section.
_WIDEST_NAME: t.Final = 80
# So many fit on the first screen.
_MOST_ACTORS: t.Final = 3
# What ends later is folded away: in a large fleet it would hide what has to be done.
_SOON_DAYS: t.Final = 90
_ENDING: t.Final = {
    "gdap_relationship": "GDAP relationship",
    "group_membership": "membership of a group",
    "group_eligibility": "right to activate membership of a group",
    "role_assignment": "role",
    "role_eligibility": "right to activate a role",
    "subscription": "subscription",
}
_EVIDENCE: t.Final = {
    "what": "What was read",
    "url": "Address",
    "identity": "Identity",
    "at": "At",
    "request_id": "Request id",
    "provenance": "Source",
    "problem": "Problem",
}


class Shown(t.NamedTuple):
    """What a status is shown as: a word and a sign beside its colour, which the style sheet gives to the class."""

    css: str
    sign: str
    word: str


_MET: t.Final = Shown("met", "✓", "met")
_UNMET: t.Final = Shown("unmet", "✗", "unmet")
_UNKNOWN: t.Final = Shown("unknown", "?", "unknown")
_NOT_APPLICABLE: t.Final = Shown("not_applicable", "○", "not applicable")
_NOT_CHOSEN: t.Final = Shown("not_chosen", "·", "not chosen")
_NOT_LOOKED_AT: t.Final = Shown("not_looked_at", "·", "not looked at")
_STATUSES: t.Final = {status.css: status for status in (_MET, _UNMET, _UNKNOWN, _NOT_APPLICABLE)}


class Broken(t.NamedTuple):
    """The first broken link of a tenant, and the verdict about it."""

    link: str
    verdict: Verdict


class EvidenceTable(t.NamedTuple):
    """What a verdict rests on, without the data itself, which is in report.json. A row is values by column."""

    columns: dict[str, str]
    rows: list[dict[str, object]]


class HtmlFormat(ReportFormat):
    """A page for people."""

    name = "html"
    file_name = "report.html"

    def render(self, report: Report) -> str:
        """Return the text of the page."""
        return _template().render(
            report=report,
            checks=report.shown_checks,
            counted=_checks_that_counted(report.checks),
            actors=actors(report),
            kinds=_by_kind(report.findings),
            soon=[row for row in report.expiries if row.expiry.days_left <= _SOON_DAYS],
            later=[row for row in report.expiries if row.expiry.days_left > _SOON_DAYS],
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
    environment.globals.update(title=TITLE, soon_days=_SOON_DAYS, most_actors=_MOST_ACTORS)
    words = (broken, ending, evidence_table, link, sentence, short_name, shown, standing, status_of, time)
    environment.globals.update({word.__name__: word for word in words})
    return environment.get_template("page.html.j2")


def _checks_that_counted(checks: Sequence[str] | None) -> str:
    if checks is None:
        return "access was not looked at"
    left_out = [check for check in access_checks() if check not in checks]
    counted = ", ".join(checks) or "none"
    return f"{counted} (left out: {', '.join(left_out)})" if left_out else counted


def time(moment: str) -> str:
    """Return a time for people; what is not a time is shown as it is."""
    utc = utc_time(moment)
    return moment if utc is None else f"{utc.replace(tzinfo=None).isoformat(sep=' ', timespec='minutes')} UTC"


def short_name(name: str, tenant_id: str) -> str:
    """Return a name for a row of a table; without one it is the id."""
    return shortened(one_line(name) or one_line(tenant_id), _WIDEST_NAME)


def ending(row: TenantExpiry) -> str:
    """Return what a person calls the thing that ends."""
    return _ENDING.get(row.expiry.what, row.expiry.what)


def status_of(verdict: Verdict | None) -> Shown:
    """Return what the status of a check is shown as; None is a check that was made for other tenants only."""
    if verdict is None:
        return _NOT_LOOKED_AT
    return _STATUSES[verdict.status] if verdict.chosen else _NOT_CHOSEN


def broken(row: TenantRow) -> Broken | None:
    """Return where the chain of a tenant breaks first, or None."""
    verdicts = row.verdicts
    root = CHAIN.first_broken(verdicts)
    return Broken(root.link, verdicts[root.check]) if root else None


def standing(row: TenantRow) -> str:
    """Return what a tenant without a broken link is: never more than was looked at."""
    if row.eligible:
        registered = row.registration and row.registration.registered
        # Recommended checks may still be unmet.
        nothing = "Nothing required is broken" if any(v.broken for v in row.verdicts.values()) else "Nothing broken"
        return f"{nothing}: {'registered' if registered else 'eligible'}"
    if row.ready and row.access is None:
        return "Every requirement is met; access was not looked at"
    return "Nothing broken, but not everything was looked at"


def _by_kind(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return the findings below their headings; one without findings is left out."""
    groups = {title: [finding for finding in findings if finding.kind == kind] for kind, title in KINDS.items()}
    return {title: group for title, group in groups.items() if group}


def evidence_table(evidence: Sequence[Evidence]) -> EvidenceTable:
    """Return the rows about evidence, and the columns that at least one of them fills."""
    rows = [row.as_dict() for row in evidence]
    return EvidenceTable({key: title for key, title in _EVIDENCE.items() if any(row.get(key) for row in rows)}, rows)
