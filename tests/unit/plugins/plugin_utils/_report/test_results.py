# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a play have registered, with a loop or without, as rows of a report."""

from __future__ import annotations

import pytest
from pages.report_rows import ACCESS_CHECKS, GENERATED_AT, access_row, requirements_row, tenant_id, verdict

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import (
    Names,
    read_results,
    registered_evidence,
)

RUN = {"read_at": GENERATED_AT, "home_tenant_id": tenant_id(0), "operator": "anna@northwind.example", "cloud": "public"}
ALL = Names("needs", "access", "view")


def facts(*numbers):
    rows = {tenant_id(number): requirements_row(number, f"Tenant {number}") for number in numbers}
    return {**RUN, "ansible_facts": {"mto_requirements": rows}, "evidence": {"requirements": [{"of": numbers}]}}


def access(*numbers):
    rows = [access_row(number, f"Tenant {number}") for number in numbers]
    return {"tenants": rows, "checks": list(ACCESS_CHECKS), "evidence": {"access": [{"of": numbers}]}}


VIEW = {
    "tenants": [{"tenant_id": tenant_id(1), "registered": True, "registration": verdict()}],
    "undeclared": [],
    "view": None,
}
PLAY = {"needs": facts(1, 2), "access": access(1, 2), "view": VIEW}


@pytest.mark.parametrize("looped", [True, False])
def test_loop_is_put_together_again(looped):
    parts = {"needs": {"results": [facts(1), facts(2)]}, "access": {"results": [access(1), access(2)]}, "view": VIEW}
    results = read_results(ALL, parts if looped else PLAY)
    assert [row.name for row in results.rows.requirements] == ["Tenant 1", "Tenant 2"]
    assert list(results.rows.access) == [tenant_id(1), tenant_id(2)]
    assert results.rows.registrations[tenant_id(1)].registered is True
    assert (results.run.generated_at, results.checks, results.problem) == (GENERATED_AT, ACCESS_CHECKS, "")


def test_module_that_returns_no_facts_is_read_as_well():
    rows = facts(1)
    plain = {**RUN, "requirements": rows["ansible_facts"]["mto_requirements"]}
    results = read_results(Names("needs"), {"needs": plain})
    assert (len(results.rows.requirements), results.rows.access, results.checks) == (1, None, None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"needs": None}, "requirements: there is no variable 'needs'; name the one in which the task is registered."),
        ({"access": "x"}, "access: there is no variable 'access'; name the one in which the task is registered."),
        ({"needs": {**RUN, "msg": "No sign-in."}}, "requirements: the requirements could not be checked. No sign-in."),
        ({"access": {"skipped": True}}, "tenants: the result has none. The task gave no reason."),
    ],
)
def test_what_is_missing_is_said_with_the_tasks_own_reason(changes, sentence):
    with pytest.raises(OptionError) as caught:
        read_results(ALL, {**PLAY, **changes})
    assert str(caught.value) == sentence


def test_view_that_was_not_compared_costs_nothing_but_itself():
    results = read_results(ALL, {**PLAY, "view": {"failed": True, "msg": "The session has ended."}})
    assert (results.problem, results.view, results.rows.undeclared) == ("The session has ended.", None, None)
    assert len(results.rows.requirements) == 2


def test_evidence_is_that_of_every_part():
    looped = {**PLAY, "access": {"results": [access(1), access(2)]}}
    evidence = registered_evidence(Names("needs", "access"), looped)
    assert evidence == {"format": 1, "requirements": [{"of": (1, 2)}], "access": [{"of": (1,)}, {"of": (2,)}]}
    assert "access" not in registered_evidence(Names("needs"), looped)
