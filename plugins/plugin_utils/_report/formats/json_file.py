# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON, for programs: a line for each row. `read_report` reads it again. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import shorten

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

FORMAT: t.Final = 1


class JsonFormat(ReportFormat):
    """The model that every other format can be made from again."""

    name = "json"
    file_name = "report.json"

    def render(self, report: Report) -> str:
        """Return the text of the file."""
        document = {"format": FORMAT, **shorten(report.as_dict())}
        return "{" + ",".join(f"\n{_line(name)}: {_lines(value)}" for name, value in document.items()) + "\n}\n"


def _lines(value: object) -> str:
    """Return a value, with a line for each row of a list or a table."""
    if isinstance(value, list):
        return "[" + ",".join(f"\n{_line(row)}" for row in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"\n{_line(name)}: {_line(row)}" for name, row in value.items()) + "}"
    return _line(value)


def _line(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
