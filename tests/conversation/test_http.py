# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client, servers and proxies that are slow, endless, wrong or refuse: it ends in time, and says why."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import itertools
import json
import resource
import socket
import ssl
import time
import tracemalloc

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_server import forwarding, head_of_request, raw_server, replying, send_all

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    MtoError,
    OptionError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import (
    MAX_BODY,
    BearerToken,
    Http,
    Response,
    origin_of,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
MEGABYTE = 1024 * 1024


def context_of(authority, *names, **dates):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1", "localhost")), **dates).configure_cert(context)
    return context


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority):
    return context_of(authority)


@pytest.fixture(scope="module")
def ca_path(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("http") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def client(ca_path, timeout=5.0, deadline=10.0):
    return Http(ca_path=ca_path, timeout=timeout, deadline=Deadline(deadline), pool=1)


def cause_of(ca_path, url, **options):
    with pytest.raises(UnreachableError) as caught:
        client(ca_path, **options).send("GET", url, repeat=False)
    return str(caught.value)


def endless(part):
    return itertools.repeat(part)


# What a server sends after the request, a part at a time.
DRIPS = {
    "length": itertools.chain([OK + b"Content-Length: 100000\r\n\r\n"], endless(b"x")),
    "no_length": itertools.chain([OK + b"\r\n"], endless(b"x")),
    "chunks": itertools.chain([OK + b"Transfer-Encoding: chunked\r\n\r\n"], endless(b"1\r\nx\r\n")),
    "chunk_size": itertools.chain([OK + b"Transfer-Encoding: chunked\r\n\r\n"], endless(b"0")),
    "chunk_extension": itertools.chain([OK + b"Transfer-Encoding: chunked\r\n\r\n1;"], endless(b"a")),
    "trailers": itertools.chain([OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"], endless(b"A: b\r\n")),
    "headers": itertools.chain([OK], endless(b"A: b\r\n")),
    "header": itertools.chain([OK + b"A: "], endless(b"a")),
    "status_line": itertools.chain([b"HTTP/1.1 200 "], endless(b"a")),
    "first_bytes": itertools.chain([b"HTT"], endless(b"")),
    "continue": endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "continue_headers": itertools.chain([b"HTTP/1.1 100 Continue\r\n"], endless(b"A: b\r\n")),
    "redirect": itertools.chain(
        [b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\n"], endless(b"x")
    ),
    "refusal": itertools.chain([b"HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n"], endless(b"x")),
    "gzip": itertools.chain([OK + b"Content-Encoding: gzip\r\n\r\n"], gzip.compress(b"x" * 99), endless(b"")),
}


@pytest.mark.parametrize("name", DRIPS)
@pytest.mark.parametrize("timeout", [0.5, 30.0])
def test_drip_ends_in_time(tls, ca_path, name, timeout):
    parts = (bytes([part]) if isinstance(part, int) else part for part in DRIPS[name])
    with raw_server(replying(*[]), tls) as server:

        def talk(connection):
            head_of_request(connection)
            send_all(connection, parts, 0.05)

        server.talk = talk
        assert_ends(client(ca_path, timeout, 1.2), server.url)


def assert_ends(http, url, **options):
    """A read fails, with our own error, at most one second after the deadline."""
    started = time.monotonic()
    with pytest.raises((UnreachableError, DeadlineError)):
        http.send("GET", url, **options)
    assert time.monotonic() - started < http.deadline.seconds + 1


def handshake_drip(connection):
    """A TLS record whose body comes a byte at a time."""
    send_all(connection, itertools.chain([b"\x16\x03\x03\x3f\xff"], endless(b"\x00")), 0.05)


def tunnel_drip(*parts):
    def talk(connection):
        head_of_request(connection)
        send_all(connection, itertools.chain(parts[:-1], endless(parts[-1])), 0.05)

    return talk


def nothing(_connection):
    time.sleep(5)


@pytest.mark.parametrize("talk", [handshake_drip, nothing])
def test_handshake_ends_in_time(ca_path, talk):
    with raw_server(talk) as server:
        assert_ends(client(ca_path, 30, 1), server.url)
        assert "TLS handshake within the time-out" in cause_of(ca_path, server.url, timeout=0.3)


@pytest.mark.parametrize(
    "talk",
    [
        pytest.param(tunnel_drip(b"HTTP/1.1 200 ", b"a"), id="status_line"),
        pytest.param(tunnel_drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), id="headers"),
        pytest.param(tunnel_drip(b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03\x3f\xff"), id="handshake"),
        pytest.param(nothing, id="nothing"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_ends_in_time(tls, ca_path, monkeypatch, talk, scheme):
    with raw_server(talk, tls if scheme == "https" else None) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        assert_ends(client(ca_path, 30, 1), "https://graph.microsoft.com/v1.0/organization")


def test_tls_to_a_proxy_ends_in_time(ca_path, monkeypatch):
    with raw_server(handshake_drip) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        assert_ends(client(ca_path, 30, 1), "https://graph.microsoft.com/")


def test_name_resolution_ends_in_time(ca_path, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: time.sleep(5))
    assert_ends(client(ca_path, 30, 1), "https://graph.microsoft.com/")


def test_request_that_nobody_reads_ends_in_time(tls, ca_path):
    with raw_server(nothing, tls) as server:
        assert_ends(client(ca_path, 30, 1), server.url, body=b"x" * 32 * MEGABYTE)


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
BOMB = gzip.compress(bytes(200 * MEGABYTE))
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
            with pytest.raises(UnreachableError) as caught:
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


def reply_to(ca_path, tls, reply, **options):
    with raw_server(replying(reply), tls) as server:
        return client(ca_path).send("GET", server.url, repeat=False, **options)


ODD = {
    "location": b"HTTP/1.1 302 Found\r\nLocation: https://[::1\r\nContent-Length: 2\r\n\r\n{}",
    "location_surrogate": b"HTTP/1.1 301 Moved\r\nLocation: http://\xed\xa0\x80\r\nContent-Length: 2\r\n\r\n{}",
    "location_port": b"HTTP/1.1 307 Go\r\nLocation: https://x:99999999999/\r\nContent-Length: 2\r\n\r\n{}",
    "negative_length": OK + b"Content-Length: -5\r\n\r\n{}",
    "word_length": OK + b"Content-Length: two\r\n\r\n{}",
    "float_length": OK + b"Content-Length: 2.0\r\n\r\n{}",
    "long_length": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "two_lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "negative_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\n0\r\n\r\n",
    "word_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n",
    "signed_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "empty_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n",
    "huge_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 4000 + b"\r\n{}\r\n0\r\n\r\n",
    "cut_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    "no_last_chunk": OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "cut": OK + b"Content-Length: 3\r\n\r\n{}",
    "encoding": OK + b"Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
    "encodings": OK + b"Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\nContent-Length: 2\r\n\r\n{}",
    "not_gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "cut_gzip": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}" * 99)[:-9],
    "gzip_and_more": OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"{}") + b"more",
    "status_word": b"HTTP/1.1 abc OK\r\n\r\n",
    "status_low": b"HTTP/1.1 099 OK\r\n\r\n",
    "status_high": b"HTTP/1.1 1000 OK\r\n\r\n",
    "status_999": b"HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
    "version": b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "no_version": b"{}",
    "nothing": b"",
    "line_feed": b"\n\n\n\n",
    "tls_alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "header_bytes": OK + bytes(range(128, 256)) + b": x\r\nContent-Length: 2\r\n\r\n{}",
    "value_bytes": OK + b"X: \x00\x01\x85\xff\xed\xa0\x80\r\nContent-Length: 2\r\n\r\n{}",
    "no_colon": OK + b"Content-Length 2\r\n\r\n{}",
    "folded": OK + b"Retry-After: 1\r\n 2\r\n\t3\r\nContent-Length: 2\r\n\r\n{}",
    "header_starts_folded": b"HTTP/1.1 200 OK\r\n folded: yes\r\n\r\n{}",
    "many_headers": OK + b"A: b\r\n" * 101 + b"\r\n{}",
    "date": OK + b"Date: Fri, 99 Nov 99999 99:99:99 XYZ\r\nContent-Length: 2\r\n\r\n{}",
    "cookies": OK + b"Set-Cookie: \xff\xfe=\x00; expires=Fri, 99\r\nSet-Cookie: =;;;\r\nContent-Length: 2\r\n\r\n{}",
    "upgrade": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nxxxx",
    "length_and_chunks": OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "transfer_encodings": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
}
# Nothing of these is an answer.
BROKEN = set(
    "negative_chunk word_chunk empty_chunk huge_chunk cut_chunk no_last_chunk cut encoding encodings not_gzip cut_gzip"
    " gzip_and_more status_word status_low status_high no_version version nothing line_feed tls_alert many_headers"
    " negative_length word_length float_length long_length two_lengths".split()
)


@pytest.mark.parametrize("name", ODD)
def test_odd_answer_is_an_answer_or_an_error_of_ours(tls, ca_path, name):
    if name in BROKEN:
        with pytest.raises(UnreachableError, match=r"^GET https://127"):
            reply_to(ca_path, tls, ODD[name])
    else:
        response = reply_to(ca_path, tls, ODD[name])
        json.dumps(dict(response.headers)).encode()
        "".join(response.headers.values()).encode()


PIECES = [
    *(
        b"HTTP/1.1 ",
        b"HTTP/1.0 ",
        b"200",
        b"302",
        b"100",
        b"429",
        b" ",
        b"\r\n",
        b"\n",
        b"\r\n\r\n",
        b":",
        b"Content-Length: ",
    ),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Location: ",
        b"Set-Cookie: ",
        b"Date: ",
        b"Retry-After: ",
    ),
    *(
        b"-1",
        b"0",
        b"5",
        b"ffffffffff",
        b"{}",
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"https://[::1",
        gzip.compress(b"{}"),
    ),
]


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=8), max_size=24).map(b"".join), st.booleans())
@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_answer_or_an_error_of_ours(any_server, content, with_status):
    http, server = any_server
    server.talk = replying((b"HTTP/1.1 200 OK\r\n" if with_status else b"") + content)
    try:
        response = http.send("GET", server.url, repeat=False)
        "".join((*response.headers, *response.headers.values())).encode()
        response.json()
    except MtoError as error:
        text = str(error)
    else:
        text = ""
    assert "\n" not in text


@pytest.fixture(scope="module")
def any_server(tls, ca_path):
    with raw_server(replying(b""), tls) as server:
        yield client(ca_path, 5, 600), server


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://[::1",
            "http://\ud800",
            "https://\ud800/",
            "https://x:99999/",
            "https://x:-1/",
            "https://[::1]x/",
            "",
        ),
        *("x", "https://", "https://a b/", "https://a/\x00", "https://a\u2100.example/", "//x/", "http://127.0.0.1/"),
    ],
)
@pytest.mark.parametrize("token", [None, BearerToken("a-token", "https://x:443", "t", "app")])
def test_address_that_cannot_be_sent_is_an_error_of_ours(ca_path, url, token):
    with pytest.raises(MtoError, match="refused"):
        client(ca_path).send("GET", url, token=token)


