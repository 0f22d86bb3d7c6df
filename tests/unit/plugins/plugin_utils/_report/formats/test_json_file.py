# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON: a line for each row, small in a large fleet, and nothing is lost."""

from __future__ import annotations

import json

from pages.report_rows import FLEET, HOSTILE_NAMES, report_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.json_file import JsonFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import restore

REPORT = report_of(*FLEET, *((name, {}) for name in HOSTILE_NAMES))


def test_every_row_is_a_line():
    text = JsonFormat().render(Report.from_dict(REPORT))
    assert text.isascii()
    assert json.loads(text)["format"] == 1
    lines = text.splitlines()
    for name in ("tenants", "findings", "expiries"):
        for row in json.loads(text)[name]:
            assert json.dumps(row, separators=(",", ":")) in (line.rstrip(",]") for line in lines)


def test_nothing_is_lost():
    text = JsonFormat().render(Report.from_dict(REPORT))
    assert Report.from_dict(restore(json.loads(text))).as_dict() == REPORT


def test_a_thousand_tenants_are_small():
    """The conversation with a made world asserts the same of Microsoft's own answers."""
    fleet = [(f"{FLEET[number % 7][0]} {number}", FLEET[number % 7][1]) for number in range(1000)]
    assert len(JsonFormat().render(Report.from_dict(report_of(*fleet)))) <= 4096 * 1000
