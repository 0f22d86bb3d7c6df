# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family mfa_trust."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    MFA_TRUST,
    NOTHING,
    Reason,
)

# Trust of devices is beside the question, but a policy of the target can ask for one.
_DEVICES: t.Final = (
    " Compliant devices of other tenants are {compliant_device}, hybrid joined ones are {hybrid_joined_device}."
)

REASONS: t.Final[dict[str, Reason]] = {
    "mfa_trust.by_partner": Reason(
        "met",
        "{tenant} trusts multifactor authentication of {home} (partner setting)." + _DEVICES,
        NOTHING,
        MFA_TRUST,
    ),
    "mfa_trust.by_default": Reason(
        "met",
        "{tenant} trusts multifactor authentication of every tenant (default setting)." + _DEVICES,
        NOTHING,
        MFA_TRUST,
    ),
    "mfa_trust.not_accepted": Reason(
        "unmet",
        "{tenant} does not trust multifactor authentication done in {home} ({source} setting): data can be missing in"
        " the multitenant view." + _DEVICES,
        "A Security Administrator of {tenant} turns on 'Trust multifactor authentication from Microsoft Entra tenants'"
        " for {home} in Microsoft Entra, Cross-tenant access settings, Inbound, Trust settings."
        " {operator} is then asked in {home}, and has to be registered for it there.",
        MFA_TRUST,
    ),
    "mfa_trust.not_told": Reason(
        "unknown",
        "{tenant} does not tell whether it trusts multifactor authentication done in {home} ({source} setting)."
        + _DEVICES,
        "A Security Administrator of {tenant} looks at Microsoft Entra, Cross-tenant access settings, Inbound, Trust"
        " settings.",
        MFA_TRUST,
    ),
}
