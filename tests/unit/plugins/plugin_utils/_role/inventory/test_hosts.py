# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of hosts are safe and unique, whatever tenants are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.hosts import (
    groups_of,
    host_names,
    variables_of,
)

ROW = {"tenant_id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "Contoso", "access": "gdap", "cloud": "public"}
STATUS = {"ready": False, "actors": ["Security Administrator of each tenant", "anna.berg@northwind.example"]}


def row(number, name):
    return {**ROW, "tenant_id": f"aaaaaaaa-0000-4000-8000-{number:012}", "name": name}


@pytest.mark.parametrize(
    ("names", "hosts"),
    [
        (["Contoso Ltd."], ["contoso-ltd"]),
        (["Zürich & Søns"], ["zurich-sns"]),
        (["東京"], ["tenant-aaaaaaaa"]),
        (["localhost", "all"], ["localhost-aaaaaaaa", "all-aaaaaaaa"]),
        (["{{ lookup('pipe', 'id') }}"], ["lookup-pipe-id"]),
        (["A b", "a-B"], [f"a-b-aaaaaaaa-aaaaaaaa-0000-4000-8000-00000000000{n}" for n in (0, 1)]),
    ],
)
def test_name_of_a_host(names, hosts):
    assert host_names([row(number, name) for number, name in enumerate(names)]) == hosts


@given(st.lists(st.text() | st.sampled_from(["a", "A", "a-aaaaaaaa", "all", "{{ a }}", "x[1:3]"]), max_size=8))
def test_names_are_safe_unique_and_do_not_depend_on_the_order(names):
    rows = [row(number, name) for number, name in enumerate(names)]
    hosts = host_names(rows)
    assert len(set(hosts)) == len(hosts)
    assert all(re.fullmatch("[a-z0-9-]+", host) and host not in ("all", "ungrouped", "localhost") for host in hosts)
    assert host_names(rows[::-1]) == hosts[::-1]


def test_groups_say_method_cloud_readiness_and_actor():
    assert groups_of(ROW) == ["mto_access_gdap", "mto_cloud_public"]
    assert groups_of({**ROW, "access": "", "status": STATUS}) == [
        "mto_cloud_public",
        "mto_not_ready",
        "mto_actor_security_administrator_of_each_tenant",
        "mto_actor_anna_berg_northwind_example",
    ]
    assert "mto_ready" in groups_of({**ROW, "status": {"ready": True, "actors": []}})


def test_variables_are_those_of_the_role_and_a_name_can_be_encoded():
    assert variables_of({**ROW, "name": "a\ud800\x1b[2J"}) == {
        "mto_tenant_id": ROW["tenant_id"],
        "mto_name": "a\ufffd",
        "mto_access": "gdap",
        "mto_cloud": "public",
    }
    assert variables_of({**ROW, "access": "", "status": STATUS})["mto_status"] == STATUS
