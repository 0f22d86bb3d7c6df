# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cookie files in their three forms: what is read, what a host is sent, and that no value is ever shown."""

from __future__ import annotations

import json

import pytest

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
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="is not a text file"):
        read_cookies(str(path))


def test_a_file_that_is_missing(tmp_path):
    path = str(tmp_path / "none.json")
    assert mode_warning(path) is None
    with pytest.raises(OptionError, match=r"none\.json' cannot be read: No such file"):
        read_cookies(path)
