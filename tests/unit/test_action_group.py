# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action group has every module that takes the connection options, and no other.

A module missing in it would silently not get what a user sets in `module_defaults`; a module too many would be given
options that it does not have.
"""

from __future__ import annotations

import ast
import pathlib
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("[!_]*.py"))
CONNECTION = "m365.defender._connection"
MEMBERSHIP = "m365.defender._attributes.connected"
GROUP = "m365.defender.mto"


def documentation(path: pathlib.Path) -> dict[str, t.Any]:
    """The DOCUMENTATION of a plugin file, without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            found: dict[str, t.Any] = yaml.safe_load(ast.literal_eval(node.value))
            return found
    raise AssertionError(f"{path.name} has no DOCUMENTATION")


def fragments(path: pathlib.Path) -> list[str]:
    """The doc fragments it extends."""
    named = documentation(path).get("extends_documentation_fragment", [])
    return [named] if isinstance(named, str) else list(named)


def group_members() -> list[str]:
    """The action group as Ansible reads it."""
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    members: list[str] = runtime["action_groups"]["mto"]
    return members


def test_there_are_modules() -> None:
    assert MODULES


def test_members_are_the_modules_that_connect() -> None:
    assert group_members() == [path.stem for path in MODULES if CONNECTION in fragments(path)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_documentation_says_who_is_a_member(path: pathlib.Path) -> None:
    assert (MEMBERSHIP in fragments(path)) == (path.stem in group_members())


def test_the_fragment_names_the_group() -> None:
    source = (ROOT / "plugins" / "doc_fragments" / "_attributes.py").read_text(encoding="utf-8")
    constants = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
    }
    assert yaml.safe_load(constants["CONNECTED"])["attributes"]["action_group"]["membership"] == [GROUP]
