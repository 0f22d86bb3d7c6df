# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The right answers: those of single states, and their agreement with the running state."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import large_world

from lab.data import roles
from lab.generator import governance, states
from lab.generator.oracle import expected
from lab.generator.states import Drawn
from lab.state.build import build_state

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


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
        ("sign_in", "sign_in.mfa_required"),
    ),
    ({"method": "b2b", "access": "twice", "arm": "hidden"}, ("access", "access.guest_ambiguous")),
    ({"method": "b2b", "access": "accepted", "arm": "hidden"}, ("access", "access.not_listed_b2b")),
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
    right = expected(drawn(**changes))
    assert (right["first_broken"], right["reason"]) == answer


@pytest.mark.parametrize(
    ("method", "drawable"),
    [("gdap", states.GDAP), ("b2b", states.B2B), ("governance", governance.STATES)],
)
def test_every_state_without_access_breaks_it(method, drawable):
    broken = set(drawable) - {*states.GDAP_WORKS, *states.B2B_WORKS, *governance.WORKING}
    answers = {expected(drawn(method=method, access=state))["first_broken"] for state in broken}
    assert answers == {"access"}


@pytest.mark.parametrize("method", ["gdap", "b2b"])
def test_states_with_access_break_nothing(method):
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


WANTED = roles.ids(
    "Global Administrator", "Security Administrator", "Security Operator", "Global Reader", "Security Reader"
)
JUDGED = [row for row in large_world().tenants if row.expect.first_broken in ("access", "permissions", None)]


def test_oracle_and_running_state_agree_about_gdap():
    """Where access or roles by GDAP are broken, the lab gives the operator no role that reaches Defender."""
    state = build_state(large_world(), NOW)
    for tenant in JUDGED:
        if tenant.gdap and not tenant.guests:
            held = state.gdap_roles(tenant.tenant_id, NOW)
            assert (held is None) is (tenant.expect.first_broken == "access"), tenant.name
            assert bool(held and held & WANTED) is (tenant.expect.first_broken is None), tenant.name


def test_oracle_and_running_state_agree_about_roles_of_guests():
    """Defender's own roles are enough where Defender answers."""
    state = build_state(large_world(), NOW)
    for tenant in JUDGED:
        if tenant.guests and not tenant.gdap and tenant.expect.first_broken != "access":
            directory = state.directories[tenant.tenant_id]
            operator = directory.operator_ids[0]
            by_defender = directory.reads_by_defender_role(operator) and tenant.defender == "ok"
            reads = by_defender or bool(directory.active_roles(operator) & WANTED)
            assert reads is (tenant.expect.first_broken is None), tenant.name


BOTH = [row for row in large_world().tenants if row.gdap and row.guests]


def test_oracle_and_running_state_agree_about_two_methods():
    state = build_state(large_world(), NOW)
    for tenant in BOTH:
        directory = state.directories[tenant.tenant_id]
        by_gdap = state.gdap_roles(tenant.tenant_id, NOW)
        verdicts = tenant.expect.verdicts
        if "access" in verdicts:
            assert (verdicts["access"] == "access.gdap_in_force") is (by_gdap is not None), tenant.name
            held = (by_gdap or set()) | directory.active_roles(directory.operator_ids[0])
            has_role = verdicts["permissions"] in ("permissions.role_via_gdap", "permissions.role_direct")
            assert bool(held & WANTED) is has_role, tenant.name
