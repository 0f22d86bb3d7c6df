# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client: where a token may go, what a message may hold, and which libraries it works with."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    MissingLibraryError,
    MtoError,
    ServiceError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft import http
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import (
    BearerToken,
    Response,
    guard_origin,
    origin_of,
    require_requests,
)

TOKEN = BearerToken("eyJsecret", "https://graph.microsoft.com:443", "t", "app")


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com/v1.0/users",
        "https://GRAPH.microsoft.com:443/v1.0/users",
    ],
)
def test_token_goes_to_its_own_host(url):
    guard_origin(TOKEN, url)
    assert origin_of(url) == TOKEN.origin


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.com.evil.example/v1.0",
        "https://graph.microsoft.com:8443/v1.0",
        "http://graph.microsoft.com/v1.0",
        "https://evil.example/graph.microsoft.com",
        "https://graph.microsoft.com@evil.example/",
        "https://evil.example\\@graph.microsoft.com/v1.0/x",
        "https://graph.microsoft.com\\.evil.example/v1.0/x",
        "https://graph.microsoft.com\t.evil.example/",
        "https://graph.microsoft.com:99999/",
        "https://graph.microsoft.com:/",
        "https:///v1.0",
        "/v1.0/users",
    ],
)
def test_token_goes_nowhere_else(url):
    with pytest.raises(MtoError, match="refused"):
        guard_origin(TOKEN, url)


@pytest.mark.parametrize("url", [None, 5, True, ["https://x"], {}, b"https://x/"])
def test_address_that_is_not_text_is_refused(url):
    with pytest.raises(MtoError, match="refused"):
        origin_of(url)


def test_token_never_shows():
    assert "eyJ" not in repr(TOKEN)


def test_answer_that_is_not_json_says_what_it_is():
    response = Response("GET", "https://x/y?secret=1", 200, {"content-type": "text/html"}, b"<html>")
    with pytest.raises(ServiceError, match="text/html where JSON was expected") as caught:
        response.json()
    assert "secret" not in str(caught.value)


def test_json_without_a_bottom_is_no_json():
    with pytest.raises(ServiceError, match="JSON was expected"):
        Response("GET", "https://x/y", 200, {}, b"[" * 200_000).json()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        b"{",
        b"{}{}",
        b"\xff",
        b"NaN",
        b"<a>",
    ],
)
@pytest.mark.parametrize("status", [200, 401, 403])
def test_answer_of_another_form_is_no_json(body, status):
    with pytest.raises(ServiceError, match="JSON was expected") as caught:
        Response("GET", "https://x/y", status, {}, body).json()
    assert caught.value.status == status


def test_what_an_error_says_of_an_answer_is_short_and_holds_no_secret():
    secrets = Secrets()
    secrets.add("opaque-secret")
    headers = {"content-type": "text/opaque-secret\n" + "x" * 999, "request-id": "opaque-secret" + "y" * 999}
    response = Response("GET", f"https://x/{'z' * 9999}?code=1", 200, headers, b"<html>", secrets=secrets)
    with pytest.raises(ServiceError) as caught:
        response.json()
    text = str(caught.value)
    assert len(text) < 500
    assert "opaque-secret" not in text + response.request_id
    assert "\n" not in text
    assert len(caught.value.request_id) == 100


@pytest.mark.parametrize(
    ("requests", "urllib3", "old"),
    [
        ("2.32.4", "2.0.2", None),
        ("2.34.2", "2.8.0", None),
        ("3.0", "3.0", None),
        ("2.32.3", "2.0.2", "requests 2.32.3 can"),
        ("2.31.0", "1.26.20", "requests 2.31.0 and urllib3 1.26.20 can"),
        ("2.32.5", "1.26.20", "urllib3 1.26.20 can"),
        ("2.32.5", "2.0.1.dev1", "urllib3 2.0.1.dev1 can"),
        ("2.32.5", "unknown", "urllib3 unknown can"),
    ],
)
def test_old_libraries_are_named_with_the_way_out(monkeypatch, requests, urllib3, old):
    monkeypatch.setattr(http.requests, "__version__", requests)
    monkeypatch.setattr(http.urllib3, "__version__", urllib3)
    if old is None:
        require_requests()
    else:
        with pytest.raises(MtoError, match=old) as caught:
            require_requests()
        assert "-m pip install" in str(caught.value)
        assert "2.0.2" in str(caught.value) or "2.32.4" in str(caught.value)


def test_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(http, "HAS_REQUESTS", False)
    with pytest.raises(MissingLibraryError, match="requests is not installed"):
        require_requests()
