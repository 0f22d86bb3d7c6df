# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of a dictionary from outside, each with its type. A field of another type is an error that names its path."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Sequence

Kind = t.TypeVar("Kind")
Word = t.TypeVar("Word", bound=str)


class Fields:
    """A dictionary whose fields are asked for by name and type. Every method raises OptionError.

    `path` says where the dictionary comes from. `older` is the name that a field had in earlier versions.
    """

    __slots__ = ("_path", "_row")

    def __init__(self, row: object, path: str) -> None:
        if not isinstance(row, Mapping):
            raise OptionError(f"{path} must be a dictionary.")
        self._row: Mapping[str, object] = row
        self._path = path

    def value(self, name: str) -> object:
        """Return a field of any type, None where it is missing."""
        return self._row.get(name)

    def text(self, name: str, older: str = "") -> str:
        """Return a string."""
        return self._typed(str, "a string", name, older)

    def flag(self, name: str, older: str = "") -> bool:
        """Return a truth value."""
        return self._typed(bool, "true or false", name, older)

    def number(self, name: str) -> int:
        """Return a whole number."""
        return self._typed(int, "a whole number", name)

    def choice(self, choices: Sequence[Word], name: str, older: str = "") -> Word:
        """Return one of the choices."""
        text = self.text(name, older)
        for choice in choices:
            if choice == text:
                return choice
        raise self._wrong(f"one of {', '.join(choices)}", name)

    def optional_text(self, name: str) -> str | None:
        """Return a string, or None."""
        return None if self._row.get(name) is None else self.text(name)

    def optional_flag(self, name: str) -> bool | None:
        """Return a truth value, or None."""
        return None if self._row.get(name) is None else self.flag(name)

    def optional_number(self, name: str) -> int | None:
        """Return a whole number, or None."""
        return None if self._row.get(name) is None else self.number(name)

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of strings, or None."""
        values = self._row.get(name)
        if values is None:
            return None
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise self._wrong("a list of strings", name)
        return tuple(values)

    def row(self, name: str) -> Fields:
        """Return a dictionary below this one."""
        return Fields(self._row.get(name), f"{self._path}.{name}")

    def optional_row(self, name: str) -> Fields | None:
        """Return a dictionary below this one, or None."""
        return None if self._row.get(name) is None else self.row(name)

    def rows(self, name: str) -> list[Fields]:
        """Return a list of dictionaries."""
        return rows_of(self._row.get(name), f"{self._path}.{name}")

    def optional_rows(self, name: str) -> list[Fields] | None:
        """Return a list of dictionaries, or None."""
        return None if self._row.get(name) is None else self.rows(name)

    def by_name(self, name: str) -> dict[str, Fields]:
        """Return a dictionary of dictionaries."""
        return named_rows(self._row.get(name), f"{self._path}.{name}")

    def _typed(self, kind: type[Kind], word: str, name: str, older: str = "") -> Kind:
        value = self._row.get(name)
        if value is None and older:
            value = self._row.get(older)
        if isinstance(value, kind):
            return value
        raise self._wrong(word, name)

    def _wrong(self, word: str, name: str) -> OptionError:
        missing = "is missing; it " if self._row.get(name) is None else ""
        return OptionError(f"{self._path}.{name} {missing}must be {word}.")


def rows_of(rows: object, path: str) -> list[Fields]:
    """Return the dictionaries of a list. Raises OptionError."""
    if not isinstance(rows, list | tuple):
        raise OptionError(f"{path} must be a list of dictionaries.")
    return [Fields(row, f"{path}[{index}]") for index, row in enumerate(rows)]


def named_rows(rows: object, path: str) -> dict[str, Fields]:
    """Return the dictionaries of a dictionary, by name. Raises OptionError."""
    if not isinstance(rows, Mapping):
        raise OptionError(f"{path} must be a dictionary.")
    return {name: Fields(row, f"{path}.{name}") for name, row in rows.items()}
