# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of writes: checked against the types of the CSDL, as strictly as Graph does."""

from __future__ import annotations

import re
import typing as t
import uuid

from lab.data import schema
from lab.hosts.graph.errors import GraphError, bad_request

if t.TYPE_CHECKING:
    from lab.state.directory import Entity

_PLAIN: t.Final[dict[str, tuple[type, ...]]] = {
    "Edm.String": (str,),
    "Edm.Boolean": (bool,),
    "Edm.Int32": (int,),
    "Edm.Guid": (str,),
    "Edm.DateTimeOffset": (str,),
    "Edm.Duration": (str,),
}
_DURATION: t.Final = re.compile(r"-?P(?=[\dT])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")


def read_body(body: t.Any, type_name: str, settable: t.Collection[str], required: t.Collection[str] = ()) -> Entity:
    """Return the properties in a body, without annotations. Raises GraphError."""
    if not isinstance(body, dict):
        raise bad_request("Empty Payload. JSON content expected.")
    _check_object(body, type_name)
    given = {name: value for name, value in body.items() if not name.startswith("@")}
    for name in given:
        if name not in settable:
            raise bad_request(f"The property '{name}' cannot be set by this request.")
    for name in required:
        if given.get(name) is None:
            raise bad_request(f"The property '{name}' is required.")
    if not given:
        raise bad_request("Empty Payload. JSON content expected.")
    return given


def _check_object(value: dict[str, t.Any], type_name: str) -> None:
    known = {**schema.properties(type_name), **schema.navigation(type_name)}
    for name, inner in value.items():
        if name.startswith("@") or "@" in name:
            continue
        if name not in known:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.{type_name}'. Make sure to only use"
                " property names that are defined by the type."
            )
        _check_value(name, inner, known[name])


def _check_value(name: str, value: t.Any, kind: str) -> None:
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            raise _wrong(name, kind)
        for row in value:
            _check_value(name, row, schema.inner(kind))
    elif value is None:
        return
    elif kind in _PLAIN:
        _check_plain(name, value, kind)
    elif kind in schema.extract()["enums"]:
        if value not in schema.extract()["enums"][kind]:
            raise bad_request(f"Invalid value specified for property '{name}' of type 'microsoft.graph.{kind}'.")
    elif not isinstance(value, dict):
        raise _wrong(name, kind)
    elif schema.knows(kind):
        _check_object(value, kind)


def _check_plain(name: str, value: t.Any, kind: str) -> None:
    fits = isinstance(value, _PLAIN[kind]) and (kind != "Edm.Int32" or not isinstance(value, bool))
    if fits and kind == "Edm.Duration":
        fits = _DURATION.fullmatch(value) is not None
    if not fits:
        raise _wrong(name, kind)


def _wrong(name: str, kind: str) -> GraphError:
    return bad_request(f"Cannot convert the value of the property '{name}' to the expected type '{kind}'.")


def is_guid(text: t.Any) -> bool:
    """Return whether a value is a GUID in its usual form."""
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
