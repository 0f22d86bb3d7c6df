# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that break, stall, drip, or never end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import typing as t

from storm.proxy import Exchange, Kind
from storm.wire import JSON, raw

Writing: t.TypeAlias = "t.Callable[[Exchange, asyncio.StreamWriter], t.Awaitable[None]]"

_HEAD: t.Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_BLOCK: t.Final = b" " * 65536
_MEGABYTE: t.Final = 1024 * 1024
# What a client may take of one answer, with what the buffers of the two ends hold.
_MOST: t.Final = (64 + 12) * _MEGABYTE
# How long a byte of a drip takes: far less than any time-out of a single read.
_DRIP: t.Final = 0.2


def _scripted(name: str, script: Writing, *, heavy: bool = False) -> Kind:
    return Kind(name, lambda _exchange: script, slow=True, heavy=heavy)


async def _reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection so that the client sees a reset."""
    await writer.drain()
    found: socket.socket = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _cut(part: t.Callable[[Exchange], bytes], *, reset: bool) -> Writing:
    """Send a part of the right answer, and end the connection."""

    async def script(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        writer.write(part(exchange))
        await writer.drain()
        if reset:
            await _reset(writer)

    return script


def _half(exchange: Exchange) -> bytes:
    whole = raw(200, (JSON,), exchange.answer.body)
    return whole[: len(whole) - max(1, len(exchange.answer.body) // 2)]


def _drip(first: bytes, drop: bytes, pause: float = _DRIP) -> Writing:
    """Send something small again and again."""

    async def script(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not exchange.stage.over and not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(pause)

    return script


async def _drip_right(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
    """Send the right answer, byte by byte."""
    for byte in raw(200, (JSON,), exchange.answer.body):
        if exchange.stage.over or writer.is_closing():
            return
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(_DRIP)


async def _never(exchange: Exchange, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(exchange.stage.left)


def _flood(head: bytes, block: bytes, most: int) -> Writing:
    """Send as much as the client takes, and note where that is more than it may."""

    async def script(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        sent = 0
        try:
            while sent < most and not exchange.stage.over and not writer.is_closing():
                writer.write(block)
                await writer.drain()
                # Only now it shows whether the client is still there.
                await asyncio.sleep(0)
                sent += len(block)
        finally:
            if sent > _MOST:
                exchange.stage.oversized.append(f"{sent // _MEGABYTE} MB of one answer were taken")

    return script


def _redirect(exchange_head: bytes) -> bytes:
    return exchange_head.replace(b"200 OK", b"302 Found") + b"Location: https://127.0.0.1:1/\r\n"


def _said(line: bytes) -> Writing:
    async def script(_exchange: Exchange, writer: asyncio.StreamWriter) -> None:
        writer.write(line)
        await writer.drain()

    return script


async def _more_after(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
    """Send a second answer that nobody asked for."""
    writer.write(raw(200, (JSON,), exchange.answer.body) + raw(200, (JSON,), b'{"value": []}'))
    await writer.drain()


async def _early_hints(exchange: Exchange, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    writer.write(raw(200, (JSON,), exchange.answer.body))
    await writer.drain()


_LENGTH: t.Final = b"Content-Length: %d\r\n\r\n"

KINDS: t.Final = (
    _scripted("reset-at-once", _cut(lambda _exchange: b"", reset=True)),
    _scripted("reset-in-status", _cut(lambda _exchange: b"HTTP/1.1 2", reset=True)),
    _scripted("reset-in-headers", _cut(lambda _exchange: _HEAD, reset=True)),
    _scripted("reset-in-body", _cut(_half, reset=True)),
    _scripted("close-at-once", _cut(lambda _exchange: b"", reset=False)),
    _scripted("close-in-headers", _cut(lambda _exchange: _HEAD, reset=False)),
    _scripted("close-in-body", _cut(_half, reset=False)),
    _scripted("close-without-length", _cut(lambda exchange: _HEAD + b"\r\n" + exchange.answer.body[:20], reset=False)),
    _scripted("never", _never),
    _scripted("drip-status", _drip(b"HTTP/1.1 200 ", b"x")),
    _scripted("drip-headers", _drip(_HEAD + b"X-Drip: ", b"x")),
    _scripted("drip-header-lines", _drip(_HEAD, b"X-Drip: x\r\n", 0.5)),
    _scripted("drip-body", _drip(_HEAD + _LENGTH % 100_000, b" ")),
    _scripted("drip-error-body", _drip(_HEAD.replace(b"200", b"403") + _LENGTH % 100_000, b" ")),
    _scripted("drip-redirect-body", _drip(_redirect(_HEAD) + _LENGTH % 100_000, b" ")),
    _scripted("drip-chunks", _drip(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")),
    _scripted("drip-chunk-size", _drip(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0")),
    _scripted("drip-gzip", _drip(_HEAD + b"Content-Encoding: gzip\r\n" + _LENGTH % 100_000, b"\x1f")),
    _scripted("drip-continue", _drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    _scripted("drip-right", _drip_right),
    _scripted("flood-continue", _flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40, 4 * _MEGABYTE)),
    _scripted("flood-headers", _flood(_HEAD, b"X-Flood: x\r\n" * 500, 4 * _MEGABYTE)),
    _scripted("flood-status", _flood(b"HTTP/1.1 200 ", b"x" * 4096, 4 * _MEGABYTE)),
    _scripted("flood-body", _flood(_HEAD + b"\r\n", _BLOCK, 90 * _MEGABYTE), heavy=True),
    _scripted("flood-length", _flood(_HEAD + _LENGTH % (70 * _MEGABYTE), _BLOCK, 90 * _MEGABYTE), heavy=True),
    _scripted(
        "flood-error", _flood(_HEAD.replace(b"200", b"403") + _LENGTH % 10**9, _BLOCK, 90 * _MEGABYTE), heavy=True
    ),
    _scripted("flood-redirect", _flood(_redirect(_HEAD) + _LENGTH % 10**9, _BLOCK, 90 * _MEGABYTE), heavy=True),
    _scripted("http09", _said(b"<html>It works!</html>\r\n")),
    _scripted("not-http", _said(b"\x16\x03\x01\x00\x05hello\r\n\r\n")),
    _scripted("status-line-text", _said(b"HTTP/1.1 abc OK\r\n\r\n")),
    _scripted("status-line-negative", _said(b"HTTP/1.1 -200 OK\r\nContent-Length: 0\r\n\r\n")),
    _scripted("status-line-short", _said(b"HTTP/1.1\r\n\r\n")),
    _scripted("status-line-digits", _said(b"HTTP/1.1 " + b"2" * 9000 + b" OK\r\n\r\n")),
    _scripted("status-line-version", _said(b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
    _scripted(
        "header-without-colon", _said(_HEAD + b"no colon here\r\n : x\r\n\tfolded\r\nContent-Length: 2\r\n\r\n{}")
    ),
    _scripted("switching", _said(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")),
    _scripted("more-after", _more_after),
    _scripted("early-hints", _early_hints),
)
