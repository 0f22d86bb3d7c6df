# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loopback port: one answer with the right state is taken, and whatever else comes is answered and ignored."""

from __future__ import annotations

import http.client
import socket
import threading
import urllib.parse

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login.listener import PortTaken, free_port, listening

STATE = "the-right-state"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def listener():
    with listening(0, STATE) as found:
        yield found


def ask(listener, method, path, body=None, headers=None, host="127.0.0.1"):
    """Status, headers and page."""
    connection = http.client.HTTPConnection(host, listener.port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=(headers or FORM) if body is not None else {})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def post(listener, **fields):
    return ask(listener, "POST", "/", urllib.parse.urlencode(fields))


def has_ipv6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


def test_answer_as_a_form(listener):
    status, headers, page = post(listener, code="the-code", state=STATE, session_state="x")
    assert status == 200
    assert "You can close this tab" in page
    assert "the-code" not in page
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert listener.wait(5) == {"code": "the-code", "state": STATE, "session_state": "x"}


def test_answer_in_the_query(listener):
    assert ask(listener, "GET", f"/?code=the-code&state={STATE}")[0] == 200
    assert listener.wait(5)["code"] == "the-code"


def test_both_loopback_addresses(listener):
    hosts = ["127.0.0.1", "::1"] if has_ipv6() else ["127.0.0.1"]
    assert [ask(listener, "GET", "/", host=host)[0] for host in hosts] == [400] * len(hosts)


@pytest.mark.parametrize("state", ["wrong", "", "the-right-stat", "\u20ac", "the-right-state "])
def test_wrong_state_is_ignored(listener, state):
    assert post(listener, code="of-an-attacker", state=state)[0] == 400
    assert listener.wait(0) is None
    assert post(listener, code="the-code", state=STATE)[0] == 200
    assert listener.wait(5)["code"] == "the-code"


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/favicon.ico", None, {}),
        ("GET", f"/other?code=c&state={STATE}", None, {}),
        ("GET", "/", None, {}),
        ("GET", f"/?state={STATE}", None, {}),
        ("POST", "/", f"state={STATE}&code=", FORM),
        ("POST", "/", f'{{"code": "c", "state": "{STATE}"}}', {"Content-Type": "application/json"}),
        ("POST", "/", f"code=c&state={STATE}" + "&a=b" * 60, FORM),
        ("POST", "/", b"x" * 70000, FORM),
        ("PUT", "/", f"code=c&state={STATE}", FORM),
    ],
    ids=["favicon", "path", "bare", "neither", "empty_code", "json", "many_fields", "large", "method"],
)
def test_what_is_no_answer_is_answered_and_ignored(listener, method, path, body, headers):
    try:
        assert ask(listener, method, path, body, headers)[0] in (400, 404, 501)
    except (BrokenPipeError, ConnectionResetError):
        assert body is not None
    assert listener.wait(0) is None
    assert post(listener, code="the-code", state=STATE)[0] == 200


def test_second_answer_changes_nothing(listener):
    post(listener, code="first", state=STATE)
    status, _headers, page = post(listener, code="second", state=STATE)
    assert (status, "Already answered" in page) == (400, True)
    assert listener.wait(5)["code"] == "first"
    assert listener.wait(0) is None


def test_of_many_answers_at_once_one_is_taken(listener):
    statuses = []
    threads = [
        threading.Thread(target=lambda n=n: statuses.append(post(listener, code=f"c{n}", state=STATE)[0]))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(statuses) == [200] + [400] * 7
    assert listener.wait(5) is not None
    assert listener.wait(0) is None


def test_refusal_is_an_answer_and_is_shown_escaped(listener):
    said = "AADSTS65004: <script>alert(1)</script> declined. Trace ID: 00000000-0000-4000-8000-000000000001"
    status, _headers, page = post(listener, error="access_denied", error_description=said, state=STATE)
    assert status == 200
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "Trace ID" not in page
    assert listener.wait(5)["error"] == "access_denied"


def test_nobody_comes(listener):
    assert listener.wait(0.05) is None


def test_connection_without_a_request_holds_up_nobody(listener):
    with socket.create_connection(("127.0.0.1", listener.port)):
        assert post(listener, code="the-code", state=STATE)[0] == 200
        assert listener.wait(5)["code"] == "the-code"


def test_listener_prints_nothing(capfd):
    with listening(0, STATE) as listener:
        ask(listener, "GET", "/?code=planted-code&state=wrong")
        ask(listener, "BREW", "/planted-code")
        with socket.create_connection(("127.0.0.1", listener.port)) as rude:
            rude.sendall(b"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n")
        post(listener, code="planted-code", state=STATE)
        listener.wait(5)
    assert capfd.readouterr() == ("", "")


def test_port_taken():
    with listening(0, STATE) as first:
        with pytest.raises(PortTaken, match=f"cannot listen on port {first.port} of 127.0.0.1"):
            free_port(first.port)
        with (
            pytest.raises(PortTaken, match="Address already in use"),
            listening(first.port, STATE),
        ):
            raise AssertionError("listened twice")


def test_port_taken_on_ipv6_alone():
    """Another program on ::1 could be the one that the browser is sent to."""
    if not has_ipv6():
        assert free_port(0) > 0
        return
    with socket.socket(socket.AF_INET6) as other:
        other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.bind(("::1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on port {port} of ::1"):
            free_port(port)
    assert free_port(port) == port


def test_port_is_free_again_afterwards():
    with listening(0, STATE) as first:
        post(first, code="c", state=STATE)
    assert free_port(first.port) == first.port


def test_machine_without_ipv6(monkeypatch):
    real = socket.socket.bind

    def bind(self, address):
        if self.family == socket.AF_INET6:
            raise OSError(99, "Cannot assign requested address")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "bind", bind)
    with listening(0, STATE) as listener:
        assert post(listener, code="c", state=STATE)[0] == 200
