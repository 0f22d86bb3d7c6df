# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drift, inventory hosts, and runs in which everything goes wrong, through real ansible-playbook runs."""

from __future__ import annotations

import json
import pathlib
import re
import xml.etree.ElementTree as ET

import pytest
import yaml
from demo_world import DECLARED, WORLD
from lxml import etree
from playbook_runs import ROOT, Ansible

from lab.process import start_lab

ONBOARD = "m365.defender.onboard"
DRIFT = "m365.defender.drift"


SHOW = [
    {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"ansible.builtin.include_role": {"name": "m365.defender.mto", "tasks_from": "report"}}],
    }
]


def run(ansible, playbook, *flags, env=None, **variables):
    """A play that writes its report; the run and the report."""
    options = {"mto_tenants": DECLARED, "mto_fail_on": [], "mto_report_dir": str(ansible.directory)}
    options |= {"mto_report_formats": ["json"], **variables}
    done = ansible.play(playbook, *flags, env=env, **options)
    path = ansible.directory / "report.json"
    return done, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def screen(done):
    """What the summary says, without what differs from run to run: ports, dates, and where the files are."""
    text = done.output.partition("Show the summary] ")[2].partition("\nok: ")[0].partition("\n")[2]
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:55555", text)
    text = re.sub(r"20\d\d-\d\d-\d\d", "2026-12-15", text)
    return re.sub(r"^(Report|Evidence|History): .*/", r"\1: ", text, flags=re.MULTILINE)


def ids(report):
    return [finding["id"] for finding in report["findings"]]


@pytest.fixture(scope="module")
def onboarded(tmp_path_factory, demo_lab):
    """The onboarding of a few tenants, with which other runs are compared."""
    ansible = Ansible(tmp_path_factory.mktemp("onboarded"), demo_lab)
    done, report = run(ansible, ONBOARD)
    assert done.code == 0, done.output
    return done, report, ansible


def test_again_changes_nothing(onboarded, ansible):
    done, report = run(ansible, ONBOARD)
    assert "changed=0" in onboarded[0].output
    assert "changed=0" in done.output
    assert ids(report) == ids(onboarded[1])
    assert [row["tenant_id"] for row in report["tenants"]] == [row["tenant_id"] for row in DECLARED]


def test_screen_of_the_demo_world_is_the_golden_one(demo_run):
    """Without an ansible.cfg: 80 columns, no color, the default callback."""
    golden = pathlib.Path(__file__).parent / "screens" / "demo.txt"
    assert screen(demo_run[0]) == golden.read_text(encoding="utf-8").rstrip("\n")


