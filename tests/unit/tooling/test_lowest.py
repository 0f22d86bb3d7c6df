# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lowest versions are those that the requirements allow."""

from __future__ import annotations

import ast
import pathlib
import sys

import pytest
from lowest import FILES, PURE, TESTS, YAML, lowest_versions
from project_files import ROOT

REQUIREMENTS = """
# what>=1.0 is a comment
-r requirements.txt
msal>=1.35.0
ansible-core>=2.19.0,<2.22
PyJWT[crypto]>=2.10,<3
molecule>=25.1
ruff~=0.17.6
types-lxml
"""


def test_lower_bounds_are_held() -> None:
    assert lowest_versions(REQUIREMENTS.splitlines()) == ["msal==1.35.0", "ansible-core==2.19.0", "PyJWT[crypto]==2.10"]


def test_every_package_that_the_modules_need_has_a_lower_bound() -> None:
    lines = (ROOT / FILES[0]).read_text(encoding="utf-8").splitlines()
    needed = [line for line in lines if line and not line.startswith("#")]
    assert len(lowest_versions(needed)) == len(needed)


def imported_by(path: pathlib.Path) -> set[str]:
    """The packages that a file imports at any place, without those of Python and our own."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"ansible_collections"}


# They come with ansible-core, which asks for no version that we choose.
NOT_HELD = {"jinja2", "markupsafe"}


@pytest.mark.parametrize("name", PURE)
def test_what_is_left_out_imports_no_library(name: str) -> None:
    files = {*(ROOT / "plugins" / name).rglob("*.py")} - {ROOT / "plugins" / path for path in YAML}
    assert files
    assert {path: found for path in files if (found := imported_by(path) - NOT_HELD)} == {}


def test_readers_of_yaml_are_tested_with_its_lowest_version() -> None:
    for path in map(pathlib.Path, YAML):
        assert imported_by(ROOT / "plugins" / path) == {"yaml"}
        test = pathlib.Path("tests", "unit", "plugins") / path.with_name(f"test_{path.name}")
        assert (ROOT / test).is_file()
        assert f"--ignore={test}" not in TESTS


def test_an_import_would_be_seen() -> None:
    assert imported_by(ROOT / "plugins" / "module_utils" / "_auth" / "identity.py") == {"msal"}


def test_what_is_named_exists() -> None:
    for name in TESTS:
        path, _separator, function = name.removeprefix("--ignore=").partition("::")
        assert (ROOT / path).exists()
        assert not function or f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")
