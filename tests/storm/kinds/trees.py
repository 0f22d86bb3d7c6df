# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON with one value that is not what the documentation says: of another type, missing, twice, of another tenant."""

from __future__ import annotations

import json
import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import JSON, Json, raw

Path: t.TypeAlias = "tuple[str | int, ...]"

# Where null, or no value at all, is an answer: "inherits the default", "has no end", "is not assigned to anything", or
# "this person has no such address" [doc, of each resource]. A verdict may follow from it.
_NULL_IS_AN_ANSWER: t.Final = frozenset(
    "mail otherMails externalUserState identities inboundTrust b2bCollaborationInbound b2bCollaborationOutbound"
    " b2bDirectConnectInbound b2bDirectConnectOutbound tenantRestrictions automaticUserConsentSettings"
    " isServiceProvider isInMultiTenantOrganization isMfaAccepted isCompliantDeviceAccepted"
    " isHybridAzureADJoinedDeviceAccepted usersAndGroups applications endDateTime endDate nextLifecycleDateTime"
    " autoExtendDuration activatedDateTime appScopeId directoryScopeIds appScopeIds expiration duration startDateTime"
    " recurrence deletedDateTime blockServiceProviderOutboundAccess lostAccess error selected".split()
)
_VALUES: t.Final[tuple[tuple[str, Json], ...]] = (
    ("null", None),
    ("object", {}),
    ("list", []),
    ("text", "x"),
    ("number", 17),
    ("true", True),
    ("false", False),
    ("huge-number", 10**400),
)
_TIMES: t.Final = ("0000-00-00T00:00:00Z", "99999-01-01T00:00:00Z", "2026-11-27T25:61:61Z", "yesterday", "-1", "")


def _places(value: Json, path: Path = ()) -> t.Iterator[tuple[Path, Json]]:
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _places(child, (*path, key))


