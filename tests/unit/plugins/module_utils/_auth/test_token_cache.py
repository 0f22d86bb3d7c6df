# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens between runs: in a private file, or nowhere."""

from __future__ import annotations

import errno
import json
import os
import stat

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.token_cache import TokenCacheFile

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


SECTION = "AccessToken"
OTHER_TENANTS = "eyJhIjoxfQ.eyJ0aWQiOiJvdGhlciJ9.c2ln"


def damaged(**changes):
    """The file of a run before, with its only token changed."""
    body = json.loads(filled(None)._cache.serialize())
    (row,) = body[SECTION].values()
    row.update(changes)
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"not json", b"\xff", b"[]", b"null", b"5", b"{}", b'"x"', b"[" * 100_000, b'{"AccessToken": [1]}'),
        *(b'{"AccessToken": "x"}', b'{"AccessToken": {"a": 5}}', b'{"AccessToken": {"a": []}}', b'{"x": {"a": {}}}'),
        *(b'{"AccessToken": {"a": {"secret": "eyJ"}}}', b'{"AccessToken"', b'{"AccessToken": NaN}'),
        *(damaged(expires_on=value) for value in ("x", -1, None, [], "9" * 5000, "-5", 10**30)),
        *(damaged(secret=value) for value in (None, 5, ["eyJ"], {}, "", "eyJ0\neXAi", "eyJ eyJ", OTHER_TENANTS)),
        *(damaged(target=value) for value in (None, 5, ["s"])),
        *(damaged(refresh_on=value) for value in ("x", None, [])),
        damaged(environment=5),
        b" " * (2 * 1024 * 1024),
    ],
)
def test_damaged_file_counts_as_empty(tmp_path, content):
    path = tmp_path / "c-t.json"
    path.write_bytes(content)
    path.chmod(0o600)
    cache = TokenCacheFile(str(tmp_path), "c", "t").load()
    assert "eyJ" not in cache.serialize()
    assert not list(cache.search(SECTION, target=["s"], query={"client_id": "c"}))


def test_half_a_surrogate_in_the_file_can_be_encoded(tmp_path):
    path = tmp_path / "c-t.json"
    path.write_bytes(damaged(realm="\ud800"))
    path.chmod(0o600)
    assert TokenCacheFile(str(tmp_path), "c", "t").load().serialize().encode()


@pytest.mark.parametrize("mode", [0o666, 0o644, 0o660, 0o640, 0o620])
def test_file_that_others_can_access_is_not_trusted(tmp_path, mode):
    filled(str(tmp_path)).save()
    (path,) = tmp_path.iterdir()
    path.chmod(mode)
    warnings = []
    assert "eyJ" not in TokenCacheFile(str(tmp_path), "c", "t", warnings.append).load().serialize()
    (warning,) = warnings
    assert warning.startswith(f"token_cache: {path} was not used, because it has mode {mode:04o}")
    assert warning.endswith(f"run chmod 600 '{path}'.")


def test_what_is_no_file_counts_as_empty(tmp_path):
    warnings = []
    (tmp_path / "c-t.json").mkdir()
    os.mkfifo(tmp_path / "c-p.json", 0o600)
    (tmp_path / "c-l.json").symlink_to(tmp_path / "nowhere")
    for name in ("t", "p", "l"):
        assert TokenCacheFile(str(tmp_path), "c", name, warnings.append).load()._cache == {"AccessToken": {}}
    assert [text.rpartition("because ")[2] for text in warnings] == ["it is not a regular file."] * 2


def test_directory_that_cannot_be_made_costs_a_warning(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    warnings = []
    for directory in (tmp_path / "file" / "cache", "\0"):
        file = TokenCacheFile(str(directory), "c", "t", warnings.append)
        file.load().add(EVENT)
        file.save()
    assert warnings[0].endswith("file/cache (Not a directory).")
    assert warnings[1].endswith("(its name is not valid).")


def test_full_disk_leaves_the_old_file_and_no_part_of_the_new_one(tmp_path, monkeypatch):
    filled(str(tmp_path)).save()
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()
    warnings = []
    file = TokenCacheFile(str(tmp_path), "c", "t", warnings.append)
    file.load().add({**EVENT, "scope": ["another"]})

    def full(_handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    file.save()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert warnings == [f"token_cache: tokens cannot be kept in {tmp_path} (No space left on device)."]