def test_drift_tells_what_is_new_and_what_is_accepted(onboarded, ansible):
    saved, report = str(onboarded[2].directory / "report.json"), onboarded[1]
    baseline = ansible.directory / "baseline.yml"
    finding = next(finding for finding in report["findings"] if finding["severity"] == "required")
    options = {"mto_accept": [finding["id"]], "mto_accept_why": "It is sold in May.", "mto_accept_owner": "Anna Berg"}
    options |= {"mto_accept_until": "2999-01-31", "mto_baseline": str(baseline), "mto_report_file": saved}
    shown = ansible.play("m365.defender.accept", "--check", "--diff", **options)
    assert (shown.code, baseline.exists()) == (0, False), shown.output
    assert f'+- id: "{finding["id"]}"' in shown.output
    for changed in ("changed=1", "changed=0"):
        accepted = ansible.play("m365.defender.accept", **options)
        assert (accepted.code, changed in accepted.output) == (0, True), accepted.output
    done, now = run(ansible, DRIFT, mto_report_previous=saved, mto_baseline=str(baseline), mto_fail_on=["new"])
    assert done.code == 0, done.output
    assert f"Nothing has changed since the report of {report['generated_at']}." in done.words
    assert "1 finding is accepted and not shown here, the first until 2999-01-31." in done.words
    assert ids(now) == ids(report)
    assert [found["id"] for found in now["findings"] if found["state"] == "accepted"] == [finding["id"]]
    assert {found["first_seen"] for found in now["findings"]} == {report["generated_at"]}
    assert len((ansible.directory / "history.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    # Without the baseline, the finding has to be decided on again.
    done, now = run(ansible, DRIFT, mto_fail_on=["new", "required"])
    assert done.code == 2
    assert "1 new finding fails the play (1 required)" in done.words


@pytest.mark.parametrize("callback", ["minimal", "oneline"])
def test_other_callbacks_show_the_same_lines(onboarded, ansible, callback):
    saved = onboarded[2].directory / "report.json"
    ansible.directory.joinpath("play.yml").write_text(json.dumps(SHOW), encoding="utf-8")
    env = {"ANSIBLE_STDOUT_CALLBACK": callback, "LC_ALL": "C.UTF-8"}
    done = ansible.play(str(ansible.directory / "play.yml"), env=env, mto_report_file=str(saved), mto_fail_on=[])
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:55555", done.output)
    shown = [line for line in screen(onboarded[0]).splitlines() if line.startswith(("- ", "Who"))]
    assert [line for line in shown if re.sub("2026-12-15", "", line) not in re.sub(r"20\d\d-\d\d-\d\d", "", text)] == []
    assert text.count("Who acts first: ") == (1 if callback == "default" else 2)


def test_drift_finds_the_same_and_only_reads(onboarded, ansible, demo_lab):
    before = len(demo_lab.requests())
    done, report = run(ansible, DRIFT)
    assert done.code == 0, done.output
    assert [*map(without_ports, report["findings"])] == [*map(without_ports, onboarded[1]["findings"])]
    assert screen(done) == screen(onboarded[0])
    sent = demo_lab.requests()[before:]
    writes = [row for row in sent if row["method"] != "GET" and not row["path"].endswith(("/token", "/$batch"))]
    assert sent
    assert writes == []


def test_duplicate_is_found(ansible):
    done, _report = run(ansible, ONBOARD, mto_tenants=[*DECLARED[:4], DECLARED[0]])
    assert done.code == 2
    assert "tenants[4]" in done.output


def test_tenants_as_hosts(onboarded, ansible):
    """Hosts are never connected to; a localhost in the inventory does no harm."""
    hosts = {
        f"tenant-{number}": {f"mto_{key}": value for key, value in row.items()} for number, row in enumerate(DECLARED)
    }
    inventory = {"all": {"hosts": {"localhost": {}}, "children": {"mto_tenants": {"hosts": hosts}}}}
    path = ansible.directory / "hosts.yml"
    path.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")
    ansible.inventory = str(path)
    done, report = run(ansible, ONBOARD, mto_tenants=None)
    assert done.code == 0, done.output
    assert ids(report) == ids(onboarded[1])
    both, _report = run(ansible, ONBOARD)
    assert "both the variable and the inventory group of that name are given" in both.output


def without_ports(finding):
    """Another lab has other addresses, and a link to consent has one in it; another run was at another time."""
    return {**finding, "first_seen": "", "remedy": re.sub(r"127\.0\.0\.1:\d+", "lab", finding["remedy"])}


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """The demo world in which the relationship with one tenant has ended since."""
    first, *others = WORLD["tenants"]
    tenants = [{**first, "gdap": [{**first["gdap"][0], "status": "terminated"}]}, *others]
    path = tmp_path_factory.mktemp("changed") / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "tenants": tenants}, allow_unicode=True), encoding="utf-8")
    with start_lab(world=path) as lab:
        yield lab


def test_change_of_one_tenant_changes_its_findings_alone(onboarded, changed, tmp_path):
    done, report = run(Ansible(tmp_path, changed), DRIFT)
    assert done.code == 0, done.output
    victim = DECLARED[0]["tenant_id"]
    others = [finding for finding in report["findings"] if finding["tenant_id"] != victim]
    before = [finding for finding in onboarded[1]["findings"] if finding["tenant_id"] != victim]
    assert [without_ports(finding) for finding in others] == [without_ports(finding) for finding in before]
    mine = [finding for finding in report["findings"] if finding["tenant_id"] == victim]
    assert [(finding["check"], finding["reason"], finding["kind"]) for finding in mine] == [
        ("access", "access.gdap_terminated", "access_lost")
    ]


