# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what a damaged, foreign, shared or unwritable one does to a run."""

from __future__ import annotations

import datetime as dt
import errno
import json
import multiprocessing
import os
import signal
import stat

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import SETTLES, Entry, Journal

HOME, OTHER_HOME = "10000000-0000-4000-8000-000000000001", "10000000-0000-4000-8000-000000000002"
TENANT = "20000000-0000-4000-8000-000000000001"
START = dt.datetime(2026, 11, 28, 8, tzinfo=dt.UTC)
ENTRY = Entry("mfa_trust", TENANT, TENANT, HOME, {"inboundTrust": None}, {"entry": True})


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def opened(path, clock, home=HOME, **more):
    return Journal(str(path), clock, "app", home, **more)


def write(path, clock, result="written", entry=ENTRY, **more):
    """Write an entry, with its end unless the result is empty."""
    with opened(path, clock, **more) as journal:
        begun = journal.begin(entry, "PATCH /x")
        if result:
            journal.end(begun, result, Answer(204, "", request_id="r"))
    return begun


def text_of(path):
    return path.read_text(encoding="utf-8")


def pending(path, clock, **more):
    with opened(path, clock) as journal:
        return journal.pending("mfa_trust", TENANT, HOME, **more)


def written(path, clock, **more):
    with opened(path, clock, **more) as journal:
        return journal.written("mfa_trust", TENANT)


def test_only_the_owner_can_read_it(path, clock):
    write(path, clock)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in text_of(path).splitlines()]
    assert [(row["event"], row.get("home"), row.get("app")) for row in rows] == [
        ("begin", HOME, "app"),
        ("end", None, None),
    ]
    assert "etag" not in text_of(path)


@pytest.mark.parametrize("result", ["", "not_shown", "written"])
def test_what_may_have_arrived_is_not_sent_again_before_it_settles(path, clock, result):
    write(path, clock, result)
    clock.now = START + SETTLES - dt.timedelta(seconds=1)
    assert pending(path, clock).at == "2026-11-28T08:00:00Z"
    assert pending(path, clock, undo=True) is None
    clock.now = START + SETTLES
    assert pending(path, clock) is None


def test_what_was_refused_is_free_at_once(path, clock):
    write(path, clock, "refused")
    assert pending(path, clock) is None
    assert written(path, clock) == []


def test_what_waits_to_be_taken_back_does_not_hold_up_the_change(path, clock):
    begun = write(path, clock)
    write(path, clock, "not_shown", Entry("mfa_trust", TENANT, TENANT, HOME, {}, {}, undo_of=begun.id))
    assert pending(path, clock) is None
    assert pending(path, clock, undo=True) is not None
    assert [entry.id for entry in written(path, clock)] == [begun.id]


def test_what_was_taken_back_is_over(path, clock):
    begun = write(path, clock)
    write(path, clock, "written", Entry("mfa_trust", TENANT, TENANT, HOME, {}, {}, undo_of=begun.id))
    assert written(path, clock) == []


@pytest.mark.parametrize("result", ["", "not_shown"])
def test_what_may_have_been_written_can_be_taken_back(path, clock, result):
    assert [entry.id for entry in written(path, clock)] == []
    begun = write(path, clock, result)
    assert [entry.id for entry in written(path, clock)] == [begun.id]


def test_only_the_last_write_of_an_object_is_cleared_up(path, clock):
    for result, unclear in (("", 1), ("not_shown", 1), ("refused", 1), ("written", 0), ("not_shown", 1)):
        begun = write(path, clock, result)
        with opened(path, clock) as journal:
            found = journal.unclear("mfa_trust", TENANT)
            assert len(found) == unclear
            assert result == "refused" or [entry.id for entry, _change in found] == [begun.id] * unclear
    with opened(path, clock) as journal:
        journal.end(found[0][0], "written")
        assert journal.unclear("mfa_trust", TENANT) == []
    assert "status" not in text_of(path).splitlines()[-1]


def test_journal_of_another_home_tenant_says_nothing_here(path, clock):
    write(path, clock, home=OTHER_HOME)
    assert written(path, clock) == []
    assert pending(path, clock) is None
    assert len(written(path, clock, home=OTHER_HOME)) == 1


def test_one_run_at_a_time(path, clock):
    with opened(path, clock):
        with pytest.raises(OptionError, match=r"^journal: another run is using .*; run again when it has ended\.$"):
            opened(path, clock)
        with opened(path, clock, read_only=True) as reading:
            assert reading.written("mfa_trust", TENANT) == []
    write(path, clock)


