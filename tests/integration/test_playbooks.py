# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks and the module through real ansible-playbook runs against the lab with the demo world."""

from __future__ import annotations

import json
import os
import pathlib
import re

import pytest
import yaml
from demo_world import TENANTS, WORLD
from playbook_runs import LOCAL, Ansible

from lab.process import start_lab

ONBOARD = "m365.defender.onboard"
ADOPT = "m365.defender.adopt"
ONE = [TENANTS[0]]


SECRETS = ("client_secret", "refresh_token", "colleague_refresh_token", "writer_client_secret", "writer_refresh_token")


@pytest.fixture(scope="module")
def report(tmp_path_factory, demo_lab):
    """The report of all 25 tenants, with -vvv, so that there is as much output as there can be."""
    ansible = Ansible(tmp_path_factory.mktemp("report"), demo_lab)
    run = ansible.play(ONBOARD, "-vvv", mto_tenants=TENANTS, mto_fail_on=[], mto_report_dir=str(ansible.directory))
    assert run.code == 0, run.output
    return json.loads((ansible.directory / "report.json").read_text(encoding="utf-8")), run, ansible


@pytest.fixture(scope="module")
def checked(tmp_path_factory, demo_lab):
    """The same in check mode, with the secrets as variables, and with the default of mto_fail_on."""
    ansible = Ansible(tmp_path_factory.mktemp("checked"), demo_lab)
    secrets = {f"mto_{name}": demo_lab[name] for name in ("client_secret", "refresh_token")}
    place = str(ansible.directory)
    run = ansible.play(ONBOARD, "-vvv", "--check", "--diff", mto_tenants=TENANTS, mto_report_dir=place, **secrets)
    # We wrote the secrets there ourselves.
    (ansible.directory / "variables.json").unlink()
    return json.loads((ansible.directory / "report.json").read_text(encoding="utf-8")), run, ansible


def test_demo_list_is_the_world(report):
    rows = [(t["tenant_id"], t["name"], t.get("declare", {}).get("access", "auto")) for t in WORLD["tenants"]]
    assert rows == [(t["tenant_id"], t["name"], t.get("access", "auto")) for t in TENANTS]
    assert len(rows) == 25


@pytest.mark.parametrize("index", range(25), ids=[tenant["name"] for tenant in WORLD["tenants"]])
def test_every_answer_is_the_right_one(report, index):
    row, world = report[0]["tenants"][index], WORLD["tenants"][index]
    expect = world.get("expect") or {}
    assert row["tenant_id"] == world["tenant_id"]
    assert (row["first_broken"], row["reason"]) == (expect.get("first_broken"), expect.get("reason"))
    assert row["eligible"] is (expect.get("first_broken") is None)
    for check, reason in (expect.get("verdicts") or {}).items():
        assert (row["requirements"].get(check) or row["access"][check])["reason"] == reason


def test_summary_has_a_line_for_each_finding_tenant(report):
    found, run, _ansible = report
    for finding in found["findings"]:
        assert finding["tenant_name"] in run.words
        assert finding["remedy"]
        assert finding["doc_url"].startswith("https://learn.microsoft.com/")


def assert_nothing_secret(ansible, *outputs, more=()):
    """Nothing in the outputs, nor in any file that the runs left, under HOME and the temporary directory too."""
    secrets = [*(ansible.lab[name] for name in SECRETS), "eyJ", *more]
    texts = dict(enumerate(outputs))
    for path in ansible.directory.rglob("*"):
        if path.is_file():
            texts[path] = path.read_text(encoding="utf-8", errors="replace")
    for place, text in texts.items():
        for secret in secrets:
            assert secret not in text, f"{place} holds a secret"


def test_nothing_secret_anywhere(report):
    _found, run, ansible = report
    assert_nothing_secret(ansible, run.output)


def test_nothing_secret_where_secrets_are_arguments(checked):
    _found, run, ansible = checked
    assert_nothing_secret(ansible, run.output)


