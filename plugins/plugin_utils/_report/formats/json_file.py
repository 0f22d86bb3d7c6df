# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON, for programs. `Report.from_dict` reads it again. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


class JsonFormat(ReportFormat):
    """The text that the filter to_nice_json makes of it."""

    name = "json"
    file_name = "report.json"

    def render(self, report: Report) -> str:
        """Return the text of the file."""
        return json.dumps(report.as_dict(), indent=4, sort_keys=True) + "\n"
