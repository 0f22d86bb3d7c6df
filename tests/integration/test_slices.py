# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Job slices as AWX cuts them, through real ansible-playbook runs: the merge reports and registers as one run does."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from demo_world import DECLARED, IDS, IN_ORDER
from test_view import ONBOARD, UNDECLARED, Desk, start_desk

from ansible_collections.m365.defender.plugins.module_utils._assess.assessment import assessment_from_evidence
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import restore

SLICE, MERGE = "m365.defender.slice", "m365.defender.merge"
COUNT = 3


def job(name, workflow=None, **variables):
    """What AWX tells a job. A sliced job is a workflow of the template's name; a relaunched one is in none."""
    facts = {
        "job_id": 7,
        "job_launch_type": "relaunch" if workflow is None else "workflow",
        "job_template_id": 3,
        "job_template_name": name,
        "inventory_id": 2,
        "inventory_name": "tenants",
        **({} if workflow is None else {"workflow_job_id": workflow[0], "workflow_job_name": workflow[1]}),
    }
    return {**{f"{prefix}_{key}": value for prefix in ("awx", "tower") for key, value in facts.items()}, **variables}


class Controller:
    """An inventory with a host for each tenant, and a directory that all jobs share."""

    def __init__(self, desk):
        self.desk = desk
        self.parts = desk.directory / "parts"
        self.parts.mkdir()
        self.hosts = {
            f"tenant-{number:02d}": {
                "mto_tenant_id": row["tenant_id"],
                "mto_name": row["name"],
                **({"mto_access": row["access"]} if "access" in row else {}),
            }
            for number, row in enumerate(DECLARED)
        }

    def run(self, playbook, *flags, number=0, count=1, **variables):
        """A job with its slice of the inventory: every n-th host, in the order of their names."""
        names = sorted(self.hosts)[number - 1 :: count] if number else sorted(self.hosts)
        inventory = {"all": {"children": {"mto_tenants": {"hosts": {name: self.hosts[name] for name in names}}}}}
        path = self.desk.directory / "inventory.yml"
        path.write_text(yaml.safe_dump(inventory), encoding="utf-8")
        self.desk.ansible.inventory = str(path)
        (self.desk.directory / "report.json").unlink(missing_ok=True)
        given = {"mto_parts_dir": str(self.parts), "mto_evidence_dir": str(self.desk.directory), "mto_tenants": None}
        done, report = self.desk.play(playbook, *flags, **{**given, **variables})
        return done, restore(report)

    def slice(self, number, workflow=None, **variables):
        """A slice of a sliced job, or one that was relaunched."""
        given = job("check tenants", None if workflow is None else (workflow, "check tenants"), **variables)
        done, report = self.run(SLICE, number=number, count=COUNT, **given)
        assert (done.code, report) == (0, None), done.output
        return done

    def merge(self, *flags, workflow=900, **variables):
        """The node where the workflow converges."""
        return self.run(MERGE, *flags, **job("merge", (workflow, "every night")), **variables)


@pytest.fixture(scope="module")
def controller(tmp_path_factory):
    """A view with a tenant that nobody declares. What is in order is not registered yet."""
    directory = tmp_path_factory.mktemp("controller")
    with start_desk(directory, "per_tenant", extra=[{**UNDECLARED, "in_view": True}]) as lab:
        yield Controller(Desk(directory, lab))


def timeless(report):
    """A report without times, ids of requests, and the runs before it in the same directory."""
    report = {**report, "history": None}
    text = re.sub(r"20\d\d-\d\d-\d\dT[\d:.]+Z?(\+00:00)?", "at a time", json.dumps(report, sort_keys=True))
    return json.loads(re.sub(r'"request_id": "[^"]*"', '"request_id": ""', text))


def judged(report):
    """What was found of each tenant, whatever is registered by now."""
    rows = ({**row["requirements"], **row["access"]} for row in report["tenants"])
    return [{check: found["reason"] for check, found in row.items() if isinstance(found, dict)} for row in rows]