@pytest.mark.parametrize("playbook", [ONBOARD, ADOPT])
def test_nothing_secret_where_a_secret_is_wrong(ansible, playbook):
    run = ansible.play(playbook, "-vvv", mto_tenants=ONE, mto_client_secret="wrong-but-secret")
    assert run.code == 2
    (ansible.directory / "variables.json").unlink()
    assert_nothing_secret(ansible, run.output, more=["wrong-but-secret"])


def test_broken_bundle_of_the_environment_is_named(ansible):
    run = ansible.play(ONBOARD, env={"REQUESTS_CA_BUNDLE": "/nowhere.pem"}, mto_ca_path=None, mto_tenants=ONE)
    assert run.code == 2
    assert "REQUESTS_CA_BUNDLE in the environment: '/nowhere.pem' does not exist" in run.output


def test_report_is_small(report):
    """What is said once counts for the tenants who share it, few as they are here."""
    assert (report[2].directory / "report.json").stat().st_size <= 4096 * len(report[0]["tenants"])
    # Style sheet and script are there once.
    assert (report[2].directory / "report.html").stat().st_size <= 32_768 + 4096 * len(report[0]["tenants"])


def test_what_ends_is_told_the_soonest_first(report):
    rows = report[0]["expiries"]
    assert [row["ends"] for row in rows] == sorted(row["ends"] for row in rows)
    assert (rows[0]["tenant_name"], rows[0]["what"]) == ("Castellano Vini S.p.A.", "gdap_relationship")
    assert 0 < rows[0]["days_left"] <= 30


def test_check_mode_tells_the_same(checked, report):
    found, run, _ansible = checked
    assert [f["id"] for f in found["findings"]] == [f["id"] for f in report[0]["findings"]]
    assert "changed=0" in run.output


def test_default_fails_while_something_is_not_in_order(checked):
    _found, run, _ansible = checked
    assert run.code == 2
    assert "Set mto_fail_on to choose" in run.output


def test_default_passes_where_all_is_in_order(ansible):
    healthy = [t for t, w in zip(TENANTS, WORLD["tenants"], strict=True) if not (w.get("expect") or {}).get("reason")]
    assert ansible.play(ONBOARD, mto_tenants=healthy[:3]).code == 0


def test_module_defaults_group_sets_the_connection_once(ansible):
    connection = {key: value for key, value in ansible.variables().items() if key != "mto_register"}
    options = {key.removeprefix("mto_"): value for key, value in connection.items()}
    play = {
        **LOCAL,
        "module_defaults": {"group/m365.defender.mto": options},
        "tasks": [
            {"m365.defender.mto_requirement_facts": {"tenants": ONE}},
            {"m365.defender.mto_gdap_customer_info": {}, "register": "gdap"},
            {
                "ansible.builtin.assert": {
                    "that": ["gdap.customers | length > 0", "ansible_facts.mto_requirements != {}"]
                }
            },
        ],
    }
    path = ansible.directory / "play.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    run = ansible.play(str(path))
    assert run.code == 0, run.output


@pytest.fixture(scope="module")
def adopted(tmp_path_factory, demo_lab):
    """A list that was written with the secrets as variables and -vvv, and the run."""
    ansible = Ansible(tmp_path_factory.mktemp("adopted"), demo_lab)
    run = ansible.play(ADOPT, "-vvv", mto_adopt_dir=str(ansible.directory), mto_client_secret=demo_lab["client_secret"])
    assert run.code == 0, run.output
    (ansible.directory / "variables.json").unlink()
    return ansible, run


def test_adopt_tells_no_secret(adopted):
    ansible, run = adopted
    assert_nothing_secret(ansible, run.output)


