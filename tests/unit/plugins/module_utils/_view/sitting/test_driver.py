# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The browser of a sitting: optional, and what it says where it is missing or does not start.

`tests/integration/test_record_play.py` drives a real one.
"""

from __future__ import annotations

import importlib.util
import sys

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._view.sitting import driver


def test_missing_package_is_one_sentence_with_both_ways_out(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MtoError) as refused:
        driver.require_playwright()
    assert f"{sys.executable} -m pip install playwright, or record in any browser without it" in str(refused.value)


def test_package_is_not_imported_before_it_is_needed():
    assert not any(name.startswith("playwright") for name in vars(driver))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Failed\nlogs:\n  - [pid=7][err] Missing X server or $DISPLAY\n", "Missing X server or $DISPLAY"),
        ("BrowserType: Executable doesn't exist\nmore", "BrowserType: Executable doesn't exist"),
    ],
)
def test_cause_is_what_the_browser_wrote(text, words):
    assert driver._cause(Exception(text)) == words


def test_fatal_line_is_the_cause_whatever_is_written_after_it():
    lines = [
        "[pid=1][err] [1:1/FATAL:x.cc:3] no",
        "[pid=1][err] [1:1:FATAL:x.cc:3] Socket path too long",
        "[err] noise",
    ]
    assert driver._cause(Exception("\n".join(lines))).endswith("Socket path too long")


def test_browser_gets_no_credential_and_no_deep_directory():
    own = {"HOME": "/home/anna", "MTO_CLIENT_SECRET": "x", "AZURE_CLIENT_ID": "y", "TMPDIR": "/var/tmp"}
    assert driver._environment(own) == {"HOME": "/home/anna", "TMPDIR": "/var/tmp"}
    assert driver._environment({"TMPDIR": f"/{'deep/' * 20}"}) == {}
