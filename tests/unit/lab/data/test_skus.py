# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of products: ids are GUIDs, and the Defender plans that matter are where Microsoft puts them."""

from __future__ import annotations

import uuid

import pytest

from lab.data import skus

CATALOGUE = skus.catalogue()
IDS = {
    "MTP": "bf28f719-7844-4079-9c78-c1307898e192",
    "WINDEFATP": "871d91ec-ec1a-452b-a83f-bd76c7d770ef",
    "MDE_LITE": "292cc034-7b7c-4950-aaf5-943befd3f1d4",
    "MDE_SMB": "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4",
    "ATA": "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f",
    "ADALLOM_S_STANDALONE": "2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2",
    "ADALLOM_S_DISCOVERY": "932ad362-64a8-4783-9106-97849a1a30b9",
    "THREAT_INTELLIGENCE": "8e0c0a52-6a6c-4d40-8370-dd62790dcd70",
}
HAS = {
    "SPE_E5": {"MTP", "WINDEFATP", "ATA", "ADALLOM_S_STANDALONE", "THREAT_INTELLIGENCE"},
    "SPE_E3": {"MDE_LITE", "ADALLOM_S_DISCOVERY"},
    "SPB": {"MDE_SMB", "ADALLOM_S_DISCOVERY"},
    "EMSPREMIUM": {"ATA", "ADALLOM_S_STANDALONE"},
    "IDENTITY_THREAT_PROTECTION": {"MTP", "WINDEFATP", "ATA", "ADALLOM_S_STANDALONE", "THREAT_INTELLIGENCE"},
    "WIN_DEF_ATP": {"WINDEFATP"},
    "SPE_E5_CALLINGMINUTES": {"WINDEFATP", "ATA", "ADALLOM_S_STANDALONE", "THREAT_INTELLIGENCE"},
    "STANDARDPACK": set(),
    "ENTERPRISEPACK": set(),
    "O365_BUSINESS_PREMIUM": set(),
}


@pytest.mark.parametrize("sku", CATALOGUE.values(), ids=CATALOGUE)
def test_ids(sku):
    assert all(str(uuid.UUID(value)) == value for value in (sku.id, *(plan.id for plan in sku.plans)))
    assert len({plan.id for plan in sku.plans}) == len(sku.plans) > 0
    assert sku.product


@pytest.mark.parametrize(("part", "plans"), HAS.items())
def test_defender_plans(part, plans):
    assert {plan.name for plan in CATALOGUE[part].plans} & IDS.keys() == plans


def test_ids_of_defender_plans():
    plan_ids = {plan.name: plan.id for sku in CATALOGUE.values() for plan in sku.plans}
    assert {name: plan_ids[name] for name in IDS} == IDS
