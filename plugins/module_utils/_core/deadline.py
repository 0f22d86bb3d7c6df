# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that one task may take. Nothing enforces it: whoever waits asks first."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """A point in time on a monotonic clock. `seconds` is the whole time the task may take."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds
        self.seconds = seconds

    def remaining(self) -> float:
        """Return the seconds left, never below zero."""
        return max(0.0, self._end - self._clock())

    @property
    def passed(self) -> bool:
        """Tell whether the time is used up."""
        return self.remaining() <= 0
