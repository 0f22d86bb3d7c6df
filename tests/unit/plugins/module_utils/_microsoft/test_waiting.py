# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times in HTTP: how long to wait, and whose clock is off."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import (
    Clock,
    backoff,
    http_time,
    pause,
    retry_after,
)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("2.128", 2.128),
        ("-1", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40.0),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("-inf", None),
        ("1e9999", None),
        ("1_000", None),
        ("\u0663", None),
        ("\uff13", None),
        ("+3", None),
        ("3 s", None),
        ("3, 3", None),
        ("0x10", None),
        ("9" * 300, 1e300),
        ("9" * 5000, None),
        ("Fri, 31 Dec 99999 23:59:59 GMT", None),
        ("Fri, 99 Nov 2026 99:99:99 GMT", None),
        ("Thu, 01 Jan 1970 00:01:40 -0000", 40.0),
        ("Thu, 01 Jan 1970 00:01:40 +9999", None),
        ("\ud800", None),
        ("\x00", None),
    ],
)
def test_retry_after(value, seconds):
    assert retry_after({"retry-after": value}, now=60.0) == (None if seconds is None else pytest.approx(seconds))


@given(st.text(max_size=30) | st.from_regex(r"[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{0,9} ?\S{0,6}"))
def test_any_wait_is_a_finite_number_or_none(value):
    seconds = retry_after({"retry-after": value}, now=60.0)
    assert seconds is None or (seconds >= 0 and math.isfinite(seconds))


def test_backoff_grows_and_is_bounded():
    assert 0.25 <= backoff(0) <= 0.5
    assert backoff(30) <= 30


def test_pause_does_not_wait_beyond_the_deadline():
    started = time.monotonic()
    with pytest.raises(DeadlineError):
        pause(60, Deadline(1))
    assert time.monotonic() - started < 30


def test_clock_that_is_off():
    clock = Clock()
    clock.learn("Thu, 01 Jan 1970 00:10:00 GMT", now=960.0)
    assert (clock.skew, clock.is_off) == (360.0, True)
    assert clock.described().endswith("UTC, 6 minutes ahead of Microsoft's")
    clock.learn("Thu, 01 Jan 1970 00:30:00 GMT", now=960.0)
    assert clock.described().endswith("UTC, 14 minutes behind Microsoft's")
    clock.learn("Thu, 01 Jan 1970 00:16:01 GMT", now=960.0)
    assert (clock.skew, clock.is_off) == (-1.0, False)
    assert clock.described().endswith("UTC")


@pytest.mark.parametrize(
    "date", ["", "soon", "Fri, 99 Nov 99999 99:99:99 GMT", "\ud800", "Fri, 31 Dec 99999 23:59:59 GMT"]
)
def test_clock_learns_nothing_from_an_odd_date(date):
    clock = Clock()
    clock.learn(date, now=0.0)
    assert http_time(date) is None
    assert (clock.skew, clock.is_off) == (0.0, False)
