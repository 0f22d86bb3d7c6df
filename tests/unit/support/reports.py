# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report from the rows of the modules, and each of its forms from the report, as JSON has it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.comparison import Gone, compare
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines

Document = dict[str, t.Any]


def made_report(
    requirements: object, access: object = None, *, registration: object = None, checks: t.Any = None, **run: str
) -> Document:
    """The report of a first run: `generated_at`, `home_tenant_id`, `operator` and, unless it is public, `cloud`."""
    rows = ModuleRows.from_results(requirements, access, registration)
    return compare(make_report(RunInfo(**{"cloud": "public", **run}), rows, checks), None, Gone()).as_dict()


def failing_findings(report: object, words: t.Sequence[str]) -> list[Document]:
    """The findings of these kinds."""
    return [finding.as_dict() for finding in Report.from_dict(report).findings if finding.fail_word in words]


def summary_of(report: object, **options: t.Any) -> list[str]:
    """The lines for a terminal."""
    return summary_lines(Report.from_dict(report), **options)


def text_of(report: object, name: str) -> str:
    """The text of the file of a format."""
    return formats_by_name()[name].render(Report.from_dict(report))


def page_of(report: object) -> str:
    """The page."""
    return text_of(report, "html")


def saved_of(report: object) -> Document:
    """The content of report.json."""
    return t.cast("Document", json.loads(text_of(report, "json")))


def junit_of(report: object) -> str:
    """The test results."""
    return text_of(report, "junit")
