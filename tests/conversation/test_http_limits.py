# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client and servers that are slow or endless: it ends in time, and holds no more than it may."""

from __future__ import annotations

import concurrent.futures
import gzip
import itertools
import resource
import socket
import threading
import time
import tracemalloc

import pytest
from http_client import MEGABYTE, OK, cause_of, client, without_proxies
from raw_server import head_of_request, raw_server, replying, send_all, silent

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import MAX_BODY, Response

pytestmark = pytest.mark.usefixtures("no_proxy")
# Every server here would go on for hours. Where a second is the deadline, a machine under load may take some more.
IN_TIME = 20.0


TIMEOUTS = (0.5, 30.0)


def single_bytes(content):
    return [bytes([byte]) for byte in content]


# What a server sends after the request, a part at a time; the last one again and again.
DRIPS = {
    "length": (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    "no_length": (OK + b"\r\n", b"x"),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "chunk_size": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0"),
    "chunk_extension": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"A: b\r\n"),
    "headers": (OK, b"A: b\r\n"),
    "header": (OK + b"A: ", b"a"),
    "status_line": (b"HTTP/1.1 200 ", b"a"),
    "first_bytes": (b"HTT", b""),
    "continue": (b"HTTP/1.1 100 Continue\r\n\r\n",),
    "continue_headers": (b"HTTP/1.1 100 Continue\r\n", b"A: b\r\n"),
    "redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "refusal": (b"HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "gzip": (OK + b"Content-Encoding: gzip\r\n\r\n", *single_bytes(gzip.compress(b"x" * 99)), b""),
}


def drip(*parts):
    """Send these after the request, and the last one for ever."""

    def talk(connection):
        head_of_request(connection)
        send_all(connection, itertools.chain(parts[:-1], itertools.repeat(parts[-1])), 0.05)

    return talk


@pytest.fixture(scope="module")
def drips(tls, ca_path):
    """What came of each, by its name and the time-out. They mostly wait, so they all wait at once."""

    def outcome(case):
        with raw_server(drip(*DRIPS[case[0]]), tls) as server:
            return failure_of(client(ca_path, case[1], 1.2), server.url)

    cases = list(itertools.product(DRIPS, TIMEOUTS))
    with pytest.MonkeyPatch.context() as patch, concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        without_proxies(patch)
        yield dict(zip(cases, pool.map(outcome, cases), strict=True))


def failure_of(http, url, **options):
    """The error of a read, and after how many seconds."""
    started = time.monotonic()
    with pytest.raises((UnreachableError, DeadlineError)) as caught:
        http.send("GET", url, **options)
    return caught.value, time.monotonic() - started


@pytest.mark.parametrize("name", DRIPS)
@pytest.mark.parametrize("timeout", TIMEOUTS)
def test_drip_ends_in_time(drips, name, timeout):
    assert drips[name, timeout][1] < IN_TIME


def assert_ends(http, url, **options):
    """A read fails, with our own error, at its deadline."""
    assert failure_of(http, url, **options)[1] < IN_TIME


def handshake_drip(connection):
    """A TLS record whose body comes a byte at a time."""
    send_all(connection, itertools.chain([b"\x16\x03\x03\x3f\xff"], itertools.repeat(b"\x00")), 0.05)


