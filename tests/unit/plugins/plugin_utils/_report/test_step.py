# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The last step of a run: what tasks have registered becomes a report, files, lines and a reason to fail."""

from __future__ import annotations

import json
import stat

import pytest
from pages.report_rows import ACCESS_CHECKS, FLEET, GENERATED_AT, access_row, report_of, requirements_row, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.step import SPEC, report_step

RUN = {
    "read_at": GENERATED_AT,
    "home_tenant_id": tenant_id(0),
    "operator": "anna@northwind.example",
    "cloud": "public",
}
REPORT = report_of(*FLEET)
ROWS = {row["tenant_id"]: row for row in REPORT["tenants"]}
EVIDENCE = [{"tenant_id": tenant_id(1), "data": {"a": 1}}]
FACTS = {**RUN, "ansible_facts": {"mto_requirements": ROWS}, "evidence": {"requirements": EVIDENCE}}
ACCESS = {
    "tenants": [row["access"] for row in REPORT["tenants"]],
    "checks": [*ACCESS_CHECKS],
    "evidence": {"access": EVIDENCE},
}
VARIABLES = {"facts": FACTS, "access": ACCESS}
DEFAULTS = {name: option.get("default") for name, option in SPEC.items()}


def step(variables=VARIABLES, **options):
    """The result of the action."""
    return report_step({**DEFAULTS, "requirements": "facts", "access": "access", **options}, variables, 79)


def saved_in(directory):
    """The report in a directory, without the history, which a report of the modules' rows alone has not."""
    return {**read_report("mto_report_file", str(directory / "report.json")).as_dict(), "history": []}


def batches(size):
    """The same, registered by tasks with a loop."""
    keys = list(ROWS)
    parts = [keys[start : start + size] for start in range(0, len(keys), size)]
    facts = [{**FACTS, "ansible_facts": {"mto_requirements": {key: ROWS[key] for key in part}}} for part in parts]
    access = [{**ACCESS, "tenants": [ROWS[key]["access"] for key in part]} for part in parts]
    return {"facts": {"results": facts, "changed": False}, "access": {"results": access}}


def test_files_are_those_of_the_formats(tmp_path):
    done = step(report_dir=str(tmp_path), evidence_dir=str(tmp_path))
    names = [
        "evidence.json",
        "report.json",
        "report.html",
        "report.junit.xml",
        "report.md",
        "report.csv",
        "history.jsonl",
    ]
    assert done["files"] == [str(tmp_path / name) for name in names]
    assert {path.name for path in tmp_path.iterdir()} == {*names}
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert saved_in(tmp_path) == REPORT
    evidence = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
    assert evidence == {"format": 1, "requirements": EVIDENCE, "access": EVIDENCE}
    assert done["lines"][-7:] == [
        f"Evidence: {tmp_path}/evidence.json",
        *(f"Report: {tmp_path}/{name}" for name in names[1:6]),
        f"History: {tmp_path}/history.jsonl",
    ]
    assert done["changed"] is False


@pytest.mark.parametrize("size", [1, 3, 100])
def test_batches_are_one_report(tmp_path, size):
    done = step(batches(size), report_dir=str(tmp_path), report_formats=["json"])
    assert saved_in(tmp_path) == REPORT
    (tmp_path / "report.json").unlink()
    assert {**done, "files": [], "lines": []} == {**step(report_dir=str(tmp_path)), "files": [], "lines": []} | {
        "failure": done["failure"]
    }


def test_requirements_that_are_not_facts():
    facts = {**RUN, "requirements": ROWS}
    assert step({"facts": facts, "access": ACCESS})["summary"] == REPORT["summary"]


def test_variable_for_users_has_no_verdict_and_no_evidence():
    done = step()
    assert done["summary"] == REPORT["summary"]
    assert done["findings"] == REPORT["findings"]
    assert done["tenants"][1] == {
        "tenant_id": tenant_id(2),
        "name": "Solberg Havbruk AS",
        "ready": False,
        "verified": False,
        "eligible": False,
        "registered": None,
        "first_broken": "access",
        "reason": "access.gdap_expired",
        "trend": None,
    }
    assert '"evidence"' not in json.dumps(done)


