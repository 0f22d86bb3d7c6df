# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lengths, chunks, encodings and headers that do not describe the body."""

from __future__ import annotations

import gzip
import typing as t
import zlib

from storm.proxy import Exchange, Kind
from storm.wire import JSON, Headers, raw


def _length(name: str, length: t.Callable[[int], str], *, slow: bool = False) -> Kind:
    return Kind(
        f"length-{name}",
        lambda exchange: raw(200, (JSON,), exchange.answer.body, length(len(exchange.answer.body))),
        slow=slow,
    )


def _headed(name: str, *headers: tuple[str, str], slow: bool = False) -> Kind:
    """Send the right body with more headers."""
    return Kind(f"header-{name}", lambda exchange: raw(200, (JSON, *headers), exchange.answer.body), slow=slow)


def _chunked(name: str, change: t.Callable[[bytes], bytes], *, slow: bool = True) -> Kind:
    """Send the right body in chunks, as `change` writes them."""

    def spoil(exchange: Exchange) -> bytes:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        return head + change(exchange.answer.body)

    return Kind(f"chunk-{name}", spoil, slow=slow)


def _chunk(body: bytes, size: bytes | None = None) -> bytes:
    return (b"%x" % len(body) if size is None else size) + b"\r\n" + body + b"\r\n"


def _encoded(name: str, encoding: str, change: t.Callable[[bytes], bytes]) -> Kind:
    def spoil(exchange: Exchange) -> bytes:
        return raw(200, (JSON, ("Content-Encoding", encoding)), change(exchange.answer.body))

    return Kind(f"encoding-{name}", spoil, slow=True)


def _bomb(megabytes: int) -> bytes:
    """Return white space, packed: a thousandth of its size. The packed megabytes are all the same."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, more = (packer.compress(b" " * 1024 * 1024) + packer.flush(zlib.Z_FULL_FLUSH) for _part in range(2))
    return first + more * (megabytes - 1)


_END: t.Final = b"0\r\n\r\n"
_LONG: t.Final[Headers] = (("X-Long", "x" * 1_000_000),)
_YEARS: t.Final = ("Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 2199 23:59:59 GMT", "yesterday", "")

KINDS: t.Final = (
    _length("short", lambda size: str(size // 2)),
    _length("long", lambda size: str(size + 1000), slow=True),
    _length("negative", lambda _size: "-1"),
    _length("text", lambda _size: "many"),
    _length("empty", lambda _size: ""),
    _length("hex", hex),
    _length("plus", lambda size: f"+{size}"),
    _length("digits", lambda size: str(size) + "\u00b2"),
    _length("huge", lambda _size: "9" * 400, slow=True),
    _length("two", lambda size: f"{size}\r\nContent-Length: {size + 7}", slow=True),
    _length("list", lambda size: f"{size}, {size}"),
    _chunked("right", lambda body: _chunk(body) + _END, slow=False),
    _chunked("small", lambda body: b"".join(_chunk(body[i : i + 100]) for i in range(0, len(body), 100)) + _END),
    _chunked("size-text", lambda body: _chunk(body, b"zz") + _END),
    _chunked("size-negative", lambda body: _chunk(body, b"-5") + _END),
    _chunked("size-empty", lambda body: _chunk(body, b"") + _END),
    _chunked("size-huge", lambda body: _chunk(body, b"f" * 16) + _END),
    _chunked("size-endless", lambda _body: b"1" * 200_000),
    _chunked("size-wrong", lambda body: _chunk(body, b"5") + _END),
    _chunked("no-end", _chunk),
    _chunked("no-chunk", lambda body: body),
    _chunked("extension", lambda body: _chunk(body, b"%x;a=b" % len(body)) + _END, slow=False),
    _chunked("trailer", lambda body: _chunk(body) + b"0\r\nX-Trailer: x\r\n\r\n", slow=False),
    _encoded("gzip", "gzip", gzip.compress),
    _encoded("gzip-not", "gzip", bytes),
    _encoded("gzip-cut", "gzip", lambda body: gzip.compress(body)[:-12]),
    _encoded("deflate", "deflate", zlib.compress),
    _encoded("deflate-not", "deflate", bytes),
    _encoded("unknown", "zorp", bytes),
    _encoded("brotli-not", "br", bytes),
    _encoded("zstd-not", "zstd", bytes),
    _encoded("many", ", ".join(["gzip"] * 200), bytes),
    Kind(
        "encoding-bomb",
        lambda _exchange: raw(200, (JSON, ("Content-Encoding", "gzip")), _bomb(800)),
        slow=True,
        heavy=True,
    ),
    Kind(
        "encoding-bomb-twice",
        lambda _exchange: raw(200, (JSON, ("Content-Encoding", "gzip, gzip")), gzip.compress(_bomb(800), 9)),
        slow=True,
        heavy=True,
    ),
    _headed("long", *_LONG),
    _headed("many", *((f"X-{number}", "x") for number in range(1000))),
    _headed("latin", ("X-Name", "\u00e9\u00fc\u00ff"), ("request-id", "\u00e9\u0080")),
    _headed(
        "charset", ("Content-Type", "application/json; charset=utf-7"), ("Content-Type", "text/html; charset=zorp")
    ),
    _headed("request-id", ("request-id", "x" * 20_000)),
    _headed("cookie", ("Set-Cookie", "sccauth=x; Domain=.microsoft.com"), ("Set-Cookie", "=;;,=")),
    _headed("connection", ("Connection", "upgrade"), ("Upgrade", "h2c")),
    *(_headed(f"date-{number}", ("Date", date)) for number, date in enumerate(_YEARS)),
)
