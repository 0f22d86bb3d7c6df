# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reads that all checks share."""

from __future__ import annotations

from bodies import data_of, guid

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_groups, shape_user


def test_groups_by_id_with_a_name():
    rows = [
        {"id": guid("a").upper(), "displayName": "SOC"},
        {"id": guid("b"), "displayName": None},
        {"id": guid("c")},
    ]
    assert data_of(shape_groups, {"value": rows})["groups"] == {
        guid("a"): "SOC",
        guid("b"): guid("b"),
        guid("c"): guid("c"),
    }


def test_operator_with_and_without_an_address():
    row = {"id": guid("a").upper(), "userPrincipalName": "anna@northwind.example", "userType": "Member"}
    for mail in ("a.berg@northwind.example", "", None):
        kept = data_of(shape_user, {**row, "mail": mail, "accountEnabled": True, "otherMails": ["b@old.example"]})
        assert (kept["id"], kept["mail"], kept["other_mails"]) == (guid("a"), mail or None, ["b@old.example"])
    assert data_of(shape_user, row)["other_mails"] == []