def test_only_the_eligible():
    done = step(eligible_only=True, report_dir="/nowhere")
    assert done == {"changed": False, "eligible": [tenant_id(number) for number in (1, 6, 7)]}


@pytest.mark.parametrize(
    ("fail_on", "failing", "sentence"),
    [
        (
            ["required", "unknown", "registration"],
            {"required": 3, "unknown": 1},
            (
                "4 findings fail the play (3 required, 1 unknown): see the summary above. Set fail_on to choose"
                " which kinds do."
            ),
        ),
        (
            ["unknown"],
            {"unknown": 1},
            "1 finding fails the play (1 unknown): see the summary above. Set fail_on to choose which kinds do.",
        ),
        (["registration"], {}, ""),
        ([], {}, ""),
    ],
)
def test_failing_kinds(fail_on, failing, sentence):
    done = step(fail_on=fail_on)
    assert done["failing"] == failing
    assert done["failure"] == sentence


def test_failure_says_what_to_open(tmp_path):
    assert f", or open {tmp_path}/report.html. " in step(report_dir=str(tmp_path))["failure"]
    assert f", or open {tmp_path}/report.json. " in step(report_dir=str(tmp_path), report_formats=["json"])["failure"]


def test_file_that_cannot_be_written_loses_nothing_else(tmp_path):
    (tmp_path / "report.html").mkdir()
    done = step(report_dir=str(tmp_path), evidence_dir="/nowhere", fail_on=[])
    assert done["failure"] == (
        "evidence_dir: /nowhere does not exist; create it first: mkdir -m 700 '/nowhere'."
        f" report_dir: {tmp_path}/report.html could not be written (Is a directory); name another directory."
    )
    assert [path.rpartition("/")[2] for path in done["files"]] == [
        *("report.json", "report.junit.xml", "report.md", "report.csv", "history.jsonl")
    ]
    assert done["lines"][:2] == step()["lines"][:2]


def test_directory_that_is_missing_is_said_once():
    done = step(report_dir="/nowhere", fail_on=[])
    assert done["failure"] == "report_dir: /nowhere does not exist; create it first: mkdir -m 700 '/nowhere'."
    assert "640 is not" in step(report_dir="/tmp", report_mode=640)["failure"].replace("'", "")


def test_view_that_was_not_compared_does_not_lose_the_report():
    done = step({**VARIABLES, "view": {"failed": True, "msg": "portal_contract: it is damaged."}}, registration="view")
    assert done["failure"].startswith("The multitenant view was not compared. portal_contract: it is damaged. ")
    assert done["summary"]["registered"] is None
    view = {"tenants": [], "undeclared": [], "msg": "Something else."}
    assert step({**VARIABLES, "view": view}, registration="view")["summary"]["registered"] is None


def test_saved_report(tmp_path):
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    done = step({}, requirements=None, access=None, report_file=str(path))
    assert done["findings"] == REPORT["findings"]
    assert done["lines"] == step()["lines"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "requirements: there is no variable 'facts'; name the one in which the task is registered."),
        ({"facts": 7}, "requirements: there is no variable 'facts'; name the one in which the task is registered."),
        ({"facts": FACTS}, "access: there is no variable 'access'; name the one in which the task is registered."),
        (
            {"facts": {**RUN, "failed": True, "msg": "tenants: it is empty."}, "access": ACCESS},
            "requirements: the requirements could not be checked. tenants: it is empty.",
        ),
        ({"facts": FACTS, "access": {"tenants": 7}}, "tenants: the result has none. The task gave no reason."),
        ({"facts": {"results": 7}, "access": ACCESS}, "facts.results must be a list of dictionaries."),
        ({"facts": {}, "access": ACCESS}, "facts.read_at is missing; it must be a string."),
    ],
)
def test_what_is_not_registered_is_one_sentence(variables, sentence):
    with pytest.raises(OptionError) as refused:
        step(variables)
    assert str(refused.value) == sentence


