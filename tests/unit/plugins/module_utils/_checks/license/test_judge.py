# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences in depth: every product of Microsoft's page by its plans, what is not enough, trials, and the verdict's own
product."""

from __future__ import annotations

import pytest
from evidence import case, piece, sku, sku_evidence, subscription_evidence, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import shape_skus, shape_subscriptions
from ansible_collections.m365.defender.plugins.module_utils._checks.license.service_plans import (
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
    data = shape_skus({"value": list(rows)}, wanted=licenses)
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
    assert "ends on a day that is not told" in verdict.caveats[0].message


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

    rows = [one("X", "0" * 8), one("E5", IDS["MTP"].upper(), isTrial=True, status="Enabled"), one("own", "1" * 8)]
    data = shape_subscriptions({"value": rows}, wanted=("own",))
    assert [row["sku"] for row in data["subscriptions"]] == ["E5", "own"]
    assert data["subscriptions"][0] == {"sku": "E5", "state": "Enabled", "trial": True, "ends": None}
