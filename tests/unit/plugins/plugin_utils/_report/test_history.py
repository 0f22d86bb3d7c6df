# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line for each run: bounded, private, and not lost by a damaged line."""

from __future__ import annotations

import dataclasses
import json

from pages.report_rows import NO_LICENSE
from runs import as_previous, compared, judged

from ansible_collections.m365.defender.plugins.plugin_utils._report.history import history_text, with_history

REPORT = compared(judged({1: {"license": NO_LICENSE}, 2: {}}))


def line_of(report):
    return json.loads(history_text(report, "/nowhere").splitlines()[-1])


def test_line_of_a_run():
    report = with_history(REPORT, None, None)
    assert line_of(report) == report.history[0].as_dict()
    assert line_of(report) == {
        "at": REPORT.run.generated_at,
        "home_tenant_id": REPORT.run.home_tenant_id,
        "operator": REPORT.run.operator,
        "declared": 2,
        "in_order": 1,
        "findings": {"access_lost": 0, "not_met": 1, "registration": 0, "not_checked": 0, "advice": 0},
        "accepted": 0,
        "new": 1,
        "resolved": 0,
    }


def test_runs_are_appended_and_bounded(tmp_path):
    path = tmp_path / "history.jsonl"
    for _number in range(3):
        path.write_text(history_text(with_history(REPORT, str(tmp_path), None), str(tmp_path)), encoding="utf-8")
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3
    path.write_text(path.read_text(encoding="utf-8") * 200, encoding="utf-8")
    report = with_history(REPORT, str(tmp_path), None)
    assert len(report.history) == 90
    assert len(history_text(report, str(tmp_path)).splitlines()) == 400


def test_damaged_line_loses_no_other(tmp_path):
    line = json.dumps(with_history(REPORT, None, None).history[0].as_dict())
    damaged = ["{", "7", '{"at": 1}', line[:-1], line.replace('"new": 1', '"new": -1')]
    (tmp_path / "history.jsonl").write_text("\n".join([line, *damaged, line, ""]), encoding="utf-8")
    assert len(with_history(REPORT, str(tmp_path), None).history) == 3


def test_runs_of_others_stay_in_the_file_and_out_of_the_report(tmp_path):
    other = dataclasses.replace(REPORT, run=dataclasses.replace(REPORT.run, operator="ben@northwind.example"))
    path = tmp_path / "history.jsonl"
    for report in (REPORT, other):
        told = with_history(report, str(tmp_path), None)
        path.write_text(history_text(told, str(tmp_path)), encoding="utf-8")
    assert len(told.history) == 1
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_without_a_file_the_report_before_has_the_runs(tmp_path):
    before = with_history(REPORT, None, None)
    after = with_history(REPORT, str(tmp_path), as_previous(before))
    assert len(after.history) == 2
    assert len(history_text(after, str(tmp_path)).splitlines()) == 2
