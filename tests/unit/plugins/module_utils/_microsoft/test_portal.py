# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's client: the newest token is sent, to the portal's own host alone, and a write only once."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import GROUPS, Portal

BASE = "https://mto.example"
COOKIES = {"sccauth": "session", "XSRF-TOKEN": "first%3Atoken"}


class FakeHttp:
    """Gives these answers in turn, (status, headers) or an exception, and remembers what it was sent."""

    def __init__(self, *answers):
        self.answers = list(answers)
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
    assert (method, url, json.loads(request["body"]), request["repeat"]) == ("PUT", f"{BASE}/x", {"a": [1]}, False)
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
    with pytest.raises(ValueError, match="must begin with / and stay on the portal's host"):
        client.read(path)
    assert http.sent == []
