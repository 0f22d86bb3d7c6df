# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family mfa_trust."""

from __future__ import annotations

from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.reasons import REASONS


def test_trust_is_turned_on_in_the_target():
    assert silent(REASONS) == met(REASONS) == {"mfa_trust.by_partner", "mfa_trust.by_default"}
    for reason in set(REASONS) - met(REASONS):
        assert actors_of(REASONS[reason].remedy) == ["Security Administrator of {tenant}"]


def test_trust_of_devices_is_in_every_sentence():
    for row in REASONS.values():
        assert row.sentence.endswith(
            " Compliant devices from other tenants: {compliant_device}; hybrid joined devices: {hybrid_joined_device}."
        )
