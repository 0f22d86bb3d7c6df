# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a module's task runs: in Ansible's own process, or as a module that is sent."""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import types

import pytest
import yaml
from sentences import faults_of

from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import changed_environment
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.in_process import ModuleAction, _in_thread

RUNTIME = pathlib.Path(__file__).parents[5] / "meta" / "runtime.yml"
MODULES = yaml.safe_load(RUNTIME.read_text(encoding="utf-8"))["action_groups"]["mto"]
HERE = {"msg": "here"}


class Action(ModuleAction):
    """An action that says where its task would run, and with what."""

    module_task = ModuleTask({"ca_path": {"type": "path"}}, lambda _call, _connection: {})

    def _run_here(self, args, _variables):
        return {**HERE, "args": args, "environment": dict(os.environ)}

    def _send(self, args, _variables):
        return {"msg": "sent", "args": args, "environment": self._task.environment}


def action(*, transport="local", become=None, asynchronous=0, delegate_to=None, environment=None, **args):
    """An action with as much of Ansible around it as it looks at."""
    task = types.SimpleNamespace(
        action="m365.defender.mto_tenant",
        args=args,
        async_val=asynchronous,
        check_mode=False,
        delegate_to=delegate_to,
        environment=[environment or {}],
    )
    shell = types.SimpleNamespace(tmpdir="", env_prefix=lambda **_values: "")
    connection = types.SimpleNamespace(transport=transport, become=become, _shell=shell)
    templar = types.SimpleNamespace(template=lambda value: value)
    return Action(task, connection, None, None, templar)


@pytest.mark.parametrize("python", [None, "", "auto", "auto_silent", sys.executable, f" {sys.executable}"])
def test_task_runs_here(python):
    variables = {} if python is None else {"ansible_python_interpreter": python}
    assert action().run(task_vars=variables)["msg"] == "here"


@pytest.mark.parametrize(
    "keywords",
    [{"transport": "ssh"}, {"transport": "community.docker.docker"}, {"become": "sudo"}, {"asynchronous": 60}],
)
def test_task_is_sent(keywords):
    assert action(**keywords).run(task_vars={})["msg"] == "sent"


@pytest.mark.parametrize("python", ["/usr/bin/python3", "python3", "/usr/bin/env python3"])
def test_task_is_sent_to_a_python_that_was_chosen(python):
    assert action().run(task_vars={"ansible_python_interpreter": python})["msg"] == "sent"


def test_python_of_the_host_that_a_task_is_delegated_to_counts():
    variables = {
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_delegated_vars": {"localhost": {"ansible_python_interpreter": sys.executable}},
    }
    assert action(delegate_to="localhost").run(task_vars=variables)["msg"] == "here"


def test_paths_are_resolved_for_the_control_node_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/anna")
    monkeypatch.setenv("MTO_CA_PATH", "ca.pem")
    full = {"ca_path": f"{tmp_path}/x.pem"}
    assert action(ca_path="x.pem").run(task_vars={})["args"] == full
    sent = action(ca_path="x.pem", asynchronous=60, environment={"A": 1}).run(task_vars={})
    assert (sent["args"], sent["environment"]) == (full, [{"A": "1", "MTO_CA_PATH": f"{tmp_path}/ca.pem"}])
    assert action(ca_path="x.pem", transport="ssh").run(task_vars={})["args"] == {"ca_path": "x.pem"}
    # Another user's home is not ours to name.
    assert action(ca_path="~/x.pem", become="sudo").run(task_vars={})["args"] == {"ca_path": "~/x.pem"}


def test_environment_of_the_task_holds_while_it_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MTO_OPERATOR", "before")
    environment = {"MTO_OPERATOR": "anna", "MTO_CA_PATH": "ca.pem", "HOME": "/home/ben"}
    result = action(ca_path="~/x.pem", environment=environment).run(task_vars={})
    assert result["environment"].items() >= {**environment, "MTO_CA_PATH": f"{tmp_path}/ca.pem"}.items()
    assert result["args"] == {"ca_path": "/home/ben/x.pem"}
    assert os.environ["MTO_OPERATOR"] == "before"
    assert "MTO_CA_PATH" not in os.environ


def test_thread_hands_on_what_is_raised():
    def work():
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        _in_thread(work)


TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
FACTS, ACCESS, VIEW, LOGIN = "mto_requirement_facts", "mto_tenant_access", "mto_tenant", "mto_operator_login"
# What a play of the user's own gives a module, and the one sentence about it.
MISTAKES = [
    (FACTS, {"tenants": TENANT}, f"tenants: '{TENANT}' is not a list; give a list of dictionaries with tenant_id"),
    (FACTS, {"tenants": [TENANT]}, f"tenants[0]: '{TENANT}' is not a dictionary; give a dictionary with tenant_id"),
    (FACTS, {"tenants": {"tenant_id": TENANT}}, "tenants: a dictionary is not a list; give a list of dictionaries"),
    (FACTS, {"tenants": {TENANT: None}}, "tenants: a dictionary is not a list; give a list of dictionaries with"),
    (FACTS, {"tenants": [None]}, "tenants[0]: the entry is empty; remove it, or give a dictionary with tenant_id"),
    (FACTS, {"tenants": [{"id": TENANT}]}, "tenants[0]: 'id' is not a known key; use tenant_id, name"),
    (
        FACTS,
        {"tenants": [{"tenant_id": {TENANT: None}}]},
        "tenants[0].tenant_id: a dictionary is not text; put it in q",
    ),
    (FACTS, {"tenants": [{"tenant_id": [TENANT]}]}, "tenants[0].tenant_id: a list is not text; give text."),
    (FACTS, {"tenants": f'[{{"tenant_id": "{TENANT}"}}]'}, "tenants: the value is text that looks like JSON"),
    (FACTS, {"tennants": []}, "tennants: this is not an option of the module (did you mean 'tenants'?); correct its"),
    (FACTS, {"mto_tenants": []}, "mto_tenants: this is not an option of the module (did you mean 'tenants'?); correct"),
    (FACTS, {"concurrency": "many"}, "concurrency: 'many' is not a whole number; write one such as 32."),
    (FACTS, {"endpoints": "https://x"}, "endpoints: 'https://x' is not a dictionary; give a dictionary with login"),
    (FACTS, {"client_secret": ["a-secret"]}, "client_secret: a list is not text; give text."),
    (FACTS, {"client_secret": True}, "client_secret: true is not text; put it in quotes."),
    (FACTS, {"cloud": "gcc-high"}, "cloud: 'gcc-high' is not a choice (did you mean 'gcc_high'?); choose among public"),
    (FACTS, {"return_evidence": "perhaps"}, "return_evidence: 'perhaps' is neither true nor false; write true or"),
    (ACCESS, {"checks": ["lsited"]}, "checks: 'lsited' is not a choice (did you mean 'listed'?); choose among listed"),
    (ACCESS, {"checks": {"listed": True}}, "checks: a dictionary is not a list; give a list."),
    (VIEW, {"registration": "aply"}, "registration: 'aply' is not a choice (did you mean 'apply'?); choose among"),
    (VIEW, {"portal_session": "a-session"}, "portal_session: the value is not a dictionary; give a dictionary with"),
    (VIEW, {"eligible": [{"tenant_id": TENANT}]}, "eligible[0]: a dictionary is not text; give text."),
    (VIEW, {"max_removals": "all"}, "max_removals: 'all' is not a whole number; write one such as 3."),
    (LOGIN, {}, "path: missing; give the path of a file or directory."),
    (LOGIN, {"path": ["token"]}, "path: a list is not the path of a file or directory; give the path"),
]


@pytest.mark.parametrize("keywords", [{}, {"asynchronous": 60}, {"transport": "ssh"}], ids=["here", "async", "ssh"])
@pytest.mark.parametrize(("name", "args", "sentence"), MISTAKES, ids=[row[2][:48] for row in MISTAKES])
def test_mistake_gets_one_sentence_wherever_the_module_runs(monkeypatch, name, args, sentence, keywords):
    module = importlib.import_module(f"ansible_collections.m365.defender.plugins.modules.{name}")
    monkeypatch.setattr(Action, "module_task", module.TASK)
    result = action(**keywords, **args).run(task_vars={})
    assert result["failed"] is True
    assert result["msg"].startswith(sentence)
    assert faults_of(result["msg"], sentence.split(":")[0].split("[")[0]) == []


@pytest.mark.parametrize("keywords", [{}, {"asynchronous": 60}, {"transport": "ssh"}], ids=["here", "async", "ssh"])
def test_empty_text_counts_as_not_given(monkeypatch, keywords):
    """As in the variables of the role: Ansible could not make a number of it."""
    module = importlib.import_module(f"ansible_collections.m365.defender.plugins.modules.{FACTS}")
    monkeypatch.setattr(Action, "module_task", module.TASK)
    result = action(**keywords, concurrency="", tenants="", cloud="gcc").run(task_vars={})
    assert result["args"] == {"cloud": "gcc"}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_has_its_action(name):
    plugins = "ansible_collections.m365.defender.plugins"
    found = importlib.import_module(f"{plugins}.action.{name}").ActionModule
    assert issubclass(found, ModuleAction)
    assert found.module_task is importlib.import_module(f"{plugins}.modules.{name}").TASK


def test_environment_is_as_before_where_a_name_cannot_be_set():
    before = dict(os.environ)
    with (
        pytest.raises(ValueError, match="illegal environment variable name"),
        changed_environment({"A": "b", "C=": "d"}),
    ):
        pass
    assert dict(os.environ) == before
