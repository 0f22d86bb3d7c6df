# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates of requests: a page fills them, and the model portal reads a request back by them.

A template is JSON with nodes in it. `compose` fills it for some tenants; `read` finds the tenants that a value names,
or raises MismatchError. The portal composes again for what it has read, and compares: that is as strict as can be.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Json = t.Any
# The tenants of a request, or a part of them; `offered` are the rows of the picker.
Which = t.Literal["tenants", "added", "removed", "offered"]

GUID: t.Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_PART: t.Final = re.compile(r"\{(\w+)\}")


class MismatchError(Exception):
    """A value that the template cannot have made."""


class _AbsentError(Exception):
    """A field that a row does not have; its key is left out."""


@dataclasses.dataclass(frozen=True)
class Hole:
    """A value: `tenant_id`, `flag`, `row.<field>`, or one of those of the session and the group, such as `etag`."""

    name: str


@dataclasses.dataclass(frozen=True)
class Text:
    """A text with holes in braces."""

    pattern: str


@dataclasses.dataclass(frozen=True)
class Many:
    """A list with the item for each tenant."""

    which: Which
    item: Json


@dataclasses.dataclass(frozen=True)
class Keyed:
    """A dictionary with the value for each tenant by its id."""

    which: Which
    value: Json


@dataclasses.dataclass(frozen=True)
class Joined:
    """A list that is made of the items of several lists."""

    parts: tuple[Many, ...]


@dataclasses.dataclass(frozen=True)
class Copy:
    """A copy of an answer, or of the tenant's row (`row`), in which some fields are replaced."""

    answer: str
    changes: Mapping[str, Json]


@dataclasses.dataclass
class Context:
    """What a template is filled with. `flags` are the tenants of the request, each with: to be in the view or not."""

    values: Mapping[str, Json]
    answers: Mapping[str, Json]
    rows: Mapping[str, Mapping[str, Json]]
    flags: Mapping[str, bool]

    def ids(self, which: Which) -> list[str]:
        """Return the tenants of a list."""
        if which == "offered":
            return [row["tenantId"] for row in self.answers["picker"]["tenantInfoList"]]
        if which == "tenants":
            return list(self.flags)
        return [tenant_id for tenant_id, there in self.flags.items() if there == (which == "added")]


def compose(template: Json, context: Context, tenant_id: str | None = None) -> Json:
    """Return the template filled."""
    if isinstance(template, Hole):
        return _hole(template.name, context, tenant_id)
    if isinstance(template, Text):
        return _PART.sub(lambda part: str(_hole(part[1], context, tenant_id)), template.pattern)
    if isinstance(template, Many | Keyed | Joined):
        return _list(template, context)
    if isinstance(template, Copy):
        source = context.rows[tenant_id or ""] if template.answer == "row" else context.answers[template.answer]
        return {**source, **_dictionary(template.changes, context, tenant_id)}
    return _dictionary(template, context, tenant_id) if isinstance(template, dict) else template


def _list(template: Many | Keyed | Joined, context: Context) -> Json:
    if isinstance(template, Joined):
        return [item for part in template.parts for item in compose(part, context)]
    ids = context.ids(template.which)
    if isinstance(template, Many):
        return [compose(template.item, context, each) for each in ids]
    return {each: compose(template.value, context, each) for each in ids}


def _dictionary(template: Mapping[str, Json], context: Context, tenant_id: str | None) -> dict[str, Json]:
    filled = {}
    for key, value in template.items():
        try:
            filled[key] = compose(value, context, tenant_id)
        except _AbsentError:
            continue
    return filled


def _hole(name: str, context: Context, tenant_id: str | None) -> Json:
    if name == "tenant_id":
        return tenant_id or next(iter(context.flags))
    if name == "ids":
        return ",".join(context.flags)
    if name == "flag":
        return context.flags.get(tenant_id or next(iter(context.flags)), False)
    if name.startswith("row."):
        row, field = context.rows[tenant_id or next(iter(context.flags))], name[4:]
        if field not in row:
            raise _AbsentError
        return row[field]
    return context.values[name]


