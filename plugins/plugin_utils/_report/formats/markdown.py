# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown (GitHub's flavor), for the summary of a CI job: at most 60 KB. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of, minute_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.addresses import is_address, split_addresses
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import STATES, headline, state_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import Group, Work

# GitHub takes 1 MiB for a job; other readers of Markdown take less, and nobody reads more.
MOST_BYTES: t.Final = 60_000
_ROOM_FOR_REST: t.Final = 200
_MOST_PLACES: t.Final = 10
_WIDEST_NAME: t.Final = 80
_SOON_DAYS: t.Final = 90
# What has a meaning within a line, or, as its first character, for the line. ":" and "." would make addresses links.
_ACTIVE: t.Final = re.compile(r"[\\`*_\[\]<>&|~$@]|:(?=//)|(?<=www)\.|^(?:[-+#=]|\d+(?=[.)]))", re.IGNORECASE)


class MarkdownFormat(ReportFormat):
    """The summary of a CI job."""

    name = "markdown"
    file_name = "report.md"

    def render(self, report: Report) -> str:
        """Return the text of the file. What is left out for want of room is counted."""
        room, text, left = MOST_BYTES - _ROOM_FOR_REST, "", 0
        for block in _blocks(report):
            size = len(block.encode())
            if left or size > room:
                left += 1
            else:
                room -= size
                text += block
        return text + (f"\n{left} more parts are left out here: see report.html or report.json.\n" if left else "")


def _blocks(report: Report) -> Iterator[str]:
    """Yield the parts of the text, each of which can be left out with all that come after it."""
    works = worklist(report.findings)
    yield "# Microsoft Defender multitenant management\n\n"
    yield "\n\n".join(map(plain, headline(report))) + "\n"
    if works:
        yield "\n## Who acts\n\n| Who acts | Tenants | Findings | Open since |\n| --- | ---: | ---: | --- |\n"
        for work in works:
            since = day_of(work.since) if work.since else ""
            yield f"| {plain(work.title)} | {work.tenants} | {len(work.findings)} | {since} |\n"
    for work in works:
        yield from _work(work)
    yield from _tenants(report)
    yield from _ends(report)
    run = report.run
    yield f"\nChecked {minute_of(run.generated_at)} for {plain(run.operator)} of {plain(run.home_tenant_id)}.\n"


def _work(work: Work) -> Iterator[str]:
    for index, group in enumerate(work.groups):
        heading = f"\n### {plain(work.title)}\n" if index == 0 else ""
        yield heading + "".join(_group(group))


def _group(group: Group) -> Iterator[str]:
    yield f"\n**{plain(group.kind)}** ({plain(group.reason)})\n"
    for remedy in group.remedies:
        page = f" ([Microsoft's page](<{remedy.doc_url}>))" if is_address(remedy.doc_url) else ""
        yield f"\n{_sentence(remedy.text, remedy.name)}{page}\n\n"
        for place in remedy.places[:_MOST_PLACES]:
            name = _name(place.finding.tenant_name, place.finding.tenant_id)
            yield f"- {name}: {plain(place.message or 'the same.')}\n"
        if len(remedy.places) > _MOST_PLACES:
            yield f"- and {len(remedy.places) - _MOST_PLACES} more\n"


def _tenants(report: Report) -> Iterator[str]:
    order = list(STATES)
    rows = sorted((row for row in report.tenants if state_of(row) != "met"), key=lambda row: order.index(state_of(row)))
    if rows:
        yield "\n## Tenants that are not in order\n\n| Tenant | State | First broken |\n| --- | --- | --- |\n"
        yield from map(_tenant, rows)


def _tenant(row: TenantRow) -> str:
    broken = f"{CHAIN.title_of(row.first_broken)} ({row.reason})" if row.first_broken else ""
    return f"| {_name(row.name, row.tenant_id)} | {STATES[state_of(row)]} | {plain(broken)} |\n"


def _ends(report: Report) -> Iterator[str]:
    rows = [row for row in report.expiries if row.expiry.days_left <= _SOON_DAYS]
    if rows:
        yield f"\n## What ends within {_SOON_DAYS} days\n\n"
        yield "| Ends | Days | Tenant | What |\n| --- | ---: | --- | --- |\n"
        for row in rows:
            cells = (_name(row.tenant_name, row.tenant_id), plain(f"{row.expiry.what}: {row.expiry.name}"))
            yield f"| {day_of(row.expiry.ends)} | {row.expiry.days_left} | {' | '.join(cells)} |\n"


def _name(name: str, tenant_id: str) -> str:
    return plain(shortened(one_line(name) or one_line(tenant_id), _WIDEST_NAME))


def _sentence(text: str, name: str) -> str:
    """Return a sentence in which https addresses of ours are links."""
    return "".join(f"<{part}>" if is_link else _escape(part) for part, is_link in split_addresses(text, name))


def plain(text: str) -> str:
    """Return foreign text as text: nothing in it is markup, a link, or the beginning of a list."""
    return _escape(one_line(text))


def _escape(line: str) -> str:
    return _ACTIVE.sub(lambda match: _escaped(match.group()), line)


def _escaped(text: str) -> str:
    # A number at the beginning of a line is a list if a full stop follows: a reference is not.
    return f"&#{ord(text[0])};{text[1:]}" if text[0].isdigit() else f"\\{text}"
