# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many tenants at once: order, failures, deadline."""

from __future__ import annotations

import threading
import time

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import run_fleet


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
    assert time.monotonic() - started < 5
    assert outcomes[0].result == 0
    assert all(isinstance(outcome.error, DeadlineError) for outcome in outcomes[1:])
    release.set()


def test_nothing_to_do():
    assert run_fleet([], lambda n: n, concurrency=3, deadline=Deadline(1)) == []
