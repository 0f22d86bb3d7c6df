# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Things by what they have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped


@given(st.lists(st.integers(0, 50)))
def test_nothing_is_lost_and_no_order_changes(numbers):
    groups = grouped(numbers, lambda number: number % 3)
    assert list(groups) == list(dict.fromkeys(number % 3 for number in numbers))
    assert all(own == [number for number in numbers if number % 3 == key] for key, own in groups.items())
