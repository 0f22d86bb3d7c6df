# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as services and files write them."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.times import duration_text, parse_time


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05+02:00"),
        ("no time", None),
        (None, None),
        (5, None),
    ],
)
def test_times_of_graph(text, read):
    moment = parse_time(text)
    assert (moment.isoformat() if moment else None) == read


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 seconds"), (59.9, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (172800, "2 days")],
)
def test_durations_in_words(seconds, text):
    assert duration_text(seconds) == text
