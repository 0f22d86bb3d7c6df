# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cookie files in their three forms: what is read, what a host is sent, and that no value is ever shown."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import (
    cookies_for,
    mode_warning,
    parse_cookies,
    read_cookies,
)

SECRET, TOKEN = "value-of-the-session", "value%3Aof-the-token"
STATE = json.dumps(
    {
        "cookies": [
            {"name": "sccauth", "value": SECRET, "domain": ".security.microsoft.com", "path": "/", "expires": -1},
            {"name": "XSRF-TOKEN", "value": TOKEN, "domain": ".security.microsoft.com", "path": "/", "expires": 2e9},
            {"name": "other", "value": "x", "domain": ".security.microsoft.com", "path": "/", "expires": -1},
        ],
        "origins": [],
    }
)
NETSCAPE = (
    "# Netscape HTTP Cookie File\n\n"
    f"#HttpOnly_.security.microsoft.com\tTRUE\t/\tTRUE\t0\tsccauth\t{SECRET}\n"
    f".security.microsoft.com\tTRUE\t/\tTRUE\t2000000000\tXSRF-TOKEN\t{TOKEN}\r\n"
)
EXTENSION = json.dumps(
    [
        {"name": "sccauth", "value": SECRET, "domain": "mto.security.microsoft.com", "hostOnly": True, "session": True},
        {
            "name": "XSRF-TOKEN",
            "value": TOKEN,
            "domain": ".security.microsoft.com",
            "hostOnly": False,
            "expirationDate": 2e9,
        },
    ]
)


@pytest.mark.parametrize("text", [STATE, NETSCAPE, EXTENSION])
def test_three_forms_of_cookies(text):
    cookies = parse_cookies(text, "file")
    assert cookies_for(cookies, "mto.security.microsoft.com", 1.9e9) == {"sccauth": SECRET, "XSRF-TOKEN": TOKEN}
    assert "XSRF-TOKEN" not in cookies_for(cookies, "mto.security.microsoft.com", 2.1e9)
    assert cookies_for(cookies, "evilsecurity.microsoft.com", 1.9e9) == {}
    assert SECRET not in repr(cookies)


def test_a_cookie_of_one_host_goes_to_no_other():
    assert "sccauth" not in cookies_for(parse_cookies(EXTENSION, "file"), "security.microsoft.com", 1.9e9)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "sccauth=abc", '{"cookies": {}}', f"a\tb\t{SECRET}"])
def test_another_file_is_named_without_its_text(text):
    with pytest.raises(OptionError, match="portal_cookies_file: 'file' holds no cookies") as caught:
        parse_cookies(text, "file")
    assert SECRET not in str(caught.value)


def test_a_file_that_others_may_read_is_a_warning(tmp_path):
    path = tmp_path / "cookies.json"
    path.write_text(STATE, encoding="utf-8")
    path.chmod(0o644)
    assert "chmod 600" in mode_warning(str(path))
    path.chmod(0o600)
    assert mode_warning(str(path)) is None
    assert len(read_cookies(str(path))) == 3
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes(STATE.replace(", ", ",\r\n").encode(encoding))
        assert [cookie.value for cookie in read_cookies(str(path))][:2] == [SECRET, TOKEN]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="is not a text file in UTF-8; give a Playwright storage state"):
        read_cookies(str(path))


def test_a_file_that_is_missing(tmp_path):
    path = str(tmp_path / "none.json")
    assert mode_warning(path) is None
    with pytest.raises(OptionError, match=r"portal_cookies_file: .*none\.json cannot be read \(No such file"):
        read_cookies(path)


SOON, PAST = 2_000_000_000, 1_700_000_000
NOW = 1.8e9


@pytest.mark.parametrize("key", ["expirationDate", "expires", "expiry"])
@pytest.mark.parametrize(
    ("ends", "valid"),
    [
        *((form(moment), moment > NOW) for moment in (SOON, PAST) for form in (int, float, str, lambda n: f"{n}.25")),
        *((form(moment * 1000), moment > NOW) for moment in (SOON, PAST) for form in (int, float, str)),
        ("Wed, 18 May 2033 03:33:20 GMT", True),
        ("Wed, 18-May-2033 03:33:20 GMT", True),
        ("Wed, 21 Oct 2015 07:28:00 GMT", False),
        ("Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("2033-05-18T03:33:20.000Z", True),
        ("2015-10-21T07:28:00.000Z", False),
        *((session, True) for session in (-1, 0, "-1", "0", "", "session", "Session", None, True, [], {}, -1.0)),
        (10**400, True),
        ("9" * 400, True),
        ("1e999", True),
        ("nan", True),
        ("\u00b2", True),
    ],
)
def test_the_end_of_a_cookie_in_every_form(key, ends, valid):
    rows = [{"name": "sccauth", "value": SECRET, "domain": "x.example", key: ends}]
    cookies = parse_cookies(json.dumps(rows), "file")
    assert bool(cookies_for(cookies, "x.example", NOW)) is valid


@pytest.mark.parametrize(
    ("ends", "valid"),
    [
        ("0", True),
        (str(SOON), True),
        (str(PAST), False),
        (f"{PAST}.5", False),
        (str(SOON * 1000), True),
        ("\u00b2", True),
    ],
)
def test_the_end_of_a_cookie_in_a_line(ends, valid):
    cookies = parse_cookies(f"x.example\tFALSE\t/\tTRUE\t{ends}\tsccauth\t{SECRET}\n", "file")
    assert bool(cookies_for(cookies, "x.example", NOW)) is valid


def test_a_cookie_that_lasts_as_long_as_the_session_has_no_end():
    row = {"name": "sccauth", "value": SECRET, "domain": "x.example", "session": True, "expirationDate": PAST}
    assert cookies_for(parse_cookies(json.dumps([row]), "file"), "x.example", NOW)


@pytest.mark.parametrize("value", ["", "a b", "a;b", "a\r\nX: y", "\u00fc", "a\u0000", "\ud800", 5, None])
@pytest.mark.parametrize("name", ["sccauth", "XSRF-TOKEN"])
def test_a_value_that_no_cookie_can_have_is_not_sent(name, value):
    rows = [{"name": name, "value": value, "domain": "x.example"}, {"name": "o", "value": "x", "domain": "x.example"}]
    assert cookies_for(parse_cookies(json.dumps(rows), "file"), "x.example", NOW) == {}


@given(st.text() | st.binary())
def test_any_file_is_cookies_or_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "cookies"
    path.write_bytes(content.encode(errors="surrogatepass") if isinstance(content, str) else content)
    with pytest.raises(OptionError, match="portal_cookies_file"):
        read_cookies(str(path))
