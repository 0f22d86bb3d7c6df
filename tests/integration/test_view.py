# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Step 3 through real ansible-playbook runs: the view ends as declared, in both write shapes, and drift is found."""

from __future__ import annotations

import json
import pathlib

import pytest
import yaml
from demo_world import DECLARED, FLEET, IDS, IN_ORDER, WORLD
from playbook_runs import LOCAL, ROOT, Ansible, role

from lab.clients.portal import EFFECTIVE, Page
from lab.process import start_lab

ONBOARD, DRIFT, OFFBOARD = (f"m365.defender.{name}" for name in ("onboard", "drift", "offboard"))
SNAPSHOT = "m365.defender.snapshot"
UNDECLARED = {"tenant_id": "90000000-0000-4000-8000-000000000001", "name": "Not declared"}


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
            "mto_tenants": DECLARED,
            "mto_fail_on": [],
            "mto_register": True,
            "mto_registration": "apply",
            "mto_portal_cookies_file": self.lab["portal_cookies_file"],
            "mto_portal_contract": self.lab["portal_contract"],
            "mto_report_dir": str(self.directory),
            "mto_report_formats": ["json"],
            **variables,
        }
        done = self.ansible.play(playbook, *flags, **given)
        path = self.directory / "report.json"
        return done, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def start_desk(directory, shape="replace", changes=None, **portal):
    """A part of the demo world with another portal; `changes` of tenants by id."""
    home = {**WORLD["home"], "portal": {"write_shape": shape, **portal}}
    tenants = [{**row, **(changes or {}).get(row["tenant_id"], {})} for row in FLEET]
    path = directory / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "home": home, "tenants": tenants}, allow_unicode=True), encoding="utf-8")
    return start_lab(world=path)


class Onboarded:
    """A desk on its first day: a run in check mode, the onboarding, and a look for drift by the session's values."""

    def __init__(self, desk):
        self.desk = desk
        desk.page.renew()
        cookies = json.loads(pathlib.Path(desk.lab["portal_cookies_file"]).read_text(encoding="utf-8"))["cookies"]
        session = {row["name"]: row["value"] for row in cookies}
        etag = desk.page.get(EFFECTIVE).json()["_etag"].strip('"')
        self.secrets = [etag, *session.values()]
        self.planned, self.planned_report = desk.play(ONBOARD, "--check", "--diff")
        self.view_before = desk.page.view()
        # With all the files that a run can leave.
        files = {"mto_backup": True, "mto_backup_dir": str(desk.directory), "mto_report_formats": None}
        self.done, self.report = desk.play(ONBOARD, "-vvv", "--diff", **files)
        assert self.done.code == 0, self.done.output
        values = {"sccauth": session["sccauth"], "xsrf_token": session["XSRF-TOKEN"]}
        by_value = {"mto_portal_cookies_file": None, "mto_portal_contract": None, "mto_report_formats": None}
        by_value |= {"mto_portal_session": values}
        self.drift, self.drift_report = desk.play(DRIFT, "-vvv", **by_value)
        assert self.drift.code == 0, self.drift.output
        # We wrote the secrets there ourselves.
        (desk.directory / "variables.json").unlink()


@pytest.fixture(scope="module")
def onboarded(tmp_path_factory):
    """The runs that many tests only read. The first write takes effect, but is answered with an error."""
    directory = tmp_path_factory.mktemp("onboarded")
    with start_desk(directory, faults=[{"kind": "error_after"}]) as lab:
        yield Onboarded(Desk(directory, lab))


def test_check_mode_changes_nothing_and_says_what_would(onboarded):
    assert onboarded.planned.code == 0, onboarded.planned.output
    assert "changed=1" in onboarded.planned.output
    assert f"+{IN_ORDER[0]}" in onboarded.planned.output
    assert "Outside check mode, this run sends the request in " in onboarded.planned.words
    assert "Select Add tenants" not in onboarded.planned.output
    assert onboarded.view_before == []
    report = onboarded.planned_report
    assert report["summary"]["registered"] == 0
    remedies = {row["remedy"] for row in report["findings"] if row["reason"] == "registration.not_registered"}
    assert [remedy.partition(": ")[2] for remedy in remedies] == [
        "run again without check mode, which sends the recorded request."
    ]


