# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file is written as a whole, or not at all."""

from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file


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
