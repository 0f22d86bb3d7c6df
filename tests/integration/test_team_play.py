# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A team through a real ansible-playbook run: one report, a table of analysts and tenants, the view beside the list."""

from __future__ import annotations

import json

import pytest
from playbook_runs import Ansible

from lab.process import start_lab

ONBOARD = "m365.defender.onboard"


@pytest.fixture(scope="module")
def lab():
    with start_lab(tenants=6, seed=3, calm=True, analysts=2) as running:
        yield running


@pytest.fixture(scope="module")
def onboarded(lab, tmp_path_factory):
    ansible = Ansible(tmp_path_factory.mktemp("team"), lab)
    team = [{"operator": lab["operator"], "name": "Anna Berg"}, *(row.upn for row in lab.world.home.analysts)]
    options = {"mto_tenants": lab.tenants(), "mto_fail_on": [], "mto_report_dir": str(ansible.directory)}
    options |= {"mto_operators": team, "mto_operator": None, "mto_max_tenants": 4}
    options |= {"mto_register": True, "mto_portal_cookies_file": lab["portal_cookies_file"]}
    done = ansible.play(ONBOARD, **options)
    assert done.code == 0, done.output
    return done, json.loads((ansible.directory / "report.json").read_text(encoding="utf-8")), ansible.directory


def test_every_person_is_a_row_and_every_tenant_a_cell(onboarded, lab):
    _done, report, _directory = onboarded
    assert [row["name"] for row in report["operators"]] == ["Anna Berg", *(row.upn for row in lab.world.home.analysts)]
    assert [(row["ready"], len(row["tenants"])) for row in report["operators"]] == [(6, 6)] * 3
    assert report["operators"][0]["eligible"] == 6
    assert {cell["reason"] for row in report["operators"][1:] for cell in row["tenants"]} == {
        "identity.operator_needed"
    }


def test_more_tenants_than_a_view_holds_are_suggested_to_others(onboarded, lab):
    done, report, _directory = onboarded
    views = report["suggested_views"]
    assert [len(view["tenant_ids"]) for view in views["views"]] == [4, 2, 0]
    assert views["left_over"] == []
    assert "6 tenants are ready, and one view holds at most 4." in " ".join(done.output.split())


def test_view_is_beside_the_list_in_data_and_on_the_page(onboarded, lab):
    _done, report, directory = onboarded
    rows = {row["tenant_id"]: row for row in report["view"]["rows"]}
    assert [rows[tenant["tenant_id"]]["declared"] for tenant in lab.tenants()] == [True] * 6
    assert {rows[tenant["tenant_id"]]["offered"] for tenant in lab.tenants()} == {True}
    page = (directory / "report.html").read_text(encoding="utf-8")
    assert "Analysts and tenants" in page
    assert "The multitenant view" in page
    assert "More tenants than one view holds" in page
