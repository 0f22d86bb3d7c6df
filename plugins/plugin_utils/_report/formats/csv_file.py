# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as CSV (RFC 4180), for a spreadsheet: a row for each, in which no foreign text is a formula. Pure."""

from __future__ import annotations

import csv
import io
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

# Without it, Excel takes UTF-8 for the code page of the machine.
_BYTE_ORDER_MARK: t.Final = "\ufeff"
# What begins a formula in a spreadsheet, in its full-width forms as well. An apostrophe before it makes it text.
_FORMULA: t.Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
_FIELDS: t.Final = (
    *("tenant_name", "tenant_id", "kind", "severity", "status", "check", "reason", "state", "first_seen"),
    *("message", "remedy", "operator", "object", "doc_url", "id"),
)


class CsvFormat(ReportFormat):
    """The findings, for a spreadsheet."""

    name = "csv"
    file_name = "report.csv"

    def render(self, report: Report) -> str:
        """Return the text of the file, with a row of titles."""
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow((*_FIELDS, "actor", "organization"))
        for finding in report.findings:
            step = first_step(finding)
            values = (*(getattr(finding, name) for name in _FIELDS), step.actor, step.organization)
            writer.writerow(f"'{text}" if text.startswith(_FORMULA) else text for text in map(one_line, values))
        return _BYTE_ORDER_MARK + text.getvalue()
