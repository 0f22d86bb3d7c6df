# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of the token endpoint and of its metadata with odd fields."""

from __future__ import annotations

import base64
import json
import typing as t

from storm.proxy import Exchange, Judgement, Kind
from storm.wire import Json, raw_json


def _field(name: str, values: t.Sequence[Json], kind: str = "") -> Kind:
    """Give one field of a token answer another value."""

    def spoil(exchange: Exchange) -> bytes | None:
        body = exchange.answer.json
        if not isinstance(body, dict) or "access_token" not in body:
            return None
        return raw_json({**body, name: exchange.choose(values)})

    return Kind(f"token-{kind or name.replace('_', '-')}", spoil, places=("token",))


def _refusal(name: str, body: t.Callable[[Exchange], Json], judgement: Judgement = "garbage") -> Kind:
    def spoil(exchange: Exchange) -> bytes:
        return raw_json(body(exchange), exchange.choose([400, 401]))

    return Kind(f"refusal-{name}", spoil, judgement=judgement, places=("token", "metadata"))


def _jwt(claims: str) -> str:
    head, body = (base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in ('{"alg":"none"}', claims))
    return f"{head}.{body}.c3Rvcm0tc3Rvcm0tc3Rvcm0"


_DEEP: t.Final = _jwt("[" * 60_000)
_ODD_JWTS: t.Final = (
    _DEEP,
    _jwt('{"tid": 7, "roles": {}, "scp": [], "wids": "x", "oid": null}'),
    _jwt('{"tid": ["a"], "roles": [null, 7], "scp": 7, "wids": [[]]}'),
    _jwt("[]"),
    _jwt("NaN"),
    _jwt('{"tid": "\\ud83d"}'),
    _jwt('{"exp": "never", "tid": null}'),
    "a.b",
    "a.!!!.c",
    "....",
)
_AADSTS: t.Final = (
    "AADSTS" + "7" * 5000 + ": refused",
    "AADSTS",
    "AADSTS-1: x",
    "AADSTS\u0667\u0667: x",
    "AADSTS50034" * 2000,
    "(" * 30_000,
    "Trace ID: " * 3000,
    '{"a": "' * 4000,
    "," * 60_000 + '"',
    "\t" * 60_000,
    "trace id" + " " * 60_000 + "x",
    "\\r\\n" * 15_000,
)

KINDS: t.Final = (
    _field("expires_in", ["soon", -1, None, 0, 1e308, [], {}, "3600", "9" * 5000, True, 10**400, "1e9"]),
    _field("ext_expires_in", ["soon", -1, None, [], {}, 10**400]),
    _field("refresh_in", ["soon", -1, None, [], {}, 10**400]),
    _field("scope", [None, [], {}, 7, "", "x" * 100_000]),
    _field("token_type", [None, [], {}, 7, "pop", "Basic"]),
    _field("access_token", [None, [], {}, 7, "", "a b", "a\r\nX: y", "\u00e9", "x", "x" * 500_000, True, {"a": "b"}]),
    _field("access_token", _ODD_JWTS, "odd-claims"),
    _field("refresh_token", [None, [], {}, 7, "", "a b", "x\r\n", "x" * 200_000, "\ud83d"]),
    _field("id_token", [None, [], {}, 7, "", "x", "a.b.c", *_ODD_JWTS]),
    _field("client_info", [None, [], {}, 7, "x", "e30", "!!!", base64.urlsafe_b64encode(b"[" * 9000).decode()]),
    _field("error", [None, [], {}, 7, "", "x", "invalid_grant", True]),
    _field("foci", [None, [], {}, 7, "1"]),
    _refusal("no-error", lambda exchange: exchange.choose([{}, {"error": None}, {"error_codes": [7000215]}])),
    _refusal("odd-error", lambda exchange: {"error": exchange.choose([{}, [], 7, True, {"code": "x"}, [[]], ""])}),
    _refusal(
        "odd-codes",
        lambda exchange: {
            "error": "invalid_client",
            "error_description": "refused",
            "error_codes": exchange.choose(
                [None, {}, "x", 7, ["x"], [None], [{}], ["7" * 5000], [10**400], ["\u0667"], [[7]], [-1], [True]]
            ),
        },
        "word",
    ),
    _refusal(
        "odd-text",
        lambda exchange: {"error": "invalid_client", "error_description": exchange.choose(_AADSTS)},
        "word",
    ),
    _refusal(
        "text-of-no-text",
        lambda exchange: {"error": "invalid_client", "error_description": exchange.choose([None, [], {}, 7, True])},
        "word",
    ),
    _refusal(
        "claims",
        lambda exchange: {
            "error": "interaction_required",
            "error_description": "AADSTS50076: x",
            "claims": exchange.choose([None, [], {}, "{", json.dumps({"access_token": {}})]),
            "suberror": exchange.choose([None, [], 7, "consent_required", "basic_action"]),
        },
        "word",
    ),
)
