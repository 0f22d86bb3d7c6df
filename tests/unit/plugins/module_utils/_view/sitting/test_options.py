# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a sitting: what is wrong is said before a browser opens."""

from __future__ import annotations

import stat

import pytest
from portal_answers import ANNA, HOME, make_connection

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import (
    BROWSERS,
    find_browser,
    make_profile,
    parse_sitting_options,
    sitting_spec,
)


@pytest.fixture
def parse(tmp_path):
    """Parse options, with files in a directory that exists, and a browser that can be started."""
    browser = tmp_path / "browser"
    browser.touch(mode=0o700)
    given = {name: option.get("default") for name, option in sitting_spec().items()}
    given |= {"browser": str(browser), "browser_profile": str(tmp_path / "profile")}
    given |= {"portal_cookies_file": str(tmp_path / "cookies"), "portal_contract": str(tmp_path / "contract")}

    def parse_with(operator=ANNA, **changes):
        return parse_sitting_options({**given, **changes}, make_connection(operator=operator))

    return parse_with


def test_options(parse, tmp_path):
    options = parse(snapshot_file=str(tmp_path / "view"))
    assert list(options.files()) == ["portal_cookies_file", "snapshot_file", "portal_contract"]
    assert (options.wait, options.write) == (900, None)
    assert list(parse(record=False).files()) == ["portal_cookies_file"]
    assert parse(record=False, portal_contract=None).contract_file is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"operator": HOME}, "operator: '.*' is an object ID, and the portal"),
        ({"portal_contract": None}, "portal_contract: missing. Name the file .*, or set record to false"),
        ({"portal_cookies_file": "/nowhere/cookies"}, "portal_cookies_file: /nowhere does not exist"),
        ({"wait": 0}, "wait: '0' is out of range"),
        ({"wait": 3601}, "wait: '3601' is out of range"),
        ({"browser": "firefox"}, "browser: 'firefox' is not a browser that can be started; give msedge, chrome"),
    ],
)
def test_mistake_is_one_sentence(parse, changes, words):
    with pytest.raises(OptionError, match=f"^{words}"):
        parse(**changes)


def test_profile_is_private(parse, tmp_path):
    profile = tmp_path / "new" / "profile"
    make_profile(str(profile))
    assert stat.S_IMODE(profile.stat().st_mode) == 0o700
    assert parse(browser_profile=str(profile)).profile == str(profile)
    profile.chmod(0o750)
    with pytest.raises(OptionError, match=r"^browser_profile: other users may read .*; run chmod 700"):
        parse(browser_profile=str(profile))
    with pytest.raises(OptionError, match=r"^browser_profile: .* is not a directory"):
        parse(browser_profile=str(tmp_path / "browser"))
    with pytest.raises(OptionError, match=r"^browser_profile: .* cannot be made"):
        make_profile(str(tmp_path / "browser" / "x"))


def test_browser_that_is_installed():
    installed = {"google-chrome": "/opt/chrome", "chromium": "/usr/bin/chromium"}.get
    assert find_browser(None, installed) == "/opt/chrome"
    assert find_browser("chromium", installed) == "/usr/bin/chromium"
    for wanted in ("msedge", None):
        with pytest.raises(OptionError, match=r"is not installed here; install one of msedge, chrome, chromium"):
            find_browser(wanted, {}.get)
    assert list(BROWSERS) == ["msedge", "chrome", "chromium"]
