# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generator: the same world for the same seed, every state in a large one, and answers that fit the demo's."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from lab.data import roles
from lab.generator import governance, rare, states
from lab.generator.access import HOME_GROUPS
from lab.generator.generate import generate
from lab.generator.oracle import expected
from lab.generator.states import Drawn
from lab.process import WORLDS
from lab.state.build import build_state
from lab.worlds.loading import load_world

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LARGE = generate(1000, 1)
LARGER = generate(3000, 2)
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
    assert drawn >= {*governance.ACCESS.values(), "access.governance_active", "permissions.governance_no_role"}


def test_about_a_fifth_is_in_order():
    healthy = sum(row.expect.first_broken is None for row in LARGE.tenants)
    assert 150 < healthy < 300


def test_home_of_another_world():
    home = load_world(WORLDS / "demo.yml").home
    world = generate(5, 1, home=home)
    assert (world.home.tenant_id, world.home.operator.upn) == (home.tenant_id, home.operator.upn)
    assert set(home.operator.groups) < set(world.home.operator.groups)


def test_home_that_was_made_before():
    home = generate(5, 1).home
    assert generate(5, 1, home=home).home == home
    assert {group.name for group in home.groups} == set(HOME_GROUPS)


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


B2B = {"method": "b2b", "declared": "b2b", "access": "accepted"}
AUTO_B2B = {**B2B, "declared": "auto"}
BOTH_WAYS = {"declared": "auto", "extra_account": "account"}
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
    ({"access": "end_passed"}, ("access", "access.gdap_expired")),
    ({"access": "assignment_pending"}, ("access", "access.gdap_assignment_pending")),
    ({"access": "assignment_error", "license": "none"}, ("access", "access.gdap_assignment_error")),
    ({"access": "eligible", "roles": "none"}, ("access", "access.gdap_eligible")),
    ({"access": "partner_consent"}, ("access", "access.gdap_partner_consent")),
    ({"access": "activating"}, ("access", "access.gdap_activating")),
    ({"access": "activated"}, (None, None)),
    ({"access": "several"}, (None, None)),
    ({"access": "lighthouse"}, (None, None)),
    ({"access": "auto_extend"}, (None, None)),
    ({"access": "fresh"}, (None, None)),
    ({"access": "several", "roles": "none"}, ("permissions", "permissions.gdap_no_role")),
    ({"access": "auto_extend", "roles": "not_assigned"}, ("permissions", "permissions.gdap_role_not_assigned")),
    ({"roles": "not_assigned", "entra_p2": False}, ("permissions", "permissions.gdap_role_not_assigned")),
    ({"method": "b2b", "access": "accepted", "roles": "eligible"}, ("permissions", "permissions.role_eligible")),
    ({"method": "b2b", "access": "member", "roles": "scoped"}, ("permissions", "permissions.role_scoped")),
    ({"method": "b2b", "access": "accepted", "roles": "group_eligible"}, ("permissions", "permissions.group_eligible")),
    ({"method": "b2b", "access": "accepted", "roles": "activated"}, (None, None)),
    ({"method": "b2b", "access": "accepted", "roles": "via_group", "role_names": "de"}, (None, None)),
    ({"license": "insufficient"}, ("license", "license.insufficient")),
    ({"license": "locked_out"}, ("license", "license.locked_out")),
    ({"license": "deleted"}, ("license", "license.deleted")),
    ({"license": "suspended"}, ("license", "license.suspended")),
    ({"license": "trial"}, (None, None)),
    ({"license": "warning"}, (None, None)),
    ({"policy": "inbound_blocked", "roles": "none"}, ("permissions", "permissions.gdap_no_role")),
    (
        {"method": "b2b", "access": "accepted", "policy": "outbound_others", "arm": "hidden"},
        ("access", "access.outbound_blocked"),
    ),
    ({"method": "b2b", "access": "deleted", "policy": "inbound_blocked"}, ("access", "access.guest_deleted")),
    ({"method": "b2b", "access": "member", "policy": "both_named"}, (None, None)),
    ({"method": "governance", "access": "capital", "arm": "hidden"}, (None, None)),
    ({"method": "governance", "access": "rejected", "license": "none"}, ("access", "access.governance_rejected")),
    ({"method": "governance", "access": "active", "roles": "none"}, ("permissions", "permissions.governance_no_role")),
    # In another cloud nothing can be read, consent neither.
    ({"cloud": "gcc_high"}, ("access", "read.other_cloud")),
    ({"cloud": "dod", "consent": "none", "license": "none"}, ("access", "read.other_cloud")),
    ({"cloud": "dod", **AUTO_B2B}, ("access", "read.other_cloud")),
    (
        {"cloud": "gcc_high", "method": "governance", "declared": "governance", "access": "active"},
        ("access", "access.governance_not_in_cloud"),
    ),
    (
        {"cloud": "gcc_high", "method": "governance", "declared": "auto", "access": "active"},
        ("access", "read.other_cloud"),
    ),
    ({"cloud": "gcc"}, (None, None)),
    ({"cloud": "gcc", "access": "expired"}, ("access", "access.gdap_expired")),
    # Roles of Defender itself.
    ({**B2B, "roles": "defender_direct"}, (None, None)),
    ({**B2B, "roles": "defender_via_group", "license": "trial"}, (None, None)),
    ({**B2B, "roles": "defender_unused"}, ("permissions", "permissions.custom_role")),
    ({**B2B, "roles": "defender_posture"}, ("permissions", "permissions.custom_role")),
    ({**B2B, "roles": "defender_direct", "sign_in": "blocked"}, ("sign_in", "sign_in.conditional_access")),
    ({**B2B, "roles": "defender_direct", "license": "none"}, ("license", "license.none")),
    ({**B2B, "roles": "defender_direct", "defender": "operator_refused"}, ("permissions", "permissions.custom_role")),
    ({**B2B, "roles": "defender_direct", "defender": "not_provisioned"}, ("permissions", "permissions.custom_role")),
    # `auto`, where no method works, and where two do.
    ({"declared": "auto", "access": "missing"}, ("access", "access.none_found")),
    ({"declared": "auto", "access": "expired"}, ("access", "access.gdap_expired")),
    ({**AUTO_B2B, "access": "deleted"}, ("access", "access.guest_deleted")),
    ({**AUTO_B2B, "access": "missing", "policy": "inbound_blocked"}, ("access", "access.none_found")),
    ({**AUTO_B2B, "arm": "hidden"}, ("access", "access.not_listed")),
    ({"method": "governance", "declared": "auto", "access": "reversed"}, ("access", "access.none_found")),
    ({"method": "governance", "declared": "auto", "access": "invited"}, ("access", "access.governance_invited")),
    ({**BOTH_WAYS, "access": "expired"}, (None, None)),
    ({**BOTH_WAYS, "roles": "none"}, (None, None)),
    ({**BOTH_WAYS, "extra_account": "account_without_role"}, (None, None)),
    (
        {**BOTH_WAYS, "extra_account": "account_without_role", "roles": "not_assigned"},
        ("permissions", "permissions.gdap_role_not_assigned"),
    ),
    (
        {**BOTH_WAYS, "extra_account": "account_without_role", "access": "missing", "roles": "none"},
        ("permissions", "permissions.no_role"),
    ),
]


