# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a learned contract: the same recording always gives the same bytes."""

from __future__ import annotations

import pathlib
import textwrap
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.module_utils._core.strict_yaml import (
    HAS_YAML,
    MOST_BYTES,
    YAML_IMPORT_ERROR,
)

if HAS_YAML:
    import yaml

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import LearnedContract

_WIDTH: t.Final = 100
_MODE: t.Final = 0o600
_WAY_OUT: t.Final = "name another file."


def contract_text(learned: LearnedContract) -> str:
    """Return the content of the file: what was learned as comments, then the contract. Raises MissingLibraryError."""
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", YAML_IMPORT_ERROR)
    head = ["A portal contract, learned from a recording of the portal's own page:", CONTRACT, ""]
    body = [*head, *learned.learned, *(["", "Not certain:"] if learned.unsure else []), *learned.unsure]
    comments = [line for text in body for line in textwrap.wrap(text, _WIDTH - 2) or [""]]
    text = yaml.safe_dump(learned.contract, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return "".join(f"{line}\n" for line in ("---", *(f"# {line}".rstrip() for line in comments))) + str(text)


def current_text(dest: str) -> str:
    """Return what the file holds now, an empty text where there is none. Raises OptionError where it cannot be read."""
    path = pathlib.Path(dest)
    if path.exists() and not path.is_file():
        raise OptionError(f"dest: {dest} is not a file; {_WAY_OUT}")
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    except OSError as error:
        raise OptionError(f"dest: {dest} cannot be read ({error.strerror}); {_WAY_OUT}") from error


def write_contract(dest: str, text: str) -> None:
    """Put the contract in the place of the file, as a whole. Raises OptionError."""
    if len(text.encode()) > MOST_BYTES:
        raise OptionError(f"dest: the contract would be larger than {MOST_BYTES // 1024} KB, so it was not written.")
    path = pathlib.Path(dest)
    write_file("dest", str(path.resolve() if path.is_symlink() else path), text, _MODE)
