# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service plans that decide whether a tenant has Defender XDR. Data only.

Sources: Microsoft Defender XDR prerequisites, licensing requirements [doc]; the identifiers from Microsoft's "Product
names and service plan identifiers for licensing" [community copy of the CSV].
"""

from __future__ import annotations

import typing as t

# service plan id -> (service plan name, product as Microsoft's page calls it)
QUALIFYING: t.Final[dict[str, tuple[str, str]]] = {
    "bf28f719-7844-4079-9c78-c1307898e192": ("MTP", "Microsoft Defender XDR"),
    "871d91ec-ec1a-452b-a83f-bd76c7d770ef": ("WINDEFATP", "Microsoft Defender for Endpoint Plan 2"),
    "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4": ("MDE_SMB", "Microsoft Defender for Business"),
    "8e0c0a52-6a6c-4d40-8370-dd62790dcd70": ("THREAT_INTELLIGENCE", "Microsoft Defender for Office 365 Plan 2"),
    "900018f1-0cdb-4ecb-94d4-90281760fdc6": ("THREAT_INTELLIGENCE_GOV", "Microsoft Defender for Office 365 Plan 2"),
    "14ab5db5-e6c4-4b20-b4bc-13e36fd2227f": ("ATA", "Microsoft Defender for Identity"),
    "2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2": ("ADALLOM_S_STANDALONE", "Microsoft Defender for Cloud Apps"),
    "6ebdddb7-8e55-4af2-952b-69e77262f96c": ("ADALLOM_S_STANDALONE_DOD", "Microsoft Defender for Cloud Apps"),
    "99cd49a9-0e54-4e07-aea1-d8d9f5f704f5": ("Defender_for_Iot_Enterprise", "Microsoft Defender for IoT"),
}

# Named on the page in a way that leaves open whether these plans alone are enough.
OPEN: t.Final[dict[str, tuple[str, str]]] = {
    "292cc034-7b7c-4950-aaf5-943befd3f1d4": ("MDE_LITE", "Microsoft Defender for Endpoint Plan 1"),
    "932ad362-64a8-4783-9106-97849a1a30b9": ("ADALLOM_S_DISCOVERY", "Cloud App Discovery"),
}

# Defender plans that the page does not name as enough, or names as not enough; alone they give nothing. A plan that is
# part of a platform belongs here too: it comes with products that have nothing of Defender XDR.
NOT_ENOUGH: t.Final[dict[str, tuple[str, str]]] = {
    "f20fedf3-f3c3-43c3-8267-2bfdd51c0939": ("ATP_ENTERPRISE", "Microsoft Defender for Office 365 Plan 1"),
    "493ff600-6a2b-4db6-ad37-a7d4eb214516": ("ATP_ENTERPRISE_GOV", "Microsoft Defender for Office 365 Plan 1"),
    "8c098270-9dd4-4350-9b30-ba4703f3b36b": ("ADALLOM_S_O365", "Office 365 Cloud App Security"),
    "61d18b02-6889-479f-8f36-56e6e0fe5792": ("ADALLOM_FOR_AATP", "SecOps investigation for Defender for Identity"),
    "fbdb91e6-7bfd-4a1f-8f7a-d27f4ef39702": ("THREAT_INTELLIGENCE_APP", "Microsoft Defender Threat Intelligence"),
    "a312bdeb-1e21-40d0-84b1-0e73f128144f": (
        "COMMON_DEFENDER_PLATFORM_FOR_OFFICE",
        "the Defender platform plan of Office 365",
    ),
    "bf6f5520-59e3-4f82-974b-7dbbc4fd27c7": ("SAFEDOCS", "Safe Documents"),
}

KNOWN_PLANS: t.Final = {**QUALIFYING, **OPEN}
_ALL: t.Final = {**KNOWN_PLANS, **NOT_ENOUGH}


def product_of(plan_id: str) -> str:
    """Return the product's name for a sentence; the id itself for a plan that only the user named."""
    return _ALL[plan_id][1] if plan_id in _ALL else plan_id


# Products by their skuPartNumber that hold Defender plans, and those that are often taken for one of them. Only used to
# find misspelt names: Microsoft has many more, so that a name that is not here is no mistake.
PRODUCTS: t.Final = (
    *("SPE_E3", "SPE_E5", "SPE_E5_CALLINGMINUTES", "SPE_E5_NOPSTNCONF", "SPE_E5_USGOV_GCCHIGH", "SPE_F5_SEC", "SPB"),
    *("M365EDU_A3_FACULTY", "M365EDU_A5_FACULTY", "M365EDU_A5_STUDENT", "M365_G3_GOV", "M365_G5_GCC"),
    *("ENTERPRISEPACK", "ENTERPRISEPREMIUM", "IDENTITY_THREAT_PROTECTION", "EMS", "EMSPREMIUM", "WIN_ENT_E5"),
    *("WIN_DEF_ATP", "DEFENDER_ENDPOINT_P1", "ADALLOM_O365", "ADALLOM_STANDALONE"),
)
LICENSE_NAMES: t.Final = (*dict.fromkeys((*_ALL, *(name for names in _ALL.values() for name in names), *PRODUCTS)),)
