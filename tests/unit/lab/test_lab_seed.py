# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generator: the same world for the same seed, every state in a large one, and answers that fit the demo's."""

from __future__ import annotations

import pytest

from lab import seed_governance, seed_states
from lab.process import WORLDS
from lab.seed import generate
from lab.seed_oracle import expected
from lab.seed_states import Drawn
from lab.world_file import load_world

LARGE = generate(1000, 1)
DEMO_REASONS = {row.expect.reason for row in load_world(WORLDS / "demo.yml").tenants}


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
    drawn = {row.expect.reason for row in LARGE.tenants}
    assert drawn >= DEMO_REASONS


def test_every_verdict_of_the_demo_is_drawn():
    drawn = {reason for row in LARGE.tenants for reason in row.expect.verdicts.values()}
    demo = {reason for row in load_world(WORLDS / "demo.yml").tenants for reason in row.expect.verdicts.values()}
    assert drawn >= demo


def test_every_state_of_governance_is_drawn():
    drawn = {row.expect.reason for row in LARGE.tenants} | {row.expect.verdicts.get("access") for row in LARGE.tenants}
    assert drawn >= {*seed_governance.ACCESS.values(), "access.governance_active", "permissions.governance_no_role"}


def test_about_a_third_is_in_order():
    healthy = sum(row.expect.first_broken is None for row in LARGE.tenants)
    assert 200 < healthy < 500


def test_home_of_another_world():
    home = load_world(WORLDS / "demo.yml").home
    world = generate(5, 1, home=home)
    assert (world.home.tenant_id, world.home.operator.upn) == (home.tenant_id, home.operator.upn)
    assert set(home.operator.groups) < set(world.home.operator.groups)


def drawn(**changes) -> Drawn:
    healthy = {
        "method": "gdap",
        "declared": "gdap",
        "consent": "full",
        "access": "in_force",
        "license": "enough",
        "roles": "enough",
        "mfa_trust": "partner",
        "sign_in": "ok",
        "defender": "ok",
        "arm": "ok",
    }
    return Drawn(**{**healthy, **changes})


BROKEN = [
    ({}, (None, None)),
    ({"consent": "none", "access": "expired", "license": "none"}, ("consent", "consent.app_not_in_tenant")),
    ({"access": "expired", "license": "none", "roles": "none"}, ("access", "access.gdap_expired")),
    ({"license": "none", "roles": "none"}, ("license", "license.none")),
    ({"roles": "none"}, ("permissions", "permissions.gdap_no_role")),
    ({"method": "b2b", "access": "accepted", "roles": "none"}, ("permissions", "permissions.no_role")),
    ({"mfa_trust": "off", "arm": "mfa"}, (None, None)),
    ({"sign_in": "blocked", "license": "none"}, ("sign_in", "sign_in.conditional_access")),
    ({"sign_in": "mfa", "arm": "mfa"}, ("sign_in", "sign_in.mfa_required")),
    ({"access": "expired", "sign_in": "blocked"}, ("access", "access.gdap_expired")),
    ({"arm": "hidden"}, (None, None)),
    (
        {"method": "b2b", "access": "accepted", "arm": "hidden", "sign_in": "mfa"},
        ("access", "access.not_listed_b2b"),
    ),
    ({"method": "b2b", "access": "pending", "arm": "hidden"}, ("access", "access.guest_pending")),
    ({"defender": "operator_refused"}, ("defender", "defender.rbac_refuses")),
    ({"defender": "not_provisioned", "roles": "none"}, ("permissions", "permissions.gdap_no_role")),
    ({"access": "expiring"}, (None, None)),
    ({"method": "governance", "access": "capital", "arm": "hidden"}, (None, None)),
    ({"method": "governance", "access": "rejected", "license": "none"}, ("access", "access.governance_rejected")),
    ({"method": "governance", "access": "active", "roles": "none"}, ("permissions", "permissions.governance_no_role")),
]


@pytest.mark.parametrize(("changes", "answer"), BROKEN)
def test_first_link_in_the_chain(changes, answer):
    found = expected(drawn(**changes))
    assert (found["first_broken"], found["reason"]) == answer


@pytest.mark.parametrize(
    ("method", "states"),
    [("gdap", seed_states.GDAP), ("b2b", seed_states.B2B), ("governance", seed_governance.STATES)],
)
def test_every_way_to_have_no_access_is_told(method, states):
    healthy = ("in_force", "expiring", "accepted", "member", *seed_governance.WORKING)
    broken = [state for state in states if state not in healthy]
    answers = {expected(drawn(method=method, access=state))["first_broken"] for state in broken}
    assert answers == {"access"}
