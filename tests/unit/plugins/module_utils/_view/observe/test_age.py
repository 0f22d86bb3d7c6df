# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Durations, and the age of a snapshot."""

from __future__ import annotations

import datetime as dt

import pytest
from portal_answers import make_view

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.age import (
    age_problem,
    duration_text,
    parse_duration,
)

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90m", 5400), ("24h", 86400), ("7d", 604800), ("1w", 604800), ("30", 30), ("1.5h", 5400)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1y", "h"])
def test_bad_durations(text):
    with pytest.raises(OptionError, match=r"snapshot_max_age: .* is not a valid duration"):
        parse_duration(text)


def test_an_old_view_says_how_old():
    problem = age_problem(make_view(), NOW, 3600)
    assert problem.details == {"taken_at": "2026-11-24T10:00:00Z", "age": "2 hours", "max_age": "1 hour"}
    assert age_problem(make_view(), NOW, 7200) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 seconds"), (59.9, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (172800, "2 days")],
)
def test_durations_in_words(seconds, text):
    assert duration_text(seconds) == text
