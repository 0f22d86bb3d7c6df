# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's task gives the same result in Ansible's own process as where the module is sent.

One play runs every task both ways. A Python of another name, which here is the same one, makes Ansible send the module.
"""

from __future__ import annotations

import json
import pathlib
import re
import socket
import sys

import pytest
import yaml
from demo_world import WORLD
from playbook_runs import Ansible

OPTIONS = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
ENDPOINTS = ("login", "graph", "arm", "portal", "mto")
TENANTS = [{name: WORLD["tenants"][0][name] for name in ("tenant_id", "name")}]
_CHANGING = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z?|\"request_id\": \"[^\"]*\"|\d{8}T\d{6}Z-\d+")


def connection(lab):
    """The options of a task that reach a lab, with both identities."""
    return {name: lab[name] for name in OPTIONS} | {"endpoints": {name: lab[name] for name in ENDPOINTS}}


def stable(result):
    """A result as text, without times and ids of requests."""
    return _CHANGING.sub("", json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False))


class BothWays:
    """Runs tasks in Ansible's own process, and as modules that are sent."""

    def __init__(self, ansible):
        self.ansible = ansible
        self.python = ansible.directory / "python"
        self.python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
        self.python.chmod(0o700)

    def run(self, tasks, *flags, **environment):
        """The pairs of results of tasks, each a module, its options and its keywords; then the output."""
        file = self.ansible.directory / "results.json"
        both = [self._task(way, number, *task) for number, task in enumerate(tasks) for way in ("here", "sent")]
        names = ", ".join(task["register"] for task in both)
        keep = {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(file), "mode": "0600"}
        last = {"ansible.builtin.copy": keep, "check_mode": False, "diff": False, "no_log": True}
        head = {"hosts": "localhost", "connection": "local", "gather_facts": False}
        python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_pipelining": True}
        path = self.ansible.directory / "both.yml"
        play = [{**head, "vars": python, "tasks": [*both, last]}]
        path.write_text(yaml.safe_dump(play, allow_unicode=True), encoding="utf-8")
        env = {"ANSIBLE_INJECT_INVOCATION": "1", "MTO_CLIENT_SECRET": "", "MTO_REFRESH_TOKEN": "", **environment}
        run = self.ansible.play(str(path), *flags, env=env)
        assert run.code == 0, run.output
        results = json.loads(file.read_text(encoding="utf-8"))
        return list(zip(results[::2], results[1::2], strict=True)), run.output

    def _task(self, way, number, module, options, keywords=None):
        variables = {"ansible_python_interpreter": str(self.python)} if way == "sent" else {}
        name = f"{way}{number}"
        task = {f"m365.defender.{module}": options, "register": name, "ignore_errors": True, "vars": variables}
        return {**task, **(keywords or {})}


# By name: a module, its options, and its keywords. The lab's connection is added, unless an option is given as None.
# tests/conversation/test_in_process.py has more of them, without Ansible around.
TASKS = {
    "access": ("mto_tenant_access", {"tenants": TENANTS}),
    "plan": (
        "mto_tenant",
        {"tenants": TENANTS, "portal_cookies_file": "cookies.json", "backup": True, "purge": True},
        {"check_mode": True, "diff": True},
    ),
    "environment": (
        "mto_requirement_facts",
        {"client_secret": None, "refresh_token": None, "tenants": [{**TENANTS[0], "name": "wrong-but-secret"}]},
        {"environment": {"MTO_CLIENT_SECRET": "wrong-but-secret", "MTO_CLIENT_CERTIFICATE_PASSWORD": "in-vain"}},
    ),
    "remedy": (
        "mto_remedy",
        {
            "tenants": [{**TENANTS[0], "gdap": {"roles": ["Security Reader"]}}],
            "remedies": ["gdap_request", "gdap_auto_extend"],
            "journal": "journal.jsonl",
            "writer_client_id": "8d2e7b14-5a63-4c0f-b1c9-3f9a2e6d4c05",
        },
        {"check_mode": True, "diff": True, "environment": {"MTO_WRITER_CLIENT_SECRET": "a-secret-that-is-wrong"}},
    ),
    "unknown_option": ("mto_tenant", {"tenants": TENANTS, "tenant": "x"}),
    "evidence": ("mto_requirement_facts", {"from_evidence": "nowhere.json"}),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory, demo_lab):
    """The pairs of results by name, from one play; then its output."""
    both = BothWays(Ansible(tmp_path_factory.mktemp("both"), demo_lab))
    cookies = pathlib.Path(demo_lab["portal_cookies_file"])
    (both.ansible.directory / "cookies.json").write_bytes(cookies.read_bytes())
    tasks = []
    for module, options, *keywords in TASKS.values():
        given = {name: value for name, value in {**connection(demo_lab), **options}.items() if value is not None}
        tasks.append((module, given, *keywords))
    pairs, output = both.run(tasks)
    return dict(zip(TASKS, pairs, strict=True)), output


