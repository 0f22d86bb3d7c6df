# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: out of hosts, and in batches."""

from __future__ import annotations

import pytest
from pages.report_rows import tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_list import (
    make_batches,
    tenants_of_hosts,
)


def rows(count):
    return [{"tenant_id": tenant_id(number), "name": f"Tenant {number}"} for number in range(1, count + 1)]


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
        (4, 2, ["tenants 1 to 2 of 4 (Tenant 1 to Tenant 2)", "tenants 3 to 4 of 4 (Tenant 3 to Tenant 4)"]),
    ],
)
def test_batches_hold_every_row_once(count, size, labels):
    made = make_batches(rows(count), size)
    assert [batch.label for batch in made] == labels
    assert [row for batch in made for row in batch.tenants] == rows(count)


def test_label_stays_on_its_line():
    tenants = [{"tenant_id": tenant_id(1), "name": "A\nB " + "x" * 80}]
    assert make_batches(tenants, 2)[0].label == f"tenants 1 to 1 of 1 (A B {'x' * 36})"
