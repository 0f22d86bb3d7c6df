# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Statuses that say nothing about the tenant, and refusals in the service's own form."""

from __future__ import annotations

import json
import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import HTML, JSON, raw, raw_json

_PAGE: t.Final = (
    b"<html><head><title>Access denied</title></head><body>Blocked by the proxy of Example Ltd.</body></html>"
)
_STATUSES: t.Final = (
    201,
    203,
    204,
    206,
    226,
    300,
    302,
    304,
    305,
    400,
    401,
    402,
    403,
    404,
    405,
    406,
    407,
    408,
    409,
    410,
    411,
    412,
    413,
    414,
    415,
    416,
    417,
    418,
    421,
    422,
    423,
    424,
    425,
    426,
    428,
    429,
    431,
    440,
    449,
    451,
    500,
    501,
    502,
    503,
    504,
    507,
    508,
    511,
    520,
    599,
    600,
    999,
)
_REPEATED: t.Final = (408, 425, 429, 500, 502, 503, 504)
_WAITS: t.Final = (
    ("zero", "0"),
    ("negative", "-5"),
    ("fraction", "0.25"),
    ("huge", "1e9"),
    ("nan", "nan"),
    ("infinite", "inf"),
    ("word", "soon"),
    ("bad-date", "Wed, 99 Foo 2026 99:99:99 GMT"),
    ("far-date", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ("year-zero", "Mon, 01 Jan 0000 00:00:00 -9999"),
    ("digits", "9" * 5000),
    ("empty", ""),
    ("latin", "\u00e9\u00b2"),
    ("list", "1, 2"),
)
# Numbers of the service's own page of errors: wrong secret, no consent, no such user, Conditional Access, no such
# tenant, disabled account, and one that nobody knows.
_AADSTS: t.Final = (
    (7000215, "invalid_client"),
    (700016, "unauthorized_client"),
    (50034, "invalid_grant"),
    (53003, "invalid_grant"),
    (90002, "invalid_request"),
    (50057, "invalid_grant"),
    (65001, "invalid_grant"),
    (7654321, "invalid_grant"),
)
_GRAPH: t.Final = (
    (400, "BadRequest"),
    (401, "InvalidAuthenticationToken"),
    (403, "Authorization_RequestDenied"),
    (403, "Forbidden"),
    (404, "Request_ResourceNotFound"),
    (404, "ResourceNotFound"),
    (410, "Gone"),
    (423, "Locked"),
)


def _status(number: int) -> Kind:
    """Answer with a status and a body that no service sends with it."""

    def spoil(exchange: Exchange) -> bytes:
        kind, body = exchange.choose(
            [
                (HTML, _PAGE),
                (HTML, b""),
                (JSON, b""),
                (JSON, b"[]"),
                (JSON, b"null"),
                (JSON, b"{}"),
                (JSON, b'"no"'),
                (JSON, b'{"error": null}'),
                (JSON, b'{"error": "denied"}'),
                (JSON, b'{"message": "Forbidden"}'),
                (("Content-Type", "text/plain"), b"Forbidden"),
            ]
        )
        location = (("Location", f"{exchange.origin}/blocked"),) if 300 <= number < 400 else ()
        return raw(number, (kind, *location), b"" if number in (204, 304) else body)

    return Kind(f"status-{number}", spoil, slow=number in _REPEATED)


def _right_body(exchange: Exchange) -> bytes:
    """Send the right body with a status that does not go with it."""
    return raw(exchange.choose([400, 401, 403, 404, 409, 418, 451, 302]), (JSON,), exchange.answer.body)


def _retry_after(name: str, value: str) -> Kind:
    def spoil(exchange: Exchange) -> bytes:
        return raw(exchange.choose([429, 503]), (JSON, ("Retry-After", value)), b"{}")

    return Kind(f"retry-after-{name}", spoil, slow=True)


def _refusal(code: str) -> dict[str, object]:
    return {"error": {"code": code, "message": "The request was refused.", "innerError": {"request-id": "storm"}}}


def _own_word(exchange: Exchange) -> bytes:
    """Refuse as the service itself does."""
    if exchange.host == "login":
        number, error = exchange.choose(_AADSTS)
        text = f"AADSTS{number}: The request was refused. Trace ID: 0 Timestamp: 2026-11-27 12:00:00Z"
        return raw_json({"error": error, "error_description": text, "error_codes": [number]}, 400)
    status, code = exchange.choose(_GRAPH)
    return raw_json(_refusal(code), status)


def _one_item_refused(exchange: Exchange) -> bytes:
    """Refuse one item of a batch as the service itself does."""
    body = exchange.answer.json
    item = exchange.choose(body["responses"])
    item["status"], code = exchange.choose(_GRAPH)
    item["body"] = _refusal(code)
    return raw(200, (JSON,), json.dumps(body).encode())


KINDS: t.Final = (
    *(_status(number) for number in _STATUSES),
    *(_retry_after(name, value) for name, value in _WAITS),
    Kind("status-wrong-for-body", _right_body),
    Kind("own-word", _own_word, judgement="word"),
    Kind("own-word-item", _one_item_refused, judgement="word", places=("graph-batch",)),
)