@pytest.mark.parametrize("name", TASKS)
def test_result_is_the_same(results, name):
    here, sent = results[0][name]
    assert stable(here) == stable(sent)


def test_task_that_is_in_order_does_its_work(results):
    for name in ("access", "plan"):
        here, _sent = results[0][name]
        assert not here["failed"], here["msg"]
    # What the view holds depends on the tests before; that it was read does not.
    assert results[0]["plan"][0]["before"] is not None


def test_unknown_option_is_named(results):
    here, _sent = results[0]["unknown_option"]
    assert here["msg"].startswith("tenant: this is not an option of the module (did you mean 'tenants'?)")


def test_secret_is_masked(results):
    found, output = results
    assert "wrong-but-secret" not in json.dumps(found["environment"][0])
    assert found["access"][0]["invocation"]["module_args"]["client_secret"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "wrong-but-secret" not in output


def test_warning_is_in_the_result_and_on_the_screen(results):
    found, output = results
    assert [text.partition(" is set")[0] for text in found["environment"][0]["warnings"]] == [
        "MTO_CLIENT_CERTIFICATE_PASSWORD"
    ]
    assert "[WARNING]: MTO_CLIENT_CERTIFICATE_PASSWORD is set but not used" in output


def test_path_is_named_in_full(results, tmp_path_factory):
    here, _sent = results[0]["evidence"]
    assert here["msg"].startswith(f"from_evidence: {tmp_path_factory.getbasetemp()}/")


@pytest.fixture
def silent_server():
    """The address of a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"https://127.0.0.1:{server.getsockname()[1]}"


def test_keyword_timeout_ends_the_task(ansible, silent_server):
    """Ansible's own sentence, not a result in which its exception was taken for a failed read."""
    options = {**connection(ansible.lab), "endpoints": {"login": silent_server}, "tenants": TENANTS}
    task = {"m365.defender.mto_requirement_facts": options, "timeout": 2}
    path = ansible.directory / "play.yml"
    play = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}]
    path.write_text(json.dumps(play), encoding="utf-8")
    run = ansible.play(str(path))
    assert run.code == 2
    assert "Timed out after 2 second(s)." in run.output


def test_async_task_is_sent(ansible):
    options = {**connection(ansible.lab), "tenants": TENANTS, "checks": ["listed"]}
    task = {"m365.defender.mto_tenant_access": options, "async": 60, "poll": 3, "register": "access"}
    check = {"ansible.builtin.assert": {"that": "access.tenants | length == 1"}}
    path = ansible.directory / "play.yml"
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": python}
    path.write_text(json.dumps([{**head, "tasks": [task, check]}]), encoding="utf-8")
    # Ansible's own module looks for its files in the home directory that the system knows.
    run = ansible.play(str(path), env={"ANSIBLE_ASYNC_DIR": str(ansible.directory / "jobs")})
    assert run.code == 0, run.output


def test_one_command_without_a_play(ansible):
    """A localhost of the inventory: Ansible itself would look for a Python."""
    options = {**connection(ansible.lab), "tenants": TENANTS, "checks": ["listed"]}
    task = ["-m", "m365.defender.mto_tenant_access", "-a", json.dumps(options)]
    run = ansible.run("adhoc", "-i", "localhost,", "-c", "local", "localhost", *task)
    assert run.code == 0, run.output
    assert '"reason": "access.listed_gdap"' in run.output
    assert "discovered" not in run.output


def test_defaults_of_the_action_group_apply(ansible):
    task = {"m365.defender.mto_tenant_access": {"tenants": TENANTS, "checks": ["listed"]}}
    defaults = {"group/m365.defender.mto": connection(ansible.lab)}
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False, "module_defaults": defaults}
    path = ansible.directory / "play.yml"
    path.write_text(json.dumps([{**head, "tasks": [task]}]), encoding="utf-8")
    run = ansible.play(str(path), env={"MTO_CLIENT_SECRET": "", "MTO_REFRESH_TOKEN": ""})
    assert run.code == 0, run.output
