# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A refused token for Azure Resource Manager: it counts only where the list was read and lacks the tenant."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.list_refusal import with_list_refusal
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

SIGNED_IN = piece("operator_sign_in", {"readable": True, "roles": [], "other_roles": 0})
ABSENT = piece("arm_tenants", {"listed": False, "others": 3})
PRESENT = piece("arm_tenants", {"listed": True, "others": 3})


def without(key, reason):
    return Evidence(key, "u", "operator", "t", "", "doc", problem=Problem(reason, {"said": "no"}))


@pytest.mark.parametrize(
    ("refusal", "arm_list", "reason"),
    [
        ("sign_in.mfa_required", ABSENT, "sign_in.arm_keeps_off_list"),
        ("sign_in.mfa_required", PRESENT, "sign_in.token_issued"),
        # Nobody answered whether the token is refused, which could be why the tenant is not there.
        ("sign_in.no_answer", ABSENT, "sign_in.no_answer"),
        ("read.throttled", ABSENT, "read.throttled"),
        ("sign_in.no_answer", PRESENT, "sign_in.token_issued"),
        # The list is unread: whether the refusal in this tenant hides it is not known, and nobody is blamed for it.
        ("sign_in.mfa_required", without("arm_tenants", "sign_in.no_answer"), "sign_in.no_answer"),
        ("sign_in.mfa_required", without("arm_tenants", "read.throttled"), "read.throttled"),
        ("sign_in.no_answer", without("arm_tenants", "read.throttled"), "read.throttled"),
    ],
)
def test_refusal_hides_a_tenant_only_where_the_list_shows_it(refusal, arm_list, reason):
    judged = case(
        {
            "operator_sign_in": SIGNED_IN,
            "operator_arm_sign_in": without("operator_arm_sign_in", refusal),
            "arm_tenants": arm_list,
        }
    )
    judged = dataclasses.replace(judged, tenant=dataclasses.replace(judged.tenant, access="b2b"))
    assert with_list_refusal(judged, judge_sign_in(judged)).reason == reason


NOT_A_CUSTOMER = piece("gdap_customers", {"listed": False, "others": 3})


@pytest.mark.parametrize(
    ("customers", "arm_list", "reason"),
    [
        (NOT_A_CUSTOMER, ABSENT, "sign_in.arm_keeps_off_list"),
        # The unread list could hold the tenant: then nothing hides it.
        (without("gdap_customers", "read.throttled"), ABSENT, "read.throttled"),
        (piece("gdap_customers", {"listed": True, "others": 3}), ABSENT, "sign_in.token_issued"),
        (without("gdap_customers", "read.throttled"), PRESENT, "sign_in.token_issued"),
    ],
)
def test_under_auto_another_list_can_hold_the_tenant(customers, arm_list, reason):
    judged = case(
        {
            "operator_sign_in": SIGNED_IN,
            "operator_arm_sign_in": without("operator_arm_sign_in", "sign_in.mfa_required"),
            "arm_tenants": arm_list,
            "gdap_customers": customers,
            "governance_relationships": without("governance_relationships", "consent.permission_missing"),
        }
    )
    judged = dataclasses.replace(judged, tenant=dataclasses.replace(judged.tenant, access="auto"))
    verdict = with_list_refusal(judged, judge_sign_in(judged))
    assert (verdict.check, verdict.reason) == ("sign_in", reason)


@pytest.mark.parametrize(("details", "said"), [({"said": "AADSTS50076"}, "AADSTS50076"), ({}, "no reason given")])
def test_refusal_that_hides_a_tenant_says_what_entra_said(details, said):
    refused = Problem("sign_in.mfa_required", details)
    arm = Evidence("operator_arm_sign_in", "u", "operator", "t", "", "doc", problem=refused)
    evidence = {"operator_sign_in": SIGNED_IN, "operator_arm_sign_in": arm, "arm_tenants": ABSENT}
    judged = case(evidence, access="b2b")
    verdict = with_list_refusal(judged, judge_sign_in(judged))
    assert (verdict.check, verdict.evidence) == ("sign_in", (arm,))
    assert said in verdict.message


@pytest.mark.parametrize(
    ("refusal", "arm_list", "seen"),
    [
        ("read.throttled", ABSENT, ["operator_arm_sign_in"]),
        ("sign_in.mfa_required", without("arm_tenants", "read.deadline"), ["arm_tenants", "operator_arm_sign_in"]),
        (
            "sign_in.mfa_required",
            piece("arm_tenants", {"listed": False, "others": 0}),
            ["arm_tenants", "operator_arm_sign_in"],
        ),
    ],
    ids=["refusal_unread", "list_unread", "list_partial"],
)
def test_what_leaves_the_refusal_open_is_shown(refusal, arm_list, seen):
    arm = without("operator_arm_sign_in", refusal)
    judged = case({"operator_sign_in": SIGNED_IN, "operator_arm_sign_in": arm, "arm_tenants": arm_list}, access="b2b")
    verdict = with_list_refusal(judged, judge_sign_in(judged))
    assert (verdict.check, verdict.status) == ("sign_in", "unknown")
    assert [item.what for item in verdict.evidence] == seen


def test_a_sign_in_that_does_not_work_stays_as_it_is():
    evidence = {
        "operator_sign_in": without("operator_sign_in", "sign_in.conditional_access"),
        "operator_arm_sign_in": without("operator_arm_sign_in", "sign_in.mfa_required"),
        "arm_tenants": ABSENT,
    }
    judged = case(evidence, access="b2b")
    sign_in = judge_sign_in(judged)
    assert with_list_refusal(judged, sign_in) is sign_in
