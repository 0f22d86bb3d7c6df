# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module returned for a team, as the report has it: cells, and findings of each person."""

from __future__ import annotations

import dataclasses
import json

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._assess.access import unread_access
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import unread_requirements
from ansible_collections.m365.defender.plugins.module_utils._assess.team import AnalystRow as Judged
from ansible_collections.m365.defender.plugins.module_utils._assess.team import Cell as JudgedCell
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import Subject, findings_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import headline
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import actors, summary_lines
from ansible_collections.m365.defender.plugins.plugin_utils._report.team_results import Team

ANNA, BEN, CARA = (f"{name}@northwind.example" for name in ("anna", "ben", "cara"))
LATE = Problem("read.deadline")


def judged():
    requirements, access = unread_requirements(case({}), LATE), unread_access(case({}), LATE, ("listed",))
    return requirements, access, JudgedCell(requirements, access)


def result():
    """The module's result about three people, as it comes through Ansible."""
    requirements, access, cell = judged()
    people = [Judged(operator, name, (cell,)).as_dict() for operator, name in ((ANNA, "Anna"), (BEN, ""), (CARA, ""))]
    rows = {requirements.tenant.tenant_id: requirements.as_dict()}
    return json.loads(json.dumps({"requirements": rows, "tenants": [access.as_dict()], "operators": people}))


def report():
    given = result()
    rows = ModuleRows.from_results(given["requirements"], given["tenants"])
    run = RunInfo("2026-11-28T02:00:00Z", "home", ANNA, "public")
    return make_report(run, rows, ("listed",), Team.from_results([Fields(given, "result")]))


def test_one_person_is_no_team():
    assert Team.from_results([Fields({"requirements": {}}, "result")]) is None


def test_every_person_has_a_row_and_the_findings_of_a_run_of_their_own():
    made = report()
    assert [(row.operator, row.name, len(row.cells)) for row in made.operators] == [
        (ANNA, "Anna", 1),
        (BEN, BEN, 1),
        (CARA, CARA, 1),
    ]
    assert {row.cells[0].reason for row in made.operators} == {"read.deadline"}
    requirements, access, _cell = judged()
    tenant = requirements.tenant
    for operator in (BEN, CARA):
        subject = Subject(tenant.tenant_id, tenant.name, operator)
        alone = findings_of(subject, CHAIN.ordered({**requirements.verdicts, **access.verdicts}))
        assert [row.id for row in made.findings if row.operator == operator] == [row.id for row in alone]
    assert made.summary.findings == len(made.findings)


def test_report_is_the_same_when_it_is_read_again():
    made = report()
    assert Report.from_dict(json.loads(json.dumps(made.as_dict()))) == made


def test_people_of_whom_the_same_is_true_share_a_line_of_the_summary():
    lines = " ".join(" ".join(summary_lines(report())).split())
    assert f"- Anna, {BEN} and {CARA}: 0 of 1 tenant ready, 0 eligible; first broken: access (read.deadline)" in lines


def test_figures_at_the_top_are_those_of_one_person():
    """What only a colleague has to act on counts in the colleague's line."""
    made = report()
    tenant = dataclasses.replace(made.tenants[0], ready=True, eligible=True, first_broken=None)
    others = tuple(finding for finding in made.findings if finding.operator != ANNA)
    summary = dataclasses.replace(made.summary, ready=1, verified=1, eligible=1)
    made = dataclasses.replace(made, tenants=(tenant,), findings=others, summary=summary)
    assert summary_lines(made)[0].startswith("Anna: The one tenant is eligible: every requirement is met")
    assert headline(made)[0].startswith("Anna: ")
    assert len({finding.operator for finding in made.findings}) == 2
    mixed = report()
    assert "Anna: 0 of 1 tenant are eligible" in summary_lines(mixed)[0]
    assert " 1 need work, 0 have advice only." in " ".join(summary_lines(mixed))


def test_nobody_has_to_act_on_what_is_accepted():
    made = report()
    acceptance = Acceptance("why", "Anna", "2999-01-01")
    accepted = [dataclasses.replace(row, state="accepted", acceptance=acceptance) for row in made.findings]
    assert actors(made) != []
    made = dataclasses.replace(made, findings=tuple(accepted))
    assert actors(made) == []
    assert headline(made)[2] == "No action is needed."


def test_masked_cell_is_refused():
    given = result()
    given["operators"][1]["tenants"][0]["tenant_id"] = "********"
    with pytest.raises(OptionError):
        Team.from_results([Fields(given, "result")])