def test_exactly_the_eligible_are_registered_and_every_answer_is_right(onboarded):
    report = onboarded.report
    assert sorted(onboarded.desk.page.view()) == IN_ORDER
    assert report["summary"]["registered"] == report["summary"]["eligible"] == len(IN_ORDER)
    assert "changed=1" in onboarded.done.output
    expected = {row["tenant_id"]: row.get("expect") or {} for row in FLEET}
    for row in report["tenants"]:
        wanted = expected[row["tenant_id"]]
        assert (row["first_broken"], row["reason"]) == (wanted.get("first_broken"), wanted.get("reason")), row["name"]


def test_nothing_of_the_session_stands_anywhere(onboarded):
    """Output with -vvv and --diff, the report, the backup, and every file that the runs left behind."""
    directory = onboarded.desk.directory
    assert list(directory.glob("mto-view-*.json"))
    files = [path for path in directory.rglob("*") if path.is_file()]
    outputs = [run.output for run in (onboarded.planned, onboarded.done, onboarded.drift)]
    for text in (*outputs, *(path.read_text("utf-8", errors="replace") for path in files)):
        for planted in onboarded.secrets:
            assert planted not in text


def test_drift_tells_only_of_the_tenants_that_are_not_eligible(onboarded):
    findings = onboarded.drift_report["findings"]
    urgent = {row["tenant_id"] for row in findings if row["severity"] == "required"}
    assert urgent == IDS - {*IN_ORDER}
    assert not [row for row in findings if row["check"] == "registration"]


def test_a_second_run_changes_nothing(onboarded):
    done, report = onboarded.desk.play(ONBOARD)
    assert "changed=0" in done.output
    assert report["findings"] == onboarded.report["findings"]


def test_a_snapshot_lets_ci_judge_without_a_session(onboarded):
    desk = onboarded.desk
    path = desk.directory / "view.json"
    done, _report = desk.play(SNAPSHOT, mto_snapshot_file=str(path))
    assert done.code == 0, done.output
    no_session = {"mto_portal_cookies_file": None, "mto_portal_contract": None, "mto_portal_snapshot": str(path)}
    judged, report = desk.play(DRIFT, **no_session)
    assert judged.code == 0, judged.output
    assert report["findings"] == onboarded.drift_report["findings"]
    _stale, old = desk.play(DRIFT, **no_session, mto_snapshot_max_age="1s")
    assert {row["registration"]["reason"] for row in old["tenants"]} == {"registration.snapshot_stale"}


def test_without_a_picture_the_view_is_unknown_and_fails_the_play(onboarded):
    none = {"mto_portal_cookies_file": None, "mto_portal_contract": None, "mto_registration": "assist"}
    done, report = onboarded.desk.play(ONBOARD, **none, mto_fail_on=["registration"])
    assert done.code == 2
    assert {row["registration"]["reason"] for row in report["tenants"]} == {"registration.no_view"}
    assert report["summary"]["registered"] is None


def test_a_click_is_found_by_drift_and_mended_by_onboard(onboarded, chromium):
    desk = onboarded.desk
    victim = IN_ORDER[0]
    remove_by_click(chromium, desk.lab, victim)
    assert victim not in desk.page.view()
    done, report = desk.play(DRIFT, mto_fail_on=["registration"])
    assert done.code == 2
    found = [
        (row["tenant_id"], row["reason"], row["kind"]) for row in report["findings"] if row["check"] == "registration"
    ]
    assert found == [(victim, "registration.not_registered", "registration")]
    assert "1 finding fails the play (1 registration): " in done.output
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


