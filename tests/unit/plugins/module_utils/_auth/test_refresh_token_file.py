# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file with the refresh token: what is read, what is refused, and that no write is ever half done or lost."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import pathlib
import re
import stat
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from token_writers import count_up, write_large

from ansible_collections.m365.defender.plugins.module_utils._auth import refresh_token_file
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import (
    RefreshTokenFile,
    RefreshTokenNotStored,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

OLD, NEW = "0.AX4old-token_~.", "0.AX4new-token_~."


@pytest.fixture
def path(tmp_path):
    """A file that holds a token, in a directory of its own."""
    place = tmp_path / "secrets" / "refresh_token"
    place.parent.mkdir(mode=0o700)
    place.write_text(OLD, encoding="ascii")
    place.chmod(0o600)
    return place


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def leftovers(path):
    """Everything beside the file but its lock."""
    return {found.name for found in path.parent.iterdir()} - {path.name, f".{path.name}.lock"}


@pytest.mark.parametrize("content", [OLD, f"{OLD}\n", f"  {OLD}\r\n", f"\ufeff{OLD}\n"])
def test_load(path, content):
    path.write_text(content, encoding="utf-8")
    assert RefreshTokenFile(path).load() == OLD


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"0.AX4 token", "white space"),
        (b"0.AX4\n0.AX5\n", "white space"),
        (b"0.AX4\x00", "white space or characters"),
        (b"\xff\xfe0.AX4", "white space or characters"),
        ("0.AX4\u20ac".encode(), "white space or characters"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n3132", "encrypted with ansible-vault"),
        (b"0.AX4" * 20000, "100000 bytes"),
        (b"0.AX4aa\n", "fewer than 8 characters"),
    ],
)
def test_load_refuses_what_is_no_token_and_never_repeats_it(path, content, words):
    path.write_bytes(content)
    with pytest.raises(OptionError, match=r"^refresh_token_file: ") as caught:
        RefreshTokenFile(path).load()
    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "0.AX4" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o602, 0o666])
def test_load_refuses_a_file_that_others_can_get_at(path, mode):
    path.chmod(mode)
    with pytest.raises(OptionError, match=re.escape(f"run chmod 600 '{path}'.")):
        RefreshTokenFile(path).load()


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_load_takes_a_file_that_is_its_owners_alone(path, mode):
    path.chmod(mode)
    assert RefreshTokenFile(path).load() == OLD


def test_load_of_what_is_no_file(path, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for place, words in (
        (path.parent, "is not a regular file"),
        (pipe, "is not a regular file"),
        (tmp_path / "nowhere", "No such file"),
    ):
        with pytest.raises(OptionError, match=words):
            RefreshTokenFile(place).load()


def test_store_replaces_the_file(path):
    before = path.stat().st_ino
    RefreshTokenFile(path).store(NEW)
    assert path.read_bytes() == NEW.encode()
    assert mode_of(path) == 0o600
    assert path.stat().st_ino != before
    assert leftovers(path) == set()


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o277, 0o777])
def test_store_makes_the_file_whatever_the_umask(tmp_path, umask):
    place = tmp_path / "new"
    before = os.umask(umask)
    try:
        RefreshTokenFile(place).store(NEW)
    finally:
        os.umask(before)
    assert mode_of(place) == 0o600
    assert RefreshTokenFile(place).load() == NEW


def test_store_closes_a_file_that_was_too_open(path):
    path.chmod(0o644)
    RefreshTokenFile(path).store(NEW)
    assert mode_of(path) == 0o600


