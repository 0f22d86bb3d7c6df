# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that repeat the whole request, with its token, its form and its cookies."""

from __future__ import annotations

import html
import re
import typing as t
from urllib.parse import quote

from storm.proxy import Exchange, Kind
from storm.wire import HTML, JSON, raw, raw_json

_STATUSES: t.Final = (400, 401, 403, 404, 500)


def _secrets(exchange: Exchange) -> str:
    """Return the secrets of the request on one line."""
    form = exchange.request.form
    parts = [exchange.request.bearer, *(form.get(name, "") for name in ("client_secret", "refresh_token"))]
    cookies = [value for key, value in exchange.request.headers if key.lower() in ("cookie", "x-xsrf-token")]
    return " ".join(part for part in (*parts, *cookies) if part)


def _as_error(exchange: Exchange) -> bytes:
    text = f"Denied: {exchange.request.text}"
    if exchange.host == "login":
        description = f"AADSTS7000215: Denied. {text}"
        return raw_json({"error": "invalid_client", "error_description": description, "error_codes": [7000215]}, 401)
    return raw_json({"error": {"code": "Authorization_RequestDenied", "message": text}}, exchange.choose(_STATUSES))


def _short(exchange: Exchange) -> bytes:
    """Put the secret first, so that no limit of length cuts it off."""
    text = _secrets(exchange)
    if exchange.host == "login":
        return raw_json({"error": text, "error_description": text}, 400)
    error = {"code": text, "message": text, "innerError": {"request-id": text, "code": text}}
    return raw_json({"error": error, "message": text}, exchange.choose(_STATUSES))


def _quoted(exchange: Exchange) -> bytes:
    text = quote(_secrets(exchange), safe="")
    if exchange.host == "login":
        return raw_json({"error": "invalid_grant", "error_description": f"AADSTS70000: {text}"}, 400)
    return raw_json({"error": {"code": "BadRequest", "message": text}}, 400)


def _escaped(exchange: Exchange) -> bytes:
    """Write every character of the secret as an escape of JSON."""
    text = "".join(f"\\u{ord(letter):04x}" for letter in _secrets(exchange))
    body = f'{{"error": {{"code": "BadRequest", "message": "{text}"}}, "error_description": "{text}"}}'
    return raw(400, (JSON,), body.encode())


def _as_item(exchange: Exchange) -> bytes | None:
    body = exchange.answer.json
    item = exchange.choose(body["responses"])
    item["status"] = exchange.choose(_STATUSES)
    item["body"] = {"error": {"code": "Authorization_RequestDenied", "message": exchange.request.text}}
    return raw_json(body)


def _as_value(exchange: Exchange) -> bytes:
    """Put the secret into every name and id of a good answer."""
    text = _secrets(exchange).replace('"', "")
    body = re.sub(
        r'("(?:displayName|request-id|principalDisplayName|name|tenantName)": ?)"',
        lambda match: f'{match[1]}"{text} ',
        exchange.answer.body.decode(),
    )
    return raw(exchange.answer.status, (JSON, ("request-id", text[:4000])), body.encode())


def _in_head(exchange: Exchange) -> bytes:
    text = _secrets(exchange)[:4000]
    return raw(f"400 {text}", (JSON, ("request-id", text), ("Content-Type", f"text/{text}")), b"no")


def _location(exchange: Exchange) -> bytes:
    return raw(302, (JSON, ("Location", f"{exchange.origin}/x?{quote(_secrets(exchange)[:4000])}")), b"")


KINDS: t.Final = (
    Kind("echo-error", _as_error, judgement="word"),
    Kind("echo-short", _short, judgement="word"),
    Kind("echo-quoted", _quoted, judgement="word"),
    Kind("echo-escaped", _escaped, judgement="word"),
    Kind("echo-item", _as_item, judgement="word", places=("graph-batch",)),
    Kind("echo-text", lambda exchange: raw(exchange.choose(_STATUSES), (), exchange.request.text.encode())),
    Kind(
        "echo-page",
        lambda exchange: raw(exchange.choose(_STATUSES), (HTML,), html.escape(exchange.request.text).encode()),
    ),
    Kind("echo-value", _as_value, judgement="doubt"),
    Kind("echo-head", _in_head),
    Kind("echo-location", _location),
)
