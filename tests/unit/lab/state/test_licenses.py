# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences: units and plans follow the state of each subscription."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import NOW, TARGET, small_state

from lab.state.directory import timestamp


@pytest.mark.parametrize(
    ("capability", "units"),
    [
        ("Enabled", {"enabled": 50, "lockedOut": 0, "suspended": 0, "warning": 0}),
        ("Warning", {"enabled": 0, "lockedOut": 0, "suspended": 0, "warning": 50}),
        ("Suspended", {"enabled": 0, "lockedOut": 0, "suspended": 50, "warning": 0}),
        ("LockedOut", {"enabled": 0, "lockedOut": 50, "suspended": 0, "warning": 0}),
        ("Deleted", {"enabled": 0, "lockedOut": 0, "suspended": 0, "warning": 0}),
    ],
)
def test_units_are_counted_under_the_state(capability, units):
    target = small_state("[SPE_E5,", f"[{{sku: SPE_E5, capability: {capability}}},").directories[TARGET]
    assert target.skus[0]["prepaidUnits"] == units


def test_disabled_plan():
    plans = {
        plan["servicePlanName"]: plan["provisioningStatus"]
        for plan in small_state().directories[TARGET].skus[1]["servicePlans"]
    }
    assert plans["MDE_LITE"] == "Disabled"
    assert set(plans.values()) == {"Disabled", "Success"}


@pytest.mark.parametrize(
    ("fields", "trial", "moves"),
    [
        ("trial: true, lifecycle_days: 12", True, timestamp(NOW + dt.timedelta(days=12))),
        ("lifecycle_days: -1", False, timestamp(NOW - dt.timedelta(days=1))),
        ("capability: Enabled", False, None),
    ],
)
def test_subscription(fields, trial, moves):
    target = small_state("[SPE_E5,", f"[{{sku: SPE_E5, {fields}}},").directories[TARGET]
    row = target.subscriptions[0]
    assert (row["isTrial"], row["nextLifecycleDateTime"]) == (trial, moves)
    assert [row["id"]] == target.skus[0]["subscriptionIds"]


def test_pending_plan():
    target = small_state("disabled_plans: [MDE_LITE]", "pending_plans: [MDE_LITE]").directories[TARGET]
    for plans in (target.skus[1]["servicePlans"], target.subscriptions[1]["serviceStatus"]):
        states = {plan["servicePlanName"]: plan["provisioningStatus"] for plan in plans}
        assert states["MDE_LITE"] == "PendingActivation"


def test_two_subscriptions_of_one_product():
    """A trial and a suspended subscription: a single product, in the better state, with the units of both."""
    rows = "{sku: SPE_E5, capability: Suspended, enabled: 10}, {sku: SPE_E5, trial: true, enabled: 25}"
    target = small_state("[SPE_E5,", f"[{rows},").directories[TARGET]
    product = target.skus[0]
    assert [row["skuPartNumber"] for row in target.skus] == ["SPE_E5", "SPE_E3"]
    assert product["capabilityStatus"] == "Enabled"
    assert product["prepaidUnits"] == {"enabled": 25, "lockedOut": 0, "suspended": 10, "warning": 0}
    behind = [row for row in target.subscriptions if row["skuPartNumber"] == "SPE_E5"]
    assert [row["id"] for row in behind] == product["subscriptionIds"]
    assert [(row["status"], row["isTrial"]) for row in behind] == [("Suspended", False), ("Enabled", True)]
    assert len({row["commerceSubscriptionId"] for row in target.subscriptions}) == 3
