# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats: honest doubts beside a verdict, which they do not change. Sentence, remedy, Microsoft's page."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    CONDITIONAL_ACCESS,
    CROSS_CLOUD,
    CROSS_TENANT_B2B,
    CROSS_TENANT_PORTAL,
    CROSS_TENANT_SYNC,
    GDAP,
    GDAP_EXTEND,
    GDAP_LIST,
    GOVERNANCE,
    LICENSING,
    MTO_REQUIREMENTS,
    MTO_TROUBLESHOOT,
    PERMISSIONS,
    PIM_GROUPS,
    PIM_GROUPS_PAGE,
    PIM_ROLES,
    PIM_ROLES_PAGE,
    PREREQUISITES,
    UNIFIED_RBAC,
    CaveatText,
)

CAVEATS: t.Final[dict[str, CaveatText]] = {
    "access.gdap_expiring": CaveatText(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days, and does not extend itself.",
        "A partner administrator of {home} turns on auto-extend or requests a new relationship in " + GDAP_LIST + ".",
        GDAP_EXTEND,
    ),
    "access.gdap_expiring_global_admin": CaveatText(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days. Auto-extend is set, but a relationship that"
        " holds Global Administrator does not extend itself.",
        "A partner administrator of {home} removes Global Administrator from the relationship, or requests a new one"
        " without it, in " + GDAP_LIST + ".",
        GDAP_EXTEND,
    ),
    "access.gdap_young": CaveatText(
        "GDAP relationship '{relationship}' or its assignment is younger than an hour (since {since}): it may not have"
        " arrived everywhere.",
        "Nobody has to act: if a check fails, run again in an hour.",
        GDAP,
    ),
    "access.gdap_made_by_microsoft": CaveatText(
        "GDAP relationship '{relationship}' was made by Microsoft 365 Lighthouse or by Microsoft's transition, not by"
        " you.",
        "A partner administrator of {home} sees in " + GDAP_LIST + " whether it shall carry the access to {tenant}.",
        GDAP,
    ),
    "access.gdap_others": CaveatText(
        "There are other GDAP relationships with {tenant}: {others}.",
        "Nobody has to act; a partner administrator of {home} sees them in " + GDAP_LIST + ".",
        GDAP,
    ),
    "access.other_ways": CaveatText(
        "By `access: auto`, {method} decides for {tenant}. The other ways: {ways}",
        "Nobody has to act. To have {tenant} judged by one way only, name it in the list: access: gdap, b2b or"
        " governance.",
        MTO_REQUIREMENTS,
    ),
    "access.activation_ends": CaveatText(
        "{operator} is in the group '{group}' only until {until}.",
        "{operator} activates the membership anew in Microsoft Entra, Privileged Identity Management: "
        + PIM_GROUPS
        + ".",
        PIM_GROUPS_PAGE,
    ),
    "access.eligibility_not_read": CaveatText(
        "Whether {operator} may activate membership of one of these groups was not read: {said}",
        "An administrator of {home} grants PrivilegedEligibilitySchedule.Read.AzureADGroup to our app to have it told.",
        PIM_GROUPS_PAGE,
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
    "access.settings_block_too": CaveatText(
        "The cross-tenant access settings of {owner} block B2B collaboration {direction}, too ({setting}).",
        "A Security Administrator of {owner} allows it for {operator} and the Microsoft Defender portal: "
        + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.synchronization": CaveatText(
        "{tenant} accepts people synchronized from {home}, but {operator} is not among them (automatic redemption:"
        " {outbound_consent} in {home}, {inbound_consent} in {tenant}).",
        "An administrator of {home} takes {operator} into the scope of the cross-tenant synchronization to {tenant}.",
        CROSS_TENANT_SYNC,
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
    "access.cross_cloud_home": CaveatText(
        "{home} is not set up as Microsoft's pages on tenants in another cloud ask. Missing for {tenant}: {items}.",
        "A Security Administrator of {home} sets this in Microsoft Entra, Cross-tenant access settings: {items}.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_not_read": CaveatText(
        "Whether {home} has these settings for {tenant} is not known: {items}. {said}",
        "A Security Administrator of {home} looks at Microsoft Entra, Cross-tenant access settings; or an administrator"
        " of {home} grants Policy.Read.All to our app to have it told.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_target": CaveatText(
        "What {tenant} accepts from {home} can be seen in cloud {cloud} alone.",
        "A Security Administrator of {tenant} looks at Microsoft Entra, Cross-tenant access settings. Microsoft cloud"
        " settings: {home_endpoint} allowed. Organizational settings for {home}: B2B collaboration, inbound: allowed;"
        " B2B collaboration, outbound: blocked; B2B direct connect, inbound and outbound: blocked; Trust settings:"
        " multifactor authentication trusted.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_direction": CaveatText(
        "Microsoft documents 'add from another cloud' for a home tenant in GCC High or DoD, and {home} is in cloud"
        " {run_cloud}.",
        "{operator} sees in the multitenant portal, under 'Add tenants', whether it offers another cloud.",
        CROSS_CLOUD,
    ),
    "license.in_warning": CaveatText(
        "The subscription {sku} of {tenant} is in its grace period.",
        "Whoever buys licences for {tenant} renews it in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.trial_only": CaveatText(
        "{tenant} has {products} only as a trial; the last one ends on {ends}.",
        "Whoever buys licences for {tenant} buys one before that day in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.trial_not_told": CaveatText(
        "Whether {sku} of {tenant} is a trial, and when it ends, was not read ({said}).",
        "An administrator of {tenant} grants Organization.Read.All to our app to have it told.",
        LICENSING,
    ),
    "permissions.activation_ends": CaveatText(
        "{operator} holds {roles} in {tenant} only until {until}.",
        "{operator} activates the role anew in Microsoft Entra of {tenant}, Privileged Identity Management: "
        + PIM_ROLES
        + ".",
        PIM_ROLES_PAGE,
    ),
    "permissions.assignment_ends": CaveatText(
        "The assignment of {roles} to {operator} in {tenant} ends on {ends}, in {days} days.",
        "An administrator of {tenant} extends or renews the assignment in Microsoft Entra, Privileged Identity"
        " Management.",
        PIM_ROLES_PAGE,
    ),
    "permissions.eligibility_not_read": CaveatText(
        "Whether {operator} may activate a role in {tenant} was not read: {said}",
        "An administrator of {tenant} grants RoleManagement.Read.Directory and"
        " PrivilegedEligibilitySchedule.Read.AzureADGroup to our app to have it told.",
        PIM_ROLES_PAGE,
    ),
    "permissions.custom_role_not_read": CaveatText(
        "Whether {operator} holds a role of Microsoft Defender itself in {tenant} was not read: {said}",
        "An administrator of {tenant} grants RoleManagement.Read.Defender to our app to have it told.",
        UNIFIED_RBAC,
    ),
    "permissions.security_reader": CaveatText(
        "{operator} holds no more than Security Reader in {tenant}. Where Defender for Endpoint uses roles of its own,"
        " that alone shows no devices.",
        "{operator} opens {defender_portal}/?tid={tenant_id}; where devices are missing, an administrator"
        " of {tenant} assigns a Defender role.",
        PERMISSIONS,
    ),
    "sign_in.not_the_portal": CaveatText(
        "The sign-in was for Microsoft Graph, through our app. The portal signs in through apps of its own, which"
        " Conditional Access of {tenant} can treat differently.",
        "{operator} opens {defender_portal}/?tid={tenant_id} once.",
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
        "{operator} opens {defender_portal}/?tid={tenant_id} once and sees whether data is there.",
        PREREQUISITES,
    ),
}

# Caveats that somebody has to act on: the report shows these as findings, the others stay beside their verdict.
CAVEATS_ACTIONABLE: t.Final = frozenset(
    {
        "access.activation_ends",
        "access.cross_cloud_home",
        "access.cross_cloud_target",
        "access.gdap_expiring",
        "access.gdap_expiring_global_admin",
        "access.governance_beside_gdap",
        "access.settings_block_too",
        "license.in_warning",
        "license.trial_only",
        "permissions.activation_ends",
        "permissions.assignment_ends",
        "sign_in.arm_refused",
    }
)
