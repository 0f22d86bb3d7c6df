# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens between runs: in a private file, or nowhere."""

from __future__ import annotations

import stat

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.token_cache import TokenCacheFile
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

EVENT = {
    "client_id": "c",
    "scope": ["s"],
    "token_endpoint": "https://login.example/t/oauth2/v2.0/token",
    "response": {"access_token": "eyJtoken", "expires_in": 3600, "token_type": "Bearer"},
}


def filled(directory):
    file = TokenCacheFile(directory, "c", "t")
    file.load().add(EVENT)
    return file


def test_token_is_there_in_the_next_run_and_private(tmp_path):
    directory = tmp_path / "new" / "cache"
    filled(str(directory)).save()
    (path,) = directory.iterdir()
    assert path.name == "c-t.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "eyJtoken" in TokenCacheFile(str(directory), "c", "t").load().serialize()


def test_without_a_directory_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    filled(None).save()
    assert list(tmp_path.iterdir()) == []


def test_unchanged_cache_writes_nothing(tmp_path):
    file = TokenCacheFile(str(tmp_path), "c", "t")
    file.load()
    file.save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not json", b"\xff"])
def test_unreadable_file_counts_as_empty(tmp_path, content):
    (tmp_path / "c-t.json").write_bytes(content)
    assert "eyJ" not in TokenCacheFile(str(tmp_path), "c", "t").load().serialize()


def test_directory_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OptionError, match=r"token_cache: cannot write '.*file/cache/c-t\.json'"):
        filled(str(tmp_path / "file" / "cache")).save()
