# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of access: each has a status, an actor and a page."""

from __future__ import annotations

from reason_rules import faults_of

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import AccountCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import GdapCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reasons import REASONS


def test_every_reason_is_complete():
    assert faults_of(REASONS, "access") == []


def test_every_reason_that_is_ranked_has_words():
    assert {*GdapCandidate.MET, *GdapCandidate.UNMET, *AccountCandidate.MET, *AccountCandidate.UNMET} <= REASONS.keys()


def test_sentences_name_what_they_are_about():
    assert "{relationship}" in REASONS["access.gdap_in_force"].sentence
    assert "{tenant}" in REASONS["access.guest_missing"].sentence
