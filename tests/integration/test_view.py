# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Step 3 through real ansible-playbook runs: the view ends as declared, in both write shapes, and drift is found."""

from __future__ import annotations

import json
import pathlib

import pytest
import yaml
from playbook_runs import ROOT, Ansible
from test_drift import TENANTS, WORLD

from lab.clients.portal import EFFECTIVE, Page
from lab.process import start_lab

ONBOARD, DRIFT, OFFBOARD = (f"m365.defender.{name}" for name in ("onboard", "drift", "offboard"))
SNAPSHOT = "m365.defender.snapshot"
IN_ORDER = sorted(row["tenant_id"] for row in WORLD["tenants"] if (row.get("expect") or {}).get("first_broken") is None)
SHAPES = ("replace", "per_tenant")


class Desk:
    """A lab with the demo world, plays against it, and its portal."""

    def __init__(self, directory: pathlib.Path, lab) -> None:
        self.directory = directory
        self.lab = lab
        self.ansible = Ansible(directory, lab)
        self.page = Page(lab.connection)

    def play(self, playbook, *flags, **variables):
        """A run with the operator's session; its report."""
        given = {
            "mto_tenants": TENANTS,
            "mto_fail_on": [],
            "mto_register": True,
            "mto_registration": "apply",
            "mto_portal_cookies_file": self.lab["portal_cookies_file"],
            "mto_portal_contract": self.lab["portal_contract"],
            "mto_report_dir": str(self.directory),
            **variables,
        }
        done = self.ansible.play(playbook, *flags, **given)
        path = self.directory / "report.json"
        return done, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def start_desk(directory, shape="replace", changes=None, **portal):
    """The demo world with another portal; `changes` of tenants by id."""
    home = {**WORLD["home"], "portal": {"write_shape": shape, **portal}}
    tenants = [{**row, **(changes or {}).get(row["tenant_id"], {})} for row in WORLD["tenants"]]
    path = directory / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "home": home, "tenants": tenants}, allow_unicode=True), encoding="utf-8")
    return start_lab(world=path)


@pytest.fixture(scope="module", params=SHAPES)
def onboarded(request, tmp_path_factory):
    """The portal after the first onboard, in both write shapes."""
    directory = tmp_path_factory.mktemp(request.param)
    with start_desk(directory, request.param) as lab:
        desk = Desk(directory, lab)
        done, report = desk.play(ONBOARD, "--diff")
        assert done.code == 0, done.output
        yield desk, done, report


def test_exactly_the_eligible_are_registered_and_every_answer_is_right(onboarded):
    desk, done, report = onboarded
    assert sorted(desk.page.view()) == IN_ORDER
    assert report["summary"]["registered"] == report["summary"]["eligible"] == len(IN_ORDER)
    assert "changed=1" in done.output
    expected = {row["tenant_id"]: row.get("expect") or {} for row in WORLD["tenants"]}
    for row in report["tenants"]:
        wanted = expected[row["tenant_id"]]
        assert (row["first_broken"], row["reason"]) == (wanted.get("first_broken"), wanted.get("reason")), row["name"]


def test_a_second_run_changes_nothing(onboarded):
    done, report = onboarded[0].play(ONBOARD)
    assert "changed=0" in done.output
    assert report["findings"] == onboarded[2]["findings"]


def test_drift_tells_only_of_the_tenants_that_are_not_eligible(onboarded):
    done, report = onboarded[0].play(DRIFT, mto_portal_contract=None)
    assert done.code == 0, done.output
    urgent = {row["tenant_id"] for row in report["findings"] if row["severity"] == "required"}
    assert urgent == {row["tenant_id"] for row in TENANTS} - {*IN_ORDER}
    assert not [row for row in report["findings"] if row["check"] == "registration"]


def test_a_click_is_found_by_drift_and_mended_by_onboard(onboarded, chromium):
    desk = onboarded[0]
    victim = IN_ORDER[0]
    remove_by_click(chromium, desk.lab, victim)
    assert victim not in desk.page.view()
    done, report = desk.play(DRIFT, mto_fail_on=["registration"])
    assert done.code == 2
    found = [
        (row["tenant_id"], row["reason"], row["kind"]) for row in report["findings"] if row["check"] == "registration"
    ]
    assert found == [(victim, "registration.not_registered", "registration")]
    assert "1 finding of the kinds registration: " in done.output
    mended, _report = desk.play(ONBOARD)
    assert "changed=1" in mended.output
    assert sorted(desk.page.view()) == IN_ORDER


