# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph's metadata (CSDL), as far as a path needs it: does the schema hold it?"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

_EDM: t.Final = "{http://docs.oasis-open.org/odata/ns/edm}"
_GRAPH: t.Final = "microsoft.graph"
_COLLECTION: t.Final = re.compile(r"Collection\((.*)\)")


class Csdl:
    """One file. Types are known by their full name: `microsoft.graph.user`."""

    def __init__(self, text: bytes) -> None:
        # The file is Microsoft's own metadata, given by whoever runs the script.
        root = ElementTree.fromstring(text)  # noqa: S314
        schemas = list(root.iter(_EDM + "Schema"))
        # An alias holds within its own schema alone, but for that of Graph itself, which the others use too.
        self._graph_alias = next((s.get("Alias", "") for s in schemas if s.get("Namespace") == _GRAPH), "")
        self._bases: dict[str, str] = {}
        self._members: dict[str, dict[str, str]] = {}
        self._container: dict[str, str] = {}
        self._bound: dict[tuple[str, str], str] = {}
        for schema in schemas:
            self._add(schema, schema.get("Namespace", ""), schema.get("Alias", ""))

    def holds(self, path: str) -> bool:
        """Does a path lead somewhere? `{name}` is the key of an entity. Cast, property and function are followed."""
        first, *others = path.strip("/").split("/")
        kind = self._container.get(first.lower(), "")
        for segment in others:
            kind = self._behind(kind, segment) if kind else ""
        return bool(kind)

    def _add(self, schema: ElementTree.Element, space: str, alias: str) -> None:
        for node in schema:
            name = f"{space}.{node.get('Name', '')}"
            if node.tag in (_EDM + "EntityType", _EDM + "ComplexType"):
                self._bases[name] = self._full(node.get("BaseType", ""), space, alias)
                self._members[name] = {
                    child.get("Name", "").lower(): self._full(child.get("Type", ""), space, alias)
                    for child in node
                    if child.tag in (_EDM + "Property", _EDM + "NavigationProperty")
                }
            elif node.tag in (_EDM + "Function", _EDM + "Action") and node.get("IsBound") == "true":
                self._add_bound(node, space, alias)
            elif node.tag == _EDM + "EntityContainer":
                self._add_container(node, space, alias)

    def _add_bound(self, node: ElementTree.Element, space: str, alias: str) -> None:
        parameter, answer = node.find(_EDM + "Parameter"), node.find(_EDM + "ReturnType")
        if parameter is None or answer is None:
            return
        key = (self._full(parameter.get("Type", ""), space, alias), node.get("Name", "").lower())
        self._bound[key] = self._full(answer.get("Type", ""), space, alias)

    def _add_container(self, node: ElementTree.Element, space: str, alias: str) -> None:
        for child in node:
            name = child.get("Name", "").lower()
            if child.tag == _EDM + "EntitySet":
                self._container[name] = f"Collection({self._full(child.get('EntityType', ''), space, alias)})"
            elif child.tag == _EDM + "Singleton":
                self._container[name] = self._full(child.get("Type", ""), space, alias)

    def _full(self, name: str, space: str, alias: str) -> str:
        """A type's name with its namespace in place of the alias."""
        inner = _inner(name)
        prefix, _dot, plain = inner.rpartition(".")
        known = {alias: space, self._graph_alias: _GRAPH}
        return name.replace(inner, f"{known[prefix]}.{plain}") if prefix and prefix in known else name

    def _behind(self, kind: str, segment: str) -> str:
        """The type behind a segment; empty where the schema knows none."""
        inner = _inner(kind)
        if segment.startswith("{"):
            return inner if kind != inner else ""
        if segment.startswith(_GRAPH + "."):
            return kind.replace(inner, segment) if segment in self._members else ""
        word = segment.partition("(")[0].lower()
        if "(" in segment:
            return self._bound.get((kind, word), "")
        return "" if kind != inner else self._member(inner, word)

    def _member(self, name: str, word: str) -> str:
        """A property of a type, or of one that it is derived from."""
        while name:
            found = self._members.get(name, {}).get(word)
            if found is not None:
                return found
            name = self._bases.get(name, "")
        return ""


def _inner(kind: str) -> str:
    match = _COLLECTION.fullmatch(kind)
    return match[1] if match else kind
