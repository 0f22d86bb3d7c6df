# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections: a budget for each request, whom to trust, and the way through a proxy."""

from __future__ import annotations

import collections
import socket
import threading
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft import connection
from ansible_collections.m365.defender.plugins.module_utils._microsoft.causes import BrokenError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.connection import (
    MAX_HEAD,
    Budget,
    Connections,
    ca_bundle,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import Clock

GRAPH = "https://graph.microsoft.com/v1.0"
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in (*BUNDLES, *(f"{word}_proxy" for word in ("http", "https", "all", "no"))):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_bytes_of_a_budget_run_out():
    budget = Budget(60, Clock())
    budget.take(MAX_HEAD)
    with pytest.raises(BrokenError, match="larger than any that the service sends") as raised:
        budget.take(1)
    assert raised.value.final


def test_time_of_a_budget_runs_out():
    assert 0 < Budget(60, Clock()).seconds_left() <= 60
    with pytest.raises(TimeoutError):
        Budget(0, Clock()).seconds_left()


def test_budget_binds_only_meanwhile():
    outer, inner = Budget(60, Clock()), Budget(30, Clock())
    with outer.applied():
        with inner.applied():
            assert connection._BUDGET.get() is inner
        assert connection._BUDGET.get() is outer
    with pytest.raises(LookupError):
        connection._BUDGET.get()


@pytest.fixture
def server():
    """A server that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def addresses(*ports):
    return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]


def test_address_that_does_not_answer_leaves_the_next_one_its_turn(monkeypatch, server):
    port = server.getsockname()[1]
    monkeypatch.setattr(connection, "_addresses", lambda _host, _port: addresses(closed_port(), port))
    with Budget(10, Clock()).applied(), connection._connected("graph", 443) as sock:
        assert sock.getpeername()[1] == port


@pytest.mark.parametrize(("number", "error"), [(0, socket.gaierror), (1, ConnectionError), (2, ConnectionError)])
def test_host_without_an_address_that_answers(monkeypatch, number, error):
    ports = [closed_port() for _number in range(number)]
    monkeypatch.setattr(connection, "_addresses", lambda _host, _port: addresses(*ports))
    with Budget(10, Clock()).applied(), pytest.raises(error):
        connection._connected("graph", 443)


def test_bytes_that_drip_do_not_prolong_a_budget(server):
    """A time-out of each read alone would let a server hold its reader forever."""
    over = threading.Event()

    def drip():
        with server.accept()[0] as peer:
            while not over.wait(0.05):
                peer.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        with connection._BoundedSocket() as sock, Budget(0.4, Clock()).applied():
            sock.connect(server.getsockname())
            with pytest.raises(TimeoutError):
                collections.deque(iter(lambda: sock.recv(1), b""), maxlen=0)
    finally:
        over.set()
        thread.join()


def test_resolver_that_is_slow_is_left_behind(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments: over.wait(10))
    with Budget(0.1, Clock()).applied(), pytest.raises(TimeoutError):
        connection._addresses("graph", 443)
    over.set()


@pytest.mark.parametrize(
    ("option", "environment", "source"),
    [
        (True, BUNDLES, "ca_path"),
        (False, BUNDLES, "REQUESTS_CA_BUNDLE in the environment"),
        (False, BUNDLES[1:], "CURL_CA_BUNDLE in the environment"),
        (False, (), "requests"),
    ],
)
def test_nearest_bundle_counts(monkeypatch, tmp_path, option, environment, source):
    for name in ("ca_path", *environment):
        (tmp_path / name).write_text("")
        monkeypatch.setenv(name, str(tmp_path / name))
    path, found = ca_bundle(str(tmp_path / "ca_path") if option else None)
    assert found == source
    assert source == "requests" or path == str(tmp_path / source.split()[0])


def test_bundle_that_cannot_be_used_is_named_with_its_source(monkeypatch, tmp_path):
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(
        OptionError, match=r"^CURL_CA_BUNDLE in the environment: '.*none\.pem' does not exist; set ca_path"
    ):
        Connections(None, 1)
    (tmp_path / "none.pem").write_text("no certificate")
    with pytest.raises(OptionError, match=r"^CURL_CA_BUNDLE in .* cannot be read as CA certificates in PEM format \("):
        Connections(None, 1)


def pool_to(url):
    return Connections(None, 1).to(url)


@pytest.mark.parametrize(
    ("environment", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example:8080"}, ("http", "proxy.example", 8080)),
        ({"HTTPS_PROXY": "proxy.example:8080"}, ("http", "proxy.example", 8080)),
        ({"ALL_PROXY": "https://proxy.example:8443"}, ("https", "proxy.example", 8443)),
        ({"HTTP_PROXY": "http://proxy.example:8080"}, None),
        ({"HTTPS_PROXY": "http://proxy.example:8080", "NO_PROXY": "graph.microsoft.com"}, None),
    ],
)
def test_proxy_of_the_environment(monkeypatch, environment, proxy):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    pool = pool_to(GRAPH)
    assert pool.host == "graph.microsoft.com"
    assert (pool.proxy and (pool.proxy.scheme, pool.proxy.host, pool.proxy.port)) == proxy
    # Without this class, nothing would bound its connections.
    assert type(pool) is connection.Pool


def test_credentials_of_a_proxy_go_to_the_proxy_alone(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:p%40ss@proxy.example:8080")
    pool = pool_to(GRAPH)
    assert pool.proxy_headers == {"proxy-authorization": "Basic YW5uYTpwQHNz"}
    assert pool.proxy.auth is None
    assert "proxy-authorization" not in pool.headers


@pytest.mark.parametrize(
    "proxy", ["socks5://proxy.example:1080", "ftp://proxy.example", "http://", "http://a:b:c", "http://ü ü"]
)
def test_proxy_that_cannot_be_used_is_refused_without_its_words(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(BrokenError, match="is not an http:// or https:// address with a host name") as raised:
        pool_to(GRAPH)
    assert raised.value.final
    assert "proxy.example" not in raised.value.cause


def test_hosts_have_connections_of_their_own_and_keep_them():
    connections = Connections(None, 1)
    assert connections.to(GRAPH) is connections.to(f"{GRAPH}/users?$top=1")
    assert connections.to(GRAPH) is not connections.to("https://graph.microsoft.com:444/")


@pytest.mark.parametrize("whole", [True, False])
def test_only_a_connection_whose_answer_was_read_is_used_again(monkeypatch, whole):
    pool, closed = pool_to(GRAPH), []
    answer = types.SimpleNamespace(isclosed=lambda: whole)

    class Sent:
        """A connection that has an answer at once."""

        def exchange(self, *_request):
            return self

        def __enter__(self):
            return answer

        def __exit__(self, *_error):
            return None

        def close(self):
            closed.append(self)

    kept = []
    monkeypatch.setattr(pool, "_get_conn", Sent)
    monkeypatch.setattr(pool, "_put_conn", kept.append)
    with pool.exchange("GET", "/", None, {}) as given:
        assert given is answer
    assert len(closed) == (0 if whole else 1)
    assert (kept != [None]) is whole