@pytest.mark.parametrize(("changes", "answer"), BROKEN)
def test_first_link_in_the_chain(changes, answer):
    found = expected(drawn(**changes))
    assert (found["first_broken"], found["reason"]) == answer


def test_every_block_and_deleted_guests_are_drawn():
    reasons = {row.expect.reason for row in LARGE.tenants}
    assert reasons >= {"access.outbound_blocked", "access.inbound_blocked", "access.guest_deleted"}
    assert {one.policy for one in DRAWS} == set(states.POLICY)


@pytest.mark.parametrize(
    ("method", "drawable"),
    [("gdap", states.GDAP), ("b2b", states.B2B), ("governance", governance.STATES)],
)
def test_every_way_to_have_no_access_is_told(method, drawable):
    broken = set(drawable) - {*states.GDAP_WORKS, *states.B2B_WORKS, *governance.WORKING}
    answers = {expected(drawn(method=method, access=state))["first_broken"] for state in broken}
    assert answers == {"access"}


@pytest.mark.parametrize("method", ["gdap", "b2b"])
def test_every_way_that_works_is_no_break(method):
    working = states.GDAP_WORKS if method == "gdap" else states.B2B_WORKS
    assert {expected(drawn(method=method, access=state))["first_broken"] for state in working} == {None}


