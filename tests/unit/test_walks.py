# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three walks of CONTRIBUTING.md lead through files and functions that exist."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WALKS = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("### Three walks")[2].partition("\n## ")[0]
STEPS = re.findall(r"^\d\. `([\w/]+\.py)`, `([\w.]+)`", WALKS, re.MULTILINE)


def defined_in(tree: ast.AST, prefix: str = "") -> set[str]:
    names: set[str] = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names |= {prefix + node.name} | defined_in(node, f"{prefix}{node.name}.")
    return names


@pytest.mark.parametrize(("path", "name"), STEPS)
def test_step_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / "plugins" / "module_utils" / path).read_text(encoding="utf-8"))
    assert name in defined_in(tree)


def test_every_step_is_looked_at_and_the_first_walk_is_short() -> None:
    numbers = re.findall(r"^(\d)\. ", WALKS, re.MULTILINE)
    assert len(numbers) == len(STEPS)
    assert numbers.count("1") == 3
    assert numbers.index("1", 1) <= 8
