# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generator: equal worlds for equal seeds, and every state in a large world."""

from __future__ import annotations

import pytest
from lab_worlds import large_world

from lab.generator import governance, writing
from lab.generator.access import HOME_GROUPS
from lab.generator.generate import generate
from lab.process import WORLDS
from lab.worlds.loading import load_world

DEMO = load_world(WORLDS / "demo.yml")


def test_same_seed_same_world():
    assert generate(20, 7) == generate(20, 7)
    assert generate(20, 7) != generate(20, 8)


@pytest.mark.parametrize("count", [1, 25, 100])
def test_size(count):
    assert len(generate(count, 1).tenants) == count


def test_calm_world_is_healthy():
    world = generate(200, 3, calm=True)
    assert {row.expect.first_broken for row in world.tenants} == {None}
    assert not [row for row in world.tenants if row.expect.verdicts]


def test_every_reason_of_the_demo_is_drawn():
    drawn = {row.expect.reason for row in large_world().tenants}
    assert drawn >= {row.expect.reason for row in DEMO.tenants}


def test_every_verdict_of_the_demo_is_drawn():
    drawn = {reason for row in large_world().tenants for reason in row.expect.verdicts.values()}
    demo = {reason for row in DEMO.tenants for reason in row.expect.verdicts.values()}
    assert drawn >= demo


def test_operator_who_is_disabled_at_home_has_access_nowhere():
    """The answers are about the home tenant that is passed in."""
    home = load_world(WORLDS / "disabled.yml").home
    tenants = generate(60, 5, home=home).tenants
    assert {row.expect.verdicts["access"] for row in tenants} == {"access.operator_disabled"}
    assert {row.expect.first_broken for row in tenants} == {"access", "consent"}
    assert {row.expect.reason for row in tenants} == {"access.operator_disabled", "consent.app_not_in_tenant"}


def test_a_reseller_that_waits_for_the_partner_is_drawn_in_every_status():
    relationships = [gdap for row in large_world().tenants for gdap in row.gdap if gdap.partner_consent_pending]
    assert {gdap.status for gdap in relationships} == {"approvalPending", "approved", "activating", "active"}


def test_every_state_of_governance_is_drawn():
    drawn = {row.expect.reason for row in large_world().tenants} | {
        row.expect.verdicts.get("access") for row in large_world().tenants
    }
    assert drawn >= {*governance.ACCESS.values(), "access.governance_active", "permissions.governance_no_role"}


def test_about_a_fifth_is_in_order():
    healthy = sum(row.expect.first_broken is None for row in large_world().tenants)
    assert 150 < healthy < 300


def test_home_of_another_world():
    home = DEMO.home
    world = generate(5, 1, home=home)
    assert (world.home.tenant_id, world.home.operator.upn) == (home.tenant_id, home.operator.upn)
    assert set(home.operator.groups) < set(world.home.operator.groups)


def test_home_that_was_made_before():
    home = generate(5, 1).home
    assert generate(5, 1, home=home).home == home
    assert {group.name for group in home.groups} == set(HOME_GROUPS)


REASONS = [
    "access.gdap_assignment_pending",
    "access.gdap_assignment_error",
    "access.gdap_eligible",
    "access.gdap_partner_consent",
    "access.gdap_activating",
    "permissions.gdap_no_role",
    "permissions.gdap_role_not_assigned",
    "permissions.role_eligible",
    "permissions.role_scoped",
    "permissions.group_eligible",
    "license.locked_out",
    "license.deleted",
    "license.insufficient",
]


@pytest.mark.parametrize("reason", REASONS)
def test_reason_breaks_a_tenant(reason):
    assert [row for row in large_world().tenants if row.expect.reason == reason]


@pytest.mark.parametrize(
    "reason",
    ["permissions.custom_role", "access.none_found", "access.not_listed", "read.other_cloud"],
)
def test_rare_reason_breaks_a_tenant(reason):
    assert [row for row in large_world(3000).tenants if row.expect.reason == reason]


@pytest.mark.parametrize(
    "reason",
    ["permissions.custom_role_proven", "permissions.role_via_gdap", "permissions.role_direct", "access.guest_accepted"],
)
def test_rare_verdict_is_drawn(reason):
    assert [row for row in large_world(3000).tenants if reason in row.expect.verdicts.values()]


def test_every_block_and_deleted_guests_are_drawn():
    reasons = {row.expect.reason for row in large_world().tenants}
    assert reasons >= {"access.outbound_blocked", "access.inbound_blocked", "access.guest_deleted"}


def test_writing_changes_nothing_else():
    """The same tenant has the same consents, whatever else is drawn around it, and all kinds are there."""
    tenants = large_world().tenants
    for tenant in tenants[:50]:
        assert writing.consents(tenant.tenant_id)["invites_from"] == tenant.invites_from
    assert {tenant.writer is False for tenant in tenants} == {True, False}
    assert len({tenant.invites_from for tenant in tenants}) == 4