@pytest.fixture(scope="module")
def cluttered(tmp_path_factory):
    """A portal that is written tenant by tenant, and whose view holds a tenant that nobody declared."""
    directory = tmp_path_factory.mktemp("cluttered")
    with start_desk(directory, "per_tenant", extra=[{**UNDECLARED, "in_view": True}]) as lab:
        yield Desk(directory, lab)


@pytest.mark.parametrize(
    ("flags", "variables"),
    [(["--limit", "localhost"], {}), ([], {"awx_job_slice_count": 3})],
    ids=["limit", "slices"],
)
def test_purge_is_refused_where_the_list_may_be_cut(cluttered, flags, variables):
    done, _report = cluttered.play(ONBOARD, *flags, mto_tenants=DECLARED[:1], mto_purge=True, **variables)
    assert "sees only a part of the tenant list" in done.output
    assert UNDECLARED["tenant_id"] in cluttered.page.view()


def test_a_play_for_each_tenant_may_not_purge(cluttered, tmp_path):
    play = tmp_path / "play.yml"
    play.write_text(json.dumps([{**LOCAL, "hosts": "mto_tenants", "tasks": [role("onboard")]}]), encoding="utf-8")
    done = play_with_host(cluttered, str(play), IN_ORDER[0], mto_purge=True)
    assert "sees only a part of the tenant list" in done.output
    assert UNDECLARED["tenant_id"] in cluttered.page.view()


def play_with_host(desk, playbook, tenant_id, **variables):
    """A run in which a host of the inventory declares the only tenant."""
    path = desk.directory / "hosts.yml"
    path.write_text(yaml.safe_dump({"mto_tenants": {"hosts": {"one": {"mto_tenant_id": tenant_id}}}}), encoding="utf-8")
    desk.ansible.inventory, plain = str(path), desk.ansible.inventory
    done, _report = desk.play(playbook, mto_tenants=None, **variables)
    desk.ansible.inventory = plain
    return done


def test_purge_takes_out_what_is_not_declared_and_adds_what_is_in_order(cluttered):
    done, report = cluttered.play(ONBOARD, mto_purge=True)
    assert "changed=1" in done.output
    assert sorted(cluttered.page.view()) == IN_ORDER
    assert report["summary"]["undeclared"] == 0


def test_what_is_registered_stays_whatever_cannot_be_read_about_it(tmp_path):
    """Nobody has consented in one tenant, the other is throttled until we give up: both stay, with purge too."""
    unconsented = next(row["tenant_id"] for row in FLEET if row.get("consent") == "none")
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


def test_offboard_takes_a_tenant_out(tmp_path):
    with start_desk(tmp_path, changes={IN_ORDER[0]: {"in_view": True}}) as lab:
        desk = Desk(tmp_path, lab)
        gone, kept = IN_ORDER[0], [row for row in DECLARED if row["tenant_id"] != IN_ORDER[0]]
        refused, _report = desk.play(OFFBOARD, mto_offboard=[gone])
        assert refused.code == 2
        assert "still declared: " in refused.output
        as_host = play_with_host(desk, OFFBOARD, gone, mto_offboard=[gone])
        assert "still declared: " in as_host.output
        absent = "90000000-0000-4000-8000-000000000009"
        planned, _report = desk.play(OFFBOARD, "--check", mto_offboard=[gone, absent], mto_tenants=kept)
        assert planned.code == 0, planned.output
        assert f"{absent} is not in the view of {lab['operator']}." in planned.words
        assert "Would be removed" in planned.output
        assert gone in desk.page.view()
        done, _report = desk.play(OFFBOARD, mto_offboard=[gone], mto_tenants=kept)
        assert done.code == 0, done.output
        assert "changed=1" in done.output
        assert gone not in desk.page.view()


def test_the_demo_inventory_names_every_host_of_the_lab():
    text = (ROOT / "tests/demo/inventory/group_vars/all/connection.yml").read_text(encoding="utf-8")
    assert all(f"lab.{name}" in text for name in ("login", "graph", "arm", "portal", "mto"))
