# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family defender."""

from __future__ import annotations

from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reasons import REASONS


def test_refusal_is_for_the_tenant_that_refuses():
    assert silent(REASONS) == met(REASONS) == {"defender.answers"}
    for reason in set(REASONS) - met(REASONS):
        assert actors_of(REASONS[reason].remedy)[0].endswith("Administrator of {tenant}")


def test_refusal_ends_with_the_words_of_the_service():
    refusals = {reason for reason, row in REASONS.items() if row.sentence.endswith(": {said}")}
    assert refusals == set(REASONS) - met(REASONS)
