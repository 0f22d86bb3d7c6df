# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role saves evidence of the demo world; the modules judge it again in a play that has no connection at all."""

from __future__ import annotations

import json
import stat

import pytest
import yaml
from demo_world import TENANTS
from playbook_runs import LOCAL

WHEN = "{{ at | default(omit) }}"
AGAIN = [
    {
        **LOCAL,
        "name": "Judge saved evidence again",
        "tasks": [
            {
                "name": "Requirements",
                "m365.defender.mto_requirement_facts": {
                    "from_evidence": "{{ from }}",
                    "judged_at": WHEN,
                    "tenants": "{{ these | default(omit) }}",
                },
                "register": "facts",
            },
            {
                "name": "Access",
                "m365.defender.mto_tenant_access": {
                    "from_evidence": "{{ from }}",
                    "judged_at": WHEN,
                },
                "register": "access",
            },
            {
                "name": "Report",
                "m365.defender.mto_report": {
                    "requirements": "facts",
                    "access": "access",
                    "report_dir": "{{ to }}",
                    "report_formats": ["json"],
                },
            },
        ],
    }
]
NOTHING = {"MTO_CLIENT_SECRET": "", "MTO_REFRESH_TOKEN": "", "HTTPS_PROXY": "http://127.0.0.1:9"}


@pytest.fixture(scope="module")
def run(demo_run):
    """Onboard over all 25 tenants, with its report and its evidence."""
    done, _report, ansible = demo_run
    assert "changed=0" in done.output
    return ansible


def judge_again(ansible, **variables):
    """A play without a single option about the connection; the lab is asked nothing."""
    play, report = ansible.directory / "again.yml", ansible.directory / "again" / "report.json"
    report.parent.mkdir(exist_ok=True)
    play.write_text(yaml.safe_dump(AGAIN, sort_keys=False), encoding="utf-8")
    before = len(ansible.lab.requests())
    connection = dict.fromkeys(ansible.variables())
    variables = {**connection, "from": str(ansible.directory / "evidence.json"), "to": str(report.parent), **variables}
    done = ansible.play(str(play), env=NOTHING, **variables)
    assert len(ansible.lab.requests()) == before
    return done, json.loads(report.read_text(encoding="utf-8")) if done.code == 0 else None


def test_the_whole_demo_world_has_the_same_verdicts_to_the_byte(run):
    first = json.loads((run.directory / "report.json").read_text(encoding="utf-8"))
    done, again = judge_again(run)
    assert done.code == 0, done.output
    assert len(again["tenants"]) == 25
    assert json.dumps(again) == json.dumps(first)


def test_another_clock(run):
    first = json.loads((run.directory / "report.json").read_text(encoding="utf-8"))
    done, again = judge_again(run, at="2036-01-01T00:00:00Z")
    assert done.code == 0, done.output
    assert again["summary"]["eligible"] < first["summary"]["eligible"]


def test_the_file_is_its_owners_and_holds_no_secret(run):
    path = run.directory / "evidence.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    for secret in ("client_secret", "refresh_token"):
        assert run.lab.connection[secret] not in text
    assert "eyJ" not in text


REFUSED = {
    "no_file": ({"from": "/nowhere/evidence.json"}, "from_evidence: /nowhere/evidence.json cannot be read"),
    "no_time": ({"at": "soon"}, "judged_at: 'soon' is not a valid time"),
    "before": ({"at": "2001-01-01T00:00:00Z"}, "judged_at: the evidence was read at 20"),
    "others": ({"these": [{**TENANTS[0], "roles": ["Security Operator"]}]}, "was read with another roles"),
}


@pytest.fixture(scope="module")
def refusals(run):
    """What the module says of each."""
    evidence = str(run.directory / "evidence.json")
    cases = {name: {"from": evidence, **variables} for name, (variables, _words) in REFUSED.items()}
    return run.refusals(AGAIN[0]["tasks"][:1], cases)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_judged_again_is_said(refusals, case):
    assert REFUSED[case][1] in refusals[case]
    assert "Traceback" not in refusals[case]
