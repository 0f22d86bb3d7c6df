# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user reads names pages of the documentation by an address that works wherever it is read."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest
import yaml

from ansible_collections.m365.defender.plugins.module_utils._core import manual

ROOT = pathlib.Path(__file__).resolve().parents[5]
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
PAGES = f"{GALAXY['repository']}/blob/main/"
PATH = re.compile(r"(?:docs/[\w.-]+|README|CONTRIBUTING|SECURITY)\.md\b")
FILES = sorted(
    path
    for folder in ("plugins", "roles", "playbooks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".yml")
)


def shown_texts(path):
    """What a file shows to a user: no comment, and no docstring."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    tree = ast.parse(text)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_path_is_named_that_only_a_clone_has(path):
    for text in shown_texts(path):
        assert not PATH.search(re.sub(rf"{re.escape(PAGES)}\S+", "", text)), text


@pytest.mark.parametrize("name", [name for name in vars(manual) if name.isupper()])
def test_pages_exist_where_the_project_is(name):
    address = getattr(manual, name)
    assert address.startswith(PAGES)
    if name != "_DOCS":
        assert (ROOT / address.removeprefix(PAGES)).is_file()
