# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times: the clock of evidence, and times as services and files write them."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """The clock of evidence."""
    return dt.datetime.now(dt.UTC)


def timestamp(moment: dt.datetime) -> str:
    """ISO 8601 in UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: object) -> dt.datetime | None:
    """A Graph DateTimeOffset (up to 7 digits of a second) as an aware time; None where there is none, or no sense."""
    if not isinstance(text, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def utc_time(text: object) -> dt.datetime | None:
    """An ISO 8601 time as a time in UTC; one without a zone is taken for UTC. None where it is no time."""
    try:
        moment = dt.datetime.fromisoformat(str(text))
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None