AUTHORITY = st.lists(st.sampled_from(list("[]:@\\./%?#az09 \ud800\u2100")), max_size=12)


@given(st.text(max_size=20) | AUTHORITY.map(lambda characters: f"https://{''.join(characters)}"))
def test_any_address_has_an_origin_or_is_refused(url):
    with contextlib.suppress(MtoError):
        assert origin_of(url).count("://") == 1


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "a=\u20ac"}, {"X": "a\r\nb: c"}, {"X": "\ud800"}, {"X": "a\nb"}, {"X": "\x00"}, {"X": "\x7f"}],
)
def test_header_that_cannot_be_sent_is_named_without_its_value(ca_path, headers):
    with pytest.raises(MtoError, match=f"the header {next(iter(headers))} cannot be sent") as caught:
        client(ca_path).send("GET", "https://127.0.0.1:9/", headers=headers)
    assert "\u20ac" not in str(caught.value)


@pytest.mark.parametrize("body", ["\ud800", {"a": "\ud800"}, {"\ud800": "a"}])
def test_body_that_cannot_be_sent_is_an_error_of_ours(ca_path, body):
    with pytest.raises(MtoError, match="the body cannot be sent"):
        client(ca_path).send("POST", "https://127.0.0.1:9/", body=body)


def test_odd_header_names_and_methods_are_errors_of_ours(ca_path):
    with pytest.raises(MtoError):
        client(ca_path).send("GET", "https://127.0.0.1:9/", headers={"a b\r\n": "c"}, repeat=False)
    with pytest.raises(MtoError):
        client(ca_path).send("GET\r\n", "https://127.0.0.1:9/", repeat=False)


