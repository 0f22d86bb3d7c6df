# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client and answers of every kind: each is an answer, or an error of ours that says why."""

from __future__ import annotations

import contextlib
import gzip
import json

import pytest
from http_client import OK, client, reply_to
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_server import head_of_request, raw_server, replying

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, origin_of

pytestmark = pytest.mark.usefixtures("no_proxy")


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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_answer_or_an_error_of_ours(any_server, content, with_status):
    http, server = any_server
    server.talk = replying((b"HTTP/1.1 200 OK\r\n" if with_status else b"") + content)
    try:
        response = http.send("GET", server.url, repeat="refusals")
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
        client(ca_path).send("GET", "https://127.0.0.1:9/", headers={"a b\r\n": "c"}, repeat="refusals")
    with pytest.raises(MtoError):
        client(ca_path).send("GET\r\n", "https://127.0.0.1:9/", repeat="refusals")


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


def test_request_goes_out_in_one_piece(tls, ca_path):
    pieces = []

    def talk(connection):
        pieces.append(connection.recv(65536))
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with raw_server(talk, tls) as server:
        client(ca_path).send("PATCH", server.url, headers={"If-Match": '"1"'}, body='{"a": 1}', repeat="refusals")
    head, _empty, body = pieces[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PATCH /v1.0/organization HTTP/1.1\r\n")
    assert b'if-match: "1"' in head.lower()
    assert body == b'{"a": 1}'


def test_request_that_could_not_be_sent_leaves_nothing_to_the_next(tls, ca_path):
    heads = []

    def talk(connection):
        while True:
            heads.append(head_of_request(connection))
            connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with raw_server(talk, tls) as server:
        http = client(ca_path)
        http.send("GET", server.url)
        with pytest.raises(MtoError):
            http.send("GET", server.url, headers={"X-Left": "over", "a\n": "c"}, repeat="refusals")
        http.send("GET", server.url)
    assert [b"x-left" in head.lower() for head in heads] == [False, False]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/a?$filter=mail eq 'o''neil@x.example'", b"/a?$filter=mail%20eq%20'o''neil@x.example'"),
        ("/a(b='c')/%2F?x=%27#part", b"/a(b='c')/%2F?x=%27"),
        ("?x=\u00e9", b"/?x=%C3%A9"),
    ],
)
def test_address_is_quoted_where_it_is_not_yet(tls, ca_path, address, sent):
    heads = []

    def talk(connection):
        heads.append(head_of_request(connection))
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")

    with raw_server(talk, tls) as server:
        client(ca_path).send("GET", f"https://127.0.0.1:{server.port}{address}", repeat="refusals")
    assert heads[0].split(b" ")[1] == sent


def test_headers_of_a_name_are_joined(tls, ca_path):
    response = reply_to(ca_path, tls, OK + b"Set-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 0\r\n\r\n")
    assert response.headers["set-cookie"] == "a=1, b=2"


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
