# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences in depth: every product of Microsoft's page by its plans, what is not enough, trials, and the verdict's own
product."""

from __future__ import annotations

import pytest
from bodies import data_of, guid
from evidence import (
    case,
    piece,
    sku,
    sku_evidence,
    subscription_evidence,
    unread,
)
from judged import caveat, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import shape_skus, shape_subscriptions
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import (
    KNOWN_PLANS,
    NOT_ENOUGH,
    OPEN,
    QUALIFYING,
)

ENOUGH, OPEN_QUESTION, NOT_BY_PAGE, NONE = (
    "license.present",
    "license.sufficiency_open",
    "license.insufficient",
    "license.none",
)
IDS = {name: plan_id for plan_id, (name, _product) in {**KNOWN_PLANS, **NOT_ENOUGH}.items()}
# SKU part number, the Defender plans inside it (Microsoft's product names and service plan identifiers), the answer.
PRODUCTS = [
    # Microsoft 365 E5/A5/G5 and their security add-ons
    ("SPE_E5", "MTP WINDEFATP THREAT_INTELLIGENCE ATP_ENTERPRISE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("SPE_E5_CALLINGMINUTES", "WINDEFATP THREAT_INTELLIGENCE ATP_ENTERPRISE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("SPE_E5_USGOV_GCCHIGH", "WINDEFATP THREAT_INTELLIGENCE ATP_ENTERPRISE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("M365EDU_A5_FACULTY", "MTP WINDEFATP THREAT_INTELLIGENCE ATP_ENTERPRISE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("M365EDU_A5_STUDENT", "MTP WINDEFATP THREAT_INTELLIGENCE ATP_ENTERPRISE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("M365_G5_GCC", "MTP WINDEFATP THREAT_INTELLIGENCE_GOV ATP_ENTERPRISE_GOV ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("M365_G5_GOV", "MTP THREAT_INTELLIGENCE_GOV ATP_ENTERPRISE_GOV", ENOUGH),
    ("IDENTITY_THREAT_PROTECTION", "MTP WINDEFATP THREAT_INTELLIGENCE ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("SPE_F5_SEC", "MTP WINDEFATP THREAT_INTELLIGENCE ATA ADALLOM_S_STANDALONE", ENOUGH),
    # Enterprise Mobility + Security, Office 365, Windows
    ("EMSPREMIUM", "ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("EMSPREMIUM_USGOV_GCCHIGH", "ATA ADALLOM_S_STANDALONE", ENOUGH),
    ("ENTERPRISEPREMIUM", "MTP THREAT_INTELLIGENCE ATP_ENTERPRISE ADALLOM_S_O365", ENOUGH),
    ("ENTERPRISEPREMIUM_FACULTY", "MTP THREAT_INTELLIGENCE ATP_ENTERPRISE ADALLOM_S_O365", ENOUGH),
    ("ENTERPRISEPREMIUM_GOV", "MTP THREAT_INTELLIGENCE_GOV ATP_ENTERPRISE_GOV ADALLOM_S_O365", ENOUGH),
    ("WIN10_VDA_E5", "WINDEFATP", ENOUGH),
    ("WIN10_ENT_A5_FAC", "WINDEFATP", ENOUGH),
    # The single products
    ("WIN_DEF_ATP", "WINDEFATP", ENOUGH),
    ("MDE_SMB", "MDE_SMB", ENOUGH),
    ("SPB", "ATP_ENTERPRISE ADALLOM_S_DISCOVERY MDE_SMB", ENOUGH),
    ("ATA", "ATA", ENOUGH),
    ("ADALLOM_STANDALONE", "ADALLOM_S_STANDALONE", ENOUGH),
    ("SPE_F5_COMP_AR_D_USGOV_DOD", "ADALLOM_S_STANDALONE_DOD", ENOUGH),
    ("THREAT_INTELLIGENCE", "MTP THREAT_INTELLIGENCE ATP_ENTERPRISE", ENOUGH),
    ("THREAT_INTELLIGENCE_GOV", "THREAT_INTELLIGENCE_GOV ATP_ENTERPRISE_GOV", ENOUGH),
    ("M365_E5_SUITE_COMPONENTS", "Defender_for_Iot_Enterprise", ENOUGH),
    # The page leaves these open
    ("DEFENDER_ENDPOINT_P1", "MDE_LITE", OPEN_QUESTION),
    ("EMS", "ADALLOM_S_DISCOVERY", OPEN_QUESTION),
    ("SPE_E3", "ATP_ENTERPRISE ADALLOM_S_DISCOVERY MDE_LITE", OPEN_QUESTION),
    ("M365EDU_A3_FACULTY", "ADALLOM_S_DISCOVERY ADALLOM_S_O365 MDE_LITE", OPEN_QUESTION),
    # Not enough
    ("ATP_ENTERPRISE", "ATP_ENTERPRISE", NOT_BY_PAGE),
    ("ATP_ENTERPRISE_GOV", "ATP_ENTERPRISE_GOV", NOT_BY_PAGE),
    ("ADALLOM_O365", "ADALLOM_S_O365", NOT_BY_PAGE),
    ("SPE_E3_USGOV_DOD", "ATP_ENTERPRISE", NOT_BY_PAGE),
    ("BARE", "COMMON_DEFENDER_PLATFORM_FOR_OFFICE SAFEDOCS ADALLOM_FOR_AATP THREAT_INTELLIGENCE_APP", NOT_BY_PAGE),
    ("EXCHANGESTANDARD", "", NONE),
]


def row(name, *plans, state="Enabled", units=5, status="Success"):
    """A subscribedSku as Graph sends it; ids in capital letters, for letter case shall not matter."""
    return {
        "skuPartNumber": name,
        "capabilityStatus": state,
        "prepaidUnits": {"enabled": units, "warning": 0, "suspended": 0, "lockedOut": 0},
        "servicePlans": [
            {"servicePlanId": IDS[plan].upper(), "servicePlanName": plan, "provisioningStatus": status}
            for plan in plans
        ],
    }


def judge(*rows, licenses=(), more=None):
    data = data_of(shape_skus, {"value": list(rows)}, wanted=licenses)
    return judge_license(case({"subscribed_skus": piece("subscribed_skus", data), **(more or {})}, licenses=licenses))


@pytest.mark.parametrize(("name", "plans", "reason"), PRODUCTS, ids=[name for name, _plans, _reason in PRODUCTS])
def test_products_by_their_plans(name, plans, reason):
    verdict = judge(row(name, *plans.split()))
    assert verdict.reason == reason
    if reason != NONE:
        assert name in verdict.message


def test_no_plan_stands_in_two_classes():
    assert not set(QUALIFYING) & set(OPEN)
    assert not set(KNOWN_PLANS) & set(NOT_ENOUGH)
    assert len(IDS) == len(KNOWN_PLANS) + len(NOT_ENOUGH)


@pytest.mark.parametrize("word", ["mde_lite", "spe_e3", "292cc034-7b7c-4950-aaf5-943befd3f1d4"])
def test_what_is_open_is_met_where_the_row_accepts_it(word):
    assert judge(row("SPE_E3", "MDE_LITE"), licenses=(word,)).reason == ENOUGH


def test_a_plan_that_is_not_enough_is_met_only_where_the_row_demands_it():
    assert judge(row("X", "ATP_ENTERPRISE"), licenses=("atp_enterprise",)).reason == ENOUGH
    assert judge(row("SPE_E5", "MTP"), licenses=("atp_enterprise",)).reason == "license.demanded_missing"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("E5", "MTP", state="LockedOut"), row("P1", "ATP_ENTERPRISE")], "license.locked_out"),
        ([row("E5", "MTP", state="lockedout"), row("OLD", "MTP", state="Deleted")], "license.locked_out"),
        ([row("E5", "MTP", state="Suspended"), row("OLD", "MTP", state="LockedOut")], "license.suspended"),
        ([row("OLD", "MTP", state="Deleted"), row("P1", "ATP_ENTERPRISE")], "license.deleted"),
        ([row("P1", "ATP_ENTERPRISE", state="Suspended")], NONE),
        ([row("P1", "ATP_ENTERPRISE", units=0)], NONE),
        ([row("P1", "ATP_ENTERPRISE"), row("E3", "MDE_LITE")], OPEN_QUESTION),
        ([row("E5", "MTP", status="PendingActivation")], ENOUGH),
        ([row("E5", "MTP", status="PendingProvisioning")], ENOUGH),
    ],
)
def test_the_nearest_to_met_is_told(rows, reason):
    assert judge(*rows).reason == reason
    assert judge(*reversed(rows)).reason == reason


@pytest.mark.parametrize(
    ("rows", "licenses", "named"),
    [
        # Of what is not known, a plan that nobody doubts comes first: it is the nearest to met.
        ([sku("A", MDE_LITE="Success"), sku("B", state="Odd", MTP="Success")], (), "B"),
        ([sku("A", MDE_LITE="Success"), sku("B", state="Warning", units=None, MTP="Success")], (), "B"),
        ([sku("A", state="Warning", MTP="Success"), sku("B", MTP="Success")], (), "B"),
        ([sku("A", state="warning", MTP="Success"), sku("B", MDE_SMB="Success")], (), "B"),
        # Of plans that were demanded, one that Microsoft leaves open comes last.
        ([sku("A", MDE_LITE="Success"), sku("B", MTP="Success")], ("mde_lite", "mtp"), "B"),
        ([sku("A", MDE_LITE="Success"), sku("B", NEW="Success")], ("mde_lite", "b"), "B"),
        ([sku("A", MTP="Success"), sku("B", MTP="Success")], (), "A"),
    ],
)
def test_of_subscriptions_that_are_as_near_one_is_told_whatever_the_order(rows, licenses, named):
    for order in (rows, rows[::-1]):
        assert judge_license(case(sku_evidence(*order), licenses=licenses)).object == named


def test_the_product_that_gave_the_verdict_is_named():
    verdict = judge(row("EXCHANGESTANDARD"), row("SPB", "MDE_SMB", "ADALLOM_S_DISCOVERY"), row("E5", "MTP", "ATA"))
    assert (verdict.object, verdict.message) == (
        "E5",
        "Contoso has Microsoft Defender XDR, Microsoft Defender for Identity through E5.",
    )


def test_what_is_not_enough_is_named_with_its_product():
    verdict = judge(row("P1", "ATP_ENTERPRISE"), row("CAS", "ADALLOM_S_O365"))
    assert "Microsoft Defender for Office 365 Plan 1" in verdict.message
    assert "(CAS, P1)" in verdict.message


PRESENT = sku_evidence(sku(MTP="Success"))


@pytest.mark.parametrize(
    ("rows", "caveats"),
    [
        pytest.param([{"trial": False}], [], id="bought"),
        pytest.param([{"trial": True}], ["license.trial_only"], id="trial"),
        pytest.param([{"trial": True}, {"trial": False}], [], id="both"),
        pytest.param(
            [{"trial": True}, {"trial": False, "state": "Suspended"}], ["license.trial_only"], id="bought_once"
        ),
        pytest.param([{"trial": True, "state": "warning"}], ["license.trial_only"], id="letter_case"),
        pytest.param([{"trial": None}], [], id="not_told"),
        pytest.param([{"trial": True, "sku": "OTHER"}], [], id="another_product"),
        pytest.param([], [], id="no_subscription"),
    ],
)
def test_trials(rows, caveats):
    verdict = judge_license(case({**PRESENT, **subscription_evidence(*rows)}))
    assert verdict.reason == ENOUGH
    assert [c.reason for c in verdict.caveats] == caveats


def test_the_last_trials_end_is_told():
    rows = [{"trial": True, "ends": "2026-12-01T00:00:00Z"}, {"trial": True, "ends": "2027-01-05T10:00:00Z"}]
    verdict = judge_license(case({**PRESENT, **subscription_evidence(*rows)}))
    assert "ends on 2027-01-05" in verdict.caveats[0].message
    verdict = judge_license(case({**PRESENT, **subscription_evidence({"trial": True, "ends": None})}))
    assert "ends on an unknown date" in verdict.caveats[0].message


def test_one_product_that_was_bought_is_no_trial():
    both = sku_evidence(sku("A", MTP="Success"), sku("B", MDE_SMB="Success"))
    rows = [{"sku": "A", "trial": True}, {"sku": "B", "trial": False}]
    assert not judge_license(case({**both, **subscription_evidence(*rows)})).caveats
    trials = [{"sku": "A", "trial": True}, {"sku": "B", "trial": True}]
    assert judge_license(case({**both, **subscription_evidence(*trials)})).caveats
    assert not judge_license(case({**both, **subscription_evidence(*trials, left_out=1)})).caveats


@pytest.mark.parametrize("more", [{}, {"subscriptions": unread("subscriptions", "consent.permission_missing")}])
def test_trials_that_were_not_read_are_a_doubt_and_no_more(more):
    verdict = judge_license(case({**PRESENT, **more}))
    assert (verdict.reason, [c.reason for c in verdict.caveats]) == (ENOUGH, ["license.trial_not_told"])
    assert not verdict.caveats[0].actionable


def test_of_subscriptions_only_those_are_kept_that_can_decide():
    def one(name, plan, **more):
        return {"skuPartNumber": name, "serviceStatus": [{"servicePlanId": plan}], **more}

    rows = [one("X", guid("x")), one("E5", IDS["MTP"].upper(), isTrial=True, status="Enabled"), one("own", guid("own"))]
    data = data_of(shape_subscriptions, {"value": rows}, wanted=("own",))
    assert [row["sku"] for row in data["subscriptions"]] == ["E5", "own"]
    assert data["subscriptions"][0] == {"sku": "E5", "state": "Enabled", "trial": True, "ends": None}


@pytest.mark.parametrize(
    ("rows", "licenses", "reason"),
    [
        pytest.param([sku(MTP="Success")], (), "license.present", id="mtp"),
        pytest.param([sku("SPB", MDE_SMB="Success")], (), "license.present", id="defender_for_business_without_mtp"),
        pytest.param([sku(state="Warning", MTP="Success")], (), "license.present", id="warning"),
        pytest.param([sku(state="Suspended", MTP="Success")], (), "license.suspended", id="suspended"),
        pytest.param([sku(state="LockedOut", MTP="Success")], (), "license.locked_out", id="locked_out"),
        pytest.param([sku(state="Deleted", MTP="Success")], (), "license.deleted", id="deleted"),
        pytest.param([sku(state="Odd", MTP="Success")], (), "license.state_unknown", id="state_not_known"),
        pytest.param([sku(units=0, MTP="Success")], (), "license.no_units", id="no_units"),
        pytest.param([sku(MTP="Disabled")], (), "license.plan_disabled", id="disabled"),
        pytest.param([sku(MTP="disabled")], (), "license.plan_disabled", id="letter_case"),
        pytest.param([sku(MTP="PendingInput")], (), "license.present", id="pending_input"),
        pytest.param([sku(MTP="ErrorStatus")], (), "license.state_unknown", id="plan_in_error"),
        pytest.param([sku(MTP="")], (), "license.state_unknown", id="plan_state_not_told"),
        pytest.param([sku("SPE_E3", MDE_LITE="Success")], (), "license.sufficiency_open", id="endpoint_p1"),
        pytest.param([sku("SPE_E3", MDE_LITE="Success")], ("mde_lite",), "license.present", id="accepted_by_user"),
        pytest.param([sku(MTP="Success")], ("mde_smb",), "license.demanded_missing", id="demanded_missing"),
        pytest.param([sku("SPE_E5", MTP="Success")], ("spe_e5",), "license.present", id="demanded_by_sku"),
        pytest.param([], (), "license.none", id="none"),
        pytest.param(
            [sku("OLD", "Suspended", MTP="Success"), sku("NEW", MDE_SMB="Success")], (), "license.present", id="best"
        ),
        pytest.param(
            [sku("E3", ADALLOM_S_DISCOVERY="Success"), sku("E5", "Suspended", MTP="Success")],
            (),
            "license.sufficiency_open",
            id="unknown_before_no",
        ),
    ],
)
def test_license(rows, licenses, reason):
    assert judge_license(case(sku_evidence(*rows), licenses=licenses)).reason == reason


def test_license_is_unknown_while_subscriptions_are_left_out():
    evidence = sku_evidence(sku(MTP="Disabled"))
    evidence["subscribed_skus"].data["left_out"] = 1
    verdict = judge_license(case(evidence))
    assert (verdict.reason, verdict.evidence) == ("read.partial", (evidence["subscribed_skus"],))
    assert (
        "in Contoso was read only in part: there are more subscriptions than are kept in evidence." in verdict.message
    )
    assert judge_license(case(evidence, licenses=("mde_smb",))).reason == "read.partial"


def test_license_that_is_wanted_is_never_left_out():
    plans = [{"servicePlanId": plan, "servicePlanName": "X", "provisioningStatus": "Success"} for plan in QUALIFYING]
    units = {"enabled": 5, "warning": 0}
    big = [
        {"skuPartNumber": f"BIG{n}", "capabilityStatus": "Enabled", "prepaidUnits": units, "servicePlans": plans}
        for n in range(9)
    ]
    one = {"skuPartNumber": "SMALL", "capabilityStatus": "Enabled", "prepaidUnits": units, "servicePlans": plans[2:3]}
    for word in ("small", "mde_smb", "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4"):
        data = data_of(shape_skus, {"value": [*big, one]}, wanted=(word,))
        assert (len(data["skus"]), data["left_out"]) == (8, 2)
    assert data_of(shape_skus, {"value": [*big, one]}, wanted=("small",))["skus"][0]["sku"] == "SMALL"


@pytest.mark.parametrize(("state", "reason"), [("Success", "license.present"), ("Disabled", "license.plan_disabled")])
def test_license_named_by_its_product_says_what_microsoft_says(state, reason):
    plan = {
        "servicePlanId": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        "servicePlanName": "X",
        "provisioningStatus": state,
    }
    row = {
        "skuPartNumber": "OWN",
        "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": 5, "warning": 0},
        "servicePlans": [plan],
    }
    data = data_of(shape_skus, {"value": [row]}, wanted=("own",))
    assert judge_license(case({"subscribed_skus": piece("subscribed_skus", data)}, licenses=("own",))).reason == reason


def test_license_unread_is_unknown():
    assert judge_license(case({"subscribed_skus": unread("subscribed_skus")})).status == "unknown"


def test_license_in_warning_is_told():
    verdict = judge_license(case(sku_evidence(sku(state="Warning", MTP="Success"))))
    assert [c.reason for c in verdict.caveats if c.actionable] == ["license.in_warning"]


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


@pytest.mark.parametrize(
    ("rows", "licenses", "reason", "said", "named"),
    [
        ([sku(MTP="Success")], (), "license.present", "Microsoft Defender XDR", "SPE_E5"),
        ([sku(MTP="Success", WINDEFATP="Success")], (), "license.present", "Endpoint Plan 2", "SPE_E5"),
        ([sku("B", MTP="Success"), sku("A", MTP="Success")], (), "license.present", "", "A"),
        ([sku("A", "Warning", MTP="Success"), sku("B", MTP="Success")], (), "license.present", "", "B"),
        ([sku("A", WINDEFATP="Success"), sku("B", MTP="Success")], (), "license.present", "", "B"),
        ([sku("A", MDE_LITE="Success"), sku("B", ATA="Success")], (), "license.present", "", "B"),
        ([sku("A", MDE_LITE="Success")], (), "license.sufficiency_open", "", "A"),
        ([sku("A", MDE_LITE="Success")], ("mde_lite",), "license.present", "", "A"),
        ([sku("A", "Odd", MTP="Success")], (), "license.state_unknown", "Odd", "A"),
        ([sku("A", MTP="Error")], (), "license.state_unknown", "Error", "A"),
        ([sku("A", units=0, MTP="Success")], (), "license.no_units", "", "A"),
        ([sku("A", units=-1, MTP="Success")], (), "license.no_units", "", "A"),
        ([sku("A", units=1, MTP="Success")], (), "license.present", "", "A"),
        ([sku("A", MTP="Disabled")], (), "license.plan_disabled", "", "A"),
        ([sku("A", "LockedOut", MTP="Success")], (), "license.locked_out", "", "A"),
        ([sku("A", "Deleted", MTP="Success"), sku("B", MTP="Disabled")], (), "license.plan_disabled", "", "B"),
    ],
)
def test_the_subscription_that_decides_is_named(rows, licenses, reason, said, named):
    evidence = sku_evidence(*rows)
    verdict = judge_license(case(evidence, licenses=licenses))
    assert (verdict.check, verdict.reason, verdict.object) == ("license", reason, named)
    assert said in words(verdict)
    assert verdict.evidence == (evidence["subscribed_skus"],)


def test_products_are_named_up_to_three():
    plans = ("MTP", "WINDEFATP", "MDE_SMB", "ATA", "THREAT_INTELLIGENCE", "THREAT_INTELLIGENCE_GOV")
    three = "Microsoft Defender XDR, Microsoft Defender for Endpoint Plan 2, Microsoft Defender for Business"
    for count, said in ((3, three), (4, f"{three} and 1 more"), (6, f"{three} and 2 more")):
        rows = sku_evidence(sku("A", **dict.fromkeys(plans[:count], "Success")), sku("B", ATA="Success"))
        assert said in words(judge_license(case(rows)))
        assert (" more" in judge_license(case(rows)).message) is (count > 3)


@pytest.mark.parametrize(
    ("licenses", "reason", "said"),
    [((), "license.none", ""), (("mtp", "spe_e5"), "license.demanded_missing", "mtp, spe_e5")],
)
def test_no_licence_says_what_was_demanded(licenses, reason, said):
    evidence = sku_evidence(sku("OTHER"))
    verdict = judge_license(case(evidence, licenses=licenses))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("license", reason, (evidence["subscribed_skus"],))
    assert said in words(verdict)


@pytest.mark.parametrize(("left_out", "rows", "reason"), [(1, [], "read.partial"), (1, [sku(MTP="Success")], None)])
def test_subscriptions_that_are_left_out(left_out, rows, reason):
    one = piece("subscribed_skus", {"skus": rows, "left_out": left_out, "other_skus": []})
    verdict = judge_license(case({"subscribed_skus": one}))
    assert verdict.reason == (reason or "license.present")
    said = words(verdict)
    if reason:
        assert "there are more subscriptions than are kept in evidence" in said
        assert "licenses" in said
        assert "Contoso" in said
        assert (verdict.check, verdict.evidence) == ("license", (one,))


def test_licences_that_were_not_read():
    verdict = judge_license(case({"subscribed_skus": unread("subscribed_skus")}))
    assert (verdict.check, verdict.reason) == ("license", "read.throttled")
    assert [one.what for one in verdict.evidence] == ["subscribed_skus"]
    verdict = judge_license(case({}))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("license", "read.failed", ())


@pytest.mark.parametrize(("state", "caveats"), [("Warning", ["license.in_warning"]), ("Enabled", [])])
def test_a_subscription_in_its_grace_period(state, caveats):
    verdict = judge_license(case(sku_evidence(sku("A", state, MTP="Success"))))
    assert [caveat.reason for caveat in verdict.caveats] == [*caveats, "license.trial_not_told"]
    assert "A" in words(verdict)


E5 = sku_evidence(sku(MTP="Success"))


@pytest.mark.parametrize(
    ("more", "evidence"),
    [
        ({}, ["subscribed_skus"]),
        (subscription_evidence({}), ["subscribed_skus"]),
        (subscription_evidence({"trial": True}), ["subscribed_skus", "subscriptions"]),
        ({"subscriptions": unread("subscriptions")}, ["subscribed_skus", "subscriptions"]),
    ],
)
def test_subscriptions_are_shown_where_they_say_something(more, evidence):
    assert shown(judge_license(case({**E5, **more}))) == evidence


@pytest.mark.parametrize(
    ("more", "words"),
    [({"subscriptions": unread("subscriptions")}, "read.throttled"), ({}, "it was not read")],
)
def test_trial_that_is_not_told_says_why(more, words):
    assert words in caveat(judge_license(case({**E5, **more})), "license.trial_not_told").message
