# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every format of the report. A new format is its class and one line here."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.csv_file import CsvFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.page import HtmlFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.json_file import JsonFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.junit import JunitFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.markdown import MarkdownFormat

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat

FORMATS: t.Final[list[ReportFormat]] = [
    JsonFormat(),
    HtmlFormat(),
    JunitFormat(),
    MarkdownFormat(),
    CsvFormat(),
]


def formats_by_name() -> dict[str, ReportFormat]:
    """Return the formats by their name."""
    return {known.name: known for known in FORMATS}
