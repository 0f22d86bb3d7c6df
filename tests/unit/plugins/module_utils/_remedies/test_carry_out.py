# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One write: what each answer and each look after it mean, and what keeps it from being sent."""

from __future__ import annotations

import datetime as dt

import pytest
from remedy_cases import CUSTOMER, HOME, case_of

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.carry_out import Writes, carry_out, looked
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import SETTLES, Journal
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, UnreadError, WriteCall
from ansible_collections.m365.defender.plugins.module_utils._remedies.mfa_trust import MfaTrust

START = dt.datetime(2026, 11, 28, 8, tzinfo=dt.UTC)
DUE = Look(kind="change", message="Do it.", object=HOME, call=WriteCall("PATCH", "/x", {}))
OTHER = Look(kind="change", message="Do more.", object="other", call=WriteCall("PATCH", "/y", {}))
SETTLED = Look(kind="settled", message="It is done.", object=HOME)
WAITING = Look(kind="waiting", message="It waits.", object=HOME)
SETTLING = Look(kind="waiting", message="It is at work.", object=HOME, settling=True)
DECLINED = Look(kind="declined", message="It is another thing now.", object=HOME)
ANOTHER_DECLINED = Look(kind="declined", message="Another thing is not done.", object="b", shows=frozenset({HOME}))
OK = Answer(204, "", request_id="r")
CUT = Answer(0, "", error="connection reset")
UNAVAILABLE = Answer(503, "", code="ServiceUnavailable", error="HTTP 503")
PROXY = Answer(403, "", error="HTTP 403: a page")
TIMED_OUT = Answer(408, "", code="RequestTimeout", error="HTTP 408")
THROTTLED = Answer(429, "", code="TooManyRequests", error="HTTP 429")
CHANGED = Answer(412, "", code="preconditionFailed", error="HTTP 412")
CONFLICT = Answer(409, "", code="conflict", error="HTTP 409")
FORBIDDEN = Answer(403, "", code="Forbidden", error="HTTP 403 Forbidden")


class Run:
    """A write whose answers and looks are given in order; the last one of each stays."""

    def __init__(self, path, answers=(OK,), looks=(SETTLED,), *, most=10, seconds=600.0):
        self.answers, self.looks = list(answers), list(looks)
        self.now, self.sent = START, []
        self.journal = Journal(str(path), lambda: self.now, "app", HOME)
        deadline = Deadline(seconds, self.seconds)
        self.writes = Writes(self, self.journal, deadline, most, 30.0, sleep=self.sleep)

    def seconds(self):
        return (self.now - START).total_seconds()

    def send(self, where, call):
        self.sent.append((where, call.path))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def look(self):
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    def sleep(self, seconds):
        self.now += dt.timedelta(seconds=seconds)

    def row(self, first=DUE):
        return carry_out(MfaTrust(), case_of(), first, self.look, self.writes)


@pytest.fixture
def started(tmp_path):
    runs = []

    def start(*arguments, **more):
        runs.append(Run(tmp_path / "journal.jsonl", *arguments, **more))
        return runs[-1]

    yield start
    for run in runs:
        run.journal.__exit__()


UNREAD = UnreadError("it could not be read")


@pytest.mark.parametrize(
    ("answer", "looks", "status", "changed", "sent"),
    [
        (OK, (SETTLED,), "changed", True, 1),
        (OK, (DUE, DUE, SETTLED), "changed", True, 1),
        (OK, (SETTLING, SETTLED), "changed", True, 1),
        (OK, (SETTLING,), "waiting", True, 1),
        (OK, (WAITING,), "waiting", True, 1),
        (OK, (DUE,), "unknown", False, 1),
        (OK, (UNREAD,), "unknown", False, 1),
        (OK, (RuntimeError("x"),), "unknown", False, 1),
        (OK, (DECLINED,), "unknown", False, 1),
        (OK, (ANOTHER_DECLINED,), "declined", True, 1),
        *(
            (unclear, (look,), status, changed, 1)
            for unclear in (CUT, UNAVAILABLE, PROXY, TIMED_OUT)
            for look, status, changed in (
                (SETTLED, "changed", True),
                (WAITING, "waiting", True),
                (DUE, "unknown", False),
                (UNREAD, "unknown", False),
                (DECLINED, "unknown", False),
            )
        ),
        *((undone, (SETTLED,), "unchanged", False, 1) for undone in (THROTTLED, CHANGED)),
        *((undone, (WAITING,), "waiting", False, 1) for undone in (THROTTLED, CHANGED)),
        *((undone, (DUE,), "failed", False, 3) for undone in (THROTTLED, CHANGED)),
        *((undone, (UNREAD,), "failed", False, 1) for undone in (THROTTLED, CHANGED)),
        (CONFLICT, (DUE, SETTLED), "unchanged", False, 1),
        (CONFLICT, (DUE,), "failed", False, 1),
        (FORBIDDEN, (DUE,), "failed", False, 1),
        (FORBIDDEN, (UNREAD,), "failed", False, 1),
        (FORBIDDEN, (SETTLED,), "unchanged", False, 1),
    ],
)
def test_answer_and_look(started, answer, looks, status, changed, sent):
    run = started([answer], looks)
    row = run.row()
    assert (row.status, row.changed, len(run.sent)) == (status, changed, sent)
    assert bool(row.changes) is changed
    entries = run.journal._entries.values()
    assert {entry.result == "written" for entry in entries} == {changed}