VERDICTS = [
    ({"access": "activated"}, {"access": "access.gdap_in_force"}),
    ({"license": "warning"}, {"license": "license.present"}),
    ({"license": "trial", "access": "fresh"}, {"license": "license.present", "access": "access.gdap_in_force"}),
    ({"method": "b2b", "access": "accepted", "roles": "activated"}, {"permissions": "permissions.role_direct"}),
    ({"method": "b2b", "access": "pending", "roles": "eligible"}, {"access": "access.guest_pending"}),
    (
        {"license": "deleted", "roles": "none"},
        {"license": "license.deleted", "permissions": "permissions.gdap_no_role"},
    ),
]


VERDICTS += [
    (
        {**B2B, "roles": "defender_direct", "license": "open"},
        {"license": "license.sufficiency_open"},
    ),
    ({**BOTH_WAYS}, {"access": "access.gdap_in_force", "permissions": "permissions.role_via_gdap"}),
    (
        {**BOTH_WAYS, "access": "terminated"},
        {"access": "access.guest_accepted", "permissions": "permissions.role_direct"},
    ),
]


@pytest.mark.parametrize(("changes", "verdicts"), VERDICTS)
def test_single_verdicts(changes, verdicts):
    assert expected(drawn(**changes))["verdicts"] == verdicts


# What the generator can draw, state by state, and how one knows it in a world.

RNG = random.Random(5)  # noqa: S311 - a world, not a secret
DRAWS = [states.draw(RNG, calm=False) for _number in range(3000)]
STATES = [
    *(("access", "gdap", state) for state in states.GDAP),
    *(("access", "b2b", state) for state in states.B2B),
    *(("roles", "gdap", state) for state in states.GDAP_ROLES),
    *(("roles", "b2b", state) for state in states.B2B_ROLES),
    *(("license", "gdap", state) for state in states.LICENSE),
    *(("role_names", "b2b", state) for state in states.ROLE_NAMES),
    ("entra_p2", "b2b", True),
    ("entra_p2", "b2b", False),
]


@pytest.mark.parametrize(("field", "method", "state"), STATES)
def test_every_state_is_drawn(field, method, state):
    assert [row for row in DRAWS if row.method == method and getattr(row, field) == state]


def test_what_needs_pim_has_it():
    assert {row.entra_p2 for row in DRAWS if row.roles in ("eligible", "activated", "group_eligible")} == {True}


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
    assert [row for row in LARGE.tenants if row.expect.reason == reason]


def gdaps(tenant):
    return {row.name.partition("_")[0] if row.name.startswith("MLT_") else row.status: row for row in tenant.gdap}


def assigned(tenant, group, status="active"):
    return any(row.group == group and row.status == status for gdap in tenant.gdap for row in gdap.assignments)


SIGNS = {
    "pending": lambda row: assigned(row, "Lab operators", "pending"),
    "error": lambda row: assigned(row, "Lab operators", "error"),
    "eligible": lambda row: assigned(row, "Lab standby"),
    "activated": lambda row: assigned(row, "Lab on shift"),
    "reseller": lambda row: any(gdap.reseller and gdap.partner_consent_pending for gdap in row.gdap),
    "approved": lambda row: "approved" in gdaps(row),
    "activating": lambda row: "activating" in gdaps(row),
    "ended beside good": lambda row: "active" in gdaps(row) and {"expired", "terminated"} & gdaps(row).keys(),
    "lighthouse": lambda row: "MLT" in gdaps(row),
    "end passed": lambda row: any(gdap.status == "active" and gdap.days_left < 0 for gdap in row.gdap),
    "fresh": lambda row: any(gdap.created_days_ago == 0 for gdap in row.gdap),
    "global administrator": lambda row: any(len(gdap.roles) == 4 and gdap.auto_extend == "P180D" for gdap in row.gdap),
    "eligible role": lambda row: any(guest.eligible_roles and not guest.timed_roles for guest in row.guests),
    "activated role": lambda row: any(guest.timed_roles for guest in row.guests),
    "scoped role": lambda row: any(guest.scoped_roles for guest in row.guests),
    "eligible group": lambda row: any(guest.eligible_groups for guest in row.guests),
    "trial": lambda row: any(product.trial for product in row.licenses),
    "warning": lambda row: any(product.capability == "Warning" for product in row.licenses),
    "no plan that is enough": lambda row: any(product.sku == "ADALLOM_O365" for product in row.licenses),
    "german": lambda row: row.role_names == "de",
    "no pim": lambda row: not row.entra_p2,
}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_sign_of_a_state(sign):
    assert [row.name for row in LARGE.tenants if sign(row)]


WANTED = roles.ids(
    "Global Administrator", "Security Administrator", "Security Operator", "Global Reader", "Security Reader"
)
JUDGED = [row for row in LARGE.tenants if row.expect.first_broken in ("access", "permissions", None)]


