# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which files Python's own loader imports, and that it keeps them compiled."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source

import pytest

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.bytecode import (
    PACKAGE,
    PREFIXES,
    CachedImports,
    keep_bytecode,
)

OURS = PREFIXES[0]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "single.py").write_text("VALUE = 1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("name", "is_package"), [("single", False), ("whole", True)])
def test_file_of_ours_is_imported_by_python(folder, name, is_package):
    spec = CachedImports.find_spec(f"{OURS}{name}", [str(folder)])
    assert isinstance(spec.loader, SourceFileLoader)
    assert (spec.submodule_search_locations is not None) is is_package
    assert spec.cached == cache_from_source(spec.origin)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (f"{OURS}missing", True),
        (f"{OURS}single", False),
        (f"{PACKAGE}.action.single", True),
        (OURS.rstrip("."), True),
        ("ansible_collections.other.collection.plugins.module_utils.single", True),
        ("single", True),
    ],
)
def test_everything_else_is_left_to_others(folder, name, path):
    assert CachedImports.find_spec(name, [str(folder)] if path else None) is None


def test_compiled_code_is_kept(folder, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    spec = CachedImports.find_spec(f"{OURS}single", [str(folder)])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.VALUE == 1
    assert (folder / "__pycache__").is_dir()


def test_finder_is_there_once(monkeypatch):
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    keep_bytecode()
    keep_bytecode()
    assert sys.meta_path.count(CachedImports) == 1
    assert sys.meta_path[0] is CachedImports
