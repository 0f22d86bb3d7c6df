# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that one task may take."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline


def test_time_runs_out_and_is_never_negative():
    now = [100.0]
    deadline = Deadline(5, clock=lambda: now[0])
    assert (deadline.seconds, deadline.remaining(), deadline.passed) == (5, 5, False)
    now[0] = 104.5
    assert (deadline.remaining(), deadline.passed) == (0.5, False)
    now[0] = 200.0
    assert (deadline.remaining(), deadline.passed) == (0, True)
