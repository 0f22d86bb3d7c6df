# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions that exist in the controller alone share."""

from __future__ import annotations

import os
import types

import pytest
from ansible.errors import AnsibleError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction, changed_environment

TOKEN = "eyJ-secret"


class Action(ControllerAction):
    """An action that does what its option says."""

    spec = {"number": {"type": "int", "default": 7}, "fail": {"type": "str"}}  # noqa: RUF012
    constraints = {"mutually_exclusive": [("number", "fail")]}  # noqa: RUF012

    def work(self, options, variables):
        if options["fail"]:
            raise {"own": OptionError, "other": ValueError}[options["fail"]](f"{option_name('x')}: {TOKEN}")
        return {"number": options["number"], "variables": variables, "environment": dict(os.environ)}


def run(variables=None, environment=None, **args):
    """The result of the action, with as much of Ansible around it as it looks at."""
    task = types.SimpleNamespace(
        action="m365.defender.x", args=args, async_val=0, check_mode=False, environment=[environment or {}]
    )
    shell = types.SimpleNamespace(tmpdir="", env_prefix=lambda **_values: "")
    connection = types.SimpleNamespace(_shell=shell)
    templar = types.SimpleNamespace(template=lambda value: value)
    return Action(task, connection, None, None, templar).run(task_vars=variables)


def test_options_are_typed_and_have_their_defaults():
    assert (run(number="8")["number"], run()["number"], run()["variables"]) == (8, 7, {})


@pytest.mark.parametrize("args", [{"number": "x"}, {"unknown": 1}, {"number": 1, "fail": "own"}])
def test_options_are_checked_as_those_of_a_module(args):
    with pytest.raises(AnsibleError):
        run(**args)


def test_own_error_is_the_sentence_and_another_one_hides_its_text():
    assert run(fail="own") == {"failed": True, "msg": f"x: {TOKEN}"}
    failure = run(fail="other")
    assert failure["failed"] is True
    assert failure["msg"].startswith("The action failed because of ")
    assert TOKEN not in str(failure)


def test_environment_of_the_task_is_that_of_its_work_alone(monkeypatch):
    monkeypatch.setenv("MTO_X", "ours")
    before = dict(os.environ)
    assert run(environment={"MTO_X": "theirs", "MTO_Y": 1})["environment"] == {
        **before,
        "MTO_X": "theirs",
        "MTO_Y": "1",
    }
    assert dict(os.environ) == before


def test_what_the_work_sets_is_gone_after_it():
    before = dict(os.environ)
    with changed_environment({"MTO_X": "1"}):
        os.environ["MTO_Z"] = "2"
        assert os.environ["MTO_X"] == "1"
    assert dict(os.environ) == before
