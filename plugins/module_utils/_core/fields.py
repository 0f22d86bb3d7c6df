# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of a dictionary from outside, each with its type. A field of another type is an error that names its path."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time

if t.TYPE_CHECKING:
    from collections.abc import Sequence

Kind = t.TypeVar("Kind")
Word = t.TypeVar("Word", bound=str)
# Edm.Int32, which is what every number is that we read.
_MOST: t.Final = 2**31 - 1


class Fields:
    """A dictionary whose fields are asked for by name and type. Every method raises OptionError.

    `path` says where the dictionary comes from; it is empty for the body of an answer. `older` is the name that a field
    had in earlier versions. An optional field may be missing or null, and is no more lenient otherwise.
    """

    __slots__ = ("_path", "_row")

    def __init__(self, row: object, path: str) -> None:
        if not isinstance(row, Mapping):
            raise OptionError(f"{path or 'the body'} must be a dictionary.")
        self._row: Mapping[str, object] = row
        self._path = path

    @property
    def raw(self) -> Mapping[str, object]:
        """Return the dictionary as it is."""
        return self._row

    def value(self, name: str) -> object:
        """Return a field of any type, None where it is missing."""
        return self._row.get(name)

    def has(self, name: str) -> bool:
        """Tell whether the field is there, be it null."""
        return name in self._row

    def text(self, name: str, older: str = "") -> str:
        """Return a string."""
        return self._typed(str, "a string", name, older)

    def non_empty(self, name: str) -> str:
        """Return a string that says something: an id, a name, a word of an enumeration."""
        text = self.text(name)
        if not text.strip():
            raise self._wrong("a string that is not empty", name)
        return text

    def guid(self, name: str) -> str:
        """Return a GUID in lower case."""
        text = self.text(name)
        if not is_guid(text):
            raise self._wrong("a GUID", name)
        return text.lower()

    def time(self, name: str) -> str:
        """Return a string that is an ISO 8601 time."""
        text = self.text(name)
        if utc_time(text) is None:
            raise self._wrong("an ISO 8601 time", name)
        return text

    def flag(self, name: str, older: str = "") -> bool:
        """Return a truth value."""
        return self._typed(bool, "true or false", name, older)

    def number(self, name: str) -> int:
        """Return a whole number of 32 bits."""
        number = self._typed(int, "a whole number", name)
        if isinstance(number, bool) or abs(number) > _MOST:
            raise self._wrong("a whole number", name)
        return number

    def count(self, name: str) -> int:
        """Return a whole number that is not negative."""
        number = self.number(name)
        if number < 0:
            raise self._wrong("a whole number from 0", name)
        return number

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

    def optional_count(self, name: str) -> int | None:
        """Return a whole number that is not negative, or None."""
        return None if self._row.get(name) is None else self.count(name)

    def optional_guid(self, name: str) -> str | None:
        """Return a GUID in lower case, or None."""
        return None if self._row.get(name) is None else self.guid(name)

    def optional_time(self, name: str) -> str | None:
        """Return a string that is an ISO 8601 time, or None."""
        return None if self._row.get(name) is None else self.time(name)

    def optional_texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of strings, or None."""
        return None if self._row.get(name) is None else self.texts(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        values = self._row.get(name)
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise self._wrong("a list of strings", name)
        return tuple(values)

    def row(self, name: str) -> Fields:
        """Return a dictionary below this one."""
        if self._row.get(name) is None:
            raise self._wrong("a dictionary", name)
        return Fields(self._row[name], self._at(name))

    def optional_row(self, name: str) -> Fields | None:
        """Return a dictionary below this one, or None."""
        return None if self._row.get(name) is None else self.row(name)

    def nullable_row(self, name: str) -> Fields | None:
        """Return a dictionary below this one, or None where the field is null. It has to be there."""
        return self.optional_row(name) if self.has(name) else self.row(name)

    def rows(self, name: str, key: str = "") -> list[Fields]:
        """Return a list of dictionaries; each has a `key` of its own, where one is named."""
        return rows_of(self._row.get(name), self._at(name), key)

    def only_row(self, name: str) -> Fields:
        """Return the dictionary of a list that holds a single one."""
        rows = self.rows(name)
        if len(rows) != 1:
            raise self._wrong("a list of one dictionary", name)
        return rows[0]

    def optional_rows(self, name: str) -> list[Fields] | None:
        """Return a list of dictionaries, or None."""
        return None if self._row.get(name) is None else self.rows(name)

    def by_name(self, name: str) -> dict[str, Fields]:
        """Return a dictionary of dictionaries."""
        return named_rows(self._row.get(name), self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def _typed(self, kind: type[Kind], word: str, name: str, older: str = "") -> Kind:
        value = self._row.get(name)
        if value is None and older:
            value = self._row.get(older)
        if isinstance(value, kind):
            return value
        raise self._wrong(word, name)

    def _wrong(self, word: str, name: str) -> OptionError:
        missing = "is missing; it " if self._row.get(name) is None else ""
        return OptionError(f"{self._at(name)} {missing}must be {word}.")


def is_guid(text: str) -> bool:
    """Tell whether a text is a GUID, in any letter case."""
    return GUID.match(text.lower()) is not None


def rows_of(rows: object, path: str, key: str = "") -> list[Fields]:
    """Return the dictionaries of a list; each has a `key` of its own, where one is named. Raises OptionError."""
    if not isinstance(rows, list | tuple):
        raise OptionError(f"{path} must be a list of dictionaries.")
    fields = [Fields(row, f"{path}[{index}]") for index, row in enumerate(rows)]
    if key and len({row.non_empty(key).lower() for row in fields}) < len(fields):
        raise OptionError(f"{path} must not have two rows with the same {key}.")
    return fields


def named_rows(rows: object, path: str) -> dict[str, Fields]:
    """Return the dictionaries of a dictionary, by name. Raises OptionError."""
    if not isinstance(rows, Mapping):
        raise OptionError(f"{path} must be a dictionary.")
    return {name: Fields(row, f"{path}.{name}") for name, row in rows.items()}
