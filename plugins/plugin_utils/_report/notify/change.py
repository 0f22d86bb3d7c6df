# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says that a channel does not know yet. Pure.

A report is compared with what a channel has been told, not with the run before: no message is lost where nobody was
told of a run or where a webhook took nothing, and the same report makes no message twice.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.comparison import gone_findings
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import PreviousRun
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, Report, TenantExpiry
    from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import Route

# What ends is a finding some weeks before. It is told again when so many days are left.
_DAYS_LEFT: t.Final = (1, 7)
_NOT_YET: t.Final = max(_DAYS_LEFT) + 1
_NOT_DECLARED: t.Final = "registration.not_declared"


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What a channel has been told and not that it is over: findings by ID, and ends with the days that were left."""

    findings: Mapping[str, Finding] = dataclasses.field(default_factory=dict)
    ends: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What a channel is to be told, and what it has been told once it took that."""

    new: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    expiring: tuple[TenantExpiry, ...]
    told: Told


def known_before(report: Report) -> Told:
    """Return what was known in the run before: a channel that was never told anything is not told all of it.

    What has come near its end by the first run of all is among its findings.
    """
    known = [
        *(finding for finding in report.findings if finding.state == "open"),
        # What was accepted has not been told, and its end is no news either.
        *(finding for finding in (*report.resolved, *report.unread) if finding.state != "accepted"),
    ]
    ends = _ends(report, report.changes.previous_at or report.run.generated_at)
    return Told({finding.id: finding for finding in known}, ends)


def change_for(route: Route, report: Report, told: Told) -> Change:
    """Return what a report says that a channel does not know."""
    run, compared = report.run, report.changes.previous_at is not None
    own = [finding for finding in report.findings if finding.state != "accepted" and _takes(route, finding)]
    # What was told, as a run that the report can be compared with.
    before = tuple(finding for finding in told.findings.values() if _takes(route, finding))
    declared = {finding.tenant_id: None for finding in before if finding.reason != _NOT_DECLARED}
    previous = PreviousRun("", run.home_tenant_id, run.operator, access_checks(), declared, before)
    gone = gone_findings(report, previous)
    ends = _ends(report, run.generated_at)
    # A date has neither an actor nor a reason.
    near = [row for row in report.expiries if _end(row) in ends and route.takes(row.tenant_id, "", "")]
    # What could not be read this time ends nevertheless.
    later = {end: days for end, days in told.ends.items() if end.rpartition(" ")[2] > run.generated_at}
    return Change(
        new=tuple(
            finding
            for finding in own
            # Also one that was gone meanwhile, in a run that nobody was told of.
            if (known := told.findings.get(finding.id)) is None or (compared and known.first_seen != finding.first_seen)
        ),
        resolved=gone.resolved,
        expiring=tuple(row for row in near if ends[_end(row)] < told.ends.get(_end(row), _NOT_YET)),
        told=Told(
            {finding.id: finding for finding in (*own, *gone.unread)},
            {**later, **{_end(row): ends[_end(row)] for row in near}},
        ),
    )


def _takes(route: Route, finding: Finding) -> bool:
    return route.takes(finding.tenant_id, first_step(finding).actor, finding.reason)


def _ends(report: Report, moment: str) -> dict[str, int]:
    """Return what had come near its end by a moment, with the days of `_DAYS_LEFT`. What has ended is a finding."""
    now, near = parse_time(moment), {}
    for row in report.expiries:
        ends = parse_time(row.expiry.ends)
        if now and ends and ends > now and not row.expiry.auto_extend:
            near.update({_end(row): days for days in reversed(_DAYS_LEFT) if (ends - now).days < days})
    return near


def _end(row: TenantExpiry) -> str:
    return one_line(f"{row.tenant_id} {row.expiry.what} {row.expiry.object} {row.expiry.ends}")
