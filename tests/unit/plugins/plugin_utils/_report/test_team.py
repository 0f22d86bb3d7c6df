# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One tenant as one person reaches it, and a row of such cells."""

from __future__ import annotations

import json

import pytest
from pages.report_rows import BY_ACCESS, EXPIRED, NO_LICENSE, report_of, verdict

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell


def cell_of(**verdicts):
    (row,) = Report.from_dict(report_of(("Contoso", verdicts))).tenants
    return Cell.of(row)


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        ({}, None),
        ({"license": NO_LICENSE}, ("license", "license.none")),
        ({"sign_in": verdict("unmet", "sign_in.refused")}, ("sign_in", "sign_in.refused")),
        # Why the tenant is not ready outweighs a sign-in that only the person can prove.
        (
            {"sign_in": verdict("unknown", "identity.operator_needed"), "license": NO_LICENSE},
            ("license", "license.none"),
        ),
        ({"access": EXPIRED, "permissions": BY_ACCESS}, ("access", "access.gdap_expired")),
    ],
)
def test_table_shows_why_a_tenant_is_not_ready_or_else_where_it_breaks(verdicts, shown):
    assert cell_of(**verdicts).shown == shown


def test_cell_has_the_checks_that_counted():
    cell = cell_of(sign_in=verdict("unknown", "check.not_chosen"), license=NO_LICENSE)
    assert cell.checks == {
        **dict.fromkeys(("access", "listed", "permissions", "defender", "mfa_trust"), "met"),
        "license": "unmet",
    }
    assert (cell.ready, cell.eligible) == (False, False)


def test_row_is_the_same_when_it_is_read_again_and_counts_its_cells():
    row = AnalystRow("anna@northwind.example", "Anna", (cell_of(), cell_of(license=NO_LICENSE)))
    written = json.loads(json.dumps(row.as_dict()))
    assert (written["ready"], written["eligible"]) == (1, 1)
    assert AnalystRow.from_fields(Fields(written, "operators[0]")) == row


def test_module_calls_the_tenants_name_otherwise():
    written = cell_of().as_dict()
    own = {"name" if key == "tenant_name" else key: value for key, value in written.items()}
    assert Cell.from_fields(Fields(own, "x"), "name") == cell_of()
    with pytest.raises(OptionError, match=r"^x\.name is missing"):
        Cell.from_fields(Fields(written, "x"), "name")
