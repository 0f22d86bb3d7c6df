# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of one customer: nothing in it is about another one."""

from __future__ import annotations

import pytest
from pages.report_rows import FLEET, GENERATED_AT, HOSTILE_NAMES, report_of, tenant_id

from ansible_collections.m365.defender.plugins.plugin_utils._report.customers import file_stem, report_of_customer
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import FORMATS
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

END = {"what": "subscription", "object": "o", "ends": "2027-01-01T00:00:00Z", "days_left": 39, "auto_extend": False}


def whole():
    """A report of a fleet in which everything that is about a tenant names it."""
    names = [name for name, _rows in FLEET]
    report = report_of(*FLEET)
    ends = [{**END, "tenant_id": tenant_id(n), "tenant_name": name, "name": name} for n, name in enumerate(names, 1)]
    run = {"at": GENERATED_AT, "home_tenant_id": "h", "operator": "o", "declared": 7, "in_order": 3, "findings": {}}
    report["history"] = [{**run, "accepted": 0, "new": 0, "resolved": 0}] * 3
    return {**report, "expiries": ends, "resolved": report["findings"], "unread": report["findings"]}


@pytest.mark.parametrize("format_", FORMATS, ids=lambda known: known.name)
def test_no_other_customer_is_named(format_):
    report = Report.from_dict(whole())
    for row in report.tenants:
        text = format_.render(report_of_customer(report, row))
        assert (row.name in text) or format_.name in ("csv", "json", "markdown")
        for other in report.tenants:
            if other is not row:
                assert other.name not in text
                assert other.tenant_id not in text


def test_figures_are_its_own():
    report = Report.from_dict(whole())
    own = report_of_customer(report, report.tenants[1])
    assert (own.summary.declared, own.summary.ready, own.summary.findings) == (1, 0, 1)
    assert [finding.tenant_id for finding in (*own.findings, *own.resolved, *own.unread)] == [tenant_id(2)] * 3
    assert own.history == ()


def test_files_are_named_by_the_id():
    assert file_stem("28B12CFC-2D93-4F11-A160-29B9D080B9DA") == "28b12cfc-2d93-4f11-a160-29b9d080b9da"


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", ".", *HOSTILE_NAMES])
def test_id_that_is_none_is_no_path(name):
    assert file_stem(name).isalnum()
    assert len(file_stem(name)) == 32