def test_store_replaces_the_target_of_a_link(path, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(path)
    RefreshTokenFile(link).store(NEW)
    assert link.is_symlink()
    assert path.read_text(encoding="ascii") == NEW
    assert [found.name for found in tmp_path.iterdir() if found.name.startswith(".")] == []


def test_store_through_a_link_that_leads_nowhere_yet(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    RefreshTokenFile(link).store(NEW)
    assert (tmp_path / "target").read_text(encoding="ascii") == NEW


def test_store_keeps_the_owner(path, monkeypatch):
    """The file belongs to somebody else, as for root; who may change that is the system's matter."""
    given_to = []
    monkeypatch.setattr(refresh_token_file.os, "fchown", lambda _handle, uid, gid: given_to.append((uid, gid)))
    real = pathlib.Path.stat

    def of_another(self, **options):
        found = real(self, **options)
        return os.stat_result((*found[:4], 4711, 4712, *found[6:])) if self == path else found

    monkeypatch.setattr(pathlib.Path, "stat", of_another)
    RefreshTokenFile(path).store(NEW)
    assert given_to == [(4711, 4712)]


@pytest.mark.parametrize("failing", ["fchmod", "fsync"])
def test_store_that_fails_leaves_the_old_file(path, monkeypatch, failing):
    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(refresh_token_file.os, failing, fail)
    with pytest.raises(RefreshTokenNotStored, match="No space left on device") as caught:
        RefreshTokenFile(path).store(NEW)
    assert NEW not in str(caught.value)
    assert RefreshTokenFile(path).load() == OLD
    assert leftovers(path) == set()


def test_store_where_the_directory_is_missing(tmp_path):
    with pytest.raises(RefreshTokenNotStored, match="No such file or directory"):
        RefreshTokenFile(tmp_path / "nowhere" / "token").store(NEW)


def test_store_where_the_directory_may_not_be_written(path, monkeypatch):
    """As on a read-only mount. By a false system call, because for root no directory is closed."""
    real = os.open

    def read_only(place, flags, mode=0o777, **options):
        if flags & os.O_CREAT:
            raise OSError(30, "Read-only file system")
        return real(place, flags, mode, **options)

    monkeypatch.setattr(refresh_token_file.os, "open", read_only)
    for attempt in (
        lambda file: file.store(NEW),
        lambda file: file.rotate(OLD, NEW),
        RefreshTokenFile.require_writable,
    ):
        with pytest.raises(RefreshTokenNotStored, match="Read-only file system"):
            attempt(RefreshTokenFile(path))
    assert RefreshTokenFile(path).load() == OLD


def test_store_never_replaces_what_is_no_regular_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(RefreshTokenNotStored, match="not a regular file"):
        RefreshTokenFile(pipe).store(NEW)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with pytest.raises(RefreshTokenNotStored):
        RefreshTokenFile(tmp_path).store(NEW)


@pytest.mark.parametrize("token", ["", "a-token", "a b", "a\n", "a\x00", "a\u20ac", "a\udcff"])
def test_store_refuses_what_is_no_token(path, token):
    with pytest.raises(RefreshTokenNotStored, match="the value is not a token"):
        RefreshTokenFile(path).store(token)
    assert RefreshTokenFile(path).load() == OLD


IN_TOKENS = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in "\"'`{}<>[]\\,;"]


@given(st.text(alphabet=IN_TOKENS, min_size=8, max_size=3000))
def test_what_is_stored_is_what_is_loaded(tmp_path_factory, token):
    file = RefreshTokenFile(tmp_path_factory.getbasetemp() / "any_token")
    file.store(token)
    if not token.startswith("$ANSIBLE_VAULT;"):
        assert file.load() == token


def test_leftover_of_a_killed_process_is_cleared_away(path):
    left = path.parent / f".{path.name}.new"
    left.write_text("half a tok", encoding="ascii")
    RefreshTokenFile(path).store(NEW)
    assert leftovers(path) == set()
    assert RefreshTokenFile(path).load() == NEW


def test_rotate_stores_where_the_old_one_is_still_there(path):
    assert RefreshTokenFile(path).rotate(OLD, NEW) is True
    assert RefreshTokenFile(path).load() == NEW


def test_rotate_keeps_a_newer_one(path):
    """A person signed in anew, or another run was faster, since we loaded the old one."""
    RefreshTokenFile(path).store("of-a-new-sign-in")
    assert RefreshTokenFile(path).rotate(OLD, NEW) is False
    assert RefreshTokenFile(path).load() == "of-a-new-sign-in"


def test_rotate_to_the_same_token_writes_nothing(path):
    before = path.stat().st_ino
    assert RefreshTokenFile(path).rotate(OLD, OLD) is False
    assert path.stat().st_ino == before


def test_rotate_of_a_file_that_is_gone(path):
    path.unlink()
    with pytest.raises(RefreshTokenNotStored, match="No such file"):
        RefreshTokenFile(path).rotate(OLD, NEW)
    assert not path.exists()


def test_require_writable_leaves_everything_as_it_was(path, tmp_path):
    RefreshTokenFile(path).require_writable()
    RefreshTokenFile(tmp_path / "new").require_writable()
    assert path.read_text(encoding="ascii") == OLD
    assert leftovers(path) == set()
    assert not (tmp_path / "new").exists()


def test_lock_that_another_process_holds(path):
    handle = os.open(path.parent / f".{path.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        begun = time.monotonic()
        with pytest.raises(RefreshTokenNotStored, match=r"held its lock for 0\.3 seconds"):
            RefreshTokenFile(path, lock_wait=0.3).store(NEW)
        assert time.monotonic() - begun >= 0.3
        assert RefreshTokenFile(path).load() == OLD
    finally:
        os.close(handle)
    RefreshTokenFile(path, lock_wait=0.3).store(NEW)
    assert RefreshTokenFile(path).load() == NEW


def _run(*jobs):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=target, args=arguments) for target, arguments in jobs]
    for process in processes:
        process.start()
    return processes


def test_processes_at_once_lose_no_rotation(path):
    path.write_text("00000000", encoding="ascii")
    processes = _run(*[(count_up, (path, 40))] * 4)
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert RefreshTokenFile(path).load() == "00000160"
    assert leftovers(path) == set()


def test_reader_never_sees_half_a_token(path):
    path.write_text("a" * 20000, encoding="ascii")
    processes = _run(*[(write_large, (path, letter, 60)) for letter in "bcd"])
    seen = set()
    while any(process.is_alive() for process in processes):
        seen.add(RefreshTokenFile(path).load())
    assert [process.exitcode for process in processes] == [0] * 3
    assert seen <= {letter * 20000 for letter in "abcd"}
    assert len(seen) > 1
    assert leftovers(path) == set()


@pytest.mark.parametrize(
    "content",
    [
        b'"0.in-quotes"',
        b"'0.in-quotes'",
        b'{"refresh_token":"0.of-json"}',
        b"0.first-line\n0.second-line",
        b"<html>0.page</html>",
        "0.token".encode("utf-16"),
        b"\xff\xfe\xff",
        b"0.token\x00",
        b"[" * 60_000,
    ],
)
def test_file_with_anything_but_one_token_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(OptionError, match=r"^refresh_token_file: ") as caught:
        RefreshTokenFile(path).load()
    assert "0." not in str(caught.value)


@pytest.mark.parametrize("name", ["\0", "\0/token", "/"])
def test_name_that_no_file_can_have_is_a_sentence(name):
    with pytest.raises(OptionError, match=r"^refresh_token_file: "):
        RefreshTokenFile(name).load()
    for change in (lambda file: file.store("0.token"), lambda file: file.rotate("0.a", "0.b")):
        with pytest.raises(RefreshTokenNotStored):
            change(RefreshTokenFile(name))
    with pytest.raises(RefreshTokenNotStored):
        RefreshTokenFile(name).require_writable()
