# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of a report: checked before a run."""

from __future__ import annotations

import os

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import (
    file_mode,
    writable_directory,
)


def test_directory_of_the_user(tmp_path, monkeypatch):
    (tmp_path / "Bäume und mehr").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("Bäume und mehr", "~/Bäume und mehr/", "./x/../Bäume und mehr"):
        assert writable_directory("mto_report_dir", path) == str(tmp_path / "Bäume und mehr")


def test_what_is_no_directory_is_one_sentence(tmp_path):
    file = tmp_path / "file"
    file.touch()
    for path, words in (
        (tmp_path / "missing", "does not exist; create it first: mkdir -m 700 '"),
        (file, "is not a directory; "),
        (file / "below", "does not exist; "),
    ):
        with pytest.raises(OptionError, match=r"^mto_report_dir: /[^\n]*\.$") as refused:
            writable_directory("mto_report_dir", str(path))
        assert f"{path} {words}" in str(refused.value)


def test_directory_of_somebody_else(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(
        OptionError, match=r"^mto_report_dir: you may not write to /[^\n]*; name a directory of your own"
    ):
        writable_directory("mto_report_dir", str(tmp_path))


@pytest.mark.parametrize(
    ("value", "mode"),
    [("0600", 0o600), ("640", 0o640), ("0o644", 0o644), (0o600, 0o600), (0o777, 0o777), ("0400", 0o400)],
)
def test_mode(value, mode):
    assert file_mode("mto_report_mode", value) == mode


@pytest.mark.parametrize("value", [640, "u=rw", "0888", "", "0", None, True, -1, [], 6.4, "10600", "0200"])
def test_mode_that_is_none(value):
    with pytest.raises(OptionError, match=r"^mto_report_mode: '.*' is not the mode of a file; give it in quotes, such"):
        file_mode("mto_report_mode", value)
