# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of the page's pictures."""

from __future__ import annotations

import dataclasses

import pytest
from pages.report_rows import FLEET, report_of, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html import charts
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import STATES, state_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import HistoryEntry


def fleet(*methods):
    """Seven tenants, of which these have other access methods."""
    document = report_of(*FLEET)
    for row, method in zip(document["tenants"], methods, strict=False):
        row["access"]["method"] = method
    return Report.from_dict(document)


def expiry(days):
    return TenantExpiry(tenant_id(1), "Contoso", Expiry("subscription", "o", "E5", "2027-01-01T00:00:00Z", days, False))


def test_bars_are_of_the_tenants_and_the_longest_is_whole():
    report = fleet("b2b", "b2b", None, "future")
    bars = charts.bars(report)
    assert [(bar.label, bar.number) for bar in bars] == [
        ("GDAP", 3),
        ("B2B", 2),
        ("No access method", 1),
        ("future", 1),
    ]
    for bar in bars:
        assert sum(part.number for part in bar.parts) == bar.number
        assert sum(part.width for part in bar.parts) == pytest.approx(100 * bar.number / 3, abs=0.1)
        assert [part.start for part in bar.parts[1:]] == pytest.approx(
            [part.start + part.width for part in bar.parts[:-1]], abs=0.1
        )
        order = [list(STATES).index(part.state) for part in bar.parts]
        assert order == sorted(order)
    assert {part.state for bar in bars for part in bar.parts} == {state_of(row) for row in report.tenants}


def test_no_tenant_has_no_bar():
    assert charts.bars(Report.from_dict(report_of())) == []


def test_column_is_the_share_that_was_in_order():
    run = HistoryEntry("2026-11-22T12:00:00Z", "h", "o", 3, 2, {}, 0, 0, 0)
    empty = dataclasses.replace(run, declared=0, in_order=0)
    columns = charts.trend(dataclasses.replace(fleet(), history=(run, empty)))
    assert [(column.day, column.height) for column in columns] == [("2026-11-22", 66.7), ("2026-11-22", 0.0)]


def test_calendar_begins_with_the_week_of_the_run():
    report = dataclasses.replace(fleet(), expiries=(expiry(0), expiry(30), expiry(30), expiry(91)))
    days = charts.calendar(report)
    # The 23rd of November 2026 is a Monday.
    assert (days[0].day, days[0].week, days[0].weekday) == ("2026-11-23", 0, 0)
    assert (len(days), days[-1].day) == (91, "2027-02-21")
    assert [(day.week, day.weekday) for day in days[6:8]] == [(0, 6), (1, 0)]
    assert {number: day.number for number, day in enumerate(days) if day.number} == {0: 1, 30: 2}
    assert [days[number].soon for number in (7, 8, 30, 31, 90)] == [7, 30, 30, 90, 90]
    run = dataclasses.replace(report.run, generated_at="some day")
    assert charts.calendar(dataclasses.replace(report, run=run)) == []


def test_each_end_is_below_one_heading():
    rows = [expiry(days) for days in (0, 7, 8, 30, 31, 90, 91)]
    found = {days: [row.expiry.days_left for row in own] for days, own in charts.ends_by_time(rows).items()}
    assert found == {7: [0, 7], 30: [8, 30], 90: [31, 90]}
