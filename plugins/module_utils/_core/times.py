# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock of evidence, and times as services and files write them."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Return the time that evidence is stamped with."""
    return dt.datetime.now(dt.UTC)


def timestamp(moment: dt.datetime) -> str:
    """Return the moment in ISO 8601, in UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: object) -> dt.datetime | None:
    """Return a Graph DateTimeOffset (up to 7 digits of a second) as an aware time; None where it is not a time."""
    if not isinstance(text, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def utc_time(text: object) -> dt.datetime | None:
    """Return an ISO 8601 time in UTC; one without a zone is taken for UTC. None where it is not a time."""
    try:
        moment = parse_time(text)
        return moment and moment.astimezone(dt.UTC)
    except OverflowError:
        return None


def minute_of(text: str) -> str:
    """Return a time for people, to the minute; what is not a time is returned as it is."""
    moment = utc_time(text)
    return text if moment is None else f"{moment.replace(tzinfo=None).isoformat(sep=' ', timespec='minutes')} UTC"


def day_of(text: str) -> str:
    """Return the day of a time in UTC; what is not a time is returned as it is."""
    moment = utc_time(text)
    return text if moment is None else moment.date().isoformat()


def duration_text(seconds: float) -> str:
    """Format a duration, such as `3 days`, in the largest unit of which there is at least one, rounded down."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{int(seconds)} seconds"
