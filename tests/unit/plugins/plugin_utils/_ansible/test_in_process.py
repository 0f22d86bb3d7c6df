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
