# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line for each run, beside its report."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_text
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import HistoryEntry

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
    from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import PreviousRun

FILE_NAME: t.Final = "history.jsonl"
# A year of nights, and what a report shows of them.
_MOST_LINES: t.Final = 400
_MOST_SHOWN: t.Final = 90


def with_history(report: Report, directory: str | None, previous: PreviousRun | None) -> Report:
    """Return the report with its own line and those before it, as far as they can be compared with it."""
    earlier = _earlier(directory, previous.history if previous else ())
    alike = [
        run for run in earlier if (run.home_tenant_id, run.operator) == (report.run.home_tenant_id, report.run.operator)
    ]
    return dataclasses.replace(report, history=(*alike, _entry(report))[-_MOST_SHOWN:])


def history_text(report: Report, directory: str) -> str:
    """Return the text of the file with the line of this run."""
    runs = [*_earlier(directory, report.history[:-1]), report.history[-1]]
    return "".join(f"{json.dumps(run.as_dict())}\n" for run in runs[-_MOST_LINES:])


def _earlier(directory: str | None, otherwise: Sequence[HistoryEntry]) -> Sequence[HistoryEntry]:
    """Return the runs of the file. A job of CI may have nothing but the report of the run before.

    A line that is damaged is left out, and loses no other.
    """
    try:
        text = read_user_text("report_dir", user_path(f"{directory or ''}/{FILE_NAME}"), "")
    except OptionError:
        return otherwise
    runs = []
    for line in text.splitlines():
        with contextlib.suppress(OptionError, ValueError):
            runs.append(HistoryEntry.from_fields(Fields(parse_json(line), "")))
    return runs


def _entry(report: Report) -> HistoryEntry:
    """Return the line of a run."""
    accepted = sum(1 for finding in report.findings if finding.state == "accepted")
    kinds = collections.Counter(finding.kind for finding in report.findings if finding.state != "accepted")
    return HistoryEntry(
        at=report.run.generated_at,
        home_tenant_id=report.run.home_tenant_id,
        operator=report.run.operator,
        declared=report.summary.declared,
        in_order=sum(1 for row in report.tenants if row.first_broken is None),
        findings={kind: kinds[kind] for kind in KINDS},
        accepted=accepted,
        new=report.changes.new,
        resolved=report.changes.resolved,
    )
