# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as CSV: what Python's reader finds in it, and that no cell is a formula."""

from __future__ import annotations

import csv
import io

import pytest
from pages.report_rows import FLEET, report_of, verdict
from reports import text_of


def rows_of(report):
    """The rows, as Python reads them."""
    text = text_of(report, "csv")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_each_finding_is_a_row():
    report = report_of(*FLEET)
    rows = rows_of(report)
    assert [row["id"] for row in rows] == [finding["id"] for finding in report["findings"]]
    assert [row["message"] for row in rows] == [finding["message"] for finding in report["findings"]]
    assert (rows[0]["actor"], rows[0]["organization"]) == ("Partner administrator of Northwind", "partner")
    assert rows_of(report_of()) == []


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "\u200b=1", "＝1", "\x1b[31m=1"],  # noqa: RUF001
)
def test_formula_is_text(name):
    words = {"message": f"{name} x", "remedy": f"{name}: do it.", "object": name}
    report = report_of((name, {"license": verdict("unmet", "license.none", **words)}))
    (row,) = rows_of(report)
    assert {value[0] for key, value in row.items() if key in ("tenant_name", "message", "remedy", "object")} == {"'"}
