# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies that are no JSON, or JSON that no service sends."""

from __future__ import annotations

import codecs
import json
import re
import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import HTML, JSON, raw

_FIXED: t.Final = (
    ("empty", b""),
    ("space", b"  \r\n"),
    ("list", b"[]"),
    ("null", b"null"),
    ("object", b"{}"),
    ("text", b'"x"'),
    ("number", b"17"),
    ("true", b"true"),
    ("list-of-null", b"[null]"),
    ("nested-lists", b"[" * 200_000),
    ("nested-closed", b"[" * 100_000 + b"]" * 100_000),
    ("nested-value", b'{"value": ' + b"[" * 20_000 + b"]" * 20_000 + b"}"),
    ("huge-number", b'{"value": [{"id": ' + b"9" * 5_000 + b"}]}"),
    ("infinite", b'{"value": [{"id": 1e999}]}'),
)


def _fixed(name: str, body: bytes) -> Kind:
    return Kind(f"body-{name}", lambda _exchange: raw(200, (JSON,), body))


def _page(exchange: Exchange) -> bytes:
    """A sign-in page of a captive portal; its type is a lie as often as not."""
    return raw(200, (exchange.choose([HTML, JSON]),), b"<!doctype html><title>Sign in to the network</title>")


def _rewritten(change: t.Callable[[Exchange, str], bytes | None]) -> t.Callable[[Exchange], bytes | None]:
    """Return a kind that changes the text of a right body of JSON."""

    def spoil(exchange: Exchange) -> bytes | None:
        if exchange.answer.json is None:
            return None
        body = change(exchange, exchange.answer.body.decode())
        return None if body is None else raw(exchange.answer.status, (JSON,), body)

    return spoil


def _in_a_text(exchange: Exchange, text: str, put: str) -> bytes | None:
    """Put something into the value of a text."""
    values = [match.end() for match in re.finditer(r'": ?"', text)]
    if not values:
        return None
    place = exchange.choose(values)
    return (text[:place] + put + text[place:]).encode("utf-8", errors="surrogateescape")


def _in_every_name(_exchange: Exchange, text: str) -> bytes:
    return re.sub(r'("(?:display|domain|tenant)Name": ?")', r"\1\\ud83d", text).encode()


def _odd_characters(_exchange: Exchange, text: str) -> bytes:
    odd = r"\\u0000\\u001b[2J\\u0085\\u009b31m\\u202e\\u2028\\ufeff\\uffff"
    return re.sub(r'("(?:displayName|message|error_description|name)": ?")', rf"\1{odd}", text).encode()


def _cut(exchange: Exchange, text: str) -> bytes:
    return text[: exchange.rng.randrange(1, max(2, len(text)))].encode()


def _twice_a_key(exchange: Exchange, text: str) -> bytes | None:
    """Repeat a key with another value: which one counts is nowhere defined [RFC 8259]."""
    keys = [match for match in re.finditer(r'"([A-Za-z@.]+)": ?', text) if match[1] in _KEYS]
    if not keys:
        return None
    match = exchange.choose(keys)
    value = exchange.choose(["null", "[]", "{}", '"x"', "false", "0"])
    first, again = (match.start(), f'"{match[1]}": {value}, ')
    return (text[:first] + again + text[first:]).encode()


_KEYS: t.Final = frozenset(
    "value responses id status body access_token expires_in displayName accountEnabled customer accessDetails userType"
    " unifiedRoles servicePlans provisioningStatus capabilityStatus tenantId error tenantInfoList inboundTrust".split()
)
_CHANGES: t.Final[tuple[tuple[str, t.Callable[[Exchange, str], bytes | None]], ...]] = (
    ("bom", lambda _exchange, text: codecs.BOM_UTF8 + text.encode()),
    ("utf16", lambda _exchange, text: text.encode("utf-16")),
    ("utf16-plain", lambda _exchange, text: text.encode("utf-16-le")),
    ("invalid-utf8", lambda exchange, text: _in_a_text(exchange, text, "\udcff\udcc0")),
    ("half-surrogate", lambda exchange, text: _in_a_text(exchange, text, "\\ud83d")),
    ("half-surrogate-names", _in_every_name),
    ("odd-characters", _odd_characters),
    ("raw-control", lambda exchange, text: _in_a_text(exchange, text, "\x01\n")),
    ("truncated", _cut),
    ("twice", lambda _exchange, text: (text + text).encode()),
    ("and-more", lambda _exchange, text: f"{text}<!-- served by cache-17 -->".encode()),
    ("in-a-text", lambda _exchange, text: json.dumps(text).encode()),
    ("in-a-list", lambda _exchange, text: f"[{text}]".encode()),
    ("in-an-object", lambda _exchange, text: f'{{"d": {text}}}'.encode()),
    ("callback", lambda _exchange, text: f"callback({text});".encode()),
    ("xssi-prefix", lambda _exchange, text: f")]}}',\n{text}".encode()),
    ("single-quotes", lambda _exchange, text: text.replace('"', "'").encode()),
    ("nan", lambda _exchange, text: re.sub(r": ?(\d+|true|false|null)\b", ": NaN", text, count=1).encode()),
    ("duplicate-key", _twice_a_key),
)

KINDS: t.Final = (
    *(_fixed(name, body) for name, body in _FIXED),
    Kind("body-page", _page),
    *(Kind(f"body-{name}", _rewritten(change)) for name, change in _CHANGES),
)
