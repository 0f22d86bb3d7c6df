# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Apply `$filter` to rows. A resource takes only what its documents allow; some of it needs ConsistencyLevel."""

from __future__ import annotations

import dataclasses
import operator
import typing as t

from lab.data import schema
from lab.hosts.graph.errors import unsupported_query
from lab.hosts.graph.filter_parser import Any, Both, Compare, Either, Node, Not, invalid, parse_filter

if t.TYPE_CHECKING:
    from lab.state.directory import Entity

ADVANCED: t.Final = frozenset(("ne", "endswith", "not"))


@dataclasses.dataclass(frozen=True, slots=True)
class Rules:
    """The operators that each property path takes. Operators in ADVANCED, and `not`, are advanced queries."""

    operators: t.Mapping[str, frozenset[str]]
    # Properties of which at least one has to be in the filter.
    required: frozenset[str] = frozenset()


def rules(required: t.Iterable[str] = (), **operators: str) -> Rules:
    """Return rules from `path="eq in"`; two underscores stand for the slash of a path."""
    table = {path.replace("__", "/"): frozenset(words.split()) for path, words in operators.items()}
    return Rules(table, frozenset(required))


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """A filter that has passed the rules."""

    node: Node
    advanced: bool

    def keep(self, rows: t.Iterable[Entity]) -> list[Entity]:
        """Return the rows that match."""
        return [row for row in rows if _holds(self.node, row, None)]


def make_filter(text: str, type_name: str, allowed: Rules) -> Filter:
    """Parse and check a filter. Raises GraphError."""
    node = parse_filter(text)
    check = _Check(type_name, allowed)
    check.visit(node)
    return Filter(node, check.advanced)


def required_paths(text: str | None) -> set[str]:
    """Return the properties that a filter compares."""
    return set() if text is None else {path for path, _operator in _comparisons(parse_filter(text))}


def _comparisons(node: Node) -> t.Iterator[tuple[str, str]]:
    if isinstance(node, Compare):
        yield node.path, node.operator
    elif isinstance(node, Both | Either):
        yield from _comparisons(node.left)
        yield from _comparisons(node.right)
    else:
        yield from _comparisons(node.inner)


class _Check:
    """A walk over the tree of a filter that checks its properties and operators."""

    def __init__(self, type_name: str, allowed: Rules) -> None:
        self._type = type_name
        self._allowed = allowed
        self.advanced = False

    def visit(self, node: Node) -> None:
        if isinstance(node, Compare):
            self._compare(node.path, node.operator)
        elif isinstance(node, Any):
            self._any(node)
        elif isinstance(node, Not):
            self.advanced = True
            self.visit(node.inner)
        else:
            self.visit(node.left)
            self.visit(node.right)

    def _compare(self, path: str, word: str) -> None:
        _check_path(path, self._type)
        if word not in self._allowed.operators.get(path, frozenset()):
            raise self._refuse(path)
        self.advanced = self.advanced or word in ADVANCED

    def _any(self, node: Any) -> None:
        """Check the inner comparisons, which are about the variable or a property of it."""
        _check_path(node.path, self._type)
        inner = list(_comparisons(node.inner))
        paths = {path.removeprefix(node.variable).lstrip("/") for path, _word in inner}
        allowed = self._allowed.operators.get(f"{node.path}/any", frozenset())
        if not all(word in allowed for _path, word in inner):
            raise self._refuse(node.path)
        if node.path == "identities" and paths != {"issuer", "issuerAssignedId"}:
            raise self._refuse(node.path)

    def _refuse(self, path: str) -> Exception:
        return unsupported_query(
            f"Unsupported or invalid query filter clause specified for property '{path}' of resource"
            f" '{self._type[:1].upper()}{self._type[1:]}'."
        )


def _check_path(path: str, type_name: str) -> None:
    """Check that every part of a path is a property of the type before it."""
    current = type_name
    for part in path.split("/"):
        known = schema.properties(current) if schema.knows(current) else {}
        if part not in known:
            raise invalid(f"Could not find a property named '{part}' on type 'microsoft.graph.{current}'.")
        current = schema.inner(known[part])


def _holds(node: Node, row: t.Any, variable: str | None) -> bool:
    if isinstance(node, Both):
        return _holds(node.left, row, variable) and _holds(node.right, row, variable)
    if isinstance(node, Either):
        return _holds(node.left, row, variable) or _holds(node.right, row, variable)
    if isinstance(node, Not):
        return not _holds(node.inner, row, variable)
    if isinstance(node, Any):
        return any(_holds(node.inner, item, node.variable) for item in row.get(node.path) or () if _searchable(item))
    return _compare(_value(node.path, row, variable), node.operator, node.value)


def _searchable(item: t.Any) -> bool:
    """Return whether a filter can find an item. Identities with a userPrincipalName or without an id cannot."""
    return not isinstance(item, dict) or (
        item.get("signInType") != "userPrincipalName" and item.get("issuerAssignedId") is not None
    )


def _value(path: str, row: t.Any, variable: str | None) -> t.Any:
    parts = path.split("/")
    if variable is not None:
        parts = parts[1:]
    for part in parts:
        row = row.get(part) if isinstance(row, dict) else None
    return row


def _fold(value: t.Any) -> t.Any:
    """Fold letter case, as the directory does when it compares text."""
    return value.casefold() if isinstance(value, str) else value


_OPERATORS: t.Final[dict[str, t.Callable[[t.Any, t.Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "le": operator.le,
    "gt": operator.gt,
    "lt": operator.lt,
    "startswith": lambda left, right: str(left).startswith(str(right)),
    "endswith": lambda left, right: str(left).endswith(str(right)),
}


def _compare(left: t.Any, word: str, right: t.Any) -> bool:
    if word == "in":
        return _fold(left) in [_fold(value) for value in right]
    if word not in ("eq", "ne") and (left is None or right is None):
        return False
    return bool(_OPERATORS[word](_fold(left), _fold(right)))
