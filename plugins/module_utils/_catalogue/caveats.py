# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats: honest doubts beside a verdict, which they do not change. Sentence, remedy, Microsoft's page."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._catalogue.pages import (
    CONDITIONAL_ACCESS,
    GDAP,
    GDAP_LIST,
    GOVERNANCE,
    LICENSING,
    MTO_REQUIREMENTS,
    MTO_TROUBLESHOOT,
    PREREQUISITES,
    CaveatText,
)

CAVEATS: t.Final[dict[str, CaveatText]] = {
    "access.gdap_expiring": CaveatText(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days, and does not extend itself.",
        "A partner administrator of {home} turns on auto-extend or requests a new relationship in " + GDAP_LIST + ".",
        GDAP,
    ),
    "access.gdap_carries_no_sentinel": CaveatText(
        "GDAP carries no Microsoft Sentinel data.",
        "Where {tenant} uses Microsoft Sentinel, add B2B access.",
        MTO_REQUIREMENTS,
    ),
    "access.list_not_seen": CaveatText(
        "The list that Microsoft shows {operator} was not read; the account in {tenant} stands for it.",
        "Give the operator identity to have the list itself read, or look at"
        " https://myaccount.microsoft.com/organizations.",
        MTO_REQUIREMENTS,
    ),
    "access.governance_unread": CaveatText(
        "Governance (preview) could not be looked at: {said}",
        "Where {tenant} is reached by a governance relationship, mend that; else nobody has to act.",
        GOVERNANCE,
    ),
    "access.governance_beside_gdap": CaveatText(
        "Beside the governance relationship with {tenant} there is a GDAP relationship in force, '{relationship}'."
        " Microsoft documents that the two cannot coexist.",
        "A partner administrator of {home} ends the GDAP relationship in " + GDAP_LIST + ", or a Tenant Governance"
        " Relationship Administrator of {home} ends the governance relationship.",
        GOVERNANCE,
    ),
    "license.in_warning": CaveatText(
        "The subscription {sku} of {tenant} is in its grace period.",
        "Whoever buys licences for {tenant} renews it in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "sign_in.not_the_portal": CaveatText(
        "The sign-in was for Microsoft Graph, through our app. The portal signs in through apps of its own, which"
        " Conditional Access of {tenant} can treat differently.",
        "{operator} opens https://security.microsoft.com/?tid={tenant_id} once.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.arm_refused": CaveatText(
        "{tenant} refuses {operator} a token for Azure Resource Manager, and Microsoft documents that this makes a"
        " tenant vanish from the list under 'Add tenants': {said}",
        "A Conditional Access administrator of {tenant} adds the app 'Microsoft 365 Security and Compliance Center'"
        " (80ccca67-54bd-44ab-8625-4b79c4dc7775) to the policy that asks for more at Azure Resource Manager, or leaves"
        " {operator} out of it.",
        MTO_TROUBLESHOOT,
    ),
    "sign_in.arm_not_probed": CaveatText(
        "Whether {tenant} lets {operator} sign in to Azure Resource Manager was not found out: {said}",
        "If {tenant} is missing under 'Add tenants', look at the Conditional Access policies of {tenant} for Azure"
        " Resource Manager. The probe needs the delegated permission user_impersonation of Azure Service Management.",
        MTO_TROUBLESHOOT,
    ),
    "defender.no_incidents": CaveatText(
        "Defender of {tenant} answered, but with no incident: that does not prove that Defender XDR is provisioned.",
        "{operator} opens https://security.microsoft.com/?tid={tenant_id} once and sees whether data is there.",
        PREREQUISITES,
    ),
}

# Caveats that somebody has to act on: the report shows these as findings, the others stay beside their verdict.
CAVEATS_TO_ACT_ON: t.Final = frozenset(
    {"access.gdap_expiring", "access.governance_beside_gdap", "license.in_warning", "sign_in.arm_refused"}
)
