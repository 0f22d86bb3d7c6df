# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drawn state of the licences, written as a world."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import random

Products = list[t.Any]

# Products that qualify, by their Defender plans.
_ENOUGH: t.Final = (
    ["SPE_E5"],
    ["SPE_E3", "IDENTITY_THREAT_PROTECTION"],
    ["M365EDU_A5_FACULTY"],
    ["M365_G5_GCC"],
    ["ENTERPRISEPREMIUM"],
)
_WITHOUT_MTP: t.Final = (["SPE_E3", "EMSPREMIUM"], ["ENTERPRISEPACK", "WIN_DEF_ATP"], ["SPE_E5_CALLINGMINUTES"])
_NONE: t.Final = (["STANDARDPACK"], ["O365_BUSINESS_PREMIUM", "EXCHANGESTANDARD"], ["ENTERPRISEPACK", "AAD_PREMIUM"])
# Microsoft's page wants Plan 2 of Defender for Office 365, and Cloud App Discovery or more.
_INSUFFICIENT: t.Final = (
    ["ATP_ENTERPRISE"],
    ["ENTERPRISEPACK", "ATP_ENTERPRISE"],
    ["STANDARDPACK", "ADALLOM_O365"],
    ["ATP_ENTERPRISE", "ADALLOM_O365"],
)
_OPEN: t.Final = (["SPE_E3"], ["ENTERPRISEPACK", "EMS"], ["STANDARDPACK", "DEFENDER_ENDPOINT_P1"])
_E5_DEFENDER_PLANS: t.Final = [
    "MTP",
    "WINDEFATP",
    "THREAT_INTELLIGENCE",
    "ATA",
    "ADALLOM_S_STANDALONE",
    "Defender_for_Iot_Enterprise",
]
_CHOICES: t.Final[dict[str, tuple[Products, ...]]] = {
    "enough": _ENOUGH,
    "without_mtp": _WITHOUT_MTP,
    "none": _NONE,
    "insufficient": _INSUFFICIENT,
    "open": _OPEN,
}
_FIXED: t.Final[dict[str, Products]] = {
    "business": [{"sku": "SPB", "enabled": 45}],
    "trial": [{"sku": "SPE_E5", "trial": True, "lifecycle_days": 21}, "STANDARDPACK"],
    "warning": [{"sku": "SPE_E5", "capability": "Warning", "lifecycle_days": 9}, "STANDARDPACK"],
    "suspended": [{"sku": "SPE_E5", "capability": "Suspended", "lifecycle_days": 60}, "STANDARDPACK"],
    "locked_out": [{"sku": "SPE_E5", "capability": "LockedOut"}, "STANDARDPACK"],
    "deleted": [{"sku": "SPE_E5", "capability": "Deleted"}, "STANDARDPACK"],
    "plan_disabled": [{"sku": "SPE_E5", "disabled_plans": _E5_DEFENDER_PLANS}],
    "no_units": [{"sku": "SPE_E5", "enabled": 0}],
}


def licenses(state: str, rng: random.Random) -> Products:
    """Return the products of a tenant."""
    return _FIXED[state] if state in _FIXED else rng.choice(_CHOICES[state])