def test_connection_is_used_again(tls, ca_path):
    reply = OK + b"Content-Length: 2\r\n\r\n{}"

    def talk(connection):
        for _number in range(3):
            head_of_request(connection)
            connection.sendall(reply)

    with raw_server(talk, tls) as server:
        http = client(ca_path)
        assert [http.send("GET", server.url).status for _number in range(3)] == [200, 200, 200]
        assert server.connections == 1


def test_headers_of_a_name_are_joined(tls, ca_path):
    response = reply_to(ca_path, tls, OK + b"Set-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n")
    assert response.headers["set-cookie"] == "a=1, b=2"


# Certificates, proxies, clocks: what happened, and what mends it.
YEAR = dt.timedelta(days=365)
NOW = dt.datetime.now(tz=dt.UTC)


def test_expired_certificate_names_the_clock(authority, ca_path):
    context = context_of(authority, not_before=NOW - 2 * YEAR, not_after=NOW - YEAR)
    with raw_server(replying(b""), context) as server:
        text = cause_of(ca_path, server.url)
    assert "the certificate of the server has expired" in text
    assert f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}" in text
    assert "ca_path" not in text


def test_certificate_of_the_future_names_the_clock(authority, ca_path):
    context = context_of(authority, not_before=NOW + YEAR, not_after=NOW + 2 * YEAR)
    with raw_server(replying(b""), context) as server:
        text = cause_of(ca_path, server.url)
    assert "is not valid yet: correct the clock of this machine" in text
    assert "ca_path" not in text


