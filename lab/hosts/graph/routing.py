# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes: find the operation of a path. Paths that Graph has and the lab lacks differ from paths that do not exist."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from lab.data import schema
from lab.hosts.graph.errors import GraphError, not_emulated, unknown_segment
from lab.hosts.graph.operations import OPERATIONS, Operation

_KEY_IN_PARENTHESES: t.Final = re.compile(r"(?P<name>[A-Za-z]+)\('(?P<key>(?:[^']|'')*)'\)")
_SEGMENT_KEY: t.Final = re.compile(r"\\\{(\w+)\\\}")


class _Route:
    """An operation with its path as one pattern per segment."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self._patterns = [_pattern(segment) for segment in operation.path.strip("/").split("/")]

    def match(self, segments: t.Sequence[str]) -> dict[str, str] | None:
        """Return the keys in the path, or None for another path."""
        if len(segments) != len(self._patterns):
            return None
        keys: dict[str, str] = {}
        for pattern, segment in zip(self._patterns, segments, strict=True):
            match = pattern.fullmatch(segment)
            if match is None:
                return None
            keys |= match.groupdict()
        return keys


def _pattern(segment: str) -> re.Pattern[str]:
    """Return the pattern of a segment. `{id}` is any text; names are compared in any letter case."""
    return re.compile(_SEGMENT_KEY.sub(r"(?P<\1>.+)", re.escape(segment)), re.IGNORECASE)


_ROUTES: t.Final = [_Route(operation) for operation in OPERATIONS]


def split_path(path: str) -> list[str]:
    """Return the decoded segments of a path; `users('key')` equals `users/key`."""
    segments = [urllib.parse.unquote(segment) for segment in path.strip("/").split("/") if segment]
    return [_unaliased(part) for segment in segments for part in _parts(segment)]


def _unaliased(segment: str) -> str:
    """Return a cast with the namespace for the alias that the CSDL gives it: Microsoft's SDKs write `graph.user`."""
    return f"microsoft.{segment}" if segment.lower().startswith("graph.") else segment


def _parts(segment: str) -> tuple[str, ...]:
    match = _KEY_IN_PARENTHESES.fullmatch(segment)
    return (segment,) if match is None else (match["name"], match["key"].replace("''", "'"))


def find_operation(method: str, version: str, path: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation and the keys in its path. Raises GraphError."""
    segments = split_path(path)
    routes = [route for route in _ROUTES if version in route.operation.versions]
    matches = [(route.operation, keys) for route in routes if (keys := route.match(segments)) is not None]
    for operation, keys in matches:
        if operation.method == method:
            return operation, keys
    if matches:
        raise _wrong_method(method, matches[0][0])
    # We have no CSDL of beta, so that the paths it knows are not known here.
    raise _no_route(segments) if version == "v1.0" else not_emulated("/beta/" + "/".join(segments))


def _wrong_method(method: str, operation: Operation) -> GraphError:
    """Return the refusal: an action takes POST only; writing to a resource may be possible in Graph, not in the lab."""
    if method == "GET" or operation.method == "POST":
        return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    return not_emulated(f"{method} {operation.path}")


def _no_route(segments: t.Sequence[str]) -> GraphError:
    """Return the refusal of the first segment that Graph does not know, along the types of the CSDL."""
    first = segments[0] if segments else ""
    container = {name.lower(): kind for name, kind in schema.extract()["container"].items()} | {"me": "user"}
    kind = container.get(first.lower())
    preview = [segment.lower() for segment in segments[:2]] == ["directory", "tenantgovernance"]
    if first.startswith("$") or preview:
        return not_emulated("/" + "/".join(segments))
    if kind is None:
        return unknown_segment(first)
    for segment in segments[1:]:
        if not schema.knows(schema.inner(kind)):
            break
        following = _following(kind, segment)
        if following is None:
            return unknown_segment(segment)
        kind = following
    return not_emulated("/" + "/".join(segments))


def _following(kind: str, segment: str) -> str | None:
    """Return the type after a segment: a cast, an operation, a key in a collection, or a property."""
    plain = segment.partition("(")[0].lower()
    bound = {name.lower() for name in schema.extract()["bound"]}
    if plain in bound or plain.startswith("microsoft.graph."):
        return kind
    current = schema.inner(kind)
    if kind != current:
        return current
    words = {**schema.properties(current), **schema.navigation(current)}
    return next((behind for name, behind in words.items() if name.lower() == plain), None)