def test_unreachable_proxy(ansible):
    env = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    done, report = run(ansible, ONBOARD, env=env, mto_deadline=3, mto_fail_on=None)
    assert done.code == 2, done.output
    assert "the proxy of the environment (HTTPS_PROXY) does not answer" in done.output
    assert [row["reason"] for row in report["tenants"]] == ["sign_in.unreachable"] * len(DECLARED)
    assert {row["eligible"] for row in report["tenants"]} == {False}


@pytest.mark.parametrize(
    ("refresh_token", "reason"),
    [(700082, "sign_in.refresh_token_expired"), (50173, "sign_in.refresh_token_revoked")],
)
def test_refresh_token_that_is_no_good_any_more(tmp_path, refresh_token, reason):
    operator = {**WORLD["home"]["operator"], "refresh_token": refresh_token}
    path = tmp_path / "world.yml"
    world = {**WORLD, "home": {**WORLD["home"], "operator": operator}}
    path.write_text(yaml.safe_dump(world, allow_unicode=True), encoding="utf-8")
    with start_lab(world=path) as lab:
        ansible = Ansible(tmp_path, lab)
        done, report = run(ansible, ONBOARD, mto_fail_on=None)
    assert done.code == 2
    assert "ansible-playbook m365.defender.login" in done.words
    assert len(report["tenants"]) == len(DECLARED)
    assert report["summary"]["eligible"] == 0
    assert {row["access"]["sign_in"]["reason"] for row in report["tenants"]} == {reason}
    assert report["summary"]["ready"] == 5


def test_token_of_another_user(ansible, demo_lab):
    token = {"MTO_REFRESH_TOKEN": demo_lab.connection["colleague_refresh_token"]}
    done, report = run(ansible, ONBOARD, env=token)
    assert done.code == 0
    assert {row["access"]["sign_in"]["reason"] for row in report["tenants"]} == {"sign_in.other_person"}
    assert report["summary"]["eligible"] == 0
    assert "The refresh token belongs to" in done.words
    assert "instead of anna.berg" in done.words


def test_wrong_secret(ansible):
    done, report = run(ansible, ONBOARD, env={"MTO_CLIENT_SECRET": "not-the-value-of-a-secret"}, mto_fail_on=None)
    assert done.code == 2
    assert [row["reason"] for row in report["tenants"]] == ["sign_in.secret_wrong"] * len(DECLARED)
    # Once for all of them, as the variable that it is.
    assert done.words.count("Set mto_client_secret (or MTO_CLIENT_SECRET in the environment) to the value of") == 1


def test_world_where_every_tenant_fails(tmp_path):
    tenants = [{**row, "consent": "none"} for row in WORLD["tenants"]]
    path = tmp_path / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "tenants": tenants}, allow_unicode=True), encoding="utf-8")
    with start_lab(world=path) as lab:
        done, report = run(Ansible(tmp_path, lab), ONBOARD, mto_fail_on=None)
    assert done.code == 2
    assert {row["eligible"] for row in report["tenants"]} == {False}
    assert {finding["tenant_id"] for finding in report["findings"]} == {row["tenant_id"] for row in DECLARED}


def test_junit_of_a_real_run_is_valid(demo_run):
    _done, report, ansible = demo_run
    path = ansible.directory / "report.junit.xml"
    schema = etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "junit.xsd"))
    schema.assertValid(etree.parse(path))
    suites = ET.parse(path).getroot()  # noqa: S314  (we wrote it)
    assert len(suites.findall("testsuite")) == 25
    failing = {suite.get("name") for suite in suites if int(suite.get("failures")) + int(suite.get("errors"))}
    urgent = {row["name"] for row in report["tenants"] if row["first_broken"]}
    assert len(failing) == len(urgent)


def test_page_of_a_real_run_is_whole(demo_run, chromium):
    path = demo_run[2].directory / "report.html"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert text.count("<script") == 2
    for row in demo_run[1]["tenants"]:
        assert row["tenant_id"] in text
    page = chromium.new_page()
    page.goto(path.as_uri())
    # 25 tenants with all their remedies.
    assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) <= 4
    page.close()
