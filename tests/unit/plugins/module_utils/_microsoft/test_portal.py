# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's client: the newest token is sent, to the portal's own host alone, and a write only once."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import GROUPS, Portal, set_cookies

BASE = "https://mto.example"
COOKIES = {"sccauth": "session", "XSRF-TOKEN": "first%3Atoken"}


class FakeHttp:
    """Gives these answers in turn, (status, headers) or an exception, and remembers what it was sent."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.secrets = Secrets()
        self.sent = []

    def send(self, method, url, **request):
        self.sent.append((method, url, request))
        if not self.answers:
            return Response(method, url, 200, {}, b"{}")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Response(method, url, answer[0], answer[1], b"{}")


def portal(*answers):
    http = FakeHttp(*answers)
    return Portal(http, BASE, COOKIES, "tenant"), http


def test_a_read_is_sent_as_the_portals_own_page_does():
    client, http = portal()
    client.read(GROUPS)
    ((method, url, request),) = http.sent
    assert (method, url) == ("GET", f"{BASE}{GROUPS}")
    assert request["headers"] == {
        "Accept": "application/json",
        "Cookie": "sccauth=session; XSRF-TOKEN=first%3Atoken",
        "X-XSRF-TOKEN": "first:token",
        "mtoproxyurl": "MTO",
    }
    client.read("/other")
    assert "mtoproxyurl" not in http.sent[1][2]["headers"]


def test_the_newest_token_is_sent():
    header = {"set-cookie": "other=1; path=/, XSRF-TOKEN=second; path=/; secure, sccauthC1=more; httponly"}
    client, http = portal((200, header))
    client.read("/a")
    client.read("/b")
    assert http.sent[1][2]["headers"]["X-XSRF-TOKEN"] == "second"
    assert http.sent[1][2]["headers"]["Cookie"] == "sccauth=session; XSRF-TOKEN=second; sccauthC1=more"


def test_a_refused_token_is_renewed_once():
    client, http = portal((400, {}), (200, {"set-cookie": "XSRF-TOKEN=second"}), (400, {}))
    assert client.read("/a").status == 400
    assert [url.removeprefix(BASE) for _method, url, _request in http.sent] == ["/a", "/?tid=tenant", "/a"]
    assert http.sent[2][2]["headers"]["X-XSRF-TOKEN"] == "second"


def test_a_renewal_that_fails_is_left_to_the_reads():
    client, http = portal(UnreachableError("cut"))
    client.renew()
    assert client.read("/a").status == 200
    assert len(http.sent) == 2


def test_a_write_is_sent_once_and_cannot_replace_the_session():
    client, http = portal()
    client.write("PUT", "/x", {"If-Match": "1", "Cookie": "mine", "Content-Type": "text/plain"}, {"a": [1]})
    ((method, url, request),) = http.sent
    assert (method, url, json.loads(request["body"]), request["repeat"]) == ("PUT", f"{BASE}/x", {"a": [1]}, "refusals")
    assert request["headers"]["If-Match"] == "1"
    assert request["headers"]["Content-Type"] == "text/plain"
    assert request["headers"]["Cookie"].startswith("sccauth=session")


def test_a_write_without_a_body():
    client, http = portal()
    client.write("DELETE", "/x", {}, None)
    request = http.sent[0][2]
    assert request["body"] is None
    assert "Content-Type" not in request["headers"]


@pytest.mark.parametrize("path", ["x", "https://evil.example/", "@evil.example/", ".evil.example/x"])
def test_no_path_leads_elsewhere(path):
    client, http = portal()
    with pytest.raises(MtoError, match="must begin with / and stay on the portal's host"):
        client.read(path)
    assert http.sent == []


DATE = "Wed, 21 Oct 2026 07:28:00 GMT"
NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("XSRF-TOKEN=a", {"XSRF-TOKEN": "a"}),
        (f"XSRF-TOKEN=a; Expires={DATE}; Path=/, sccauth=b", {"XSRF-TOKEN": "", "sccauth": "b"}),
        ("XSRF-TOKEN=a; expires=Thu, 21 Oct 2099 07:28:00 GMT, sccauthC1=b", {"XSRF-TOKEN": "a", "sccauthC1": "b"}),
        ("sccauth=a; Max-Age=0", {"sccauth": ""}),
        ("sccauth=a; max-age=-1; secure", {"sccauth": ""}),
        (f"sccauth=a; Max-Age=60; Expires={DATE}", {"sccauth": "a"}),
        ("sccauth=a; Max-Age=soon; Expires=never", {"sccauth": "a"}),
        (f"sccauth=a; Max-Age={'9' * 9999}", {"sccauth": "a"}),
        ("sccauth=a; Expires=Wed, 99 Oct 99999999999999 07:28:00 GMT", {"sccauth": "a"}),
        ("sccauth=; path=/", {"sccauth": ""}),
        ("sccauth", {"sccauth": ""}),
        ("sccauth=a b", {}),
        ("sccauth=\u00fc", {}),
        ("sccauth=a=b==; x", {"sccauth": "a=b=="}),
        ("other=1, xsccauth=2, Xsrf-Token=3", {}),
        (";;,,=,;=;", {}),
    ],
)
def test_what_a_set_cookie_header_says(header, cookies):
    assert set_cookies(header, NOW) == cookies


@pytest.mark.parametrize("value", ["a%0d%0aX:%20y", "%c3%bc", "%ff", "a%00"])
def test_a_token_that_no_header_can_carry_is_sent_as_it_is(value):
    client, http = portal((200, {"set-cookie": f"XSRF-TOKEN={value}"}))
    client.read("/a")
    client.read("/b")
    assert http.sent[1][2]["headers"]["X-XSRF-TOKEN"] == value


def test_a_cookie_that_the_portal_deletes_is_gone():
    client, http = portal((200, {"set-cookie": "sccauth=deleted; Max-Age=0"}))
    client.read("/a")
    client.read("/b")
    assert http.sent[1][2]["headers"]["Cookie"] == "XSRF-TOKEN=first%3Atoken"


def test_every_cookie_is_a_secret_in_both_spellings():
    client, http = portal((200, {"set-cookie": "XSRF-TOKEN=second%3Atoken"}))
    client.read("/a")
    assert {"first%3Atoken", "first:token", "second%3Atoken", "second:token"} <= http.secrets.values()


def test_a_write_that_is_refused_for_an_old_token_is_sent_with_the_new_one():
    client, http = portal((400, {"set-cookie": "XSRF-TOKEN=second"}), (400, {"set-cookie": "XSRF-TOKEN=third"}))
    assert client.write("PUT", "/x", {}, [1]).status == 400
    assert [request["headers"]["X-XSRF-TOKEN"] for _method, _url, request in http.sent] == ["first:token", "second"]


@pytest.mark.parametrize("answer", [(400, {}), (403, {"set-cookie": "XSRF-TOKEN=second"}), (500, {})])
def test_any_other_refusal_of_a_write_is_final(answer):
    client, http = portal(answer)
    client.write("PUT", "/x", {}, [1])
    assert len(http.sent) == 1
