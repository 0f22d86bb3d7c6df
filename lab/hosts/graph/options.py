# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Query options of a request. Like Microsoft Graph, refuse what an operation does not take."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from lab.hosts.graph.errors import bad_request, not_emulated, unsupported_query

_KNOWN: t.Final = frozenset(
    ("$select", "$filter", "$top", "$count", "$skiptoken", "$expand", "$orderby", "$search", "$skip", "$format")
)


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """Parsed options. `pairs` is the query as sent, for the address of the next page."""

    pairs: tuple[tuple[str, str], ...] = ()
    select: tuple[str, ...] = ()
    filter: str | None = None
    top: int | None = None
    skip: int = 0
    count: bool = False
    skiptoken: str | None = None
    expand: str | None = None

    @property
    def selected(self) -> bool:
        """Whether properties were selected."""
        return bool(self.select) and "*" not in self.select


def parse_options(query: str, allowed: frozenset[str], graph_only: frozenset[str] = frozenset()) -> Options:
    """Parse a query string. Options in `graph_only` are Graph's, and not emulated. Raises GraphError."""
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    values = _values(pairs, allowed, graph_only)
    return Options(
        pairs=tuple(pairs),
        select=_names(values.get("$select")),
        filter=values.get("$filter"),
        top=_number("$top", values.get("$top")),
        skip=_number("$skip", values.get("$skip")) or 0,
        count=_count(values.get("$count")),
        skiptoken=values.get("$skiptoken"),
        expand=values.get("$expand"),
    )


def _values(pairs: t.Iterable[tuple[str, str]], allowed: frozenset[str], graph_only: frozenset[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        option = name.lower()
        if not option.startswith("$"):
            continue
        if option not in _KNOWN:
            raise bad_request(f"The query parameter '{name}' is not supported.")
        if option in values:
            raise bad_request(f"Query option '{name}' was specified more than once, but it must be specified once.")
        if option in graph_only:
            raise not_emulated(f"the query option {option} here")
        if option not in allowed:
            raise unsupported_query(f"The query option '{name}' is not supported by this resource.")
        values[option] = value
    return values


def _names(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.split(","))
    if not all(names):
        raise bad_request("Parsing OData Select and Expand failed: Found an empty term.")
    return names


def _number(name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isascii() or not value.isdigit():
        raise bad_request(f"Invalid value '{value}' for {name} query option found.")
    return int(value)


def _count(value: str | None) -> bool:
    if value not in (None, "true", "false"):
        raise bad_request(f"Invalid value '{value}' for $count query option found.")
    return value == "true"
