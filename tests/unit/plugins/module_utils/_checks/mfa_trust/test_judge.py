# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust of multifactor authentication from the home tenant."""

from __future__ import annotations

import pytest
from evidence import (
    case,
    piece,
    trust_evidence,
    unread,
)
from judged import shown, words

from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        ({"compliant_device": True, "hybrid_joined_device": False}, ("accepted", "not accepted")),
        ({"compliant_device": None, "hybrid_joined_device": True}, ("not stated", "accepted")),
        ({}, ("not stated", "not stated")),
    ],
)
@pytest.mark.parametrize("mfa", [True, False, None])
def test_trust_of_devices_is_told_and_decides_nothing(trust, words, mfa):
    evidence = trust_evidence(True)
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {"mfa": mfa, **trust}})
    verdict = judge_mfa_trust(case(evidence))
    assert verdict.status == {True: "met", False: "unmet", None: "unknown"}[mfa]
    assert f"other tenants: {words[0]}; hybrid joined devices: {words[1]}." in verdict.message


def test_trust_is_inherited_as_a_whole_only():
    evidence = trust_evidence("none", True)
    evidence["cross_tenant_access_partner"] = piece(
        "p", {"found": True, "inbound_trust": {"mfa": None, "compliant_device": True}}
    )
    assert judge_mfa_trust(case(evidence)).status == "unknown"


@pytest.mark.parametrize(
    ("partner", "default", "reason", "said", "whose"),
    [
        (True, False, "mfa_trust.by_partner", "partner setting", ["cross_tenant_access_partner"]),
        (False, True, "mfa_trust.not_accepted", "(partner setting)", ["cross_tenant_access_partner"]),
        ("none", True, "mfa_trust.by_default", "default setting", None),
        ("none", False, "mfa_trust.not_accepted", "(default setting)", None),
        (None, True, "mfa_trust.by_default", "default setting", None),
        (None, None, "mfa_trust.not_told", "does not say", None),
        ("yes", True, "mfa_trust.not_told", "does not say", ["cross_tenant_access_partner"]),
    ],
)
def test_trust_names_the_setting_that_applies(partner, default, reason, said, whose):
    evidence = trust_evidence("none" if partner == "yes" else partner, default)
    if partner == "yes":
        odd = {"found": True, "inbound_trust": {"mfa": "yes"}}
        evidence["cross_tenant_access_partner"] = piece("cross_tenant_access_partner", odd)
    verdict = judge_mfa_trust(case(evidence))
    assert (verdict.check, verdict.reason) == ("mfa_trust", reason)
    assert said in words(verdict)
    assert shown(verdict) == (whose or ["cross_tenant_access_partner", "cross_tenant_access_default"])


def test_trust_of_an_empty_entry_is_not_told():
    evidence = trust_evidence(default=True)
    evidence["cross_tenant_access_default"] = piece("d", {"found": True, "inbound_trust": None})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {}})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"


def test_trust_that_was_not_read_tells_what_was_and_what_was_not():
    evidence = trust_evidence(default=True)
    partner = unread("cross_tenant_access_partner")
    verdict = judge_mfa_trust(case({**evidence, "cross_tenant_access_partner": partner}))
    assert (verdict.check, verdict.status, verdict.reason) == ("mfa_trust", "unknown", "read.throttled")
    assert verdict.evidence == (partner, evidence["cross_tenant_access_default"])
    default = unread("cross_tenant_access_default", "read.deadline")
    verdict = judge_mfa_trust(case({**evidence, "cross_tenant_access_default": default}))
    assert (verdict.check, verdict.status, verdict.reason) == ("mfa_trust", "unknown", "read.deadline")
    assert verdict.evidence == (default, evidence["cross_tenant_access_partner"])


@pytest.mark.parametrize(
    ("partner", "default", "reason"),
    [
        pytest.param(True, False, "mfa_trust.by_partner", id="partner"),
        pytest.param(False, True, "mfa_trust.not_accepted", id="partner_wins"),
        pytest.param("none", True, "mfa_trust.by_default", id="default"),
        pytest.param(None, True, "mfa_trust.by_default", id="inherited"),
        pytest.param("none", False, "mfa_trust.not_accepted", id="off"),
        pytest.param("none", None, "mfa_trust.not_told", id="not_told"),
    ],
)
def test_mfa_trust(partner, default, reason):
    assert judge_mfa_trust(case(trust_evidence(partner, default))).reason == reason


def test_mfa_trust_null_within_a_partner_entry_is_not_guessed():
    evidence = trust_evidence("none", True)
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {"mfa": None}})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"


@pytest.mark.parametrize("key", ["cross_tenant_access_partner", "cross_tenant_access_default"])
def test_mfa_trust_unread_is_unknown(key):
    assert judge_mfa_trust(case({**trust_evidence(None, True), key: unread(key)})).status == "unknown"


def test_trust_shows_the_trust_and_nothing_else():
    verdict = judge_mfa_trust(case(trust_evidence(partner="none", default=True)))
    assert [item.data for item in verdict.evidence] == [
        {"found": False},
        {"found": True, "inbound_trust": {"mfa": True}},
    ]
