# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many tenants at once: order, failures, deadline."""

from __future__ import annotations

import threading
import time
import types

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import run_fleet, walk


def test_order_is_kept_and_failures_stay_in_their_place():
    def work(number):
        time.sleep(0.01 * (5 - number))
        if number == 2:
            raise ValueError("two")
        return number * 10

    outcomes = run_fleet(range(5), work, concurrency=5, deadline=Deadline(10))
    assert [outcome.result for outcome in outcomes] == [0, 10, None, 30, 40]
    assert isinstance(outcomes[2].error, ValueError)


def test_no_more_at_once_than_asked():
    running, most, lock = [0], [0], threading.Lock()

    def work(_number):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1

    run_fleet(range(20), work, concurrency=3, deadline=Deadline(10))
    assert most[0] <= 3


def test_deadline_answers_in_time_for_everybody():
    started = time.monotonic()
    release = threading.Event()
    outcomes = run_fleet(range(4), lambda n: release.wait(30) if n else n, concurrency=2, deadline=Deadline(0.2))
    assert time.monotonic() - started < 20
    assert outcomes[0].result == 0
    assert all(isinstance(outcome.error, DeadlineError) for outcome in outcomes[1:])
    release.set()


def test_late_results_that_trickle_in_do_not_move_the_end():
    started = time.monotonic()
    release = threading.Event()
    outcomes = run_fleet(range(8), lambda n: release.wait(2 * n + 2), concurrency=8, deadline=Deadline(0.2))
    assert time.monotonic() - started < 12
    release.set()
    assert isinstance(outcomes[7].error, DeadlineError)


def test_machine_that_allows_fewer_threads(monkeypatch):
    start, started = threading.Thread.start, []

    def start_or_not(thread):
        if started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_or_not)
    outcomes = run_fleet(range(5), lambda n: n, concurrency=5, deadline=Deadline(10))
    assert [outcome.result for outcome in outcomes] == [0, 1, 2, 3, 4]


def test_nothing_to_do():
    assert run_fleet([], lambda n: n, concurrency=3, deadline=Deadline(1)) == []


def walked(work, seconds=10):
    session = types.SimpleNamespace(concurrency=2, deadline=Deadline(seconds))
    return walk(session, ["a", "b"], work, lambda item, problem: (item, problem.reason, problem.details["said"]))


def test_one_failure_leaves_the_other_result():
    def work(item):
        if item == "a":
            raise MtoError("our words")
        return item.upper()

    assert walked(work) == [("a", "read.failed", "our words"), "B"]


def test_foreign_words_do_not_get_into_a_problem():
    def work(_item):
        raise ValueError("secret")

    assert walked(work)[0] == ("a", "read.failed", "an unexpected ValueError")


def test_deadline_is_a_problem_of_its_own():
    assert [reason for _item, reason, _text in walked(str.upper, seconds=0)] == ["read.deadline", "read.deadline"]
