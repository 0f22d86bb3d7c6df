# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is a fork is like the command: what it sees, what it says, and how it ends."""

from __future__ import annotations

import json
import types

import pytest
from playbook_runs import LOCAL, Ansible
from preflight import GOOD

SEEN = (
    "{{ [lookup('ansible.builtin.env', 'HOME'), lookup('ansible.builtin.env', 'TMPDIR'),"
    " lookup('ansible.builtin.env', 'MTO_OPERATOR'), lookup('ansible.builtin.pipe', 'pwd'), ansible_playbook_python,"
    " of_the_group, ansible_version.full,"
    " lookup('ansible.builtin.config', 'COLLECTIONS_PATHS', 'DEFAULT_FORKS', 'ANSIBLE_HOME', 'INJECT_INVOCATION'),"
    " lookup('ansible.builtin.config', 'async_dir', plugin_type='shell', plugin_name='sh')] }}"
)
PLAY = [{**LOCAL, "tasks": [{"ansible.builtin.debug": {"msg": SEEN}}, {"ansible.builtin.command": "cat"}]}]


@pytest.fixture
def shell(tmp_path):
    """Ansible without a lab: a request would go nowhere."""
    lab = types.SimpleNamespace(connection={"client_secret": GOOD["mto_client_secret"], "refresh_token": ""})
    found = Ansible(tmp_path, lab)
    found.variables = lambda: {name: value for name, value in GOOD.items() if name != "mto_client_secret"}
    (tmp_path / "play.yml").write_text(json.dumps(PLAY), encoding="utf-8")
    return found


def assert_the_same(monkeypatch, shell, run):
    """Run it as a fork and by the command; return what both say."""
    fork = run()
    monkeypatch.setattr(Ansible, "warm", None)
    command = run()
    assert (fork.code, fork.output) == (command.code, command.output)
    return fork


@pytest.mark.parametrize(
    ("playbook", "variables", "code", "words"),
    [
        ("m365.defender.onboard", {"mto_fail_on": ["requird"]}, 2, "did you mean 'required'?"),
        ("nowhere.yml", {}, 1, "could not be found"),
    ],
)
def test_fork_says_and_ends_as_the_command(shell, monkeypatch, playbook, variables, code, words):
    found = assert_the_same(monkeypatch, shell, lambda: shell.play(playbook, **variables))
    assert found.code == code
    assert words in found.output


@pytest.mark.parametrize(
    ("arguments", "env", "code", "words"),
    [
        (
            ["inventory", "-i", "nowhere.yml", "--list"],
            {"INVENTORY_ANY_UNPARSED_IS_FAILED": "1"},
            1,
            "Completely failed",
        ),
        (["adhoc", "localhost", "-m", "ansible.builtin.debug"], {"STDOUT_CALLBACK": "oneline"}, 0, "SUCCESS =>"),
    ],
)
def test_other_commands_and_their_settings_are_the_same(shell, monkeypatch, arguments, env, code, words):
    settings = {f"ANSIBLE_{name}": value for name, value in env.items()}
    found = assert_the_same(monkeypatch, shell, lambda: shell.run(*arguments, env=settings))
    assert found.code == code
    assert words in found.output


def test_fork_sees_what_the_command_sees(shell, monkeypatch):
    environment = {"MTO_OPERATOR": "anna@northwind.example", "ANSIBLE_INJECT_INVOCATION": "1"}
    environment |= {"ANSIBLE_ASYNC_DIR": "/jobs", "ANSIBLE_STDOUT_CALLBACK": "minimal"}
    path = str(shell.directory / "play.yml")
    shell.inventory = str(shell.directory / "inventory")
    variables = shell.directory / "inventory" / "group_vars" / "all.yml"
    variables.parent.mkdir(parents=True)
    variables.write_text("of_the_group: by its file\n", encoding="utf-8")
    (shell.directory / "inventory" / "hosts.yml").write_text("all: {}\n", encoding="utf-8")
    found = assert_the_same(monkeypatch, shell, lambda: shell.play(path, env=environment))
    assert found.code == 0
    for text in (str(shell.home), "anna@northwind.example", "by its file", "/jobs"):
        assert text in found.output


def test_settings_that_are_read_early_and_locale_are_for_the_command_alone(shell):
    common = shell.environment()
    assert Ansible.warm.fits(common | {"MTO_OPERATOR": "anna", "ANSIBLE_COLLECTIONS_PATH": "/elsewhere"})
    for name in ("ANSIBLE_CALLBACKS_ENABLED", "LC_ALL", "LANG", "PYTHONPATH"):
        assert not Ansible.warm.fits(common | {name: "other"})
