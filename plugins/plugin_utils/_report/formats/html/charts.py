# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of the page's pictures: tenants by access method, the runs so far, and a calendar. Pure.

A picture only repeats what is beside it in words and numbers. The template draws it.
"""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of, utc_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import STATES, state_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import State
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantExpiry, TenantRow

# Until when something ends soon: the headings of the calendar. What ends later is a list of its own.
SOON: t.Final = (7, 30, 90)
METHODS: t.Final = {"gdap": "GDAP", "b2b": "B2B", "governance": "Governance"}
NO_METHOD: t.Final = "No access method"
_WEEK: t.Final = 7


class Part(t.NamedTuple):
    """A part of a bar: from where to where, in percent."""

    state: State
    number: int
    start: float
    width: float


class Bar(t.NamedTuple):
    """The tenants of one access method by their state."""

    label: str
    number: int
    parts: list[Part]


class Column(t.NamedTuple):
    """A run: the share of tenants that were in order, in percent."""

    day: str
    in_order: int
    declared: int
    height: float


class Day(t.NamedTuple):
    """A day of the calendar: its week and weekday, how soon, and how many things end on it."""

    day: str
    week: int
    weekday: int
    soon: int
    number: int


def method_of(row: TenantRow) -> str:
    """Return what the access method of a tenant is called."""
    method = row.access.method if row.access else None
    return METHODS.get(method, method) if method else NO_METHOD


def bars(report: Report) -> list[Bar]:
    """Return a bar for each access method, that of most tenants first."""
    methods = grouped(report.tenants, method_of)
    ordered = sorted(methods.items(), key=lambda item: -len(item[1]))
    most = max(map(len, methods.values()), default=1)
    return [Bar(label, len(rows), list(_parts(rows, most))) for label, rows in ordered]


def _parts(rows: Sequence[TenantRow], most: int) -> Iterator[Part]:
    counted, start = collections.Counter(map(state_of, rows)), 0.0
    for state in STATES:
        if counted[state]:
            width = 100 * counted[state] / most
            yield Part(state, counted[state], round(start, 2), round(width, 2))
            start += width


def trend(report: Report) -> list[Column]:
    """Return a column for each run, the earliest first."""
    return [
        Column(day_of(run.at), run.in_order, run.declared, round(100 * run.in_order / max(run.declared, 1), 1))
        for run in report.history
    ]


def calendar(report: Report) -> list[Day]:
    """Return the days in which something can end soon; none where the report has no time."""
    moment = utc_time(report.run.generated_at)
    if moment is None:
        return []
    ends = collections.Counter(row.expiry.days_left for row in report.expiries)
    first = moment.date()
    days = ((number, first + dt.timedelta(days=number)) for number in range(SOON[-1] + 1))
    start = first.weekday()
    return [
        Day(day.isoformat(), (start + number) // _WEEK, day.weekday(), _soon(number), ends[number])
        for number, day in days
    ]


def ends_by_time(rows: Sequence[TenantExpiry]) -> dict[int, list[TenantExpiry]]:
    """Return what ends within 7, 30 and 90 days, each thing once. What ends later is left out."""
    ends: dict[int, list[TenantExpiry]] = {days: [] for days in SOON}
    for row in rows:
        if row.expiry.days_left <= SOON[-1]:
            ends[_soon(row.expiry.days_left)].append(row)
    return ends


def _soon(days_left: int) -> int:
    return next(days for days in SOON if days_left <= days)
