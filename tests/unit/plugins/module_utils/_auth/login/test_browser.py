# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The browser that is opened for the person: with nothing but an address, and never in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login import browser as login_browser


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """What was given to the person's own browser, which here writes it to a file, and noise to where results go."""
    script = tmp_path / "browser"
    script.write_text(f"#!/bin/sh\necho noise\necho noise >&2\nprintf %s \"$1\" > '{tmp_path}/opened'\n", "utf-8")
    script.chmod(0o700)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    return tmp_path / "opened"


def run(command):
    """As Ansible does: waits for the command, and reads what it writes to the end."""
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert (done.stdout, done.stderr) == ("", "")


def test_browser_opens_without_a_word(opened):
    login_browser.open_browser("https://login.example/authorize?a=b&c=d", run)
    wait_for(lambda: opened.exists() and opened.read_text(encoding="utf-8"))
    assert opened.read_text(encoding="utf-8") == "https://login.example/authorize?a=b&c=d"


def test_browser_that_stays_open_holds_up_nobody(opened, monkeypatch):
    slow = opened.with_name("slow")
    slow.write_text(f"#!/bin/sh\nprintf %s $$ > '{opened}'\nexec sleep 600\n", encoding="utf-8")
    slow.chmod(0o700)
    monkeypatch.setenv("BROWSER", f"{slow} %s")
    login_browser.open_browser("https://login.example/", run)
    wait_for(lambda: opened.exists() and opened.read_text(encoding="utf-8"))
    # It is still there: nobody waited for its end.
    os.kill(int(opened.read_text(encoding="utf-8")), signal.SIGTERM)


def test_browser_is_given_nothing_but_https(opened):
    login_browser.open_browser("file:///etc/passwd", pytest.fail)
    assert not opened.exists()


def test_browser_where_there_is_no_screen(opened, monkeypatch):
    monkeypatch.delenv("BROWSER")
    monkeypatch.setattr(sys, "platform", "linux")
    login_browser.open_browser("https://login.example/", pytest.fail)
    assert not opened.exists()


def test_browser_that_cannot_be_started(opened, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    login_browser.open_browser("https://login.example/", run)
    assert not opened.exists()
