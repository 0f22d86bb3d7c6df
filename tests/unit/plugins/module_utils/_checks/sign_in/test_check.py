# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check sign_in."""

from __future__ import annotations

from evidence import case, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.check import CHECK

TOKEN = piece("operator_sign_in", {"readable": True, "roles": None, "other_roles": 0})
NOT_LISTED = piece("arm_tenants", {"listed": False, "others": 3})
REFUSED = unread("operator_arm_sign_in", "sign_in.conditional_access")


def test_it_is_the_operators_own_and_makes_no_read():
    assert (CHECK.stage, CHECK.as_operator, CHECK.reads) == ("access", True, ())


def test_refusal_that_hides_the_tenant_is_more_than_a_caveat():
    sign_in = case({"operator_sign_in": TOKEN}, access="b2b")
    assert CHECK.judge(sign_in).status == "met"
    refused = sign_in.with_evidence({"operator_arm_sign_in": REFUSED})
    listed = piece("arm_tenants", {"listed": True, "others": 3})
    assert CHECK.judge(refused.with_evidence({"arm_tenants": listed})).reason == "sign_in.token_issued"
    assert CHECK.judge(refused.with_evidence({"arm_tenants": NOT_LISTED})).reason == "sign_in.arm_keeps_off_list"


def test_advice_about_azure_is_open_where_its_sign_in_failed():
    failed = {"operator_sign_in": TOKEN, "operator_arm_sign_in": unread("operator_arm_sign_in", "read.deadline")}
    assert CHECK.judged(case(failed)).unread == ("sign_in.arm_refused",)
    assert CHECK.judged(case({"operator_sign_in": TOKEN})).unread == ()