def _put(body: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return body


def _tree(name: str, change: t.Callable[[Exchange, Json, list[tuple[Path, Json]]], Json], **options: t.Any) -> Kind:
    """Return a kind that changes the JSON. `change` returns the new body, None where it does not fit."""

    def spoil(exchange: Exchange) -> bytes | None:
        body = exchange.answer.json
        if not isinstance(body, dict | list):
            return None
        changed = change(exchange, body, list(_places(body)))
        return None if changed is None else raw(exchange.answer.status, (JSON,), json.dumps(changed).encode())

    return Kind(name, spoil, **options)


def _may_be_missing(path: Path) -> bool:
    """Tell whether the documentation gives a meaning to a missing or null value there, or below something optional."""
    return any(key in _NULL_IS_AN_ANSWER or str(key).startswith("@odata") for key in path)


def _wrong_type(name: str, value: Json) -> Kind:
    def change(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
        fitting = [path for path, old in places if path and type(old) is not type(value) and _differs(old, value)]
        if not fitting:
            return None
        path = exchange.choose(fitting)
        if value is None and _may_be_missing(path):
            exchange.judgement = "doubt"
        return _put(body, path, value)

    return _tree(f"value-{name}", change)


def _differs(old: Json, value: Json) -> bool:
    """A number is as good as another one, and so is a text."""
    return not (isinstance(old, int | float) and isinstance(value, int | float) and not isinstance(value, bool))


def _holder(body: Json, path: Path) -> Json:
    """What holds the value at a path."""
    for key in path[:-1]:
        body = body[key]
    return body


def _key_removed(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    fitting = [path for path, _old in places if path and isinstance(path[-1], str)]
    if not fitting:
        return None
    path = exchange.choose(fitting)
    if _may_be_missing(path):
        exchange.judgement = "doubt"
    del _holder(body, path)[path[-1]]
    return body


def _rows(places: list[tuple[Path, Json]]) -> list[tuple[Path, list[Json]]]:
    return [(path, value) for path, value in places if isinstance(value, list) and value]


def _row_twice(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    rows = _rows(places)
    if not rows:
        return None
    _path, row = exchange.choose(rows)
    row.insert(exchange.rng.randrange(len(row)), exchange.choose(row))
    return body


def _row_removed(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    """A row less cannot be told from a row that never was, but for the answers of a batch."""
    rows = [(path, row) for path, row in _rows(places) if path != ("responses",)]
    if not rows:
        return None
    _path, row = exchange.choose(rows)
    row.pop(exchange.rng.randrange(len(row)))
    return body


def _odd_row(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    rows = _rows(places)
    if not rows:
        return None
    _path, row = exchange.choose(rows)
    row.insert(exchange.rng.randrange(len(row) + 1), exchange.choose([None, {}, [], "x", 17, True]))
    return body


def _list_as_object(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    rows = [(path, row) for path, row in _rows(places) if path]
    if not rows:
        return None
    path, row = exchange.choose(rows)
    return _put(body, path, {str(number): item for number, item in enumerate(row)})


def _every(names: tuple[str, ...], value: Json) -> t.Callable[[Exchange, Json, list[tuple[Path, Json]]], Json]:
    """Return a change that gives every value of these names another value."""

    def change(_exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
        fitting = [path for path, old in places if path and path[-1] in names and not isinstance(old, dict | list)]
        if not fitting:
            return None
        for path in fitting:
            # The id of an item of a batch is the matter of other kinds.
            if len(path) != 3 or path[0] != "responses":
                _put(body, path, value)
        return body

    return change


def _odd_time(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    fitting = [path for path, old in places if path and str(path[-1]).endswith(("DateTime", "date", "Date")) and old]
    return _put(body, exchange.choose(fitting), exchange.choose(_TIMES)) if fitting else None


def _long_text(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    fitting = [path for path, old in places if path and isinstance(old, str) and len(path) > 1]
    return _put(body, exchange.choose(fitting), "x" * 900_000) if fitting else None


def _more_keys(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    """The service may add a property any day: nothing changes by it [doc]."""
    for _path, value in places:
        if isinstance(value, dict):
            value["stormNewProperty"] = exchange.choose([None, "x", {"a": []}])
    return body


def _other_case(exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    fitting = [path for path, _old in places if path and isinstance(path[-1], str) and path[-1][0].islower()]
    if not fitting:
        return None
    path = exchange.choose(fitting)
    if _may_be_missing(path):
        exchange.judgement = "doubt"
    parent = _holder(body, path)
    parent[str(path[-1]).capitalize()] = parent.pop(path[-1])
    return body


def _empty_lists(_exchange: Exchange, body: Json, places: list[tuple[Path, Json]]) -> Json:
    """An empty list is an answer of its own: it cannot be told from the truth."""
    for path, row in places:
        if isinstance(row, list) and path[-1:] == ("value",):
            row.clear()
    return body


def _of_another_tenant(exchange: Exchange) -> bytes | None:
    """Send what another tenant was answered. A single object names no tenant: only a token and a batch do."""
    if exchange.other is None or exchange.other.body == exchange.answer.body:
        return None
    if exchange.place.endswith(("-get", "-page")):
        exchange.judgement = "doubt"
    elif exchange.other.status >= 400:
        # A refusal names no tenant either.
        exchange.judgement = "word"
    return exchange.other.raw()


_IDS: t.Final = ("id", "tenantId", "customerTenantId", "roleTemplateId", "roleDefinitionId", "servicePlanId")

KINDS: t.Final = (
    *(_wrong_type(name, value) for name, value in _VALUES),
    _tree("key-removed", _key_removed),
    _tree("key-other-case", _other_case),
    _tree("keys-added", _more_keys),
    _tree("row-twice", _row_twice),
    _tree("row-odd", _odd_row),
    _tree("row-removed", _row_removed, judgement="doubt"),
    _tree("lists-empty", _empty_lists, judgement="doubt"),
    _tree("list-as-object", _list_as_object),
    _tree("ids-null", _every(_IDS, None)),
    _tree("ids-empty", _every(_IDS, "")),
    _tree("ids-number", _every(_IDS, 7)),
    _tree("names-null", _every(("displayName", "name", "tenantName"), None)),
    _tree("time-odd", _odd_time),
    _tree("text-long", _long_text),
    Kind("of-another-tenant", _of_another_tenant),
)