@pytest.mark.parametrize("talk", [handshake_drip, silent])
def test_handshake_ends_in_time(ca_path, talk):
    with raw_server(talk) as server:
        assert_ends(client(ca_path, 30, 0.5), server.url)
        assert "TLS handshake within the time-out" in cause_of(ca_path, server.url, timeout=0.3)


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(drip(b"HTTP/1.1 200 ", b"a"), id="status_line"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), id="headers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03\x3f\xff"), id="handshake"),
        pytest.param(silent, id="nothing"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_ends_in_time(tls, ca_path, monkeypatch, talk, scheme):
    with raw_server(talk, tls if scheme == "https" else None) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        assert_ends(client(ca_path, 30, 0.5), "https://graph.microsoft.com/v1.0/organization")


def test_tls_to_a_proxy_ends_in_time(ca_path, monkeypatch):
    with raw_server(handshake_drip) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        assert_ends(client(ca_path, 30, 0.5), "https://graph.microsoft.com/")


def test_name_resolution_ends_in_time(ca_path, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: ended.wait(60))
    assert_ends(client(ca_path, 30, 0.5), "https://graph.microsoft.com/")
    ended.set()


def test_request_that_nobody_reads_ends_in_time(tls, ca_path):
    with raw_server(silent, tls) as server:
        assert_ends(client(ca_path, 30, 0.5), server.url, body=b"x" * 32 * MEGABYTE)


def test_address_that_does_not_answer_leaves_time_for_the_next(tls, ca_path, monkeypatch):
    body = OK + b"Content-Length: 2\r\n\r\n{}"
    with raw_server(replying(body), tls) as server, socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        # Its queue is full: it does not even refuse.
        waiting = [socket.socket() for _number in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        row = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        addresses = [(*row, address), (*row, ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: addresses)
        assert client(ca_path, 2).send("GET", server.url).json() == {}
        for sock in waiting:
            sock.close()


FLOOD = b"x" * MEGABYTE
BOMB = gzip.compress(bytes(200 * MEGABYTE), 1)
HUGE = {
    "redirect": [b"HTTP/1.1 302 Found\r\nLocation: https://[::1\r\nContent-Length: 209715200\r\n\r\n", *[FLOOD] * 200],
    "length": [OK + b"Content-Length: 209715200\r\n\r\n", *[FLOOD] * 200],
    "endless": [OK + b"\r\n", *[FLOOD] * 200],
    "chunked": [OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"100000\r\n" + FLOOD + b"\r\n"] * 200],
    "chunk_size": [OK + b"Transfer-Encoding: chunked\r\n\r\n", *[b"0" * MEGABYTE] * 200],
    "trailers": [OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", *[b"A: b\r\n" * 200_000] * 200],
    "bomb": [OK + f"Content-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n".encode(), BOMB],
    "chunked_bomb": [
        OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
        f"{len(BOMB):x}\r\n".encode() + BOMB + b"\r\n0\r\n\r\n",
    ],
    "status_line": [b"HTTP/1.1 200 ", *[FLOOD] * 200],
    "header": [OK + b"A: ", *[FLOOD] * 200],
    "headers": [OK, *[b"A: b\r\n" * 200_000] * 200],
    "continue": [b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000] * 200,
    "refusal": [b"HTTP/1.1 503 No\r\n\r\n", *[FLOOD] * 200],
}
# These say no size: they are wrong before they are large, and a proxy's momentary failure may look like them.
MAY_BE_TRIED_AGAIN = {"chunk_size", "trailers", "status_line", "header", "headers"}


@pytest.mark.parametrize("name", HUGE)
def test_answer_without_measure_is_bounded_in_memory(tls, ca_path, name):
    with raw_server(replying(*HUGE[name]), tls) as server:
        http = client(ca_path, 20, 1.2 if name in MAY_BE_TRIED_AGAIN else 20)
        tracemalloc.start()
        try:
            with pytest.raises((UnreachableError, DeadlineError)) as caught:
                http.send("GET", server.url)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 64 * MEGABYTE
        if name not in MAY_BE_TRIED_AGAIN:
            assert caught.value.final
            assert server.connections == 1


def test_largest_answer_is_read(tls, ca_path):
    content = gzip.compress(b'"' + b"x" * (MAX_BODY - 2) + b'"')
    reply = OK + f"Content-Encoding: gzip\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
    with raw_server(replying(reply), tls) as server:
        assert len(client(ca_path, 20, 20).send("GET", server.url).body) == MAX_BODY


@pytest.mark.parametrize("value", [b"[],", b"{},", b"0,", b'{"":[]},'])
def test_answer_of_many_small_values_is_refused(value):
    body = b"[" + value * (12 * MEGABYTE // len(value)) + b"0]"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ServiceError, match="JSON was expected"):
        Response("GET", "https://x/", 200, {}, body).json()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