def remove_by_click(chromium, lab, tenant_id):
    """As a person does it: sign in, tick, Remove."""
    context = chromium.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(lab["mto"])
    page.get_by_role("button", name=lab["operator"]).click()
    page.get_by_role("button", name="Continue").click()
    page.locator(f'tr[data-tenant="{tenant_id}"] input').check()
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("Saved").wait_for()
    context.close()


def test_check_mode_changes_nothing_and_says_what_would(tmp_path):
    with start_desk(tmp_path) as lab:
        desk = Desk(tmp_path, lab)
        done, report = desk.play(ONBOARD, "--check", "--diff")
        assert done.code == 0, done.output
        assert "changed=1" in done.output
        assert f"+{IN_ORDER[0]}" in done.output
        assert "Outside check mode, this run sends the request in " in done.output
        assert "Select Add tenants" not in done.output
        assert desk.page.view() == []
        assert report["summary"]["registered"] == 0
        remedies = {row["remedy"] for row in report["findings"] if row["reason"] == "registration.not_registered"}
        assert [remedy.partition(": ")[2] for remedy in remedies] == [
            "run again without check mode, which sends the recorded request."
        ]


def test_a_snapshot_lets_ci_judge_without_a_session(onboarded):
    desk = onboarded[0]
    path = desk.directory / "view.json"
    done, _report = desk.play(SNAPSHOT, mto_snapshot_file=str(path))
    assert done.code == 0, done.output
    _done, live = desk.play(DRIFT)
    no_session = {"mto_portal_cookies_file": None, "mto_portal_contract": None, "mto_portal_snapshot": str(path)}
    judged, report = desk.play(DRIFT, **no_session)
    assert judged.code == 0, judged.output
    assert report["findings"] == live["findings"]
    _stale, old = desk.play(DRIFT, **no_session, mto_snapshot_max_age="1s")
    assert {row["registration"]["reason"] for row in old["tenants"]} == {"registration.snapshot_stale"}


def test_purge_is_refused_where_the_list_may_be_cut(tmp_path):
    extra = [{"tenant_id": "90000000-0000-4000-8000-000000000001", "name": "Not declared", "in_view": True}]
    with start_desk(tmp_path, extra=extra) as lab:
        desk = Desk(tmp_path, lab)
        for flags, more in ((["--limit", "localhost"], {}), ([], {"awx_job_slice_count": 3})):
            done, _report = desk.play(ONBOARD, *flags, mto_purge=True, **more)
            assert "sees only a part of the tenant list" in done.output
            assert extra[0]["tenant_id"] in desk.page.view()
        done, report = desk.play(ONBOARD, mto_purge=True)
        assert "changed=1" in done.output
        assert extra[0]["tenant_id"] not in desk.page.view()
        assert report["summary"]["undeclared"] == 0


def test_what_is_registered_stays_whatever_cannot_be_read_about_it(tmp_path):
    """Nobody has consented in one tenant, the other is throttled until we give up: both stay, with purge too."""
    unconsented = next(row["tenant_id"] for row in WORLD["tenants"] if row.get("consent") == "none")
    throttled = IN_ORDER[0]
    storm = [{"kind": "throttle", "path": "/", "retry_after": "3600"}]
    changes = {unconsented: {"in_view": True}, throttled: {"in_view": True, "faults": storm}}
    with start_desk(tmp_path, changes=changes) as lab:
        desk = Desk(tmp_path, lab)
        done, report = desk.play(ONBOARD, mto_purge=True, mto_deadline=20)
        assert done.code == 0, done.output
        assert {unconsented, throttled} <= {*desk.page.view()}
    rows = {row["tenant_id"]: row for row in report["tenants"]}
    for one in (unconsented, throttled):
        assert (rows[one]["eligible"], rows[one]["registration"]["reason"]) == (False, "registration.registered")


