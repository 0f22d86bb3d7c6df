# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A team against the lab: each person's cells are what a run of the app for that person alone says, at a fraction."""

from __future__ import annotations

import json

import pytest
from worlds import HOME, declared, guest_tenant, tenant, write_world

from ansible_collections.m365.defender.plugins.module_utils._assess.assessment import assess_tenants
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import parse_operators
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import Cell
from ansible_collections.m365.defender.plugins.plugin_utils._report.team_results import Team
from lab.process import start_lab

CHECKS = ("listed", "sign_in", "defender")
BEN, CARA, DINA = (f"{name}@northwindmsp.example" for name in ("ben", "cara", "dina"))
NOBODY = "nobody@northwindmsp.example"
READER = {"roles": ["Security Reader"]}
TENANTS = (
    tenant(1),
    tenant(2, licenses=[]),
    guest_tenant(3, guests=[READER, {**READER, "person": BEN}, {"person": CARA, "state": "PendingAcceptance"}]),
    guest_tenant(4, guests=[READER, {"person": BEN}, {**READER, "person": CARA, "deleted_days_ago": 3}]),
    tenant(5, consent="none"),
    tenant(6, declare={"access": "auto"}, gdap=[], guests=[{**READER, "person": BEN}]),
)
ANALYSTS = (
    {"upn": BEN, "name": "Ben Frey", "mail": "b.frey@northwind.example", "groups": ["SOC analysts"]},
    {"upn": CARA, "name": "Cara Diaz", "eligible_groups": [{"group": "SOC analysts", "days_left": 30}]},
    {"upn": DINA, "name": "Dina Roth", "groups": ["SOC analysts"], "enabled": False},
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = {**HOME, "analysts": [*ANALYSTS], "entra_p2": True}
    with start_lab(world=write_world(tmp_path_factory.mktemp("team"), *TENANTS, **home)) as running:
        yield running


def assessed(lab, operator, team=(), *, token=False):
    """The module's result as it comes through Ansible, and how many requests it took."""
    names = ("home_tenant_id", "client_id", "client_secret", "ca_path", *(["refresh_token"] if token else []))
    options = {name: lab.connection[name] for name in names} | {"operator": operator}
    options["endpoints"] = {name: lab.connection[name] for name in ("login", "graph", "arm")}
    connection, before = resolve_connection(options, {}), len(lab.requests())
    rows = parse_tenants(declared(*TENANTS), connection.home_tenant_id)
    full = assess_tenants(Session(connection), rows, CHECKS, 30, parse_operators(team) if team else ())
    return json.loads(json.dumps(full.as_dict())), len(lab.requests()) - before


def report_of(result):
    """The report of a result."""
    run = RunInfo(*(result[name] for name in ("read_at", "home_tenant_id", "operator", "cloud")))
    rows = ModuleRows.from_results(result["requirements"], result["tenants"])
    return make_report(run, rows, CHECKS, Team.from_results([Fields(result, "result")]))


def told(findings, operator):
    return [(row.id, row.reason, row.message, row.remedy) for row in findings if row.operator == operator]


@pytest.fixture(scope="module")
def team(lab):
    return assessed(lab, lab["operator"], [lab["operator"], BEN, CARA, DINA, NOBODY])


@pytest.mark.parametrize("operator", [BEN, CARA, DINA, NOBODY])
def test_cells_and_findings_are_those_of_a_run_for_that_person_alone(lab, team, operator):
    alone, together = report_of(assessed(lab, operator)[0]), report_of(team[0])
    row = next(row for row in together.operators if row.operator == operator)
    assert row.cells == tuple(Cell.of(tenant_row) for tenant_row in alone.tenants)
    assert told(together.findings, operator) == told(alone.findings, operator)


def test_operators_own_result_is_that_of_a_run_without_a_team(lab, team):
    alone, _requests = assessed(lab, lab["operator"])
    expected, made = report_of(alone), report_of(team[0])
    assert told(made.findings, lab["operator"]) == told(expected.findings, lab["operator"])
    assert [(row.ready, row.eligible, row.reason) for row in made.tenants] == [
        (row.ready, row.eligible, row.reason) for row in expected.tenants
    ]
    assert "operators" not in alone


def test_reasons_are_each_persons_own(team):
    reasons = {row["operator"]: [cell["reason"] for cell in row["tenants"]] for row in team[0]["operators"]}
    assert reasons[BEN][2:4] == ["identity.operator_needed", "identity.operator_needed"]
    ben = next(row for row in team[0]["operators"] if row["operator"] == BEN)
    assert [cell["unready_reason"] for cell in ben["tenants"]][2:4] == [None, "permissions.no_role"]
    assert reasons[CARA][:4] == [
        "access.gdap_eligible",
        "access.gdap_eligible",
        "access.guest_pending",
        "access.guest_deleted",
    ]
    assert set(reasons[DINA]) == {"access.operator_disabled", "consent.app_not_in_tenant"}
    assert set(reasons[NOBODY]) == {"sign_in.operator_not_found"}


def test_five_people_take_few_more_requests_than_one(lab, team):
    assert team[1] <= 2 * assessed(lab, BEN)[1]


def test_token_proves_the_operators_own_way_and_nobody_elses(lab):
    result, _requests = assessed(lab, lab["operator"], [lab["operator"], BEN], token=True)
    own, others = (row["tenants"][0] for row in result["operators"])
    assert (own["checks"]["sign_in"], own["checks"]["defender"], own["eligible"]) == ("met", "met", True)
    assert (others["checks"]["sign_in"], others["checks"]["defender"]) == ("unknown", "unknown")
    assert (others["ready"], others["eligible"], others["reason"]) == (True, False, "identity.operator_needed")


def test_operator_who_does_not_exist_does_not_hide_the_team(lab):
    result, _requests = assessed(lab, NOBODY, [NOBODY, BEN])
    nobody, ben = result["operators"]
    assert (result["failed"], result["home_problem"]["reason"]) == (True, "sign_in.operator_not_found")
    assert {cell["reason"] for cell in nobody["tenants"]} == {"sign_in.operator_not_found"}
    assert ben["tenants"][0]["ready"]