@pytest.fixture(scope="module")
def whole(controller):
    """What one run says, in check mode."""
    done, report = controller.run(ONBOARD, "--check", mto_purge=True)
    assert done.code == 0, done.output
    return report


@pytest.fixture(scope="module")
def merged(controller, whole):
    """The same by slices."""
    slices = [controller.slice(number, workflow=800) for number in (2, 1, 3)]
    done, report = controller.merge("--check", mto_purge=True)
    assert done.code == 0, done.output
    evidence = json.loads((controller.desk.directory / "evidence.json").read_text(encoding="utf-8"))
    return slices, done, report, evidence


def test_slices_merged_are_one_run(merged, whole):
    assert timeless(merged[2]) == timeless(whole)
    assert {row["tenant_id"] for row in whole["tenants"]} == IDS


def test_evidence_of_all_slices_can_be_judged_again(merged):
    again = assessment_from_evidence(merged[3]).as_dict()
    rows = {row["tenant_id"]: row for row in merged[2]["tenants"]}
    assert again["requirements"].keys() == {row["tenant_id"] for row in again["tenants"]} == rows.keys()
    for row in again["tenants"]:
        assert row["sign_in"]["reason"] == rows[row["tenant_id"]]["access"]["sign_in"]["reason"]


def test_each_slice_leaves_a_private_part_and_nothing_else(controller, merged):
    parts = [*controller.parts.iterdir()]
    assert len(parts) == COUNT
    assert {path.stat().st_mode & 0o777 for path in parts} == {0o600}
    assert all(str(controller.parts) in done.output for done in merged[0])
    assert "was not used" not in merged[1].output


def test_purge_is_planned_where_all_slices_are_there(merged):
    assert f"-{UNDECLARED['tenant_id']}" in merged[1].output or UNDECLARED["name"] in merged[1].output
    assert "only a part of the tenant list" not in merged[1].output


@pytest.fixture(scope="module")
def failed(controller, merged):
    """The next night, a slice fails before it leaves anything, and the merge goes on to write.

    The other two have been told their numbers, which AWX does not do.
    """
    for number in (1, 3):
        controller.slice(number, workflow=801, awx_job_slice_number=number, awx_job_slice_count=COUNT)
    return controller.merge(workflow=901, mto_purge=True, mto_fail_on=["unknown"])


def test_missing_slice_is_unknown_and_fails_the_run(failed):
    done, report = failed
    missing = {row["tenant_id"] for row in DECLARED[1::COUNT]}
    unread = {row["tenant_id"]: row for row in report["tenants"] if row["reason"] == "read.no_part"}
    assert set(unread) == missing
    assert {row["eligible"] for row in unread.values()} == {False}
    assert len([finding for finding in report["findings"] if finding["reason"] == "read.no_part"]) == len(missing)
    assert done.code == 2
    assert "is of another run (800)" in done.words
    assert "no slice has left a result that can be used (of 3 slices, number 2)" in done.words
    assert "[WARNING]" not in done.output
    assert "Ansible administrator of the home tenant: run their slices again" in done.words


def test_nothing_is_purged_while_a_slice_is_missing(controller, failed):
    assert "only a part of the tenant list" in failed[0].words
    assert UNDECLARED["tenant_id"] in controller.desk.page.view()


@pytest.fixture(scope="module")
def repaired(controller, failed):
    """Somebody relaunches the slice, and then the merge."""
    controller.slice(2)
    given = {"mto_purge": True, **job("merge")}
    return controller.run(MERGE, **given)


def test_slice_that_is_run_again_takes_its_place(controller, repaired, whole):
    done, report = repaired
    assert done.code == 0, done.output
    assert judged(report) == judged(whole)
    assert sorted(controller.desk.page.view()) == IN_ORDER
    assert len([*controller.parts.iterdir()]) == COUNT


def test_a_slice_may_not_purge_although_awx_does_not_say_that_it_is_one(controller, repaired):
    done, _report = controller.run(
        ONBOARD, "--check", number=1, count=COUNT, mto_purge=True, **job("onboard", (802, "onboard"))
    )
    assert "only a part of the tenant list" in done.words