def _hold(path, ready):
    journal = Journal(str(path), lambda: START, "app", HOME)
    journal.begin(ENTRY, "PATCH /x")
    ready.send(1)
    signal.pause()


def test_run_that_was_killed_holds_nothing_and_leaves_its_trace(path, clock):
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_hold, args=(path, there))
    process.start()
    try:
        assert here.poll(20)
        with pytest.raises(OptionError):
            opened(path, clock)
    finally:
        process.kill()
        process.join()
    assert pending(path, clock).at == "2026-11-28T08:00:00Z"


def test_reading_makes_no_file(path, clock):
    with opened(path, clock, read_only=True):
        assert not path.exists()


def damaged(**changes):
    row = {
        "format": 1,
        "event": "begin",
        "remedy": "mfa_trust",
        "tenant_id": TENANT,
        "where": TENANT,
        "home": HOME,
        "object": HOME,
        "before": {},
        "after": {},
        "id": "x",
        "at": "2026-11-28T08:00:00Z",
    }
    return json.dumps({key: value for key, value in {**row, **changes}.items() if value != "absent"})


def test_line_that_is_whole_counts(path, clock):
    path.touch(0o600)
    path.write_text(damaged() + "\n", encoding="utf-8")
    assert pending(path, clock) is not None


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "begin", "id": "1"',
        "null",
        "[]",
        '"text"',
        "7",
        "\x00\x00\x00",
        "{}",
        '{"event": "end", "id": "nobody", "result": "written"}',
        '{"event": "end", "id": [], "result": "written"}',
        '{"event": "end", "id": "x"}',
        damaged(id=[]),
        damaged(id=""),
        damaged(id="absent"),
        damaged(at=5),
        damaged(at="yesterday"),
        damaged(at="absent"),
        damaged(before="x"),
        damaged(after=None),
        damaged(after="absent"),
        damaged(object=5),
        damaged(undo_of={}),
        damaged(home=None),
    ],
)
def test_line_that_says_nothing_is_told_and_hides_no_other(path, clock, line):
    write(path, clock)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    write(path, clock, "refused")
    with opened(path, clock) as journal:
        (warning,) = journal.warnings
        assert warning.startswith(f"journal: line 3 of {path} cannot be read")
        assert len(journal.written("mfa_trust", TENANT)) == 1


@pytest.mark.parametrize("text", ["tenants:\n  - name: Contoso\n", "\n", "{}", '{"format": 10}', "\0" * 8])
def test_file_of_another_kind_is_left_as_it_is(path, clock, text):
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=r"^journal: .* is no journal of remedies; name another file\.$"):
        opened(path, clock)
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("text", ["", '{"format": 1, "event": "beg'])
def test_journal_that_has_just_begun(path, clock, text):
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    assert len(written(path, clock)) == 0
    write(path, clock)
    assert len(written(path, clock)) == 1


def test_half_a_line_is_not_continued(path, clock):
    write(path, clock)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"event": "be')
    write(path, clock, "not_shown")
    with opened(path, clock) as journal:
        assert len(journal.warnings) == 1
        assert len(journal.written("mfa_trust", TENANT)) == 2


def test_half_an_end_leaves_its_write_open(path, clock):
    write(path, clock)
    path.write_text(text_of(path)[:-20], encoding="utf-8")
    assert pending(path, clock).result == ""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_file_that_others_can_access(path, clock, mode):
    write(path, clock)
    path.chmod(mode)
    for _time in range(2):
        with pytest.raises(OptionError, match=r"^journal: other users can access .* run chmod 600"):
            opened(path, clock)


def test_link_to_a_file_is_the_file(path, clock, tmp_path):
    target = tmp_path / "elsewhere.jsonl"
    path.symlink_to(target)
    write(path, clock)
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize("name", ["", "missing/journal.jsonl"])
def test_place_that_is_none(tmp_path, clock, name):
    with pytest.raises(OptionError, match=r"^journal: "):
        opened(tmp_path / name, clock)


def test_pipe_is_no_journal(path, clock):
    os.mkfifo(path, 0o600)
    with pytest.raises(OptionError, match=r"^journal: "):
        opened(path, clock)


def test_no_room_left(path, clock, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(path, clock) as journal:
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OptionError, match=r"^journal: .* cannot be written \(No space left on device\)"):
            journal.begin(ENTRY, "PATCH /x")


def test_file_that_cannot_be_opened(path, clock, monkeypatch):
    def refuse(*_arguments, **_more):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OptionError, match=r"^journal: .* cannot be written \(Permission denied\)"):
        opened(path, clock)
