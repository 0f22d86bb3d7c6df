# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of formats: a made-up format is its class and one line, and the action and its option know it."""

from __future__ import annotations

from pages.report_rows import FLEET, report_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import FORMATS, formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

REPORT = Report.from_dict(report_of(*FLEET))


class CountFormat(ReportFormat):
    """A made-up format."""

    name = "count"
    file_name = "report.count"

    def render(self, report):
        return f"{len(report.tenants)} tenants"


def test_names_and_files_are_told_apart():
    assert list(formats_by_name()) == ["json", "html", "junit", "markdown", "csv"]
    assert len({known.file_name for known in FORMATS}) == len(FORMATS)


def test_made_up_format_is_one_line_in_the_registry(monkeypatch):
    monkeypatch.setattr(f"{formats_by_name.__module__}.FORMATS", [*FORMATS, CountFormat()])
    assert formats_by_name()["count"].render(REPORT) == "7 tenants"
