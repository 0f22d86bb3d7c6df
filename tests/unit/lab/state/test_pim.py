# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be activated gives nothing, what is active until an end gives everything until then."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import WORLD

from lab.data import roles
from lab.state.build import build_state
from lab.state.directory import object_id, timestamp
from lab.worlds.loading import WorldError, parse_world

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=31)
READER = roles.ID_OF["Security Reader"]
OPERATOR = roles.ID_OF["Security Operator"]
TARGET = "20000000-0000-4000-8000-000000000001"
UNIT = "/administrativeUnits/30000000-0000-4000-8000-000000000001"


def build(before: str, after: str):
    assert before in WORLD
    return build_state(parse_world(WORLD.replace(before, after, 1), "small.yml"), NOW)


def operator(fields: str):
    return build("groups: [SOC]}", f"groups: [], {fields}}}")


def guest(fields: str):
    target = build("guests: [{groups: [Readers]}]", f"guests: [{{{fields}}}]").directories[TARGET]
    return target, target.operator_ids[0]


@pytest.mark.parametrize("kind", ["activated", "assigned"])
def test_timed_group_gives_gdap_until_its_end(kind):
    built = operator(f"timed_groups: [{{group: SOC, minutes_left: 30, type: {kind}}}]")
    assert built.gdap_roles(TARGET, NOW) == {READER}
    assert built.gdap_roles(TARGET, LATER) is None


def test_timed_group_without_an_end_stays():
    built = operator("timed_groups: [{group: SOC, type: assigned}]")
    assert built.gdap_roles(TARGET, NOW + dt.timedelta(days=390)) == {READER}


def test_eligible_group_gives_nothing():
    built = operator("eligible_groups: [{group: SOC, days_left: 90}, {group: Helpdesk}]")
    assert built.gdap_roles(TARGET, NOW) is None
    ends = [row.term.ends for row in built.home.eligible_memberships]
    assert ends == [NOW + dt.timedelta(days=90), None]


def test_timed_role_is_active_until_its_end():
    target, user_id = guest("timed_roles: [{role: Security Reader, minutes_left: 30, type: activated}]")
    assert target.active_roles(user_id) == {READER}
    target.remove_expired(LATER)
    assert target.active_roles(user_id) == set()


@pytest.mark.parametrize(
    "fields",
    [
        "scoped_roles: [Security Reader]",
        "eligible_roles: [{role: Security Reader}]",
        f"eligible_roles: [{{role: Security Reader, days_left: 9, scope: {UNIT}}}]",
        "eligible_groups: [{group: Readers}]",
    ],
)
def test_not_active_for_the_tenant(fields):
    target, user_id = guest(fields)
    assert target.active_roles(user_id) == set()


def test_scopes():
    target, user_id = guest(f"scoped_roles: [Security Reader], eligible_roles: [{{role: {OPERATOR}, scope: {UNIT}}}]")
    assigned = [row.scope for row in target.role_assignments if row.principal_id == user_id]
    assert [scope.partition("s/")[0] for scope in assigned] == ["/administrativeUnit"]
    assert [row.scope for row in target.role_eligibilities] == [UNIT]


