# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: out of hosts."""

from __future__ import annotations

import pytest
from pages.report_rows import tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_list import tenant_of_host


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
    assert [tenant_of_host(host) for host in hosts] == [
        {"name": "contoso", "tenant_id": tenant_id(1), "access": "b2b"},
        {"name": "Fabrikam", "tenant_id": tenant_id(2), "roles": ["r"]},
    ]


@pytest.mark.parametrize(("host", "name"), [({"inventory_hostname": "contoso"}, "contoso"), ({}, "(no name)")])
def test_host_without_an_id_is_named(host, name):
    with pytest.raises(OptionError) as refused:
        tenant_of_host(host)
    assert f"the host '{name}' of the group mto_tenants has none" in str(refused.value)
