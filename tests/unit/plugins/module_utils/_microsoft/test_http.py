# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP seam: when to wait, where a token may go, and what a message may hold."""

from __future__ import annotations

import time

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, MtoError, ServiceError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import (
    BearerToken,
    Response,
    backoff,
    guard_origin,
    origin_of,
    pause,
    retry_after,
)

TOKEN = BearerToken("eyJsecret", "https://graph.microsoft.com:443", "t", "app")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("2.128", 2.128),
        ("-1", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after({"retry-after": value}, now=60.0) == seconds


def test_backoff_grows_and_is_bounded():
    assert 0.25 <= backoff(0) <= 0.5
    assert backoff(30) <= 30


def test_pause_does_not_wait_beyond_the_deadline():
    started = time.monotonic()
    with pytest.raises(DeadlineError):
        pause(60, Deadline(1))
    assert time.monotonic() - started < 1


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