def test_group_that_is_eligible_for_a_role():
    built = build("roles: [Security Reader], assignable", "eligible_roles: [Security Reader], assignable")
    target = built.directories[TARGET]
    assert [(row.principal_id, row.role_id) for row in target.role_eligibilities] == [
        (object_id(TARGET, "group", "Readers"), READER)
    ]
    assert target.active_roles(target.operator_ids[0]) == set()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("groups: [SOC]}", "eligible_groups: [{group: SOCK}]}", "did you mean 'SOC'?"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, type: active}]}", "(allowed: activated, assigned)"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, minutes_left: 0}]}", "greater than or equal to 1"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, minutes: 5}]}", "did you mean 'minutes_left'?"),
        ("[{groups: [Readers]}]", "[{eligible_groups: [{group: Reader}]}]", "did you mean 'Readers'?"),
        ("[{groups: [Readers]}]", "[{eligible_roles: [{role: Reader}]}]", "is not a known role"),
        ("[{groups: [Readers]}]", "[{eligible_roles: [{role: Global Reader, scope: /x}]}]", "'/x' is neither '/' nor"),
        ("assignable_to_role: true", "eligible_roles: [Global Reader]", "it must be assignable_to_role"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, partner_consent_pending: true,", "relationship of a reseller"),
        ("disabled_plans: [MDE_LITE]", "pending_plans: [MDE_LTE]", "did you mean 'MDE_LITE'?"),
        ("country: FR", "country: FR\n    role_names: fr", "(allowed: de, en)"),
    ],
)
def test_mistake(before, after, message):
    assert before in WORLD
    with pytest.raises(WorldError) as caught:
        parse_world(WORLD.replace(before, after, 1), "small.yml")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "pending"),
    [
        ("status: approvalPending", True),
        ("status: active", False),
        ("status: approvalPending, partner_consent_pending: false", False),
        ("status: active, partner_consent_pending: true", True),
    ],
)
def test_consent_of_the_partner(fields, pending):
    built = build("{name: Fabrikam SOC,", f"{{name: Fabrikam SOC, reseller: true, {fields},")
    assert built.relationships[0].entity["isPartnerConsentPending"] is pending


def test_fresh_relationship():
    relationship = build("{name: Fabrikam SOC,", "{name: Fabrikam SOC, created_days_ago: 0,").relationships[0]
    assert relationship.entity["activatedDateTime"] == timestamp(NOW)
    assert [row["createdDateTime"] for row in relationship.assignments] == [timestamp(NOW)]


@pytest.mark.parametrize(
    ("fields", "trial", "moves"),
    [
        ("trial: true, lifecycle_days: 12", True, timestamp(NOW + dt.timedelta(days=12))),
        ("lifecycle_days: -1", False, timestamp(NOW - dt.timedelta(days=1))),
        ("capability: Enabled", False, None),
    ],
)
def test_subscription(fields, trial, moves):
    target = build("[SPE_E5,", f"[{{sku: SPE_E5, {fields}}},").directories[TARGET]
    row = target.subscriptions[0]
    assert (row["isTrial"], row["nextLifecycleDateTime"]) == (trial, moves)
    assert [row["id"]] == target.skus[0]["subscriptionIds"]


def test_pending_plan():
    target = build("disabled_plans: [MDE_LITE]", "pending_plans: [MDE_LITE]").directories[TARGET]
    for plans in (target.skus[1]["servicePlans"], target.subscriptions[1]["serviceStatus"]):
        states = {plan["servicePlanName"]: plan["provisioningStatus"] for plan in plans}
        assert states["MDE_LITE"] == "PendingActivation"


def test_two_subscriptions_of_one_product():
    """A trial and a suspended subscription: a single product, in the better state, with the units of both."""
    rows = "{sku: SPE_E5, capability: Suspended, enabled: 10}, {sku: SPE_E5, trial: true, enabled: 25}"
    target = build("[SPE_E5,", f"[{rows},").directories[TARGET]
    product = target.skus[0]
    assert [row["skuPartNumber"] for row in target.skus] == ["SPE_E5", "SPE_E3"]
    assert product["capabilityStatus"] == "Enabled"
    assert product["prepaidUnits"] == {"enabled": 25, "lockedOut": 0, "suspended": 10, "warning": 0}
    behind = [row for row in target.subscriptions if row["skuPartNumber"] == "SPE_E5"]
    assert [row["id"] for row in behind] == product["subscriptionIds"]
    assert [(row["status"], row["isTrial"]) for row in behind] == [("Suspended", False), ("Enabled", True)]
    assert len({row["commerceSubscriptionId"] for row in target.subscriptions}) == 3
