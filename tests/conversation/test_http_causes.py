# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates, proxies, clocks: the HTTP client says what happened, and what mends it."""

from __future__ import annotations

import datetime as dt

import pytest
import trustme
from http_client import OK, cause_of, client, context_of
from raw_server import forwarding, raw_server, replying

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError, UnreachableError

pytestmark = pytest.mark.usefixtures("no_proxy")
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
        assert "is not trusted (see ca_path)" in cause_of(ca_path, server.url)


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
            client(ca_path).send("GET", "https://graph.microsoft.com/v1.0/me", repeat="refusals")
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
    assert "the certificate of the proxy of the environment (HTTPS_PROXY) is not trusted (see ca_path)" in text


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
