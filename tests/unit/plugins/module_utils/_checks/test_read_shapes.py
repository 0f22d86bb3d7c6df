# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each read keeps of an answer, field by field: letter case, what is missing, what is null, order and limits."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import shape_incidents
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import (
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
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_groups
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    shape_directory_roles,
    shape_role_assignments,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import MAX_ROWS
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import token_data
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES


@pytest.mark.parametrize(("rows", "found"), [([], False), ([{"id": "1"}], True), ([{"id": "1"}, {"id": "2"}], True)])
def test_incidents_tell_only_whether_there_is_one(rows, found):
    assert shape_incidents({"value": rows}) == {"any": found}


def test_groups_by_id_with_a_name():
    rows = [{"id": "AA", "displayName": "SOC"}, {"id": "BB", "displayName": None}, {"id": "CC"}]
    assert shape_groups({"value": rows})["groups"] == {"aa": "SOC", "bb": "BB", "cc": "CC"}


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
