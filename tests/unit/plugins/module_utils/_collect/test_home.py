# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the home tenant's evidence gets into the row of one tenant: its own part, and small."""

from __future__ import annotations

import json

from evidence import TENANT_ID, b2b_setting, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

ME, MY_GROUP = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000001"
TENANT = Tenant(TENANT_ID, "Contoso", "b2b")


def home(**changes):
    crowd = [f"user:{number:08x}-0000-4000-8000-000000000000" for number in range(500)]
    users = {"access": "allowed", "targets": [*crowd, f"group:{MY_GROUP}"]}
    entry = {"found": True, "b2b": {"users": users, "applications": None}, "consent": None}
    others = [{"tenant": f"other-{number}", **entry} for number in range(50)]
    evidence = {
        "operator": piece("operator", {"id": ME, "upn": "a@b", "mail": None, "other_mails": []}),
        "operator_groups": piece("operator_groups", {"groups": {MY_GROUP: "SOC", "x": "Other"}}),
        "home_cross_tenant_access_default": piece("default", {"found": True, "b2b": b2b_setting(), "consent": None}),
        "home_cross_tenant_access_partners": piece("partners", [*others, {"tenant": TENANT_ID, **entry}]),
        **changes,
    }
    return Home("Northwind", "a@b", ("a@b",), evidence)


def test_row_has_its_own_entry_and_of_its_targets_the_operators():
    found = home().about(TENANT)
    partner = found["home_cross_tenant_access_partner"]
    assert partner.data["b2b"]["users"] == {
        "access": "allowed",
        "targets": [f"group:{MY_GROUP}"],
        "others": {"user": 500},
    }
    assert found["operator_groups"].data == {"groups": {}, "other_groups": 2}
    assert len(json.dumps([evidence.data for evidence in found.values()])) < 1000


def test_no_entry_is_told_as_such():
    partners = piece("partners", [])
    found = home(home_cross_tenant_access_partners=partners).about(TENANT)
    assert found["home_cross_tenant_access_partner"].data == {"found": False}


def test_list_that_was_not_read_is_no_empty_list():
    found = home(home_cross_tenant_access_partners=unread("partners", "read.partial")).about(TENANT)
    assert found["home_cross_tenant_access_partner"].problem.reason == "read.partial"
    assert found["home_cross_tenant_access_partner"].data is None


def test_operator_targets_are_those_that_are_known():
    assert home().operator_targets == {f"user:{ME}", f"group:{MY_GROUP}", "group:x"}
    assert home(operator_groups=unread("operator_groups")).operator_targets == {f"user:{ME}"}
    assert home(operator=unread("operator")).operator_targets == {f"group:{MY_GROUP}", "group:x"}
    assert home(operator=piece("operator", {"found": False})).operator_targets == {f"group:{MY_GROUP}", "group:x"}
