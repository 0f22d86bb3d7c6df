# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of plugins/ with which all of them are imported.

For each file it is given, the test `import` of ansible-test imports the file and, from their sources, all that the
file imports: the model of the verdicts some hundred times, each time with the same result. So it gets those files only
that no other file of the same context imports: with them, it imports all the others under the same rules.

What it would still find in a file that is imported first is a circle. Without one, a file can be imported first if it
can be imported at all.
"""

from __future__ import annotations

import ast
import graphlib
import pathlib
import typing as t

from project_files import ROOT

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLUGINS = pathlib.Path("plugins")
PACKAGE = ("ansible_collections", "m365", "defender")
# Files that are there to be imported by others. Ansible loads all the other ones by their names.
UTILS = ("module_utils", "plugin_utils")
# ansible-test holds these to the rules of what runs on a target, all the other ones to those of the controller.
ON_TARGETS = ("module_utils", "modules")

Graph = dict[pathlib.Path, set[pathlib.Path]]


class CircleError(Exception):
    """Files that import each other."""


def entry_points(files: Iterable[pathlib.Path], root: pathlib.Path = ROOT) -> list[pathlib.Path]:
    """Return the files, relative to the root, with which all of them are imported. Raises CircleError."""
    graph = import_graph([path for path in files if path.suffix == ".py" and path.is_relative_to(PLUGINS)], root)
    refuse_circles(graph)
    imported = {path for importer, paths in graph.items() for path in paths if _context(path) == _context(importer)}
    return sorted(path for path in graph if path.parts[1] not in UTILS or path not in imported)


def import_graph(files: list[pathlib.Path], root: pathlib.Path = ROOT) -> Graph:
    """Return what each file imports whenever it is imported: not in a function, and not behind a condition."""
    named = {_name(path): path for path in files}
    return {path: {*_imports((root / path).read_text(encoding="utf-8"), named)} - {path} for path in files}


def refuse_circles(graph: Mapping[pathlib.Path, set[pathlib.Path]]) -> None:
    """Raise CircleError where files import each other."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        raise CircleError(" imports ".join(map(str, reversed(error.args[1])))) from error


def _imports(text: str, named: Mapping[tuple[str, ...], pathlib.Path]) -> t.Iterator[pathlib.Path]:
    """Return the files that a text imports, with the packages in which they are."""
    for statement in ast.parse(text).body:
        for name in _names(statement):
            parts = tuple(name.split("."))
            yield from (named[parts[:end]] for end in range(1, len(parts) + 1) if parts[:end] in named)


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    # The collection has no relative imports: a rule of ruff.
    if isinstance(statement, ast.ImportFrom) and statement.module:
        return [f"{statement.module}.{alias.name}" for alias in statement.names]
    return []


def _name(path: pathlib.Path) -> tuple[str, ...]:
    return (*PACKAGE, *(path.parent if path.stem == "__init__" else path.with_suffix("")).parts)


def _context(path: pathlib.Path) -> bool:
    return path.parts[1] in ON_TARGETS
