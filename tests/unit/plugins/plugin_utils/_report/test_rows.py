# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the modules as they come in at the door of the report."""

from __future__ import annotations

import pytest
from pages.report_rows import access_row, requirements_row, tenant_id, verdict

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import checks_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import (
    AccessRow,
    ModuleRows,
    Registration,
    RequirementRow,
    UndeclaredRow,
    access_checks,
)

NEEDS = {tenant_id(1): requirements_row(1, "Contoso")}
VIEW = {"tenant_id": tenant_id(1).upper(), "name": "Contoso", "registered": True, "registration": verdict()}
STRANGER = {"tenant_id": tenant_id(77), "name": "Stranger", "registration": verdict("unmet", "registration.x")}


def test_access_checks_are_those_of_the_registry():
    assert access_checks() == tuple(check.name for check in checks_of("access")) == ("listed", "sign_in", "defender")


def test_row_of_access_goes_out_as_it_came_in():
    row = access_row(1, "Contoso", sign_in=verdict("unknown", "read.throttled"))
    access = AccessRow.from_fields(Fields(row, "row"))
    assert list(access.as_dict().items()) == list(row.items())
    assert not access.verified
    assert AccessRow.from_fields(Fields(access_row(1, "Contoso"), "row")).verified


def test_row_of_access_without_a_check_or_its_list_of_checks():
    row = access_row(1, "Contoso")
    del row["checks"], row["defender"]
    access = AccessRow.from_fields(Fields(row, "row"))
    assert list(access.verdicts) == ["listed", "sign_in"]
    assert access.checks == access_checks()


def test_requirements_keep_their_order_and_what_ends():
    row = requirements_row(1, "Contoso")
    ending = {"what": "w", "object": "o", "name": "n", "ends": "2027", "days_left": 4, "extends_itself": True}
    read = RequirementRow.from_fields(Fields({**row, "expiries": [ending]}, "row"))
    assert list(read.verdicts) == list(row["requirements"])
    assert [(expiry.days_left, expiry.auto_extend) for expiry in read.expiries] == [(4, True)]


def test_registration_is_the_verdict_and_whether_it_is_there():
    registration = Registration.from_fields(Fields({"registered": None, **verdict()}, "row"))
    assert list(registration.as_dict().items()) == [("registered", None), *verdict().items()]
    assert UndeclaredRow.from_fields(Fields(STRANGER, "row")).as_dict() == STRANGER


def test_what_nobody_looked_at_is_none():
    rows = ModuleRows.from_results(NEEDS)
    assert (rows.access, rows.registrations, rows.undeclared) == (None, None, None)


def test_rows_are_found_by_the_id_in_lower_case():
    rows = ModuleRows.from_results(NEEDS, [access_row(1, "C")], {"tenants": [VIEW], "undeclared": [STRANGER]})
    assert list(rows.access) == list(rows.registrations) == [tenant_id(1).lower()]
    assert rows.registrations[tenant_id(1)].registered is True
    assert [row.name for row in rows.undeclared] == ["Stranger"]


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        (([],), "mto_requirements must be a dictionary."),
        (({"x": {}},), "mto_requirements.x.tenant_id is missing; it must be a string."),
        ((NEEDS, "text"), "mto_tenant_access.tenants must be a list of dictionaries."),
        ((NEEDS, [7]), "mto_tenant_access.tenants[0] must be a dictionary."),
        ((NEEDS, [], {"tenants": []}), "mto_tenant.undeclared must be a list of dictionaries."),
        ((NEEDS, [], []), "mto_tenant must be a dictionary."),
    ],
)
def test_what_no_module_returns_is_refused(results, sentence):
    with pytest.raises(OptionError) as refused:
        ModuleRows.from_results(*results)
    assert str(refused.value) == sentence
