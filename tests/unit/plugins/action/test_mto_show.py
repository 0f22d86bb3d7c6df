# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines go where they may: on the screen, past no document and past no `no_log`."""

from __future__ import annotations

import types

import pytest
import yaml
from ansible import constants
from ansible.utils.display import Display

from ansible_collections.m365.defender.plugins.action.mto_show import ActionModule
from ansible_collections.m365.defender.plugins.modules.mto_show import DOCUMENTATION

LINES = ["Bäume", "", "  - " + "word " * 20, "https://" + "x" * 90]


def test_options_are_the_documented_ones():
    documented = yaml.safe_load(DOCUMENTATION)["options"]
    for option in documented.values():
        del option["description"]
    assert documented == ActionModule.spec


def show(monkeypatch, callback, *, no_log=False, wrap=True, lines=LINES):
    """The result of mto_show, and what it has printed."""
    printed = []
    monkeypatch.setattr(constants, "DEFAULT_STDOUT_CALLBACK", callback)
    monkeypatch.setattr(Display(), "columns", 79)
    monkeypatch.setattr(Display, "display", lambda _self, text: printed.append(text))
    action = object.__new__(ActionModule)
    action._task = types.SimpleNamespace(no_log=no_log)
    return action.work({"lines": lines, "wrap": wrap}, {}), printed


@pytest.mark.parametrize("callback", ["default", "ansible.builtin.default", "minimal", "community.general.yaml"])
def test_lines_for_people_are_printed_once(monkeypatch, callback):
    result, printed = show(monkeypatch, callback)
    assert result == {"changed": False}
    assert printed[:2] == ["Bäume", ""]
    assert printed[2].split("\n") == ["  -" + " word" * 15, "   " + " word" * 5]
    assert printed[3] == LINES[3]


@pytest.mark.parametrize("wrap", [True, False])
def test_names_cannot_move_the_cursor(monkeypatch, wrap):
    lines = ["\x1b[2J\x1b[31mContoso\u202e", "[bold]{{ Fabrikam }}"]
    assert show(monkeypatch, "default", wrap=wrap, lines=lines)[1] == ["Contoso", "[bold]{{ Fabrikam }}"]


def test_lines_that_are_wrapped_already_stay(monkeypatch):
    assert show(monkeypatch, "default", wrap=False) == ({"changed": False}, LINES)


@pytest.mark.parametrize(
    ("callback", "no_log"), [("ansible.posix.json", False), ("community.general.null", False), ("default", True)]
)
def test_nothing_is_printed_into_a_document_or_past_no_log(monkeypatch, callback, no_log):
    result, printed = show(monkeypatch, callback, no_log=no_log)
    assert printed == []
    assert result == {"changed": False, "msg": LINES, "_ansible_verbose_always": True}


def test_nothing_is_printed_where_tasks_that_went_well_are_not_shown(monkeypatch):
    monkeypatch.setenv("ANSIBLE_DISPLAY_OK_HOSTS", "false")
    result, printed = show(monkeypatch, "default")
    assert printed == []
    assert result["msg"] == LINES
