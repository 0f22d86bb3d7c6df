# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times in HTTP: what a service asks to wait, how long to wait without its word, and whose clock is off."""

from __future__ import annotations

import datetime
import email.utils
import random
import re
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline

MAX_BACKOFF: t.Final = 30.0
# Microsoft Entra refuses an assertion that is more than five minutes off [doc AADSTS700024].
CLOCK_TOLERANCE: t.Final = 300.0
# `float` would also take other alphabets' digits, underscores, infinity and what is not a number at all.
_SECONDS: t.Final = re.compile(r"-?[0-9]{1,300}(?:\.[0-9]{1,300})?")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return how long the service asks to wait, in seconds. It sends a number (also a fraction) or an HTTP date."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return max(0.0, float(value))
    at = http_time(value)
    return None if at is None else max(0.0, at - now)


def http_time(value: str) -> float | None:
    """Return an HTTP date as seconds since 1970; None for what is not one."""
    try:
        date = email.utils.parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=datetime.UTC)).timestamp()
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def backoff(attempt: int) -> float:
    """Return the seconds to wait before try `attempt` + 1 by default: exponential with jitter."""
    longest: float = min(MAX_BACKOFF, 0.5 * 2.0**attempt)
    return longest * (0.5 + random.random() / 2)


def pause(seconds: float, deadline: Deadline) -> None:
    """Wait, or raise DeadlineError at once if the task has too little time left."""
    if seconds > deadline.remaining():
        raise DeadlineError(f"the wait before the next attempt would pass the deadline of {deadline.seconds:.0f} s")
    time.sleep(seconds)


class Clock:
    """What the `Date` of the latest answer says about the clock of this machine. One assignment, so safe in threads."""

    def __init__(self) -> None:
        # Seconds by which this machine is ahead; below zero if it is behind.
        self.skew = 0.0

    def learn(self, date: str, now: float) -> None:
        """Compare this machine's time with the `Date` of an answer; what is not a date says nothing."""
        at = http_time(date)
        if at is not None:
            self.skew = now - at

    @property
    def is_off(self) -> bool:
        """Tell whether the difference is large enough to break certificates and assertions."""
        return abs(self.skew) > CLOCK_TOLERANCE

    def described(self) -> str:
        """Return this machine's time for a sentence, and by how much the latest answer says that it is off."""
        now = datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
        if not self.is_off:
            return now
        return f"{now}, {abs(self.skew) / 60:.0f} minutes {'ahead of' if self.skew > 0 else 'behind'} Microsoft's"
