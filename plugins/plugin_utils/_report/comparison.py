# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is different from the run before. Pure.

A finding is resolved only if what it was about was read again and is in order, or is wrong in another way. One that is
not found because something could not be read stays known, so that it is not new when it is seen again.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import LINK as ACCEPTANCE
from ansible_collections.m365.defender.plugins.module_utils._core.chain import CONSENT
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Changes

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, Report, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import PreviousRun
    from ansible_collections.m365.defender.plugins.plugin_utils._report.states import FindingState, Trend

_REGISTRATION: t.Final = "registration"


@dataclasses.dataclass(frozen=True, slots=True)
class Gone:
    """The findings of the run before that this one has not: see `Changes`."""

    resolved: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    left_out: tuple[Finding, ...] = ()


def gone_findings(report: Report, previous: PreviousRun | None) -> Gone:
    """Return what has become of the findings of the run before."""
    if previous is None:
        return Gone()
    now = {finding.id for finding in report.findings}
    rows = {row.tenant_id: row for row in report.tenants}
    fates = grouped(
        (finding for finding in previous.findings if finding.id not in now),
        lambda finding: _fate(finding, report, rows.get(finding.tenant_id), previous),
    )
    return Gone(**{fate: tuple(findings) for fate, findings in fates.items()})


def compare(report: Report, previous: PreviousRun | None, gone: Gone, not_compared: str = "") -> Report:
    """Return the report with what is different from the run before. Without one, every finding is new."""
    before = {} if previous is None else {finding.id: finding for finding in previous.findings}
    findings = tuple(_with_state(finding, before.get(finding.id), report, previous) for finding in report.findings)
    tenants = report.tenants if previous is None else tuple(_with_trends(report, previous))
    now = {finding.id for finding in findings}
    # What has been accepted, or was, is judged after the findings were compared.
    resolved = tuple(finding for finding in gone.resolved if finding.id not in now)
    trends = collections.Counter(row.trend for row in tenants)
    changes = Changes(
        previous_at=None if previous is None else previous.generated_at,
        new=sum(1 for finding in findings if finding.state == "new"),
        resolved=len(resolved),
        unread=len(gone.unread),
        left_out=len(gone.left_out),
        worse=trends["worse"],
        better=trends["better"],
        not_compared=not_compared,
    )
    return dataclasses.replace(
        report, findings=findings, tenants=tenants, changes=changes, resolved=resolved, unread=gone.unread
    )


def _with_state(finding: Finding, before: Finding | None, report: Report, previous: PreviousRun | None) -> Finding:
    seen = "" if before is None or previous is None else before.first_seen or previous.generated_at
    # Whoever has accepted it has to decide again.
    ended = before is not None and before.state == "accepted"
    state: FindingState = "accepted" if finding.acceptance else "new" if before is None or ended else "open"
    return dataclasses.replace(finding, state=state, first_seen=seen or report.run.generated_at)


def _fate(finding: Finding, report: Report, row: TenantRow | None, previous: PreviousRun) -> str:
    """Return the list of `Gone` that a finding belongs to."""
    if finding.check == ACCEPTANCE:
        return "resolved"
    if finding.operator.lower() != report.run.operator.lower():
        return _fate_of_colleague(finding, report)
    if row is not None:
        return _fate_in(row.verdicts, finding, previous)
    if finding.tenant_id in previous.broken:
        return "left_out"
    # It was in the view, and in no list.
    if report.undeclared is not None:
        return "resolved"
    return "unread" if any(row.registration for row in report.tenants) else "left_out"


def _fate_in(verdicts: Mapping[str, Verdict], finding: Finding, previous: PreviousRun) -> str:
    made = {check: verdict for check, verdict in verdicts.items() if verdict.chosen}
    own = [check for check in made if CHAIN.link_of(check) == finding.check]
    before = (_REGISTRATION, *(CHAIN.link_of(check) for check in previous.checks))
    if not own and finding.check in before:
        return "left_out"
    # A link without a check of its own was seen by other checks: any of them may have seen it.
    seen_by = own or [check for check in made if check != _REGISTRATION]
    hidden = any(_hides(made, check, finding) for check in seen_by)
    return "unread" if hidden or not seen_by else "resolved"


def _fate_of_colleague(finding: Finding, report: Report) -> str:
    """Return the list for what concerns another person of the team, of whom a report has statuses alone."""
    cells = (cell for row in report.operators or () if row.operator == finding.operator for cell in row.cells)
    cell = next((cell for cell in cells if cell.tenant_id == finding.tenant_id), None)
    if cell is None:
        return "left_out"
    own = [status for check, status in cell.checks.items() if CHAIN.link_of(check) == finding.check]
    statuses = own or list(cell.checks.values())
    # One that is unmet may only repeat what another link says.
    repeats = "unmet" in statuses and finding.check not in (cell.first_broken, cell.unready)
    hidden = "unknown" in statuses or finding.reason in cell.unread
    return "unread" if hidden or repeats or not statuses else "resolved"


def _hides(verdicts: Mapping[str, Verdict], check: str, finding: Finding) -> bool:
    """Return whether a verdict leaves it open whether a finding is still there. Advice may need a read of its own."""
    verdict, link = verdicts[check], finding.check
    # One that only repeats that another link is broken says nothing about its own.
    repeats = link != CONSENT and verdict.broken and CHAIN.root_of(verdicts, check).link != link
    return verdict.status == "unknown" or finding.reason in verdict.unread or repeats


def _with_trends(report: Report, previous: PreviousRun) -> Iterable[TenantRow]:
    """Yield the tenants, with whether the chain of each breaks earlier or later than before."""
    own = report.run.operator.lower()
    now, before = (
        grouped((f for f in findings if f.operator.lower() == own), lambda finding: finding.tenant_id)
        for findings in (report.findings, previous.findings)
    )
    for row in report.tenants:
        trend = None
        if row.tenant_id in previous.broken:
            trend = _trend(
                _standing(previous.broken[row.tenant_id], before.get(row.tenant_id, ())),
                _standing(row.first_broken, now.get(row.tenant_id, ())),
            )
        yield dataclasses.replace(row, trend=trend)


class _Standing(t.NamedTuple):
    """How far a chain reaches, and whether it is known why it does not reach further."""

    position: int
    unknown: bool


def _standing(first_broken: str | None, findings: Sequence[Finding]) -> _Standing:
    position = CHAIN.links.index(first_broken) if first_broken in CHAIN.links else len(CHAIN.links)
    statuses = {f.status for f in findings if f.check == first_broken and f.severity == "required"}
    return _Standing(position, statuses == {"unknown"})


def _trend(before: _Standing, after: _Standing) -> Trend | None:
    """Return the direction. What could not be read has not become worse."""
    if after.position > before.position:
        return "better"
    if after.unknown or (after.position == before.position and not before.unknown):
        return None
    return "worse" if after.position < len(CHAIN.links) else None
