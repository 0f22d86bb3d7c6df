# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links and redirects that lead to another host, nowhere, or in a circle."""

from __future__ import annotations

import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import HTML, Json, raw, raw_json

Target: t.TypeAlias = "t.Callable[[Exchange], Json]"

_TARGETS: t.Final[tuple[tuple[str, Target], ...]] = (
    ("foreign", lambda exchange: f"{exchange.stage.strangers['https']}/v1.0/users"),
    ("plain", lambda exchange: f"{exchange.stage.strangers['http']}/v1.0/users"),
    ("plain-own", lambda exchange: exchange.origin.replace("https", "http") + "/v1.0/users"),
    ("user", lambda exchange: exchange.stage.strangers["https"].replace("://", "://graph.microsoft.com@")),
    ("backslash", lambda exchange: f"{exchange.origin}\\@{exchange.stage.strangers['https'][8:]}/x"),
    ("no-scheme", lambda exchange: f"//{exchange.stage.strangers['https'][8:]}/x"),
    ("other-port", lambda exchange: exchange.stage.endpoints["portal" if exchange.host != "portal" else "arm"] + "/x"),
    ("relative", lambda _exchange: "/v1.0/users"),
    ("bracket", lambda _exchange: "https://[::1/v1.0"),
    ("bad-bracket", lambda _exchange: "https://[graph]/v1.0"),
    ("bad-port", lambda _exchange: "https://127.0.0.1:99999/v1.0"),
    ("text-port", lambda _exchange: "https://127.0.0.1:port/v1.0"),
    ("digits-port", lambda _exchange: "https://127.0.0.1:\u0664\u0664\u0663/v1.0"),
    ("control", lambda exchange: f"{exchange.origin}/v1.0/\r\nX: y\x00"),
    ("other-scheme", lambda _exchange: "file:///etc/passwd"),
    ("empty", lambda _exchange: ""),
    ("not-latin", lambda _exchange: "https://\u0433\u0440\u0430\u0444/v1.0"),
    ("fullwidth", lambda _exchange: "https://127.0.0.1\uff03@graph/v1.0"),
    ("surrogate", lambda exchange: f"{exchange.origin}/v1.0/\ud83d"),
)
_NO_TEXTS: t.Final[tuple[tuple[str, Json], ...]] = (
    ("number", 17),
    ("true", True),
    ("false", False),
    ("object", {}),
    ("list", ["https://127.0.0.1"]),
)


def _next(name: str, target: Target) -> Kind:
    """Add a link to the next page to every list of an answer."""

    def spoil(exchange: Exchange) -> bytes | None:
        body = exchange.answer.json
        items = body.get("responses") if isinstance(body, dict) else None
        parts = [item.get("body") for item in items] if isinstance(items, list) else [body]
        lists = [part for part in parts if isinstance(part, dict) and isinstance(part.get("value"), list)]
        for part in lists:
            part["@odata.nextLink" if exchange.host == "graph" else "nextLink"] = target(exchange)
        return raw_json(body, exchange.answer.status) if lists else None

    return Kind(f"next-{name}", spoil, places=("graph", "arm"))


def _loop(exchange: Exchange) -> Json:
    """The page that the client has just read, or one that always leads to itself."""
    return f"{exchange.origin}/v1.0/users?$skiptoken=loop"


def _redirect(name: str, target: Target) -> Kind:
    def spoil(exchange: Exchange) -> bytes:
        location = str(target(exchange)).encode("utf-8", errors="surrogatepass").decode("latin-1").replace("\r\n", "")
        return raw(exchange.choose([301, 302, 303, 307, 308]), (HTML, ("Location", location)), b"<html>moved</html>")

    return Kind(f"redirect-{name}", spoil)


def _metadata(name: str, target: Target) -> Kind:
    """Name another token endpoint."""

    def spoil(exchange: Exchange) -> bytes | None:
        body = exchange.answer.json
        return raw_json({**body, "token_endpoint": target(exchange)}) if isinstance(body, dict) else None

    return Kind(f"metadata-{name}", spoil, places=("metadata",))


def _fixed(value: Json) -> Target:
    return lambda _exchange: value


_ALL: t.Final = (*_TARGETS, *((name, _fixed(value)) for name, value in _NO_TEXTS))

KINDS: t.Final = (
    *(_next(name, target) for name, target in _ALL),
    _next("loop", _loop),
    *(_redirect(name, target) for name, target in _TARGETS),
    _redirect("loop", lambda exchange: exchange.origin + exchange.request.target),
    *(_metadata(name, target) for name, target in _ALL),
)
