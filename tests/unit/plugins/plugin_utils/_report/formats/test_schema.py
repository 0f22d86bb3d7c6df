# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published JSON Schema of report.json: what is written is valid, and what is spoiled is not."""

from __future__ import annotations

import json
import pathlib

import pytest
from jsonschema import Draft202012Validator
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of
from reports import saved_of

SCHEMA = json.loads(
    next(
        path / "docs" / "schemas" / "report.schema.json"
        for path in pathlib.Path(__file__).parents
        if (path / "docs" / "schemas").is_dir()
    ).read_text(encoding="utf-8")
)
CHECKER = Draft202012Validator(SCHEMA)
END = {"tenant_id": "t", "tenant_name": "T", "what": "subscription", "object": "o", "name": "E5", "days_left": 7}


def whole():
    """A report that has a row of everything."""
    report = report_of(*FLEET, *((name, {}) for name in HOSTILE_NAMES))
    accepted = {"why": "They leave us.", "owner": "Anna", "until": "2027-01-31"}
    report["findings"][0].update(state="accepted", acceptance=accepted)
    run = {"at": "2026-11-23T12:00:00Z", "home_tenant_id": "h", "operator": "o", "declared": 7, "in_order": 3}
    return report | {
        "expiries": [{**END, "ends": "2027-01-01T00:00:00Z", "auto_extend": False}],
        "resolved": report["findings"][:1],
        "history": [{**run, "findings": {"advice": 1}, "accepted": 0, "new": 0, "resolved": 0}],
    }


def test_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "report", [whole(), report_of(), report_of(*FLEET, access=False)], ids=["whole", "no", "facts"]
)
def test_reports_are_valid(report):
    assert [error.message for error in CHECKER.iter_errors(saved_of(report))] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("format", 2), ("tenants", None), ("summary", {}), ("findings", [{}]), ("expiries", [{**END}]), ("else", 1)],
)
def test_spoiled_report_is_not_valid(name, value):
    assert list(CHECKER.iter_errors({**saved_of(whole()), name: value}))
