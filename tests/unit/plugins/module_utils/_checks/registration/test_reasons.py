# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family registration: the view is per person."""

from __future__ import annotations

from remedies import all_actors, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.registration.reasons import REASONS


def test_only_what_is_in_the_view_needs_no_action():
    assert silent(REASONS) == met(REASONS) == {"registration.registered"}


def test_view_that_could_not_be_read_is_no_targets_task():
    unread = {reason: row for reason, row in REASONS.items() if row.status == "unknown"}
    assert not [actor for actor in all_actors(unread) if "{tenant}" in actor]


def test_no_sentence_needs_the_name_of_the_home_tenant():
    assert not [reason for reason, row in REASONS.items() if "{home}" in row.sentence + row.remedy]
