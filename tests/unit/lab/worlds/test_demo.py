# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo world: a tenant for everything that goes wrong, in a realistic list of customers."""

from __future__ import annotations

import collections

from lab.data import skus
from lab.process import WORLDS
from lab.worlds.loading import load_world

DEMO = load_world(WORLDS / "demo.yml")
ANSWERS = collections.Counter((tenant.expect.first_broken, tenant.expect.reason) for tenant in DEMO.tenants)
VERDICTS = {reason for tenant in DEMO.tenants for reason in tenant.expect.verdicts.values()}


def test_twenty_five_tenants_most_in_order():
    assert len(DEMO.tenants) == 25
    assert ANSWERS[None, None] > 12


def test_one_of_each():
    assert {answer: count for answer, count in ANSWERS.items() if answer != (None, None)} == {
        ("access", "access.gdap_expired"): 1,
        ("access", "access.gdap_operator_not_assigned"): 1,
        ("access", "access.guest_pending"): 1,
        ("consent", "consent.app_not_in_tenant"): 1,
        ("defender", "defender.not_provisioned"): 1,
        ("license", "license.none"): 1,
        ("license", "license.suspended"): 1,
        ("permissions", "permissions.no_role"): 1,
        ("sign_in", "sign_in.conditional_access"): 1,
    }
    assert {
        "access.gdap_in_force",
        "mfa_trust.by_default",
        "mfa_trust.not_accepted",
        "permissions.role_via_group",
    } == VERDICTS


def test_states_that_break_no_requirement():
    assert sum(tenant.conditional_access.blocks_operator for tenant in DEMO.tenants) == 1
    assert sum(tenant.defender == "not_provisioned" for tenant in DEMO.tenants) == 1
    assert [fault.kind for tenant in DEMO.tenants for fault in tenant.faults] == ["throttle"]
    soon = [gdap for tenant in DEMO.tenants for gdap in tenant.gdap if 0 < gdap.days_left < 30]
    assert len(soon) == 1


def test_business_premium_without_mtp():
    business = [tenant for tenant in DEMO.tenants if [row.sku for row in tenant.licenses] == ["SPB"]]
    plans = {plan.name for plan in skus.catalogue()["SPB"].plans}
    assert business
    assert "MDE_SMB" in plans
    assert "MTP" not in plans


def test_variety():
    assert {tenant.declare.access for tenant in DEMO.tenants} == {"gdap", "b2b", "auto"}
    assert len({tenant.country for tenant in DEMO.tenants}) >= 15
    assert len({row.sku for tenant in DEMO.tenants for row in tenant.licenses}) >= 10
