# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compiled code of this collection, kept as Python keeps it.

Ansible's loader compiles every file of a collection anew in every run, which would take about a third of a second.
Python's own loader keeps the result in `__pycache__`, if that can be written and nobody has forbidden it.
"""

from __future__ import annotations

import sys
import typing as t
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

if t.TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

PACKAGE: t.Final = __name__.partition(".plugin_utils.")[0]
# Sent to other machines, or imported by what is here: nothing that Ansible looks for by the name of a plugin.
PREFIXES: t.Final = tuple(f"{PACKAGE}.{folder}." for folder in ("module_utils", "plugin_utils", "modules"))


class CachedImports:
    """A finder of `sys.meta_path`. What it does not find, the other finders find."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Return how a file of ours is imported."""
        if not name.startswith(PREFIXES):
            return None
        for folder in path or ():
            spec = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES)).find_spec(name)
            if spec is not None and spec.loader is not None:
                return spec
        return None


def keep_bytecode() -> None:
    """Import what is not imported yet of this collection by Python's own loader."""
    if CachedImports not in sys.meta_path:
        sys.meta_path.insert(0, CachedImports)
