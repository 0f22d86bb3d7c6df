# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How old a snapshot is, and whether it is too old. Pure: the clock is passed in."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView

_UNITS: t.Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION: t.Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw]?)\s*\Z")


def parse_duration(text: str) -> float:
    """Seconds in `90m`, `24h`, `7d` or a number of seconds. Raises OptionError that names `snapshot_max_age`."""
    match = _DURATION.match(text)
    if not match:
        raise OptionError(f"snapshot_max_age: '{text}' is not a valid duration; give one such as 90m, 24h or 7d.")
    return float(match[1]) * _UNITS[match[2]]


def age_problem(view: MultitenantView, now: dt.datetime, max_age: float) -> Problem | None:
    """Why nothing may be concluded from a view that old (`max_age` in seconds), or None."""
    age = (now - dt.datetime.fromisoformat(view.taken_at)).total_seconds()
    if age <= max_age:
        return None
    details = {"taken_at": view.taken_at, "age": duration_text(age), "max_age": duration_text(max_age)}
    return Problem("registration.snapshot_stale", details)


def duration_text(seconds: float) -> str:
    """`3 days`, `1 hour`: in the largest unit of which there is at least one, rounded down."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{int(seconds)} seconds"
