# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every customer with whom there is or was a GDAP relationship is in the list or told with the reason, never lost."""

from __future__ import annotations

import pytest
from worlds import OPERATOR, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._assess.adoption import gdap_customers
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from lab.process import start_lab

# Relationships that have lasted for long enough to have ended.
FIELDS = {"roles": ["Security Reader"], "assignments": [], "created_days_ago": 500}
# What the relationships of a customer are, and why it is not in the list; None if it is.
CUSTOMERS = {
    1: ([{"status": "active", "days_left": 200}], None),
    2: ([{"status": "expired", "days_left": -12}], "access.gdap_expired"),
    3: ([{"status": "terminated", "days_left": -200}], "access.gdap_terminated"),
    4: ([{"status": "approvalPending", "days_left": 200}], "access.gdap_not_active"),
    5: ([{"status": "expired", "days_left": -400}, {"status": "active", "days_left": 200}], None),
    6: (
        [{"status": "terminated", "days_left": -9}, {"status": "approvalPending", "days_left": 200}],
        "access.gdap_not_active",
    ),
    7: ([{"status": "expiring", "days_left": -1}], "access.gdap_expired"),
    # Its status lags behind: Microsoft lists it still.
    8: ([{"status": "active", "days_left": -1}], None),
    # Somebody who reaches their tenants by other ways.
    9: ([], None),
}


def customer(number, relationships):
    rows = [{"name": f"Customer {number} - {i}", **FIELDS, **row} for i, row in enumerate(relationships)]
    return tenant(number, gdap=rows)


@pytest.fixture(scope="module")
def adoption(tmp_path_factory):
    rows = [customer(number, relationships) for number, (relationships, _reason) in CUSTOMERS.items()]
    with start_lab(world=write_world(tmp_path_factory.mktemp("world"), *rows)) as lab:
        names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
        endpoints = {name: lab.connection[name] for name in ("login", "graph", "arm")}
        options = {name: lab.connection[name] for name in names}
        yield gdap_customers(resolve_connection({**options, "endpoints": endpoints}, {}))


def test_every_customer_is_listed_or_left_out(adoption):
    listed = [row.tenant_id for row in adoption.customers]
    left_out = {row.tenant_id: row.reason for row in adoption.left_out}
    assert listed == [tenant_id(number) for number in (1, 5, 8)]
    assert left_out == {tenant_id(number): reason for number, (_rows, reason) in CUSTOMERS.items() if reason}


def test_what_is_left_out_has_its_name_its_reason_and_who_acts(adoption):
    for row in adoption.left_out:
        assert row.name == f"Customer {row.tenant_id[-1]}"
        assert row.name in row.message
        assert "not known)" not in row.message + row.remedy
        assert OPERATOR not in row.message
    remedies = {row.reason: row.remedy for row in adoption.left_out}
    assert remedies["access.gdap_expired"].startswith("Partner administrator of Northwind Managed Security: request a")
    assert "/partners/invitation/granularAdminRelationships/" in remedies["access.gdap_not_active"]


def test_listed_without_a_relationship_in_force_says_so(adoption):
    assert [row.gdap_in_force for row in adoption.customers] == [True, True, False]