def test_oracle_and_running_state_agree_about_gdap():
    """Where access or roles by GDAP are out of order, the lab itself gives the operator none that reach Defender."""
    state = build_state(LARGE, NOW)
    for tenant in JUDGED:
        if tenant.gdap and not tenant.guests:
            held = state.gdap_roles(tenant.tenant_id, NOW)
            assert (held is None) is (tenant.expect.first_broken == "access"), tenant.name
            assert bool(held and held & WANTED) is (tenant.expect.first_broken is None), tenant.name


def test_oracle_and_running_state_agree_about_roles_of_guests():
    """Defender's own roles are enough where Defender answers."""
    state = build_state(LARGE, NOW)
    for tenant in JUDGED:
        if tenant.guests and not tenant.gdap and tenant.expect.first_broken != "access":
            directory = state.directories[tenant.tenant_id]
            operator = directory.operator_ids[0]
            by_defender = directory.reads_by_defender_role(operator) and tenant.defender == "ok"
            reads = by_defender or bool(directory.active_roles(operator) & WANTED)
            assert reads is (tenant.expect.first_broken is None), tenant.name


BOTH = [row for row in LARGE.tenants if row.gdap and row.guests]


def test_oracle_and_running_state_agree_about_two_ways():
    state = build_state(LARGE, NOW)
    for tenant in BOTH:
        directory = state.directories[tenant.tenant_id]
        by_gdap = state.gdap_roles(tenant.tenant_id, NOW)
        told = tenant.expect.verdicts
        if "access" in told:
            assert (told["access"] == "access.gdap_in_force") is (by_gdap is not None), tenant.name
            held = (by_gdap or set()) | directory.active_roles(directory.operator_ids[0])
            has_role = told["permissions"] in ("permissions.role_via_gdap", "permissions.role_direct")
            assert bool(held & WANTED) is has_role, tenant.name


# The rare states.


def in_cloud(world, *clouds):
    return [row for row in world.tenants if row.declare.cloud in clouds]


def test_every_rare_state_is_drawn_and_stays_rare():
    assert {row.cloud for row in DRAWS} == {None, *rare.CLOUDS}
    assert {row.roles for row in DRAWS if row.method == "b2b"} >= set(rare.DEFENDER_ROLES)
    assert {(row.extra_account, row.method, row.declared) for row in DRAWS if row.extra_account} == {
        (state, "gdap", "auto") for state in rare.EXTRA_ACCOUNT
    }
    common = [row for row in DRAWS if not (row.cloud or row.extra_account or row.roles in rare.DEFENDER_ROLES)]
    assert 0.85 < len(common) / len(DRAWS) < 0.95


def test_calm_world_has_none_of_them():
    for row in generate(200, 3, calm=True).tenants:
        assert row.declare.cloud is None
        assert not (row.gdap and row.guests)
        assert not [guest for guest in row.guests if guest.defender_roles]


def test_another_cloud_has_no_part_in_this_one():
    """What stands in the directory of a tenant in another cloud is a trap: nobody may read it from here."""
    rows = in_cloud(LARGE, *rare.OTHER_CLOUDS)
    assert {row.expect.reason for row in rows} == {"read.other_cloud", "access.governance_not_in_cloud"}
    for row in rows:
        assert not [*row.gdap, *row.governance]
        assert (row.governance_request, row.governance_invitation, row.arm_listed) == (None, None, False)
    assert [row for row in rows if row.guests]
    assert {row.declare.access for row in rows} == {"gdap", "b2b", "governance", "auto"}


def test_gcc_is_judged_as_the_public_cloud_is():
    rows = in_cloud(LARGE, "gcc")
    assert len({row.expect.first_broken for row in rows}) > 2
    assert not [row for row in rows if row.expect.reason == "read.other_cloud"]


@pytest.mark.parametrize(
    "reason",
    ["permissions.custom_role", "access.none_found", "access.not_listed", "read.other_cloud"],
)
def test_rare_reason_breaks_a_tenant(reason):
    assert [row for row in LARGER.tenants if row.expect.reason == reason]


@pytest.mark.parametrize(
    "reason",
    ["permissions.custom_role_proven", "permissions.role_via_gdap", "permissions.role_direct", "access.guest_accepted"],
)
def test_rare_verdict_is_drawn(reason):
    assert [row for row in LARGER.tenants if reason in row.expect.verdicts.values()]
