# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check mfa_trust."""

from __future__ import annotations

from evidence import case, trust_evidence

from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext


def test_it_is_recommended_and_breaks_nothing():
    assert (CHECK.name, CHECK.stage, CHECK.severity) == ("mfa_trust", "requirements", "recommended")
    assert CHECK.link not in CHAIN.links


def test_it_reads_the_settings_of_every_target():
    context = TargetContext(case({}), "home", (), frozenset(), as_operator=False, has_app=True)
    keys = ["cross_tenant_access_default", "cross_tenant_access_partner"]
    assert [bound.key for bound in CHECK.first_reads(context)] == keys
    assert [(use.side, use.read.key) for use in CHECK.reads] == [("target", key) for key in keys]


def test_it_judges_with_reasons_of_its_own():
    assert CHECK.judge(case(trust_evidence(partner=True))).reason in CHECK.reasons
