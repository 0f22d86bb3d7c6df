# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory of a report: checked before a run, written to at its end, as a whole or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import (
    file_mode,
    writable_directory,
    write_file,
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


def test_file_is_replaced_as_a_whole_with_its_mode(tmp_path):
    path = tmp_path / "report.json"
    path.touch(mode=0o644)
    before = path.open()
    write_file("o", str(path), "Bäume \ud800", 0o640)
    assert path.read_bytes() == "Bäume \\ud800".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    # Whoever reads the old one is not disturbed.
    assert before.read() == ""
    before.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_what_cannot_be_written_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        OptionError, match=r"^o: /[^\n]*/report\.json could not be written \(No space left on device\); "
    ):
        write_file("o", str(path), "contents", 0o600)
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]


def test_directory_in_the_place_of_the_file(tmp_path):
    (tmp_path / "report.json").mkdir()
    with pytest.raises(OptionError, match=r"could not be written"):
        write_file("o", str(tmp_path / "report.json"), "contents", 0o600)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.json"]
