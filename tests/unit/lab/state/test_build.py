# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The running state: membership, roles and GDAP follow the world, and the right answers are left behind."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import WORLD

from lab.data import roles
from lab.state.build import build_state
from lab.state.directory import timestamp
from lab.worlds.loading import parse_world

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
READER = roles.ID_OF["Security Reader"]
TARGET = "20000000-0000-4000-8000-000000000001"


def state(before: str = "", after: str = ""):
    assert before in WORLD
    return build_state(parse_world(WORLD.replace(before, after, 1) if before else WORLD, "small.yml"), NOW)


def relationship(fields: str):
    return state("{name: Fabrikam SOC,", f"{{name: Fabrikam SOC, {fields},").relationships[0]


def test_right_answers_are_left_behind():
    assert "canary" in WORLD
    assert "canary" not in repr(state())


def test_ids_are_the_same_in_every_run():
    assert state().operator == state().operator
    assert state().relationships[0].entity["id"] == state().relationships[0].entity["id"]


def test_nested_groups_of_the_operator():
    home = state().home
    names = {home.groups[key]["displayName"] for key in home.transitive_groups(state().operator.object_id)}
    assert names == {"SOC", "All"}


def test_ring_of_groups_ends():
    home = state("- {name: All}", "- {name: All, members_of: [SOC]}").home
    assert len(home.transitive_groups(state().operator.object_id)) == 2


def test_role_through_a_group():
    target = state().directories[TARGET]
    assert target.active_roles(target.operator_ids[0]) == {READER}


def test_gdap_roles_come_from_the_assignment():
    assert state().gdap_roles(TARGET, NOW) == {READER}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{group: All,", "{group: Helpdesk,"),
        ("roles: [Security Reader]}]}", "roles: [Security Reader], status: pending}]}"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: expired,"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: approvalPending,"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, days_left: -1,"),
    ],
)
def test_gdap_gives_nothing(before, after):
    assert state(before, after).gdap_roles(TARGET, NOW) is None


def test_end_is_activation_and_duration():
    entity = relationship("days_left: 18, created_days_ago: 347").entity
    assert entity["duration"] == "P365D"
    assert entity["endDateTime"] == timestamp(NOW + dt.timedelta(days=18))
    assert entity["activatedDateTime"] == timestamp(NOW - dt.timedelta(days=347))


@pytest.mark.parametrize("status", ["created", "approvalPending", "approved", "activating"])
def test_no_end_before_approval(status):
    entity = relationship(f"status: {status}").entity
    assert entity["activatedDateTime"] is entity["endDateTime"] is None


def test_assignment_without_roles_has_all_of_the_relationship():
    relationship = state(", roles: [Security Reader]}]}", "}]}").relationships[0]
    assert relationship.assignments[0]["accessDetails"] == relationship.entity["accessDetails"]


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
def test_units_stand_under_the_state(capability, units):
    target = state("[SPE_E5,", f"[{{sku: SPE_E5, capability: {capability}}},").directories[TARGET]
    assert target.skus[0]["prepaidUnits"] == units


def test_disabled_plan():
    plans = {
        plan["servicePlanName"]: plan["provisioningStatus"]
        for plan in state().directories[TARGET].skus[1]["servicePlans"]
    }
    assert plans["MDE_LITE"] == "Disabled"
    assert set(plans.values()) == {"Disabled", "Success"}


@pytest.mark.parametrize(
    ("written", "trust"),
    [
        ("{partner: {mfa: true}}", True),
        ("{partner: {mfa: false}}", False),
        ("{partner: {mfa: null}}", None),
    ],
)
def test_trust_of_the_partner(written, trust):
    target = state("expect:", f"cross_tenant_access: {written}\n    expect:").directories[TARGET]
    assert next(iter(target.partners.values()))["inboundTrust"]["isMfaAccepted"] is trust


def test_partner_whose_trust_is_null_and_no_partner():
    target = state("expect:", "cross_tenant_access: {partner: {trust: null}}\n    expect:").directories[TARGET]
    assert next(iter(target.partners.values()))["inboundTrust"] is None
    assert not state("expect:", "cross_tenant_access: {partner: none}\n    expect:").directories[TARGET].partners


def test_default_that_was_touched():
    target = state("expect:", "cross_tenant_access: {default: {mfa: true}}\n    expect:").directories[TARGET]
    assert target.trust_default["isServiceDefault"] is False
    assert target.trust_default["inboundTrust"]["isMfaAccepted"] is True


def test_consent():
    assert state("expect:", "consent: none\n    expect:").directories[TARGET].application_permissions is None
    some = state("expect:", "consent: [User.Read, Policy.Read.All]\n    expect:").directories[TARGET]
    assert some.application_permissions == {"Policy.Read.All"}
    assert some.delegated_permissions == {"User.Read", "Policy.Read.All"}


def test_tenant_by_id_or_domain():
    built = state()
    for name in (TARGET.upper(), "fabrikam.example", "FABRIKAM.onmicrosoft.com"):
        assert built.find_directory(name) is built.directories[TARGET]
    assert built.find_directory("contoso.example") is None
