# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parser of `$filter`: comparisons, `in`, startswith, endswith, any, not, and, or, parentheses."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from lab.hosts.graph.errors import bad_request

_TOKEN: t.Final = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<word>[A-Za-z_@$][\w@./$-]*|[0-9][\w.:+-]*)|(?P<sign>[(),:]))"
)
COMPARISONS: t.Final = ("eq", "ne", "ge", "le", "gt", "lt")
FUNCTIONS: t.Final = ("startswith", "endswith")


@dataclasses.dataclass(frozen=True, slots=True)
class Compare:
    """`path operator value`; `in` has a tuple of values, a function has its name as the operator."""

    path: str
    operator: str
    value: t.Any


@dataclasses.dataclass(frozen=True, slots=True)
class Any:
    """`path/any(variable: inner)`."""

    path: str
    variable: str
    inner: Node


@dataclasses.dataclass(frozen=True, slots=True)
class Not:
    """`not inner`."""

    inner: Node


@dataclasses.dataclass(frozen=True, slots=True)
class Both:
    """`left and right`."""

    left: Node
    right: Node


@dataclasses.dataclass(frozen=True, slots=True)
class Either:
    """`left or right`."""

    left: Node
    right: Node


Node = Compare | Any | Not | Both | Either


def parse_filter(text: str) -> Node:
    """Return the tree of a filter. Raises GraphError."""
    return _Parser(text).parse()


def invalid(message: str) -> Exception:
    """Refuse a filter that cannot be parsed."""
    return bad_request(f"Invalid filter clause: {message}")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text)
        self._next = 0

    def parse(self) -> Node:
        node = self._either()
        if self._peek() is not None:
            raise self._error()
        return node

    def _split(self, text: str) -> list[str]:
        tokens, position = [], 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._error()
            tokens.append(match.group().strip())
            position = match.end()
        return tokens

    def _error(self) -> Exception:
        return invalid(f"Syntax error at or near '{self._text}'.")

    def _peek(self, offset: int = 0) -> str | None:
        place = self._next + offset
        return self._tokens[place] if place < len(self._tokens) else None

    def _take(self, wanted: str | None = None) -> str:
        token = self._peek()
        if token is None or (wanted is not None and token.lower() != wanted):
            raise self._error()
        self._next += 1
        return token

    def _at(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.lower() == word

    def _either(self) -> Node:
        node = self._both()
        while self._at("or"):
            self._take()
            node = Either(node, self._both())
        return node

    def _both(self) -> Node:
        node = self._term()
        while self._at("and"):
            self._take()
            node = Both(node, self._term())
        return node

    def _term(self) -> Node:
        if self._at("not"):
            self._take()
            return Not(self._term())
        if self._at("("):
            self._take()
            node = self._either()
            self._take(")")
            return node
        return self._call() if self._peek(1) == "(" else self._comparison()

    def _call(self) -> Node:
        name = self._take()
        self._take("(")
        if name.lower() in FUNCTIONS:
            path = self._take()
            self._take(",")
            node: Node = Compare(path, name.lower(), self._literal())
        elif name.lower().endswith("/any"):
            variable = self._take()
            self._take(":")
            node = Any(name[: -len("/any")], variable, self._either())
        else:
            raise invalid(f"An unknown function with name '{name}' was found.")
        self._take(")")
        return node

    def _comparison(self) -> Node:
        path = self._take()
        operator = self._take().lower()
        if operator == "in":
            return Compare(path, operator, self._values())
        if operator not in COMPARISONS:
            raise self._error()
        return Compare(path, operator, self._literal())

    def _values(self) -> tuple[t.Any, ...]:
        self._take("(")
        values = [self._literal()]
        while self._peek() == ",":
            self._take()
            values.append(self._literal())
        self._take(")")
        return tuple(values)

    def _literal(self) -> t.Any:
        token = self._take()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        constants = {"true": True, "false": False, "null": None}
        if token in constants:
            return constants[token]
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        # A GUID or a date has no quotes. Any other bare word is a property, and not a valid value.
        if re.match(r"[0-9A-Fa-f]{4}", token):
            return token
        raise self._error()