@pytest.mark.parametrize("answer", [THROTTLED, CHANGED])
def test_what_was_not_done_is_tried_again_after_a_look(started, answer):
    run = started([answer, OK], [DUE, SETTLED])
    assert run.row().status == "changed"
    assert len(run.sent) == 2


def test_second_object_is_written_after_the_first(started):
    run = started(looks=[OTHER, SETTLED])
    row = run.row()
    assert (row.status, [path for _where, path in run.sent]) == ("changed", ["/x", "/y"])
    assert [look.object for look in row.changes] == [HOME, "other"]


def test_look_that_flaps_does_not_write_an_object_twice(started):
    """Copies of a directory answer in turn: one has the first change, one the second."""
    run = started(looks=[OTHER, DUE, OTHER, DUE])
    row = run.row()
    assert (row.status, [path for _where, path in run.sent]) == ("waiting", ["/x", "/y"])


@pytest.mark.parametrize(("answer", "looks"), [(OK, (DUE,)), (CUT, (UNREAD,)), (OK, (SETTLED,))])
def test_next_run_waits_until_it_settles(started, answer, looks):
    run = started([answer], looks, seconds=6000.0)
    run.row()
    run.looks = [SETTLED]
    run.now += SETTLES - dt.timedelta(seconds=61)
    assert run.row().status == "waiting"
    assert len(run.sent) == 1
    run.now += dt.timedelta(seconds=61)
    assert run.row().status == "changed"
    assert len(run.sent) == 2


def test_limit_of_writes(started):
    run = started(looks=[OTHER], most=1)
    row = run.row()
    assert (row.status, row.changed, len(run.sent)) == ("declined", True, 1)
    assert "{mto_}max_writes" in row.look.remedy


def test_nothing_is_sent_when_the_time_is_nearly_up(started):
    run = started(seconds=4.0)
    assert (run.row().status, run.sent) == ("declined", [])


def test_deadline_that_passes_during_a_write(started):
    run = started([Answer(0, "", error="the deadline passed", deadline=True)], [UNREAD], seconds=6.0)
    row = run.row()
    assert (row.status, len(run.sent), run.now - START) == (
        "unknown",
        1,
        dt.timedelta(seconds=0.5 + 0.75 + 1.125 + 1.6875),
    )


def test_without_a_journal_nothing_is_sent(started, monkeypatch):
    run = started()

    def refuse(*_arguments):
        raise OptionError("journal: full.")

    monkeypatch.setattr(Journal, "begin", refuse)
    assert (run.row().status, run.sent) == ("failed", [])
    assert (run.row().status, run.sent) == ("declined", [])


def test_end_that_cannot_be_written_down_stops_the_others(started, monkeypatch):
    run = started()

    def refuse(*_arguments):
        raise OptionError("journal: full.")

    monkeypatch.setattr(Journal, "end", refuse)
    assert run.row().status == "changed"
    assert run.row(OTHER).status == "declined"
    assert len(run.sent) == 1


def test_written_where_the_remedy_says(started):
    run = started()
    run.row()
    assert run.sent == [(CUSTOMER, "/x")]


@pytest.mark.parametrize("error", [UNREAD, RuntimeError("boom"), KeyError("x")])
def test_look_never_raises(error):
    def look():
        raise error

    assert looked(look).kind == "unknown"