def test_clock_that_other_answers_contradict_is_named(authority, tls, ca_path):
    date = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(minutes=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    expired = context_of(authority, not_before=NOW - 2 * YEAR, not_after=NOW - YEAR)
    reply = OK + f"Date: {date}\r\nContent-Length: 2\r\n\r\n{{}}".encode()
    http = client(ca_path)
    with raw_server(replying(reply), tls) as server:
        http.send("GET", server.url)
    assert -5410 < http.clock.skew < -5200
    assert http.clock.is_off
    with (
        raw_server(replying(b""), expired) as server,
        pytest.raises(UnreachableError, match=r"(8[5-9]|90) minutes behind"),
    ):
        http.send("GET", server.url)


def test_certificate_of_another_name(authority, ca_path):
    with raw_server(replying(b""), context_of(authority, "other.example")) as server:
        text = cause_of(ca_path, server.url)
    assert "is for another host name" in text
    assert "ca_path" not in text


def test_certificate_of_an_unknown_authority(ca_path):
    with raw_server(replying(b""), context_of(trustme.CA())) as server:
        assert "is not trusted (see the option ca_path)" in cause_of(ca_path, server.url)


def test_bad_certificate_is_not_tried_again(ca_path):
    with raw_server(replying(b""), context_of(trustme.CA())) as server:
        with pytest.raises(UnreachableError):
            client(ca_path).send("GET", server.url)
        assert server.connections == 1


def test_server_without_tls(ca_path):
    with raw_server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        assert "the server does not speak TLS on this port" in cause_of(ca_path, server.url)


def test_handshake_that_is_refused(ca_path):
    with raw_server(lambda connection: connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")) as server:
        text = cause_of(ca_path, server.url)
    assert "the TLS handshake with the server failed (" in text
    assert "HANDSHAKE_FAILURE" in text


def test_handshake_that_is_cut(ca_path):
    with raw_server(lambda connection: connection.recv(9999)) as server:
        assert "closed the connection during the TLS handshake" in cause_of(ca_path, server.url)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_is_used(tls, ca_path, monkeypatch, scheme):
    with (
        raw_server(replying(OK + b"Content-Length: 2\r\n\r\n{}"), tls) as server,
        raw_server(forwarding, tls if scheme == "https" else None) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://someone:some%20secret@127.0.0.1:{proxy.port}")
        assert client(ca_path).send("GET", server.url).json() == {}
        assert proxy.connections == 1


@pytest.mark.parametrize(
    ("status", "hint", "final"),
    [
        (407, "the user name and the password", True),
        (403, "its administrator has to allow this host", True),
        (502, "it could not reach the host", False),
        (504, "it could not reach the host", False),
        (302, "ask its administrator", True),
    ],
)
def test_proxy_that_refuses(ca_path, monkeypatch, status, hint, final):
    reply = f"HTTP/1.1 {status} eyJhbGciOiJIUzI1NiJ9.x.y\r\nContent-Length: 209715200\r\n\r\n<html>".encode()
    with raw_server(replying(reply)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:secret-password@127.0.0.1:{proxy.port}")
        with pytest.raises(UnreachableError) as caught:
            client(ca_path).send("GET", "https://graph.microsoft.com/v1.0/me", repeat=False)
    text = str(caught.value)
    assert f"refused to connect to graph.microsoft.com:443 with HTTP {status}: " in text
    assert hint in text
    assert caught.value.final is final
    assert "secret" not in text
    assert "eyJ" not in text


@pytest.mark.parametrize(
    ("proxy", "text"),
    [
        ("http://127.0.0.1:9", "the proxy of the environment (HTTPS_PROXY) does not answer at 127.0.0.1:9"),
        ("127.0.0.1:9", "the proxy of the environment (HTTPS_PROXY) does not answer at 127.0.0.1:9"),
        ("http://proxy.invalid:8080", "the host name of the proxy of the environment (HTTPS_PROXY) cannot be resolved"),
        ("socks5://127.0.0.1:9", "is not an http:// or https:// address"),
        ("httpp://127.0.0.1:9", "is not an http:// or https:// address"),
        ("http://", "is not an http:// or https:// address"),
        ("http://[::1", "is not an http:// or https:// address"),
        ("http://a b:1", "is not an http:// or https:// address"),
        ("http://x:99999999", "is not an http:// or https:// address"),
        ("\u20ac://\u20ac", "is not an http:// or https:// address"),
    ],
)
def test_proxy_that_cannot_be_used(ca_path, monkeypatch, proxy, text):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert text in cause_of(ca_path, "https://graph.microsoft.com/v1.0/me")


@pytest.mark.parametrize("reply", [b"hello\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a" * 99999])
def test_proxy_that_is_none(ca_path, monkeypatch, reply):
    with raw_server(replying(reply)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        text = cause_of(ca_path, "https://graph.microsoft.com/v1.0/me")
    assert "the proxy of the environment (HTTPS_PROXY) does not answer as a proxy" in text


def test_certificate_of_a_proxy(ca_path, monkeypatch):
    with raw_server(forwarding, context_of(trustme.CA())) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
        text = cause_of(ca_path, "https://graph.microsoft.com/v1.0/me")
    assert (
        "the certificate of the proxy of the environment (HTTPS_PROXY) is not trusted (see the option ca_path)" in text
    )


def test_refused_and_unresolved(ca_path):
    assert "the connection was refused" in cause_of(ca_path, "https://127.0.0.1:9/")
    assert "the host name cannot be resolved" in cause_of(ca_path, "https://graph.invalid/")
    assert "the host name cannot be resolved" in cause_of(ca_path, f"https://{'a' * 80}.invalid/")


@pytest.mark.parametrize("content", [b"", b"no certificate", b"\x00\xff", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_ca_bundle_that_is_none_is_named(tmp_path, content):
    path = tmp_path / "ca.pem"
    path.write_bytes(content)
    with pytest.raises(OptionError, match=r"ca_path: .* cannot be read as CA certificates"):
        client(str(path))


def test_sent_secrets_are_known_and_their_echo_is_hidden(tls, ca_path):
    token = BearerToken("opaque-token-value", "", "t", "app")
    body = {"client_secret": "s3cret/value+1", "refresh_token": "refresh-token-1", "grant_type": "refresh_token"}
    echo = {"error": {"message": "opaque-token-value s3cret/value+1 s3cret%2Fvalue%2B1 sccauth-value refresh_token"}}
    content = json.dumps(echo).encode()
    head = OK + b"Request-Id: for opaque-token-value\r\nContent-Length: " + str(len(content)).encode()
    with raw_server(replying(head + b"\r\n\r\n" + content), tls) as server:
        http = client(ca_path)
        token = BearerToken("opaque-token-value", origin_of(server.url), "t", "app")
        headers = {"Cookie": "sccauth=sccauth-value; XSRF-TOKEN=xsrf-value-1; a=b", "X-XSRF-TOKEN": "xsrf-value-1"}
        response = http.send("POST", server.url, token=token, headers=headers, body=body)
    hidden = {"opaque-token-value", "s3cret/value+1", "refresh-token-1", "sccauth-value", "xsrf-value-1"}
    assert http.secrets.values() == hidden
    assert response.json()["error"]["message"] == "******** ******** ******** ******** refresh_token"
    assert response.request_id == "for ********"
    assert all(value not in repr(response) for value in hidden)