def test_a_play_for_each_tenant_may_not_purge(tmp_path):
    extra = [{"tenant_id": "90000000-0000-4000-8000-000000000001", "name": "Not declared", "in_view": True}]
    with start_desk(tmp_path, extra=extra) as lab:
        desk = Desk(tmp_path, lab)
        tasks = [{"ansible.builtin.include_role": {"name": "m365.defender.mto", "tasks_from": "onboard"}}]
        interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        head = {"hosts": "mto_tenants", "connection": "local", "gather_facts": False, "vars": interpreter}
        play = tmp_path / "play.yml"
        play.write_text(json.dumps([{**head, "tasks": tasks}]), encoding="utf-8")
        hosts = {"one": {"mto_tenant_id": IN_ORDER[0]}}
        path = tmp_path / "hosts.yml"
        path.write_text(yaml.safe_dump({"mto_tenants": {"hosts": hosts}}), encoding="utf-8")
        desk.ansible.inventory = str(path)
        done, _report = desk.play(str(play), mto_tenants=None, mto_purge=True)
        assert "sees only a part of the tenant list" in done.output
        assert extra[0]["tenant_id"] in desk.page.view()


def test_offboard_takes_a_tenant_out(tmp_path):
    with start_desk(tmp_path) as lab:
        desk = Desk(tmp_path, lab)
        desk.play(ONBOARD)
        gone, kept = IN_ORDER[0], [row for row in TENANTS if row["tenant_id"] != IN_ORDER[0]]
        refused, _report = desk.play(OFFBOARD, mto_offboard=[gone])
        assert refused.code == 2
        assert "still declared: " in refused.output
        hosts = {"mto_tenants": {"hosts": {"one": {"mto_tenant_id": gone}}}}
        path = tmp_path / "hosts.yml"
        path.write_text(yaml.safe_dump(hosts), encoding="utf-8")
        desk.ansible.inventory, plain = str(path), desk.ansible.inventory
        as_host, _report = desk.play(OFFBOARD, mto_offboard=[gone], mto_tenants=None)
        assert "still declared: " in as_host.output
        desk.ansible.inventory = plain
        absent = "90000000-0000-4000-8000-000000000009"
        planned, _report = desk.play(OFFBOARD, "--check", mto_offboard=[gone, absent], mto_tenants=kept)
        assert planned.code == 0, planned.output
        assert f"{absent} is not in the view of {lab['operator']}." in planned.output
        assert "Would be removed" in planned.output
        assert gone in desk.page.view()
        done, _report = desk.play(OFFBOARD, mto_offboard=[gone], mto_tenants=kept)
        assert done.code == 0, done.output
        assert "changed=1" in done.output
        assert gone not in desk.page.view()


def test_without_a_picture_the_view_is_unknown_and_fails_the_play(tmp_path):
    with start_desk(tmp_path) as lab:
        desk = Desk(tmp_path, lab)
        none = {"mto_portal_cookies_file": None, "mto_portal_contract": None, "mto_registration": "assist"}
        done, report = desk.play(ONBOARD, **none, mto_fail_on=["registration"])
        assert done.code == 2
        assert {row["registration"]["reason"] for row in report["tenants"]} == {"registration.no_view"}
        assert report["summary"]["registered"] == 0


def test_nothing_of_the_session_stands_anywhere(tmp_path):
    """Output with -vvv and --diff, the report, the backup, and every file that the runs left behind."""
    with start_desk(tmp_path, faults=[{"kind": "error_after"}]) as lab:
        desk = Desk(tmp_path, lab)
        cookies = json.loads(pathlib.Path(lab["portal_cookies_file"]).read_text(encoding="utf-8"))["cookies"]
        session = {row["name"]: row["value"] for row in cookies}
        desk.page.renew()
        etag = desk.page.get(EFFECTIVE).json()["_etag"].strip('"')
        backup = {"mto_backup": True, "mto_backup_dir": str(tmp_path)}
        by_file, _report = desk.play(ONBOARD, "-vvv", "--diff", **backup)
        by_value, _report = desk.play(
            DRIFT,
            "-vvv",
            mto_portal_cookies_file=None,
            mto_portal_session={"sccauth": session["sccauth"], "xsrf_token": session["XSRF-TOKEN"]},
        )
        assert (by_file.code, by_value.code) == (0, 0), by_file.output + by_value.output
        (tmp_path / "variables.json").unlink()
        assert list(tmp_path.glob("mto-view-*.json"))
        texts = [path.read_text("utf-8", errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
        for text in (by_file.output, by_value.output, *texts):
            for planted in (etag, *session.values()):
                assert planted not in text


def test_the_demo_inventory_names_every_host_of_the_lab():
    text = (ROOT / "tests/demo/inventory/group_vars/all/connection.yml").read_text(encoding="utf-8")
    assert all(f"lab.{name}" in text for name in ("login", "graph", "arm", "portal", "mto"))
