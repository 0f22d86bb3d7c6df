# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report on a screen: how many tenants are in order, then what is wrong and what to do, by who has to act. Pure."""

from __future__ import annotations

import collections
import re
import textwrap
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import LINK as ACCEPTANCE
from ansible_collections.m365.defender.plugins.module_utils._core.text import (
    end_with_stop,
    listed_words,
    named_list,
    one_line,
    shortened,
    wrapped,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import NOBODY, SHORTEST_NAME, URGENCY

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import FirstStep
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, Report, Summary
    from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow

# The lines of a screen that are left beside the banners of Ansible and the names of the files.
SCREEN: t.Final = 45
_LINES_OF_REST: t.Final = 2
# Where there is not room for all, every actor finds something.
_MOST_OF_AN_ACTOR: t.Final = 3
# More tenants get two screens.
_LARGEST_FLEET_OF_A_SCREEN: t.Final = 100
WIDEST_NAME: t.Final = 32
# While there is room, so many tenants with the same reason have an entry each; more of them share one.
MOST_ALIKE: t.Final = 3
_LONGEST_PROBLEM: t.Final = 180
_IN_PARENTHESES: t.Final = re.compile(r" \([^()]*\)")
# The number of an error of Microsoft Entra is what people search for.
_EXPLANATION: t.Final = re.compile(r"(?:: (?!AADSTS)|; |\. )")
_OWN_SIGN_IN: t.Final = "identity.operator_needed"
# What a remedy says where the message has the cause.
_CAUSE: t.Final = "the message names"
_ADVICE: t.Final = "Advice"


class _Item(t.NamedTuple):
    """A finding, and who acts first on it."""

    finding: Finding
    step: FirstStep

    @property
    def title(self) -> str:
        """The heading that it belongs below: who has to act."""
        return _ADVICE if self.finding.kind == "advice" else one_line(self.step.group) or NOBODY

    @property
    def name(self) -> str:
        """What the tenant is called on a line."""
        return shortened(one_line(self.finding.tenant_name) or one_line(self.finding.tenant_id), WIDEST_NAME)


# Findings of the same reason below the same heading. The first of them gives the words.
_Entry: t.TypeAlias = "list[_Item]"


def summary_lines(report: Report, *, width: int = 79, report_file: str = "") -> list[str]:
    """Return lines for a terminal of that width: one screen at most, two for a large fleet.

    What does not fit is shortened. What then does not fit is counted, and is in `report_file`.
    """
    texts = (_changes(report), _head(report), _accepted(report))
    head = [line for text in texts for line in wrapped(text, width)]
    head += _team_lines(report, width)
    items = [_Item(finding, first_step(finding)) for finding in _shown_findings(report)]
    screens = 1 if report.summary.declared <= _LARGEST_FLEET_OF_A_SCREEN else 2
    room = screens * SCREEN - len(head)
    for brief in (False, True):
        body, rest = _body(items, room, width, brief=brief)
        if not rest:
            return [*head, *body]
    body, rest = _body(items, room - _LINES_OF_REST, width, brief=True, most=_MOST_OF_AN_ACTOR)
    more = f"And {_count(len(rest), 'more finding')}, in {_tenants(rest)}: see {report_file or 'the report'}."
    return [*head, *body, *wrapped(more, width)]


def _shown_findings(report: Report) -> list[Finding]:
    """Return the findings without those that say of a colleague that only their own sign-in can prove something."""
    own = report.run.operator
    return [row for row in _open(report) if row.operator == own or row.reason != _OWN_SIGN_IN]


def _team_lines(report: Report, width: int) -> list[str]:
    """Return where the chain breaks for each person of the team, and whose view could hold which tenants.

    People of whom the same is true share a line.
    """
    alike = grouped(report.operators or (), _standing)
    people = [f"{named_list((row.name for row in rows), MOST_ALIKE)}: {text}" for text, rows in alike.items()]
    names = {row.tenant_id: one_line(row.name) for row in report.tenants}
    head, *views = report.suggested_views.lines(names) if report.suggested_views else [""]
    above, below = ([line for text in texts for line in wrapped(text, width, "- ", "  ")] for texts in (people, views))
    return [*above, *wrapped(head, width), *below]


def _standing(row: AnalystRow) -> str:
    ready, eligible = sum(cell.ready for cell in row.cells), sum(1 for cell in row.cells if cell.eligible)
    broken = grouped(row.cells, lambda cell: cell.shown)
    head = f"{ready} of {_count(len(row.cells), 'tenant')} ready, {eligible} eligible"
    parts = [
        f"{shown[0]} ({shown[1]}) in {named_list((cell.tenant_name for cell in cells), MOST_ALIKE)}"
        for shown, cells in broken.items()
        if shown is not None
    ]
    return end_with_stop(f"{head}; first broken: {'; '.join(parts)}" if parts else head)


class Actor(t.NamedTuple):
    """Who has to act, and on what first: a tenant by its name, and what is wrong and to do there."""

    title: str
    tenant: str
    text: str


def actors(report: Report) -> list[Actor]:
    """Return who has to act, first who acts first. Advice is left out."""
    groups = _groups(_Item(finding, first_step(finding)) for finding in _shown_findings(report))
    entries = {
        title: min(_entries(group, brief=True), key=_rank)
        for title, group in groups.items()
        if title not in (_ADVICE, NOBODY)
    }
    return [
        Actor(_heading(title, groups[title]), entry[0].name, _text(entry, brief=True))
        for title, entry in entries.items()
    ]


def _body(
    items: Sequence[_Item], room: int, width: int, *, brief: bool, most: int | None = None
) -> tuple[list[str], _Entry]:
    """Return the lines that the room is enough for, by who has to act, and the items for which it is not.

    Urgent entries get their room first, then those of many tenants; `most` of them for each actor.
    """
    groups = _groups(items)
    first = next((title for title in groups if title not in (_ADVICE, NOBODY)), "")
    started: dict[str, list[str]] = {}
    shown: collections.Counter[str] = collections.Counter()
    rest: _Entry = []
    for entry in sorted((entry for group in groups.values() for entry in _entries(group, brief=brief)), key=_rank):
        title = entry[0].title
        text = wrapped(_text(entry, brief=brief), width, "- ", "  ")
        heading = f"{'Who acts first: ' if title == first else ''}{_heading(title, groups[title])}"
        above = [] if title in started else [*([] if brief else [""]), *wrapped(heading, width)]
        lines = [*above, *text]
        if len(lines) > room or shown[title] == most:
            rest += entry
        else:
            room -= len(lines)
            shown[title] += 1
            started.setdefault(title, []).extend(lines)
    return [line for title in groups for line in started.get(title, ())], rest


def _groups(items: Iterable[_Item]) -> dict[str, _Entry]:
    """Return the items by who has to act.

    First who keeps many tenants waiting, then the urgent ones, then those of many tenants.
    """
    groups = grouped(items, lambda item: item.title)
    return dict(sorted(groups.items(), key=lambda group: (-_waiting(group[1]), *_rank(group[1]))))


def _waiting(group: _Entry) -> int:
    """Return how many tenants wait for one actor alone; a few do not change the order, and nor does the view."""
    tenants = {item.finding.tenant_id for item in group if item.finding.kind not in ("advice", "registration")}
    alone = len({item.step.actor for item in group}) == 1
    return len(tenants) if alone and len(tenants) > MOST_ALIKE else 0


def _entries(group: Iterable[_Item], *, brief: bool) -> Iterator[_Entry]:
    for alike in grouped(group, lambda item: item.finding.reason).values():
        yield from [alike] if brief or len(alike) > MOST_ALIKE else ([item] for item in alike)


def _rank(items: _Entry) -> tuple[int, int]:
    return min(URGENCY[item.finding.kind] for item in items), -len(items)


def _heading(title: str, group: _Entry) -> str:
    """Return the title with the number of tenants; a role in a single tenant is named with the tenant."""
    number = len({item.finding.tenant_id for item in group})
    if number > 1:
        return f"{title} ({number} tenants)"
    return title if title in (_ADVICE, NOBODY) else one_line(group[0].step.actor)


def _text(entry: _Entry, *, brief: bool) -> str:
    """Return what is wrong, in which tenants, and what to do."""
    name, finding = entry[0].name, entry[0].finding
    message = one_line(finding.message)
    # Some advice is about the cause, which the first clause leaves out.
    problem = _first_clause(message, name) if brief and _CAUSE not in entry[0].step.what else message
    if len(entry) > 1 and {item.finding.message for item in entry} == {finding.message}:
        # Not about a tenant: a secret that is wrong, say.
        where = end_with_stop(f"This concerns {_names(entry)}")
    else:
        problem = problem if name in problem else f"{name}: {problem}"
        others = [item for item in entry if item.finding.tenant_id != finding.tenant_id]
        people = dict.fromkeys(item.finding.operator for item in entry if item.finding.operator != finding.operator)
        also = {"in": _names(others), "for": named_list(people, MOST_ALIKE)}
        whom = " and ".join(f"{word} {names}" for word, names in also.items() if names)
        where = end_with_stop(f"The same {whom}") if whom else ""
    parts = [part for part in (where, _what_to_do(entry, brief=brief)) if part]
    # What somebody else said ends a sentence without a full stop.
    text = " ".join([end_with_stop(problem) if parts and problem[-1:].isalnum() else problem, *parts])
    # Everything is about one operator, who is named in full where they have to act, and in the report.
    return text.replace(finding.operator, finding.operator.partition("@")[0]) if brief else text


def _first_clause(message: str, name: str) -> str:
    """Return the message without what explains it. A tenant's name can hold a colon, so it is looked at as a whole."""
    before, own, after = message.rpartition(name)
    clause = _EXPLANATION.split(_IN_PARENTHESES.sub("", after), maxsplit=1)[0]
    return textwrap.shorten(end_with_stop(f"{before}{own}{clause}".rstrip(",:;")), _LONGEST_PROBLEM, placeholder=" ...")


def _names(items: _Entry) -> str:
    return named_list(dict.fromkeys(item.name for item in items), MOST_ALIKE)


def _what_to_do(entry: _Entry, *, brief: bool) -> str:
    first = entry[0]
    if first.finding.kind == "advice":
        return "" if brief else one_line(first.finding.remedy)
    what = one_line(first.step.what if brief or len(entry) > 1 else first.step.steps)
    if any(_for_each(item) != _for_each(first) for item in entry):
        return f"For {first.name}: {what}" if what else ""
    what = what if len(entry) == 1 else one_line(_for_each(first))
    return what[:1].upper() + what[1:]


def _for_each(item: _Item) -> str:
    """Return what to do in words for several tenants."""
    if len(item.name) <= SHORTEST_NAME:
        return item.step.what
    return re.sub(rf"(?<!\w){re.escape(item.name)}(?!\w)", "each tenant", item.step.what)


def _tenants(items: Iterable[_Item]) -> str:
    return _count(len({item.finding.tenant_id for item in items}), "tenant")


def _open(report: Report) -> list[Finding]:
    """Return the findings that somebody has to act on."""
    return [finding for finding in report.findings if finding.state != "accepted"]


def _changes(report: Report) -> str:
    """Return what is different from the run before; nothing where there was none."""
    changes = report.changes
    if changes.previous_at is None:
        return changes.not_compared
    since = f"the report of {changes.previous_at}"
    if changes.nothing:
        return f"Nothing has changed since {since}."
    counted = (
        (changes.new, "new finding", ""),
        (changes.resolved, "resolved finding", ""),
        (changes.worse, "tenant", " worse"),
        (changes.better, "tenant", " better"),
        (changes.unread, "finding", " that could not be checked again"),
        (changes.left_out, "finding", " no longer checked"),
    )
    parts = (f"{_count(number, noun)}{words}" for number, noun, words in counted if number)
    return f"Since {since}: {', '.join(parts)}."


def _accepted(report: Report) -> str:
    """Return what is accepted, in one line, and when the first acceptance ends."""
    accepted = [finding for finding in report.findings if finding.acceptance]
    if not accepted:
        return ""
    until = min(finding.acceptance.until for finding in accepted if finding.acceptance)
    verb = "is" if len(accepted) == 1 else "are"
    return f"{_count(len(accepted), 'finding')} {verb} accepted and not shown here, the first until {until}."


def _head(report: Report) -> str:
    summary = report.summary
    if not summary.declared:
        return "No tenant is declared."
    # The figures are those of the operator; each colleague has a line of their own.
    own = [f for f in _open(report) if f.check != ACCEPTANCE and f.operator.lower() == report.run.operator.lower()]
    head = (_all_is_well(summary) if not own else None) or _count_line(summary, own)
    head = f"{one_line(report.operators[0].name)}: {head}" if report.operators else head
    left_out = [] if report.checks is None else [check for check in access_checks() if check not in report.checks]
    if not left_out:
        return head
    judged_by = listed_words(report.checks or ()) or "nothing"
    return f"{head} Access was judged by {judged_by}; {listed_words(left_out)} did not count."


def _all_is_well(summary: Summary) -> str | None:
    declared = summary.declared
    if declared not in (summary.eligible, summary.ready):
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
    tenants = {finding.tenant_id for finding in findings}
    urgent = len({finding.tenant_id for finding in findings if finding.severity == "required"})
    of_all = f"of {_count(summary.declared, 'tenant')}"
    unread = summary.registered is None and any(finding.check == "registration" for finding in findings)
    if summary.eligible is None:
        return f"{summary.ready} {of_all} meet every requirement; {urgent} do not, {len(tenants) - urgent} have advice."
    view = ", the view was not read" if unread else _in_the_view(summary)
    return (
        f"{summary.eligible} {of_all} are eligible{view}: {summary.ready} meet every requirement,"
        f" {summary.verified} have verified access; {urgent} need work, {len(tenants) - urgent} have advice only."
    )


def _in_the_view(summary: Summary) -> str:
    """Return how many are in the view, where anybody looked."""
    if summary.registered is None:
        return ""
    more = f" with {summary.undeclared} more that nobody declares" if summary.undeclared else ""
    return f", {summary.registered} registered in the view{more}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
