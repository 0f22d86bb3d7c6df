# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report at a glance, as lines of text: how many tenants are in order, then who must do what. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words, one_line, shortened
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FailWord, Finding, Report, Summary

_LABELS: t.Final[dict[FailWord, str]] = {
    "required": "NOT MET",
    "unknown": "UNKNOWN",
    "recommended": "advice",
    "registration": "VIEW",
}
# A longer name breaks the column and not the line.
WIDEST_NAME: t.Final = 32
# So many tenants that need the same done have a line each; more of them share one.
MOST_ALIKE: t.Final = 3
# A shorter name could be a word of the sentence.
_SHORTEST_NAME: t.Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    """The line about one tenant: its first finding, and how many more there are."""

    label: str
    name: str
    reason: str
    remedy: str
    more: int

    @property
    def alike(self) -> tuple[str, str, str]:
        """The same for tenants that need the same done: the remedy without the tenant's own name."""
        if len(self.name) < _SHORTEST_NAME:
            return self.label, self.reason, self.remedy
        own_name = rf"(?<!\w){re.escape(self.name)}(?!\w)"
        return self.label, self.reason, re.sub(own_name, "each tenant", self.remedy)


def summary_lines(report: Report, *, sections: bool = False) -> list[str]:
    """Return the head line, then a line for each tenant that is not in order, urgent ones first.

    With `sections` the lines are below headings by kind, and a tenant with findings of two kinds is below both.
    """
    head = _head(report)
    if sections:
        return [head, *_by_kind(report.findings)]
    groups = _by_tenant(report.findings)
    urgent = [group for group in groups if _urgent(group)]
    advice = [group for group in groups if not _urgent(group)]
    return [head, *_lines([_entry(group) for group in (*urgent, *advice)])]


def _by_kind(findings: Sequence[Finding]) -> Iterator[str]:
    for kind, title in KINDS.items():
        of_kind = [finding for finding in findings if finding.kind == kind]
        if of_kind:
            yield f"{title}: {_count(len(of_kind), 'finding')}"
            yield from (f"  {line}" for line in _lines([_entry(group, "") for group in _by_tenant(of_kind)]))


def _by_tenant(findings: Iterable[Finding]) -> list[list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.tenant_id, []).append(finding)
    return list(groups.values())


def _urgent(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "required" for finding in findings)


def _entry(findings: Sequence[Finding], label: str | None = None) -> _Entry:
    """Return the line about one tenant. Names are foreign: they stay on their line."""
    first = next((finding for finding in findings if finding.severity == "required"), findings[0])
    return _Entry(
        label=_LABELS[first.fail_word] if label is None else label,
        name=one_line(first.tenant_name) or one_line(first.tenant_id),
        reason=first.reason,
        remedy=one_line(first.remedy),
        more=len(findings) - 1,
    )


def _lines(entries: Sequence[_Entry]) -> Iterator[str]:
    """Yield a line for each entry; more than a few that are alike become one, at the place of the first of them."""
    groups: dict[tuple[str, str, str], list[_Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.alike, []).append(entry)
    alone = [entry for entry in entries if len(groups[entry.alike]) <= MOST_ALIKE]
    width = min(max((len(entry.name) for entry in alone), default=0), WIDEST_NAME)
    for entry in entries:
        group = groups[entry.alike]
        if len(group) <= MOST_ALIKE:
            yield _line(entry.label, f"{entry.name:<{width}}", entry.reason, entry.more, entry.remedy)
        elif entry is group[0]:
            yield _folded(group)


def _folded(group: Sequence[_Entry]) -> str:
    names = [shortened(entry.name, WIDEST_NAME) for entry in group[:MOST_ALIKE]]
    others = len(group) - len(names)
    who = f"{len(group)} tenants ({listed_words([*names, f'{others} more'])})"
    label, reason, remedy = group[0].alike
    return _line(label, who, reason, sum(entry.more for entry in group), remedy)


def _line(label: str, who: str, reason: str, more: int, remedy: str) -> str:
    start = f"{label:<8} " if label else ""
    return f"{start}{who}  {reason}{f' (+{more} more)' if more else ''}: {remedy}"


def _head(report: Report) -> str:
    summary = report.summary
    if not summary.declared:
        return "No tenant is declared."
    head = _all_is_well(summary) or _count_line(summary, report.findings)
    left_out = [] if report.checks is None else [check for check in access_checks() if check not in report.checks]
    if not left_out:
        return head
    judged_by = listed_words(report.checks or ()) or "nothing"
    return f"{head} Access was judged by {judged_by}; {listed_words(left_out)} did not count."


def _all_is_well(summary: Summary) -> str | None:
    declared = summary.declared
    if summary.findings or declared not in (summary.eligible, summary.ready):
        return None
    who = "The one tenant" if declared == 1 else f"All {declared} tenants"
    if summary.eligible == declared:
        there = " and registered" if summary.registered == declared else ""
        return (
            f"{who} {'is' if declared == 1 else 'are'} eligible{there}: every requirement is met, access is verified."
        )
    if summary.eligible is None:
        meet = "meets" if declared == 1 else "meet"
        return f"{who} {meet} every requirement; access was not looked at."
    return None


def _count_line(summary: Summary, findings: Sequence[Finding]) -> str:
    groups = _by_tenant(findings)
    urgent = sum(1 for group in groups if _urgent(group))
    of_all = f"of {_count(summary.declared, 'tenant')}"
    if summary.eligible is None:
        return f"{summary.ready} {of_all} meet every requirement; {urgent} do not, {len(groups) - urgent} have advice."
    return (
        f"{summary.eligible} {of_all} are eligible{_in_the_view(summary)}: {summary.ready} meet every"
        f" requirement, {summary.verified} have verified access; {urgent} need work,"
        f" {len(groups) - urgent} have advice only."
    )


def _in_the_view(summary: Summary) -> str:
    """Return how many are in the view, where anybody looked."""
    if summary.registered is None:
        return ""
    more = f" with {summary.undeclared} more that nobody declares" if summary.undeclared else ""
    return f", {summary.registered} registered in the view{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