def test_result_of_a_single_tenant():
    row, access = requirements_row(1, "Contoso"), access_row(1, "Contoso")
    variables = {
        "facts": {**RUN, "requirements": {tenant_id(1): row}},
        "access": {"tenants": [access], "checks": ["listed"]},
    }
    done = step(variables)
    assert done["checks"] == ["listed"]
    assert step(variables, access=None)["summary"]["eligible"] is None


def test_second_run_in_the_same_directory(tmp_path):
    first = step(report_dir=str(tmp_path), fail_on=["new"])
    assert first["failing"] == {"required": 3, "recommended": 2, "unknown": 1}
    assert "6 new findings fail the play (3 required, 2 recommended, 1 unknown)" in first["failure"]
    assert "There was no earlier report to compare with." in first["failure"]
    second = step(report_dir=str(tmp_path), fail_on=["new"])
    assert (second["failing"], second["failure"]) == ({}, "")
    assert second["lines"][0] == f"Nothing has changed since the report of {GENERATED_AT}."
    assert {finding["state"] for finding in second["findings"]} == {"open"}
    assert step(report_dir=str(tmp_path), fail_on=["required"])["failing"] == {"required": 3}
    assert len((tmp_path / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert stat.S_IMODE((tmp_path / "history.jsonl").stat().st_mode) == 0o600


def test_new_limits_the_kinds_beside_it(tmp_path):
    assert step(fail_on=["new", "unknown"])["failing"] == {"unknown": 1}
    step(report_dir=str(tmp_path))
    previous = str(tmp_path / "report.json")
    assert step(fail_on=["new", "unknown"], report_previous=previous)["failing"] == {}


def test_what_is_accepted_fails_nothing(tmp_path):
    path = tmp_path / "baseline.yml"
    entry = {"reason": "access.gdap_expired", "why": "It ends.", "owner": "Anna", "until": "2027-01-01"}
    path.write_text(json.dumps({"accepted": [entry]}), encoding="utf-8")
    done = step(fail_on=["required"], baseline=str(path))
    assert done["failing"] == {"required": 2}
    accepted = [finding for finding in done["findings"] if finding["state"] == "accepted"]
    assert [finding["acceptance"]["owner"] for finding in accepted] == ["Anna"]


def test_report_of_somebody_else_is_told_and_not_compared(tmp_path):
    step(report_dir=str(tmp_path))
    facts = {**FACTS, "operator": "ben@northwind.example"}
    done = step({**VARIABLES, "facts": facts}, report_dir=str(tmp_path))
    assert done["lines"][0].startswith(f"The report of {GENERATED_AT} was not compared, because it is of another")
    assert (done["changes"]["previous_at"], done["changes"]["new"]) == (None, len(done["findings"]))
    path = tmp_path / "other.json"
    path.write_text(json.dumps({**REPORT, "home_tenant_id": tenant_id(5)}), encoding="utf-8")
    assert "of another home tenant" in step(report_previous=str(path))["changes"]["not_compared"]


def test_each_customer_has_a_page_and_a_table(tmp_path):
    done = step(report_dir=str(tmp_path), report_formats=[], report_per_tenant=True, fail_on=[])
    names = {f"{row['tenant_id']}{ending}" for row in REPORT["tenants"] for ending in (".html", ".csv")}
    assert {path.name for path in (tmp_path / "customers").iterdir()} == names
    assert stat.S_IMODE((tmp_path / "customers").stat().st_mode) == 0o700
    assert done["failure"] == ""
    assert len(done["files"]) == len(names) + 1
    assert done["lines"][-1] == f"Customers: {len(names)} files in {tmp_path}/customers"


def test_file_in_the_place_of_the_customers_is_said_once(tmp_path):
    (tmp_path / "customers").write_text("", encoding="utf-8")
    done = step(report_dir=str(tmp_path), report_formats=["json"], report_per_tenant=True, fail_on=[])
    assert done["failure"] == f"report_dir: {tmp_path}/customers cannot be made: File exists; remove what is there."
    assert done["files"] == [f"{tmp_path}/report.json", f"{tmp_path}/history.jsonl"]
