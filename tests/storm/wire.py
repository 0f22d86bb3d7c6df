# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP/1.1 as bytes: what a client sent, what the lab answered, and answers that no server sends."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from urllib.parse import parse_qsl

if t.TYPE_CHECKING:
    import asyncio

Json: t.TypeAlias = t.Any
Headers: t.TypeAlias = "tuple[tuple[str, str], ...]"

JSON: t.Final = ("Content-Type", "application/json; charset=utf-8")
HTML: t.Final = ("Content-Type", "text/html")
_HOP_BY_HOP: t.Final = ("connection", "content-length", "keep-alive", "transfer-encoding")


def value_of(headers: Headers, name: str) -> str:
    """Return the first value of a header, an empty text where there is none."""
    return next((value for key, value in headers if key.lower() == name), "")


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """What the client sent."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def bearer(self) -> str:
        """The token of the Authorization header."""
        return value_of(self.headers, "authorization").removeprefix("Bearer ")

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form; none if the body is something else."""
        return dict(parse_qsl(self.body.decode("latin-1"))) if b"grant_type=" in self.body else {}

    @property
    def text(self) -> str:
        """The request as a server would echo it: every header and the body."""
        head = "\n".join((f"{self.method} {self.target}", *(f"{key}: {value}" for key, value in self.headers)))
        return f"{head}\n\n{self.body.decode('latin-1')}"


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer in good form."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> Json:
        """The body as JSON; None if it is something else."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def raw(self) -> bytes:
        """The answer as it goes over the wire."""
        kept = tuple((key, value) for key, value in self.headers if key.lower() not in _HOP_BY_HOP)
        return raw(self.status, kept, self.body)


def raw(status: int | str, headers: Headers, body: bytes, length: str | None = None) -> bytes:
    """Return an answer with its length, or with another `length` than it has."""
    lines = [f"HTTP/1.1 {status} x", *(f"{key}: {value}" for key, value in headers)]
    lines += [f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join((*lines, "", "")).encode("latin-1", errors="replace") + body


def raw_json(value: Json, status: int = 200) -> bytes:
    """Return an answer with JSON."""
    return raw(status, (JSON,), json.dumps(value).encode())


async def _head(reader: asyncio.StreamReader) -> tuple[str, Headers]:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:] if line)
    return lines[0], tuple((key.strip(), value.strip()) for key, _colon, value in pairs)


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read a request. Raises EOFError (asyncio.IncompleteReadError) at the end of the connection."""
    start, headers = await _head(reader)
    method, target, _version = start.split(" ", 2)
    return Request(method, target, headers, await reader.readexactly(int(value_of(headers, "content-length") or 0)))


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read an answer of the lab."""
    start, headers = await _head(reader)
    status = int(start.split(" ", 2)[1])
    if value_of(headers, "transfer-encoding").lower() == "chunked":
        return Answer(status, headers, await _chunks(reader))
    return Answer(status, headers, await reader.readexactly(int(value_of(headers, "content-length") or 0)))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
