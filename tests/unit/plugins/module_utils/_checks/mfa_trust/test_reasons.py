# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of mfa_trust: each has a status, an actor and a page, and names the trust of devices."""

from __future__ import annotations

from reason_rules import faults_of

from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.reasons import REASONS


def test_every_reason_is_complete():
    assert faults_of(REASONS, "mfa_trust") == []


def test_trust_of_devices_is_named_beside_each():
    for row in REASONS.values():
        assert "{compliant_device}" in row.sentence
        assert "{hybrid_joined_device}" in row.sentence