def test_adopt_writes_a_list_that_the_next_play_takes(adopted):
    directory = adopted[0].directory
    rows = yaml.safe_load((directory / "tenants.yml").read_text(encoding="utf-8"))["mto_tenants"]
    assert rows
    assert {row["tenant_id"] for row in rows} <= {row["tenant_id"] for row in TENANTS}
    assert (directory / "consent-links.md").stat().st_mode & 0o777 == 0o600
    umask = os.umask(0)
    os.umask(umask)
    assert (directory / "tenants.yml").stat().st_mode & 0o777 == 0o666 & ~umask
    links = (directory / "consent-links.md").read_text(encoding="utf-8")
    unconsented = [w["tenant_id"] for w in WORLD["tenants"] if w.get("consent") == "none" and w.get("gdap")]
    assert unconsented
    for tenant_id in unconsented:
        assert f"/{tenant_id}/adminconsent?client_id=" in links
    assert links.count("adminconsent") == len(unconsented)


def test_adopt_writes_messages_that_can_be_sent_to_customers(adopted):
    links = (adopted[0].directory / "consent-links.md").read_text(encoding="utf-8")
    names = [w["name"] for w in WORLD["tenants"]]
    messages = re.findall(r"(?:^>.*\n)+", links, re.MULTILINE)
    assert len(messages) == links.count("\n## ") > 0
    for message in messages:
        assert [name for name in names if name in message] == re.findall("administrator of (.+) who may", message)
        assert not re.search(r"\b[Yy]our app\b", message)


def test_adopt_tells_who_is_left_out_and_why(adopted):
    ansible, run = adopted
    text = (ansible.directory / "tenants.yml").read_text(encoding="utf-8")
    (gone,) = [w for w in WORLD["tenants"] if (w.get("expect") or {}).get("reason") == "access.gdap_expired"]
    assert f"Left out: {gone['name']} ({gone['tenant_id']}). GDAP relationship" in run.output
    assert "has passed its expiration date" in run.output
    assert ": request a new GDAP relationship in Partner Center" in run.output
    assert f"#  - tenant_id: {gone['tenant_id']}" in text
    adopted_ids = {row["tenant_id"] for row in yaml.safe_load(text)["mto_tenants"]}
    with_gdap = [w["tenant_id"] for w in WORLD["tenants"] if w.get("gdap")]
    assert [i for i in with_gdap if i not in adopted_ids and f"({i}). " not in run.output] == []


def test_adopt_again_changes_nothing(adopted):
    ansible = adopted[0]
    again = ansible.play(ADOPT, mto_adopt_dir=str(ansible.directory), mto_adopt_overwrite=True)
    assert "changed=0" in again.output


def test_adopt_keeps_a_file_that_exists(ansible):
    path = ansible.directory / "tenants.yml"
    path.write_text("mine\n", encoding="utf-8")
    first = ansible.play(ADOPT, mto_adopt_dir=str(ansible.directory))
    assert (first.code, path.read_text(encoding="utf-8")) == (0, "mine\n")
    assert "was kept unchanged" in first.output
    # A list that is kept lacks who became a customer since.
    missing = f"Not in this file: {TENANTS[0]['name']} ({TENANTS[0]['tenant_id']}). Ansible administrator of the home"
    assert missing in first.output
    assert ansible.play(ADOPT, mto_adopt_dir=str(ansible.directory), mto_adopt_overwrite=True).code == 0
    assert "mto_tenants" in path.read_text(encoding="utf-8")


def test_adopt_never_lets_a_name_become_a_template(tmp_path):
    """A customer chooses its own name; a tenant list with that name in it must not run it."""
    name = "{{ lookup('ansible.builtin.pipe', 'touch owned') }} & 'Söhne'"
    tenant = next(t for t in WORLD["tenants"] if t.get("gdap") and not (t.get("expect") or {}).get("reason"))
    path = tmp_path / "world.yml"
    path.write_text(yaml.safe_dump({**WORLD, "tenants": [{**tenant, "name": name}]}), encoding="utf-8")
    with start_lab(world=path) as lab:
        ansible = Ansible(tmp_path, lab)
        assert ansible.play(ADOPT, mto_adopt_dir=str(tmp_path)).code == 0
        tenants = pathlib.Path(tmp_path / "tenants.yml")
        run = ansible.play(ONBOARD, "-e", f"@{tenants}", mto_report_dir=str(tmp_path))
    assert run.code == 0, run.output
    assert not list(tmp_path.rglob("owned"))
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["tenants"][0]["name"] == name
