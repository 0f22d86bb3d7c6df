# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each read keeps of an answer, field by field: letter case, what is missing, what is null, order and limits."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    MAX_ACCOUNTS,
    _look_up,
    external_name,
    known_mails,
    shape_accounts,
    shape_own_account,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import shape_settings
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    shape_assignments,
    shape_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import shape_customers, shape_tenants


def test_customers_by_tenant_id_with_a_name():
    rows = [
        {"id": "X", "tenantId": "AAAA", "displayName": "Birch"},
        {"id": "Y", "tenantId": "BBbb", "displayName": None},
        {"id": "Z", "tenantId": "cccc"},
    ]
    assert shape_customers({"value": rows}) == [
        {"tenant_id": "aaaa", "name": "Birch"},
        {"tenant_id": "bbbb", "name": "BBbb"},
        {"tenant_id": "cccc", "name": "cccc"},
    ]


def test_tenants_of_a_person_are_sorted_and_told_once():
    rows = [{"tenantId": "BB"}, {"tenantId": "aa"}, {"tenantId": "bb"}]
    assert shape_tenants({"value": rows}) == {"tenants": ["aa", "bb"]}


ACCOUNT = {
    "id": "AA-1",
    "userPrincipalName": "Anna_northwind.example#EXT#@Birch.example",
    "mail": "Anna@northwind.example",
    "userType": "Guest",
    "accountEnabled": True,
    "externalUserState": "Accepted",
    "identities": [
        {"issuer": "mail", "signInType": "federated"},
        {"issuer": "ExternalAzureAD", "signInType": "federated"},
        {"issuer": "mail", "signInType": "other"},
        {"issuer": None},
        {},
    ],
}
SHAPED = {
    "id": "aa-1",
    "upn": "Anna_northwind.example#EXT#@Birch.example",
    "mail": "Anna@northwind.example",
    "type": "Guest",
    "enabled": True,
    "state": "Accepted",
    "issuers": ["", "ExternalAzureAD", "mail"],
}
BARE = {"id": "1", "upn": "", "mail": None, "type": "", "enabled": None, "state": None, "issuers": []}


def test_an_account_keeps_what_proves_whose_it_is():
    assert shape_accounts({"value": [ACCOUNT, {"id": 1}]}) == {"accounts": [SHAPED, BARE], "left_out": 0}


@pytest.mark.parametrize("field", ["userPrincipalName", "mail", "userType", "accountEnabled", "identities"])
def test_a_field_of_an_account_that_is_null_is_as_one_that_is_missing(field):
    assert shape_accounts({"value": [{"id": "1", field: None}]}) == {"accounts": [BARE], "left_out": 0}


def test_more_accounts_than_are_shown_are_counted():
    rows = [{"id": str(number)} for number in range(MAX_ACCOUNTS + 2)]
    shaped = shape_accounts({"value": rows})
    assert [row["id"] for row in shaped["accounts"]] == [str(number) for number in range(MAX_ACCOUNTS)]
    assert shaped["left_out"] == 2


def test_ones_own_account_is_a_list_of_one():
    assert shape_own_account(ACCOUNT) == {"accounts": [SHAPED], "left_out": 0}


def test_a_look_up_asks_for_users_of_a_condition():
    read = _look_up("what", "the title", "mail eq '{mail}'")
    assert (read.what, read.title, read.shape) == ("what", "the title", shape_accounts)
    assert read.path.startswith("/users?$filter=mail eq '{mail}'&$select=id,userPrincipalName,mail,userType,")
    assert read.app == read.delegated
    assert read.app[:2] == ("User.Read.All", "Directory.Read.All")


def test_names_that_a_guest_can_have():
    user = {"mail": "Anna@x.example", "upn": "ANNA@x.example", "other_mails": ["b@x.example", "", "B@X.example"]}
    assert known_mails(user) == ("anna@x.example", "b@x.example")
    assert known_mails({"mail": None, "upn": "a@x", "other_mails": []}) == ("a@x",)
    assert external_name("Anna@x.example") == "Anna_x.example#EXT#@"


def test_a_relationship_keeps_what_is_judged():
    rows = [
        {
            "id": "R-1",
            "customer": {"tenantId": "AABB", "displayName": "Birch"},
            "displayName": "Birch SOC",
            "status": "Active",
            "activatedDateTime": "2026-01-01T00:00:00Z",
            "endDateTime": "2027-01-01T00:00:00Z",
            "autoExtendDuration": "P180D",
            "isPartnerConsentPending": True,
            "accessDetails": {
                "unifiedRoles": [{"roleDefinitionId": "BB"}, {"roleDefinitionId": "aa"}, {"roleDefinitionId": "bb"}]
            },
        },
        {"id": "R-2", "status": "created", "customer": None, "displayName": None, "accessDetails": None},
        {"id": "R-3", "status": "created", "customer": {}, "accessDetails": {"unifiedRoles": None}},
    ]
    bare = {"customer": "", "status": "created", "activated": None, "ends": None, "auto_extend": "", "roles": []}
    bare |= {"partner_consent_pending": False, "global_administrator": False}
    assert shape_relationships({"value": rows}) == [
        {
            "id": "R-1",
            "customer": "aabb",
            "relationship": "Birch SOC",
            "status": "Active",
            "activated": "2026-01-01T00:00:00Z",
            "ends": "2027-01-01T00:00:00Z",
            "auto_extend": "P180D",
            "partner_consent_pending": True,
            "global_administrator": False,
            "roles": ["aa", "bb"],
        },
        {"id": "R-2", "relationship": "R-2", **bare},
        {"id": "R-3", "relationship": "R-3", **bare},
    ]


def test_an_assignment_keeps_its_group_and_roles():
    row = {
        "id": "A-1",
        "status": "Active",
        "accessContainer": {"accessContainerId": "GG", "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": "RR"}]},
    }
    shaped = shape_assignments({"value": [row]})
    assert [{key: shaped["assignments"][0][key] for key in ("status", "group", "roles")}] == [
        {"status": "Active", "group": "gg", "roles": ["rr"]}
    ]


@pytest.mark.parametrize("value", [True, False, None])
def test_trust_is_told_setting_by_setting(value):
    trust = {
        "isMfaAccepted": value,
        "isCompliantDeviceAccepted": True,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    shaped = {"mfa": value, "compliant_device": True, "hybrid_joined_device": False}
    assert shape_settings({"inboundTrust": trust}, "inbound")["inbound_trust"] == shaped
    assert shape_settings({"inboundTrust": None}, "inbound")["inbound_trust"] is None
    with pytest.raises(KeyError):
        shape_settings({"tenantId": "x"}, "inbound")


def row(name, *plans, state="Enabled", **units):
    units = units or {"enabled": 5, "warning": 2, "suspended": 9, "lockedOut": 1}
    return {"skuPartNumber": name, "capabilityStatus": state, "prepaidUnits": units, "servicePlans": list(plans)}
