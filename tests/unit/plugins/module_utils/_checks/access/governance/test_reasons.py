# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of access by governance: each has a status, an actor and a page."""

from __future__ import annotations

from reason_rules import faults_of

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import GovernanceCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reasons import REASONS


def test_every_reason_is_complete():
    assert faults_of(REASONS, "access", "permissions") == []


def test_every_reason_that_is_ranked_has_words():
    assert {*GovernanceCandidate.MET, *GovernanceCandidate.UNMET} <= REASONS.keys()
