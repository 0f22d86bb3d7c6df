# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of SKUs and subscriptions."""

from __future__ import annotations

import pytest
from bodies import data_of, guid
from evidence import (
    case,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import (
    MAX_SKUS,
    NOT_STATED,
    SUBSCRIBED_SKUS,
    license_reads,
    shape_skus,
    shape_subscriptions,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext

LATER = "2030-01-01T00:00:00Z"
MINE = guid("mine")
MTP = "bf28f719-7844-4079-9c78-c1307898e192"


MDE_LITE = "292cc034-7b7c-4950-aaf5-943befd3f1d4"


def plan(plan_id, name="N", state="Success"):
    return {"servicePlanId": plan_id, "servicePlanName": name, "provisioningStatus": state}


def row(name, *plans, state="Enabled", **units):
    units = units or {"enabled": 5, "warning": 2, "suspended": 9, "lockedOut": 1}
    return {"skuPartNumber": name, "capabilityStatus": state, "prepaidUnits": units, "servicePlans": list(plans)}


def test_a_sku_keeps_plans_that_we_know_and_units_that_are_paid():
    rows = [
        row("E5", plan(guid("other")), plan(MDE_LITE, state="Disabled"), plan(MTP.upper()), plan(guid("x"), None)),
        row("F1"),
    ]
    shaped = data_of(shape_skus, {"value": rows})
    assert shaped == {
        "skus": [{"sku": "E5", "state": "Enabled", "units": 7, "plans": {MDE_LITE: "Disabled", MTP: "Success"}}],
        "left_out": 0,
        "not_enough": {},
        "other_skus": ["F1"],
    }
    assert list(shaped["skus"][0]["plans"]) == [MDE_LITE, MTP]


@pytest.mark.parametrize(
    ("units", "counted"),
    [
        ({"enabled": 3}, 3),
        ({"warning": 4}, 4),
        ({"enabled": None, "warning": None}, None),
        ({"enabled": 0}, None),
        ({"enabled": 0, "warning": 0}, 0),
        ({"enabled": None, "warning": 1}, 1),
    ],
)
def test_units_that_are_not_told_are_not_none_at_all(units, counted):
    assert data_of(shape_skus, {"value": [row("E5", plan(MTP), **units)]})["skus"][0]["units"] == counted
    assert data_of(shape_skus, {"value": [{**row("E5", plan(MTP)), "prepaidUnits": None}]})["skus"][0]["units"] is None


def test_state_that_the_answer_does_not_say_is_none_that_we_know():
    shaped = data_of(shape_skus, {"value": [row("E5", plan(MTP, state=None))]})
    assert shaped["skus"][0]["plans"] == {MTP: NOT_STATED}
    shaped = data_of(shape_skus, {"value": [{**row("E5", plan(MTP)), "capabilityStatus": None}]})
    assert shaped["skus"][0]["state"] == NOT_STATED


@pytest.mark.parametrize(
    ("wanted", "plans"),
    [
        ((MINE,), {MINE: "Success"}),
        (("my_name",), {"my_name": "Success"}),
        (("my_name", MINE), {MINE: "Success"}),
        (("e3",), {"e3": "PendingInput"}),
        (("else",), None),
    ],
)
def test_what_the_user_names_stays_in_the_evidence(wanted, plans):
    rows = [
        row("E3", plan(MINE.upper(), "MY_NAME"), plan(guid("b"), "B", "PendingInput"), plan(guid("c"), "C", "Disabled"))
    ]
    shaped = data_of(shape_skus, {"value": rows}, wanted)
    assert [sku["plans"] for sku in shaped["skus"]] == ([plans] if plans else [])
    assert shaped["other_skus"] == ([] if plans else ["E3"])


@pytest.mark.parametrize(
    ("states", "best"),
    [((), ""), (("Disabled", "Error"), "Disabled"), (("Error", "success"), "success"), ((None, "Odd"), "Odd")],
)
def test_a_product_is_as_good_as_its_best_plan(states, best):
    rows = [row("E3", *(plan(guid(str(number)), "N", state) for number, state in enumerate(states)))]
    assert data_of(shape_skus, {"value": rows}, ("e3",))["skus"][0]["plans"] == {"e3": best}


def test_the_weakest_skus_are_left_out():
    strong = row("STRONG", plan(MTP))
    others = [
        row("ASKED", plan(guid("x"), "asked_plan"), enabled=0, warning=0),
        row("TWO", plan(MTP), plan(MDE_LITE)),
        strong,
        row("GRACE", plan(MTP, state="pendinginput"), state="Warning", enabled=1),
        row("LITE", plan(MDE_LITE)),
        row("OFF", plan(MTP, state="Disabled")),
        row("LOST", plan(MTP), state="Suspended"),
        row("UNPAID", plan(MTP), enabled=0, warning=0),
    ]
    fillers = [row(f"Z{number}", plan(MDE_LITE), state="Deleted") for number in range(3)]
    shaped = data_of(shape_skus, {"value": [*fillers, *others]}, ("asked_plan",))
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
    assert data_of(shape_skus, {"value": rows})["other_skus"] == [f"S{number}" for number in range(MAX_SKUS)]


def test_the_read_of_a_tenant_knows_what_its_list_names():
    context = TargetContext(case({}, licenses=("e3",)), "home", (), frozenset(), as_operator=False, has_app=True)
    read = license_reads(context)[0].read
    assert (read.path, read.what, read.app) == (SUBSCRIBED_SKUS.path, SUBSCRIBED_SKUS.what, SUBSCRIBED_SKUS.app)
    assert data_of(read.shape, {"value": [row("E3", plan(guid("x")))]})["skus"][0]["plans"] == {"e3": "Success"}


def test_subscription_keeps_its_end_and_its_state():
    rows = [
        {
            "skuPartNumber": "SPE_E5",
            "status": "Enabled",
            "isTrial": False,
            "nextLifecycleDateTime": LATER,
            "serviceStatus": [],
        },
        {
            "skuPartNumber": "SPE_E3",
            "status": None,
            "isTrial": None,
            "nextLifecycleDateTime": None,
            "serviceStatus": [],
        },
    ]
    less, told = data_of(shape_subscriptions, {"value": rows}, ("spe_e3", "spe_e5"))["subscriptions"]
    assert (told["sku"], told["state"], told["ends"]) == ("SPE_E5", "Enabled", LATER)
    assert (less["sku"], less["state"], less["ends"]) == ("SPE_E3", "", None)
