# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Batches whose answers do not match their requests."""

from __future__ import annotations

import copy
import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import Json, raw_json

Change: t.TypeAlias = "t.Callable[[Exchange, list[Json]], Json]"


def _batch(name: str, change: Change) -> Kind:
    """Return a kind that changes the list of answers; `change` returns what stands there instead, None for the list."""

    def spoil(exchange: Exchange) -> bytes | None:
        body = exchange.answer.json
        items = body.get("responses") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            return None
        instead = change(exchange, items)
        return raw_json({**body, "responses": items if instead is None else instead})

    return Kind(f"batch-{name}", spoil, places=("graph-batch",))


def _item(name: str, values: t.Sequence[Json]) -> Change:
    """Return a change that gives one item another value."""

    def change(exchange: Exchange, items: list[Json]) -> None:
        exchange.choose(items)[name] = exchange.choose(values)

    return change


def _dropped(exchange: Exchange, items: list[Json]) -> None:
    items.remove(exchange.choose(items))


def _twice(exchange: Exchange, items: list[Json]) -> None:
    """Answer one id twice, the second time with the body of another item or with nothing."""
    again = copy.deepcopy(exchange.choose(items))
    again["body"] = exchange.choose([{"value": []}, {}, copy.deepcopy(exchange.choose(items).get("body"))])
    items.insert(exchange.rng.randrange(len(items) + 1), again)


def _twice_refused(exchange: Exchange, items: list[Json]) -> None:
    again = {**exchange.choose(items), "status": exchange.choose([404, 403, 503]), "body": {}}
    items.insert(exchange.rng.randrange(len(items) + 1), again)


def _swapped(exchange: Exchange, items: list[Json]) -> list[Json] | None:
    """Exchange the ids of two answers. Where both have the same form, or a list is empty, nothing shows it."""
    if len(items) > 1:
        one, two = exchange.rng.sample(items, 2)
        one["id"], two["id"] = two["id"], one["id"]
        forms = _form(one), _form(two)
        if forms[0] == forms[1] or None in forms:
            exchange.judgement = "doubt"
    return None


def _form(item: Json) -> frozenset[str] | None:
    """Return the names of the properties of an answer, or of its rows; None for an empty list."""
    body = item.get("body")
    rows = body.get("value", [body]) if isinstance(body, dict) else [{}]
    return frozenset(rows[0]) if rows else None


def _shuffled(exchange: Exchange, items: list[Json]) -> None:
    """The order means nothing [doc json-batching]."""
    exchange.rng.shuffle(items)


def _without(name: str) -> Change:
    def change(exchange: Exchange, items: list[Json]) -> None:
        exchange.choose(items).pop(name, None)

    return change


def _replaced(exchange: Exchange, items: list[Json]) -> None:
    items[exchange.rng.randrange(len(items))] = exchange.choose([None, "x", [], 17, {}])


def _numbers(_exchange: Exchange, items: list[Json]) -> None:
    for item in items:
        item["id"] = int(item["id"])


_CHANGES: t.Final[tuple[tuple[str, Change], ...]] = (
    ("item-dropped", _dropped),
    ("item-twice", _twice),
    ("item-twice-refused", _twice_refused),
    ("items-swapped", _swapped),
    ("items-shuffled", _shuffled),
    ("item-replaced", _replaced),
    ("id-foreign", _item("id", ["99", "x", "", "-1", "00", " 1"])),
    ("id-odd", _item("id", [None, True, 1.0, [], {}])),
    ("ids-numbers", _numbers),
    ("id-missing", _without("id")),
    ("status-odd", _item("status", [True, False, 0, -200, 99, 600, 999, "200", None, 200.5, [], {}, 10**30])),
    ("status-bare", _item("status", [301, 401, 403, 404, 409, 451, 500, 501])),
    ("status-missing", _without("status")),
    ("body-missing", _without("body")),
    ("body-odd", _item("body", [None, "x", [], 17, True, {}, "eyJ2YWx1ZSI6W119", {"error": {}}, {"value": None}])),
    ("headers-odd", _item("headers", [None, "x", [], 17, {"Retry-After": {}}, {"Retry-After": "nan"}])),
    ("responses-object", lambda _exchange, items: {str(item["id"]): item for item in items}),
    ("responses-odd", lambda exchange, _items: exchange.choose(["x", {}, 17, True, [None], [[]], []])),
    ("all-empty", lambda _exchange, items: [{**item, "status": 200, "body": {}} for item in items]),
    ("all-refused-bare", lambda _exchange, items: [{**item, "status": 403, "body": "<html>"} for item in items]),
)

KINDS: t.Final = tuple(_batch(name, change) for name, change in _CHANGES)
