# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The message about a mistake in a world: file, row, field, and a hint."""

from __future__ import annotations

import pytest
from lab_worlds import WORLD

from lab.worlds.loading import WorldError, load_world, parse_world

MISTAKES = {
    "no-yaml": ("tenants:", "tenants: [", "is not YAML"),
    "field": ("groups: [SOC]", "grups: [SOC]", "home.operator.grups: this field is not known; did you mean 'groups'?"),
    "field-of-a-tenant": (
        "licenses:",
        "licences:",
        "tenant 1 (Fabrikam), licences: this field is not known; did you mean",
    ),
    "field-of-the-world": ("tenants:", "tennants:", "did you mean 'tenants'?"),
    "missing-field": ("    domain: fabrikam.example\n", "", "tenant 1 (Fabrikam), domain: this field is missing"),
    "nameless": ("    name: Fabrikam\n", "", "tenant 1, name: this field is missing"),
    "guid": (
        "20000000-0000-4000-8000-000000000001",
        "2000-1",
        "tenant 1 (Fabrikam), tenant_id: '2000-1' is not a GUID",
    ),
    "same-id": (
        "20000000-0000-4000",
        "10000000-0000-4000",
        "the tenant id '10000000-0000-4000-8000-000000000001' is in the world twice",
    ),
    "same-domain": (
        "fabrikam.example",
        "northwind.example",
        "the domain 'northwind.example' is in the world twice",
    ),
    "same-initial-domain": ("fabrikam.example", "north-wind.test", "the initial domain 'northwind.onmicrosoft.com'"),
    "norway": ("country: FR", "country: NO", "tenant 1 (Fabrikam), country: input should be a valid string"),
    "country": ("country: FR", "country: France", "tenant 1 (Fabrikam), country: "),
    "role": ("roles: [Security Reader, Directory", "roles: [Security Rader, Directory", "'Security Reader'?"),
    "product": ("SPE_E3", "SPE_E33", "licenses[1].sku: 'SPE_E33' is not a known product; did you mean 'SPE_E3'?"),
    "plan": ("MDE_LITE", "MDE_LTE", "'MDE_LTE' is not a known service plan of SPE_E3; did you mean 'MDE_LITE'?"),
    "group": ("{group: All,", "{group: Al,", "wanted by Fabrikam; did you mean 'All'?"),
    "home-group": ("members_of: [All]", "members_of: [Al]", "home: 'Al' is not a known group; did you mean 'All'?"),
    "operator-group": ("groups: [SOC]}", "groups: [SOCK]}", "'SOCK' is not a known group; did you mean 'SOC'?"),
    "guest-group": ("guests: [{groups: [Readers]}]", "guests: [{groups: [Readres]}]", "did you mean 'Readers'?"),
    "same-group": ("{name: Helpdesk}", "{name: All}", "the group 'All' is in the list twice"),
    "plain-group-with-role": (", assignable_to_role: true", "", "it must be assignable_to_role"),
    "status": (
        "{name: Fabrikam SOC,",
        "{name: Fabrikam SOC, status: activ,",
        "did you mean 'active'? (allowed: activating",
    ),
    "days": ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, days_left: 700,", "1 to 730 days"),
    "extension": ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, auto_extend: P90D,", "not one of PT0S, P0D, P180D"),
    "too-many-roles": (
        "roles: [Security Reader]}]}",
        "roles: [Global Reader]}]}",
        "roles that the relationship does not have",
    ),
    "no-roles": ("roles: [Security Reader, Directory Readers],", "roles: [],", "at least 1 item"),
    "target": (
        "expect:",
        "cross_tenant_access: {partner: {b2b_inbound: {users: {access: allowed, targets: [operatr]}}}}\n    expect:",
        "'operatr' is not a known target; did you mean 'operator'?",
    ),
    "application": (
        "expect:",
        "entry_at_home: {b2b_outbound: {applications: {access: allowed, targets: [Office356]}}}\n    expect:",
        "did you mean 'Office365'?",
    ),
    "group-of-a-policy": (
        "expect:",
        "entry_at_home: {b2b_outbound: {users: {access: allowed, targets: ['group:Al']}}}\n    expect:",
        "wanted by Fabrikam; did you mean 'All'?",
    ),
    "setting": ("expect:", "entry_at_home: {b2b_outbound: blockd}\n    expect:", "b2b_outbound"),
    "consent": ("expect:", "consent: ful\n    expect:", "'ful' is neither 'full' nor 'none' nor a list"),
    "permission": ("expect:", "consent: [User.Red]\n    expect:", "did you mean 'User.Read'?"),
    "batch-fault": ("expect:", "faults: [{kind: reset, in_batch: true}]\n    expect:", "cannot happen in_batch"),
    "slow-fault": ("expect:", "faults: [{kind: slow}]\n    expect:", "needs seconds"),
    "slow-write": ("expect:", "write_faults: [{kind: slow_after}]\n    expect:", "needs seconds"),
    "late-write": ("expect:", "write_faults: [{kind: late}]\n    expect:", "needs either seconds or reads"),
    "write-fault": ("expect:", "write_faults: [{kind: cut_after, reads: 1}]\n    expect:", "takes no reads; late do"),
    "writer": ("expect:", "writer: full\n    expect:", "'full' is neither true nor false nor a list of permissions"),
    "written": ("expect:", "writer: [User.Invite]\n    expect:", "did you mean 'User.Invite.All'?"),
    "pattern": ("expect:", "faults: [{kind: error, path: '('}]\n    expect:", "'(' is not a regular expression"),
    "number": ("expect:", "refusals: [{errors: [50077]}]\n    expect:", "'50077' is not a known AADSTS number; did"),
    "no-number": ("expect:", "refusals: [{errors: []}]\n    expect:", "refusals[0].errors: tuple should have at least"),
    "number-of-a-token": ("groups: [SOC]}", "groups: [SOC], refresh_token: 70083}", "did you mean '70043'?"),
    "resource": ("expect:", "refusals: [{resource: amr, errors: [50076]}]\n    expect:", "did you mean 'arm'?"),
    "defender": ("expect:", "defender: forbidden\n    expect:", "(allowed: not_provisioned, ok, operator_refused)"),
    "partner": ("expect:", "cross_tenant_access: {partner: {mfaa: true}}\n    expect:", "did you mean 'mfa'?"),
    "link": ("first_broken: license", "first_broken: licence", "did you mean 'license'?"),
    "half-an-answer": ("first_broken: license", "first_broken: null", "both null or both set"),
    "name-twice": ("- {name: All}\n", "- {name: All}\n    - {nam: x}\n", "(1 more)"),
}


@pytest.mark.parametrize(("before", "after", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(before, after, message):
    text = WORLD.replace(before, after, 1)
    assert text != WORLD
    with pytest.raises(WorldError) as caught:
        parse_world(text, "small.yml")
    sentence = str(caught.value)
    assert message in sentence
    assert "small.yml" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("text", ["", "[]", "x"])
def test_no_mapping(text):
    with pytest.raises(WorldError, match="is not a mapping"):
        parse_world(text, "small.yml")


def test_unreadable(tmp_path):
    with pytest.raises(WorldError, match="cannot be read: No such file"):
        load_world(tmp_path / "missing.yml")
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(WorldError, match="not UTF-8"):
        load_world(tmp_path / "binary.yml")


def test_good_world():
    world = parse_world(WORLD, "small.yml")
    assert [tenant.name for tenant in world.tenants] == ["Fabrikam"]
    assert [row.sku for row in world.tenants[0].licenses] == ["SPE_E5", "SPE_E3"]
