# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a world to the state: ids, consent, and the right answers, which are left behind."""

from __future__ import annotations

from lab_worlds import TARGET, WORLD, small_state


def test_right_answers_are_left_behind():
    assert "canary" in WORLD
    assert "canary" not in repr(small_state())


def test_ids_are_the_same_in_every_run():
    assert small_state().operator == small_state().operator
    assert small_state().relationships[0].entity["id"] == small_state().relationships[0].entity["id"]


def test_consent():
    assert small_state("expect:", "consent: none\n    expect:").directories[TARGET].consent.application is None
    some = small_state("expect:", "consent: [User.Read, Policy.Read.All]\n    expect:").directories[TARGET]
    assert some.consent.application == {"Policy.Read.All"}
    assert some.consent.delegated == {"User.Read", "Policy.Read.All"}