@dataclasses.dataclass
class Found:
    """What was read from a request: tenants with their flag by list, and the values of holes."""

    lists: dict[Which, dict[str, bool | None]] = dataclasses.field(default_factory=dict)
    holes: dict[str, Json] = dataclasses.field(default_factory=dict)

    def note(self, which: Which, tenant_id: str, flag: bool | None) -> None:
        """Add a tenant to a list. Raises MismatchError where it is in it already."""
        there = self.lists.setdefault(which, {})
        if tenant_id in there:
            raise MismatchError
        there[tenant_id] = flag


def read(template: Json, value: Json, found: Found) -> None:
    """Read a value by its template. Raises MismatchError where it is not of that form."""
    if isinstance(template, Hole):
        _note_hole(template.name, value, found)
    elif isinstance(template, Text):
        _read_text(template, value, found)
    elif isinstance(template, Many):
        _read_many((template,), value, found)
    elif isinstance(template, Joined):
        _read_many(template.parts, value, found)
    elif isinstance(template, Keyed):
        _read_keyed(template, value, found)
    elif isinstance(template, Copy):
        _expect(isinstance(value, dict))
        if template.answer == "row":
            read(Hole("tenant_id"), value.get("tenantId"), found)
        for key, part in template.changes.items():
            _expect(key in value)
            read(part, value[key], found)
    elif isinstance(template, dict):
        _read_dictionary(template, value, found)


def _expect(condition: bool) -> None:
    if not condition:
        raise MismatchError


def _read_dictionary(template: Mapping[str, Json], value: Json, found: Found) -> None:
    _expect(isinstance(value, dict))
    for key, part in template.items():
        if key in value:
            read(part, value[key], found)


def _note_hole(name: str, value: Json, found: Found) -> None:
    if name in ("tenant_id", "ids"):
        _expect(isinstance(value, str))
        for each in value.split(",") if name == "ids" else [value]:
            _expect(re.fullmatch(GUID, each) is not None)
            found.note("tenants", each, None)
    else:
        found.holes[name] = value


def _read_text(template: Text, value: Json, found: Found) -> None:
    _expect(isinstance(value, str))
    pieces = _PART.split(template.pattern)
    pattern = "".join(f"(?P<{piece}>[^/]+)" if n % 2 else re.escape(piece) for n, piece in enumerate(pieces))
    match = re.fullmatch(pattern, value)
    if match is None:
        raise MismatchError
    for name, text in match.groupdict().items():
        _note_hole(name, text, found)


def _read_many(parts: Sequence[Many], value: Json, found: Found) -> None:
    _expect(isinstance(value, list))
    for part in parts:
        found.lists.setdefault(part.which, {})
    for item in value:
        which, tenant_id, flag = _first_fit(parts, item)
        found.note(which, tenant_id, flag)


def _first_fit(parts: Sequence[Many], item: Json) -> tuple[Which, str, bool | None]:
    for part in parts:
        inner = Found()
        try:
            read(part.item, item, inner)
        except MismatchError:
            continue
        if inner.lists.get("tenants") and _constants_fit(part.item, item):
            flag = inner.holes.get("flag")
            _expect(flag is None or isinstance(flag, bool))
            return part.which, next(iter(inner.lists["tenants"])), flag
    raise MismatchError


def _constants_fit(template: Json, item: Json) -> bool:
    if not isinstance(template, dict):
        return True
    return all(item.get(key) == value for key, value in template.items() if isinstance(value, str))


def _read_keyed(template: Keyed, value: Json, found: Found) -> None:
    _expect(isinstance(value, dict))
    found.lists.setdefault(template.which, {})
    for tenant_id, part in value.items():
        _expect(re.fullmatch(GUID, tenant_id) is not None)
        inner = Found()
        read(template.value, part, inner)
        found.note(template.which, tenant_id, inner.holes.get("flag"))


def nodes(template: Json) -> Iterator[Json]:
    """Return every node of a template."""
    yield template
    inner: Sequence[Json] = ()
    if isinstance(template, Many):
        inner = [template.item]
    elif isinstance(template, Keyed):
        inner = [template.value]
    elif isinstance(template, Joined):
        inner = template.parts
    elif isinstance(template, Copy):
        inner = list(template.changes.values())
    elif isinstance(template, dict):
        inner = list(template.values())
    for each in inner:
        yield from nodes(each)
