# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entry point `report`: a saved report becomes page, JUnit file and summary again, with no connection at all."""

from __future__ import annotations

import json
import stat

import pytest
from pages.report_rows import FLEET, report_of
from reports import saved_of

PLAY = [
    {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [{"ansible.builtin.include_role": {"name": "m365.defender.mto", "tasks_from": "report"}}],
    }
]


DOCUMENT = """
DOCUMENTATION = "name: document\\ntype: stdout\\nshort_description: A line of JSON a task\\ndescription: For a test."
import json
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "document"

    def v2_runner_on_ok(self, result):
        self._display.display(json.dumps(json.loads(self._dump_results(result.result))))
"""


def show(ansible, text, env=None, **variables):
    """A run of the entry point on a file with this text; None: there is no file."""
    play = ansible.directory / "play.yml"
    play.write_text(json.dumps(PLAY), encoding="utf-8")
    saved = ansible.directory / "saved.json"
    if text is not None:
        saved.write_text(text, encoding="utf-8")
    return ansible.play(str(play), env=env, **{"mto_report_file": str(saved), **variables})


@pytest.mark.parametrize("earlier", [True, False])
def test_a_saved_report_is_shown_again(ansible, earlier):
    """Also one of an earlier version, which said everything in every tenant."""
    report = report_of(*FLEET)
    done = show(
        ansible,
        json.dumps(report if earlier else saved_of(report)),
        mto_fail_on=[],
        mto_report_dir=str(ansible.directory),
    )
    assert done.code == 0, done.output
    assert "changed=0" in done.output
    assert json.loads((ansible.directory / "report.json").read_text(encoding="utf-8")) == saved_of(report)
    assert (ansible.directory / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (ansible.directory / "report.junit.xml").is_file()


@pytest.mark.parametrize(("variables", "mode"), [({}, 0o600), ({"mto_report_mode": "0640"}, 0o640)])
def test_files_can_be_read_by_whom_the_user_says(ansible, variables, mode):
    page = ansible.directory / "report.html"
    page.touch(mode=0o644)
    done = show(
        ansible, json.dumps(report_of(*FLEET)), mto_fail_on=[], mto_report_dir=str(ansible.directory), **variables
    )
    assert done.code == 0, done.output
    files = [*ansible.directory.glob("report.*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {mode}
    assert len(files) == 5


def test_it_is_judged_as_the_first_time(ansible):
    assert show(ansible, json.dumps(report_of(*FLEET))).code == 2


@pytest.mark.parametrize("text", [None, "{", "", "{}", "[]", '{"tenants": []}'])
def test_what_is_no_report_is_named(ansible, text):
    done = show(ansible, text)
    assert done.code == 2
    assert "mto_report_file: /" in done.output
    assert "Finalization of task args" not in done.output


def test_file_that_cannot_be_written_does_not_lose_the_summary(ansible):
    """One sentence at the end, and not a word of what was to be written."""
    path = ansible.directory / "Bäume und mehr" / "report.html"
    path.mkdir(parents=True)
    done = show(ansible, json.dumps(report_of(*FLEET)), mto_fail_on=[], mto_report_dir="Bäume und mehr")
    assert done.code == 2
    assert "Who acts first: " in done.output
    assert f"mto_report_dir: {path} could not be written (Is a directory); name another directory." in done.output
    assert "DOCTYPE" not in done.output


def test_path_is_the_users(ansible):
    (ansible.directory / "Bäume und mehr").mkdir()
    done = show(ansible, json.dumps(report_of(*FLEET)), mto_fail_on=[], mto_report_dir="Bäume und mehr")
    assert done.code == 0, done.output
    assert f"\nReport: {ansible.directory}/Bäume und mehr/report.html\n" in done.output
    assert (ansible.directory / "Bäume und mehr" / "report.html").is_file()


def test_a_callback_that_writes_json_gets_json(ansible):
    """Nothing is printed past it: the lines are in the result."""
    plugins = ansible.directory / "callback_plugins"
    plugins.mkdir()
    (plugins / "document.py").write_text(DOCUMENT, encoding="utf-8")
    done = show(ansible, json.dumps(report_of(*FLEET)), mto_fail_on=[], env={"ANSIBLE_STDOUT_CALLBACK": "document"})
    results = [json.loads(line) for line in done.output.splitlines()]
    assert any("Who acts first: " in line for result in results for line in result.get("msg", []))
