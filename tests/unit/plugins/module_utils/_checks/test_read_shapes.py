# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each read keeps of an answer, field by field: letter case, what is missing, what is null, order and limits."""

from __future__ import annotations

import pytest
from evidence import case

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
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import shape_incidents
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import (
    MAX_SKUS,
    SUBSCRIBED_SKUS,
    license_reads,
    shape_skus,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.license.service_plans import (
    OPEN,
    QUALIFYING,
    product_of,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import shape_customers, shape_tenants
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_groups
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    shape_directory_roles,
    shape_role_assignments,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import MAX_ROWS
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import token_data
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES


@pytest.mark.parametrize(("rows", "found"), [([], False), ([{"id": "1"}], True), ([{"id": "1"}, {"id": "2"}], True)])
def test_incidents_tell_only_whether_there_is_one(rows, found):
    assert shape_incidents({"value": rows}) == {"any": found}


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


def test_groups_by_id_with_a_name():
    rows = [{"id": "AA", "displayName": "SOC"}, {"id": "BB", "displayName": None}, {"id": "CC"}]
    assert shape_groups({"value": rows})["groups"] == {"aa": "SOC", "bb": "BB", "cc": "CC"}


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


def test_directory_roles_by_template_and_how_many_are_untold():
    rows = [{"id": "1", "roleTemplateId": "BB"}, {"id": "2", "roleTemplateId": "aa"}, {"id": "3"}]
    shaped = shape_directory_roles({"value": [*rows, {"id": "4", "roleTemplateId": None}, rows[0]]})
    assert (shaped["roles"], shaped["untold"]) == (["aa", "bb"], 2)


def test_role_assignments_with_their_scope():
    rows = [
        {"roleDefinitionId": "RR", "directoryScopeId": "/"},
        {"roleDefinitionId": "r2", "directoryScopeId": "/administrativeUnits/U"},
        {"roleDefinitionId": "r3", "directoryScopeId": None},
        {"roleDefinitionId": "r4", "appScopeId": "/x"},
    ]
    shaped = shape_role_assignments({"value": rows})
    assert [(row["role"], row["scope"]) for row in shaped["assignments"]] == [
        ("rr", "/"),
        ("r2", "/administrativeUnits/U"),
        ("r3", ""),
        ("r4", ""),
    ]
    assert shaped["left_out"] == 0
    many = [{"roleDefinitionId": str(number)} for number in range(MAX_ROWS + 3)]
    shaped = shape_role_assignments({"value": many})
    assert (len(shaped["assignments"]), shaped["left_out"]) == (MAX_ROWS, 3)


MTP = "bf28f719-7844-4079-9c78-c1307898e192"
MDE_LITE = "292cc034-7b7c-4950-aaf5-943befd3f1d4"


def plan(plan_id, name="N", state="Success"):
    return {"servicePlanId": plan_id, "servicePlanName": name, "provisioningStatus": state}


def row(name, *plans, state="Enabled", **units):
    units = units or {"enabled": 5, "warning": 2, "suspended": 9, "lockedOut": 1}
    return {"skuPartNumber": name, "capabilityStatus": state, "prepaidUnits": units, "servicePlans": list(plans)}


def test_a_sku_keeps_plans_that_we_know_and_units_that_are_paid():
    rows = [row("E5", plan("OTHER"), plan(MDE_LITE, state="Disabled"), plan(MTP.upper()), plan("X", None)), row("F1")]
    shaped = shape_skus({"value": rows})
    assert shaped == {
        "skus": [{"sku": "E5", "state": "Enabled", "units": 7, "plans": {MDE_LITE: "Disabled", MTP: "Success"}}],
        "left_out": 0,
        "not_enough": {},
        "other_skus": ["F1"],
    }
    assert list(shaped["skus"][0]["plans"]) == [MDE_LITE, MTP]


@pytest.mark.parametrize(
    ("units", "counted"), [({"enabled": 3}, 3), ({"warning": 4}, 4), ({"enabled": None, "warning": None}, 0)]
)
def test_units_that_are_not_told_are_none(units, counted):
    assert shape_skus({"value": [row("E5", plan(MTP), **units)]})["skus"][0]["units"] == counted
    assert shape_skus({"value": [{**row("E5", plan(MTP)), "prepaidUnits": None}]})["skus"][0]["units"] == 0


def test_a_plan_without_a_state_has_an_empty_one():
    shaped = shape_skus({"value": [row("E5", plan(MTP, state=None))]})
    assert shaped["skus"][0]["plans"] == {MTP: ""}


@pytest.mark.parametrize(
    ("wanted", "plans"),
    [
        (("my-plan",), {"my-plan": "Success"}),
        (("my_name",), {"my_name": "Success"}),
        (("my_name", "my-plan"), {"my-plan": "Success"}),
        (("e3",), {"e3": "PendingInput"}),
        (("else",), None),
    ],
)
def test_what_the_user_names_stays_in_the_evidence(wanted, plans):
    rows = [row("E3", plan("MY-PLAN", "MY_NAME"), plan("B", None, "PendingInput"), plan("C", "C", "Disabled"))]
    shaped = shape_skus({"value": rows}, wanted)
    assert [sku["plans"] for sku in shaped["skus"]] == ([plans] if plans else [])
    assert shaped["other_skus"] == ([] if plans else ["E3"])


@pytest.mark.parametrize(
    ("states", "best"),
    [((), ""), (("Disabled", "Error"), "Disabled"), (("Error", "success"), "success"), ((None, "Odd"), "")],
)
def test_a_product_is_as_good_as_its_best_plan(states, best):
    rows = [row("E3", *(plan(str(number), None, state) for number, state in enumerate(states)))]
    assert shape_skus({"value": rows}, ("e3",))["skus"][0]["plans"] == {"e3": best}


def test_the_weakest_skus_are_left_out():
    strong = row("STRONG", plan(MTP))
    others = [
        row("ASKED", plan("x", "asked_plan"), enabled=0),
        row("TWO", plan(MTP), plan(MDE_LITE)),
        strong,
        row("GRACE", plan(MTP, state="pendinginput"), state="Warning", enabled=1),
        row("LITE", plan(MDE_LITE)),
        row("OFF", plan(MTP, state="Disabled")),
        row("LOST", plan(MTP), state="Suspended"),
        row("UNPAID", plan(MTP), enabled=0),
    ]
    fillers = [row(f"Z{number}", plan(MDE_LITE), state="Deleted") for number in range(3)]
    shaped = shape_skus({"value": [*fillers, *others]}, ("asked_plan",))
    assert [sku["sku"] for sku in shaped["skus"]] == [
        "ASKED",
        "TWO",
        "STRONG",
        "GRACE",
        "LITE",
        "OFF",
        "LOST",
        "UNPAID",
    ]
    assert (shaped["left_out"], len(shaped["skus"])) == (3, MAX_SKUS)


def test_names_of_other_skus_are_limited_too():
    rows = [row(f"S{number}") for number in range(MAX_SKUS + 2)]
    assert shape_skus({"value": rows})["other_skus"] == [f"S{number}" for number in range(MAX_SKUS)]


def test_the_read_of_a_tenant_knows_what_its_list_names():
    context = TargetContext(case({}, licenses=("e3",)), "home", (), frozenset(), as_operator=False, has_app=True)
    read = license_reads(context)[0].read
    assert (read.path, read.what, read.app) == (SUBSCRIBED_SKUS.path, SUBSCRIBED_SKUS.what, SUBSCRIBED_SKUS.app)
    assert read.shape({"value": [row("E3", plan("x"))]})["skus"][0]["plans"] == {"e3": "Success"}


def test_products_have_names():
    assert {product_of(plan_id) for plan_id in QUALIFYING} == {product for _name, product in QUALIFYING.values()}
    assert product_of(next(iter(OPEN))) == "Microsoft Defender for Endpoint Plan 1"
    assert product_of("only-the-user-knows") == "only-the-user-knows"


FIRST = min(DEFENDER_ROLES)


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({}, {"readable": False, "roles": None, "other_roles": 0}),
        ({"tid": "t", "wids": "no list"}, {"readable": True, "roles": None, "other_roles": 0}),
        ({"tid": "t", "wids": []}, {"readable": True, "roles": [], "other_roles": 0}),
        ({"wids": [FIRST.upper()]}, {"readable": False, "roles": [FIRST], "other_roles": 0}),
        ({"tid": "t", "wids": ["mine", FIRST, "x", "y", "MINE"]}, None),
    ],
)
def test_what_is_told_of_a_token(claims, told):
    expected = told or {"readable": True, "roles": sorted(["mine", FIRST]), "other_roles": 2}
    assert token_data(claims, ("mine",)) == expected
