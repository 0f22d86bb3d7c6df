# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: out of hosts, and in batches that name the first bad row of the whole list."""

from __future__ import annotations

import pytest
from pages.report_rows import tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._tenant_list import (
    MOST_IN_A_BATCH,
    make_batches,
    tenants_of_hosts,
)

HOME = "aaaaaaaa-0000-4000-8000-000000000001"


def rows(count):
    return [{"tenant_id": tenant_id(number), "name": f"Tenant {number}"} for number in range(1, count + 1)]


def batches(tenants, size=2):
    return make_batches(tenants, size, HOME)


def test_hosts_become_rows_in_their_order():
    hosts = [
        {
            "inventory_hostname": "contoso",
            "mto_tenant_id": tenant_id(1),
            "mto_access": "b2b",
            "mto_cloud": None,
            "x": 1,
        },
        {"inventory_hostname": "fabrikam", "mto_tenant_id": tenant_id(2), "mto_name": "Fabrikam", "mto_roles": ["r"]},
    ]
    assert tenants_of_hosts(hosts) == [
        {"name": "contoso", "tenant_id": tenant_id(1), "access": "b2b"},
        {"name": "Fabrikam", "tenant_id": tenant_id(2), "roles": ["r"]},
    ]


@pytest.mark.parametrize(("host", "name"), [({"inventory_hostname": "contoso"}, "contoso"), ({}, "(no name)")])
def test_host_without_an_id_is_named(host, name):
    with pytest.raises(OptionError) as refused:
        tenants_of_hosts([host])
    assert f"the host '{name}' of the group mto_tenants has none" in str(refused.value)


@pytest.mark.parametrize(
    ("count", "size", "labels"),
    [
        (1, 50, ["tenants 1 to 1 of 1 (Tenant 1)"]),
        (3, 2, ["tenants 1 to 2 of 3 (Tenant 1 to Tenant 2)", "tenants 3 to 3 of 3 (Tenant 3)"]),
        (4, "2", ["tenants 1 to 2 of 4 (Tenant 1 to Tenant 2)", "tenants 3 to 4 of 4 (Tenant 3 to Tenant 4)"]),
    ],
)
def test_batches_hold_every_row_once(count, size, labels):
    made = batches(rows(count), size)
    assert [batch.label for batch in made] == labels
    assert [row for batch in made for row in batch.tenants] == rows(count)


def test_label_stays_on_its_line():
    tenants = [{"tenant_id": tenant_id(1), "name": "A\nB " + "x" * 80}]
    assert batches(tenants)[0].label == f"tenants 1 to 1 of 1 (A B {'x' * 36})"


@pytest.mark.parametrize("size", [0, -1, MOST_IN_A_BATCH + 1, "many", None, ""])
def test_size_out_of_range_is_refused(size):
    with pytest.raises(OptionError) as refused:
        batches(rows(1), size)
    assert str(refused.value) == f"mto_batch_size: '{size}' is not a number from 1 to {MOST_IN_A_BATCH}."


@pytest.mark.parametrize(
    ("tenants", "sentence"),
    [
        ("text", "give a list of tenants"),
        ({"a": 1}, "give a list of tenants"),
        (7, "give a list of tenants"),
        ([], "the list is empty"),
        ([7], "mto_tenants[0]: '7' is not a dictionary"),
    ],
)
def test_what_is_not_a_list_of_tenants_is_refused(tenants, sentence):
    with pytest.raises(OptionError) as refused:
        batches(tenants)
    assert sentence in str(refused.value)


def test_duplicate_in_another_batch_is_found():
    with pytest.raises(OptionError) as refused:
        batches([*rows(3), rows(1)[0]])
    assert tenant_id(1) in str(refused.value)


def test_home_tenant_comes_from_the_environment_where_it_is_not_given(monkeypatch):
    monkeypatch.setenv("MTO_HOME_TENANT_ID", tenant_id(1))
    with pytest.raises(OptionError, match="home tenant"):
        make_batches(rows(2), 2)
