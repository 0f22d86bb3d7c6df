# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the tenant list: a bad one is named, a good one is a typed value."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import (
    declared_tenants,
    parse_tenants,
    tenants_spec,
)

HOME = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([{"name": "Contoso"}], r"tenants\[0\] \(Contoso\): tenant_id is missing", id="missing"),
        pytest.param([{"tenant_id": "x"}], r"tenants\[0\]: tenant_id 'x' is not a GUID", id="not_a_guid"),
        pytest.param(
            [{"tenant_id": TENANT, "name": "A"}, {"tenant_id": TENANT.upper(), "name": "B"}],
            r"tenants\[1\] \(B\): tenant_id .* is already in tenants\[0\] \(A\)",
            id="duplicate",
        ),
        pytest.param([{"tenant_id": HOME}], r"tenants\[0\]: this is the home tenant", id="home"),
        pytest.param([{"tenant_id": TENANT, "access": "vpn"}], "access 'vpn' is not an access method", id="access"),
        pytest.param([{"tenant_id": TENANT, "roles": ["Boss"]}], "role 'Boss' is not a known role name", id="role"),
        pytest.param([{"tenant_id": TENANT, "roles": 5}], r"tenants\[0\]: roles '5' is not a list", id="no_list"),
        pytest.param([{"tenant_id": TENANT, "cloud": "mars"}], "cloud 'mars' is not a known cloud", id="cloud"),
    ],
)
def test_bad_tenants(rows, words):
    with pytest.raises(OptionError, match=words):
        parse_tenants(rows, HOME)


def test_good_tenants():
    rows = [
        {"tenant_id": f" {TENANT.upper()} "},
        {
            "tenant_id": TENANT[:-1] + "2",
            "name": "B",
            "access": "GDAP",
            "roles": ["security reader", DEFENDER_ROLES[0]],
        },
    ]
    first, second = parse_tenants(rows, HOME)
    assert (first.tenant_id, first.name, first.access, first.roles) == (TENANT, TENANT, "auto", DEFENDER_ROLES)
    assert (second.access, second.roles) == ("gdap", (DEFENDER_ROLES[4], DEFENDER_ROLES[0]))


@pytest.mark.parametrize("rows", [None, [], ()])
def test_empty_list_is_nothing_to_check(rows):
    with pytest.raises(OptionError, match="tenants: the list is empty, so that there is nothing to check"):
        declared_tenants(rows, HOME)
    assert len(declared_tenants([{"tenant_id": TENANT}], HOME)) == 1


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("A\ud800", "A\ufffd"),
        ("\u202eA\u0085B\x1b[1m", "A B"),
        ("\u200b ", TENANT),
        (0, TENANT),
        (12, "12"),
        (" Søren \U0001f600 ", " Søren \U0001f600 "),
    ],
)
def test_name_is_text_that_can_travel(name, read):
    (tenant,) = parse_tenants([{"tenant_id": TENANT, "name": name}], HOME)
    assert tenant.name == read
    (again,) = parse_tenants([{"tenant_id": TENANT, "name": tenant.name}], HOME)
    assert again == tenant


def test_text_is_a_list_as_ansible_reads_it():
    (tenant,) = parse_tenants([{"tenant_id": TENANT, "licenses": "SPE_E5, MTP", "roles": "Security Reader"}], HOME)
    assert (tenant.licenses, tenant.roles) == (("spe_e5", "mtp"), (DEFENDER_ROLES[4],))


def test_spec_leaves_rows_to_our_own_messages():
    row = tenants_spec()["tenants"]["options"]
    assert not [name for name, option in row.items() if "choices" in option or "required" in option]
