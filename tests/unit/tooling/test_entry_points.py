# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-test imports every file of plugins/, although it is given a few of them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from entry_points import ON_TARGETS, CircleError, entry_points, import_graph
from project_files import project_files

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OURS = "ansible_collections.m365.defender.plugins"
CORE = f"from {OURS}.module_utils._core import model\n"


@pytest.fixture
def points_of(tmp_path: pathlib.Path) -> Callable[[Mapping[str, str]], list[str]]:
    """The entry points of a collection with these files, by their paths below plugins/."""

    def write(texts: Mapping[str, str]) -> list[str]:
        files = [pathlib.Path("plugins", name) for name in texts]
        for path, text in zip(files, texts.values(), strict=True):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return [path.relative_to("plugins").as_posix() for path in entry_points(files, tmp_path)]

    return write


def test_with_the_entry_points_all_files_are_imported_in_their_context() -> None:
    files = [path for path in project_files() if path.parts[0] == "plugins" and path.suffix == ".py"]
    graph = import_graph(files)
    for on_targets in (True, False):
        wanted = {path for path in files if (path.parts[1] in ON_TARGETS) is on_targets}
        reached: set[pathlib.Path] = set()
        waiting = [path for path in entry_points(files) if path in wanted]
        while waiting:
            path = waiting.pop()
            if path not in reached:
                reached.add(path)
                waiting += graph[path] & wanted
        assert reached == wanted
        assert wanted


def test_what_another_file_imports_is_none(points_of: Callable[[Mapping[str, str]], list[str]]) -> None:
    texts = {"module_utils/_core/__init__.py": "", "module_utils/_core/model.py": "", "modules/a.py": CORE}
    assert points_of(texts) == ["modules/a.py"]


@pytest.mark.parametrize(
    "imports",
    [
        f"def late():\n    {CORE}",
        f"import typing as t\nif t.TYPE_CHECKING:\n    {CORE}",
        f"try:\n    {CORE}except ImportError:\n    pass\n",
    ],
    ids=["in a function", "for types", "perhaps"],
)
def test_what_is_not_always_imported_is_one(points_of: Callable[[Mapping[str, str]], list[str]], imports: str) -> None:
    assert points_of({"module_utils/_core/model.py": "", "modules/a.py": imports}) == [
        "module_utils/_core/model.py",
        "modules/a.py",
    ]


def test_what_is_imported_under_other_rules_only_is_one(
    points_of: Callable[[Mapping[str, str]], list[str]],
) -> None:
    texts = {"module_utils/_core/model.py": "", "plugin_utils/b.py": CORE}
    assert points_of(texts) == ["module_utils/_core/model.py", "plugin_utils/b.py"]


def test_every_plugin_is_one(points_of: Callable[[Mapping[str, str]], list[str]]) -> None:
    texts = {"modules/a.py": "", "modules/b.py": f"import {OURS}.modules.a\n"}
    assert points_of(texts) == ["modules/a.py", "modules/b.py"]


def test_a_circle_is_refused(points_of: Callable[[Mapping[str, str]], list[str]]) -> None:
    first = f"from {OURS}.module_utils.b import x\n"
    second = f"import {OURS}.module_utils.a\n"
    with pytest.raises(CircleError, match=r"plugins/module_utils/\w\.py imports plugins/module_utils/\w\.py imports"):
        points_of({"module_utils/a.py": first, "module_utils/b.py": second})
