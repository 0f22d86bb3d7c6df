# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family mfa_trust."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import MFA_TRUST, Reason

# Trust of devices does not decide the verdict, but a policy of the target tenant can require one.
_DEVICES: t.Final = (
    " Compliant devices from other tenants: {compliant_device}; hybrid joined devices: {hybrid_joined_device}."
)

REASONS: t.Final[dict[str, Reason]] = {
    "mfa_trust.by_partner": MFA_TRUST.met(
        "{tenant} trusts multifactor authentication from {home} (partner setting)." + _DEVICES,
    ),
    "mfa_trust.by_default": MFA_TRUST.met(
        "{tenant} trusts multifactor authentication from every tenant (default setting)." + _DEVICES,
    ),
    "mfa_trust.not_accepted": MFA_TRUST.unmet(
        "{tenant} does not trust multifactor authentication from {home} ({source} setting), so data can be missing"
        " from the multitenant view." + _DEVICES,
        "Security Administrator of {tenant}: turn on 'Trust multifactor authentication from Microsoft Entra tenants'"
        " for {home} in Microsoft Entra, Cross-tenant access settings, Inbound, Trust settings. {operator} is then"
        " asked for it in {home} and has to be registered for it there.",
    ),
    "mfa_trust.not_told": MFA_TRUST.unknown(
        "{tenant} does not say whether it trusts multifactor authentication from {home} ({source} setting)." + _DEVICES,
        "Security Administrator of {tenant}: check Microsoft Entra, Cross-tenant access settings, Inbound, Trust"
        " settings.",
    ),
}
