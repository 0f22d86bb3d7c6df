# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats: doubts about a verdict that do not change it. Sentence, remedy, Microsoft's page."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    ANSIBLE_ADMIN,
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
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days, and does not auto-extend.",
        "Partner administrator of {home}: turn on auto-extend or request a new relationship in " + GDAP_LIST + ".",
        GDAP_EXTEND,
    ),
    "access.gdap_expiring_global_admin": CaveatText(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days. Auto-extend is on, but a relationship"
        " that includes Global Administrator does not auto-extend.",
        "Partner administrator of {home}: remove Global Administrator from the relationship, or request a new one"
        " without it, in " + GDAP_LIST + ".",
        GDAP_EXTEND,
    ),
    "access.gdap_young": CaveatText(
        "GDAP relationship '{relationship}' or its assignment is less than an hour old (since {since}) and may not"
        " have taken effect everywhere.",
        "No action needed. If a check fails, run again in an hour.",
        GDAP,
    ),
    "access.gdap_made_by_microsoft": CaveatText(
        "GDAP relationship '{relationship}' was created by Microsoft 365 Lighthouse or by Microsoft's transition, not"
        " by you.",
        "Partner administrator of {home}: decide in " + GDAP_LIST + " whether it should carry the access to {tenant}.",
        GDAP,
    ),
    "access.gdap_others": CaveatText(
        "There are other GDAP relationships with {tenant}: {others}.",
        "No action needed. A partner administrator of {home} can see them in " + GDAP_LIST + ".",
        GDAP,
    ),
    "access.other_ways": CaveatText(
        "With `access: auto`, {method} decides for {tenant}. The other access methods: {ways}",
        "No action needed. To judge {tenant} by one method only, set access: gdap, b2b or governance in the tenant"
        " list.",
        MTO_REQUIREMENTS,
    ),
    "access.activation_ends": CaveatText(
        "{operator} is in the group '{group}' only until {until}.",
        "{operator}: activate the membership again in Microsoft Entra, Privileged Identity Management: "
        + PIM_GROUPS
        + ".",
        PIM_GROUPS_PAGE,
    ),
    "access.eligibility_not_read": CaveatText(
        "Whether {operator} can activate membership in one of these groups was not checked: {said}",
        "Administrator of {home}: grant your app PrivilegedEligibilitySchedule.Read.AzureADGroup so that this can be"
        " checked.",
        PIM_GROUPS_PAGE,
    ),
    "access.gdap_carries_no_sentinel": CaveatText(
        "GDAP does not give access to Microsoft Sentinel data.",
        "Administrator of {tenant}: if {tenant} uses Microsoft Sentinel, add B2B access.",
        MTO_REQUIREMENTS,
    ),
    "access.list_not_seen": CaveatText(
        "The list that Microsoft shows {operator} was not read. The account in {tenant} is used instead.",
        ANSIBLE_ADMIN + "provide the operator identity so that the list itself can be read. Or {operator}: check"
        " https://myaccount.microsoft.com/organizations.",
        MTO_REQUIREMENTS,
    ),
    "access.settings_block_too": CaveatText(
        "The cross-tenant access settings of {owner} also block {direction} B2B collaboration ({setting}).",
        "Security Administrator of {owner}: allow it for {operator} and for the Microsoft Defender portal: "
        + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.synchronization": CaveatText(
        "{tenant} accepts users synchronized from {home}, but {operator} is not among them (automatic redemption:"
        " {outbound_consent} in {home}, {inbound_consent} in {tenant}).",
        "Administrator of {home}: add {operator} to the scope of the cross-tenant synchronization to {tenant}.",
        CROSS_TENANT_SYNC,
    ),
    "access.governance_unread": CaveatText(
        "Governance relationships (preview) could not be checked: {said}",
        "No action needed unless {tenant} is reached through a governance relationship. In that case, fix the cause"
        " named here.",
        GOVERNANCE,
    ),
    "access.governance_beside_gdap": CaveatText(
        "GDAP relationship '{relationship}' with {tenant} is in force alongside the governance relationship."
        " Microsoft documents that the two cannot coexist.",
        "Partner administrator of {home}: end the GDAP relationship in "
        + GDAP_LIST
        + ". Or Tenant Governance Relationship Administrator of {home}: end the governance relationship.",
        GOVERNANCE,
    ),
    "access.cross_cloud_home": CaveatText(
        "{home} is not set up as Microsoft's pages on tenants in another cloud require. Missing for {tenant}: {items}.",
        "Security Administrator of {home}: set this in Microsoft Entra, Cross-tenant access settings: {items}.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_not_read": CaveatText(
        "Whether {home} has these settings for {tenant} is not known: {items}. {said}",
        "Security Administrator of {home}: check Microsoft Entra, Cross-tenant access settings. Or Administrator of"
        " {home}: grant your app Policy.Read.All so that this can be checked.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_target": CaveatText(
        "What {tenant} accepts from {home} can be seen only in cloud {cloud}.",
        "Security Administrator of {tenant}: check Microsoft Entra, Cross-tenant access settings. Microsoft cloud"
        " settings: {home_endpoint} allowed. Organizational settings for {home}: B2B collaboration, inbound: allowed;"
        " B2B collaboration, outbound: blocked; B2B direct connect, inbound and outbound: blocked; Trust settings:"
        " multifactor authentication trusted.",
        CROSS_CLOUD,
    ),
    "access.cross_cloud_direction": CaveatText(
        "Microsoft documents 'add from another cloud' for a home tenant in GCC High or DoD, but {home} is in cloud"
        " {run_cloud}.",
        "{operator}: check in the multitenant portal, under 'Add tenants', whether it offers another cloud.",
        CROSS_CLOUD,
    ),
    "license.in_warning": CaveatText(
        "The subscription {sku} of {tenant} is in its grace period.",
        "Billing Administrator of {tenant}: renew it in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.trial_only": CaveatText(
        "{tenant} has {products} only as a trial. The last trial ends on {ends}.",
        "Billing Administrator of {tenant}: buy a license before that day in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.trial_not_told": CaveatText(
        "Whether {sku} of {tenant} is a trial, and when it ends, was not checked ({said}).",
        "Administrator of {tenant}: grant your app Organization.Read.All so that this can be checked.",
        LICENSING,
    ),
    "permissions.activation_ends": CaveatText(
        "{operator} holds {roles} in {tenant} only until {until}.",
        "{operator}: activate the role again in Microsoft Entra of {tenant}, Privileged Identity Management: "
        + PIM_ROLES
        + ".",
        PIM_ROLES_PAGE,
    ),
    "permissions.assignment_ends": CaveatText(
        "The assignment of {roles} to {operator} in {tenant} ends on {ends}, in {days} days.",
        "Administrator of {tenant}: extend or renew the assignment in Microsoft Entra, Privileged Identity Management.",
        PIM_ROLES_PAGE,
    ),
    "permissions.eligibility_not_read": CaveatText(
        "Whether {operator} can activate a role in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant your app RoleManagement.Read.Directory and"
        " PrivilegedEligibilitySchedule.Read.AzureADGroup so that this can be checked.",
        PIM_ROLES_PAGE,
    ),
    "permissions.custom_role_not_read": CaveatText(
        "Whether {operator} holds a role of Microsoft Defender's own in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant your app RoleManagement.Read.Defender so that this can be checked.",
        UNIFIED_RBAC,
    ),
    "permissions.security_reader": CaveatText(
        "{operator} holds no more than Security Reader in {tenant}. Where Defender for Endpoint uses roles of its"
        " own, Security Reader alone shows no devices.",
        "{operator}: open {defender_portal}/?tid={tenant_id}. Administrator of {tenant}: if devices are missing"
        " there, assign {operator} a Defender role.",
        PERMISSIONS,
    ),
    "sign_in.not_the_portal": CaveatText(
        "The sign-in was for Microsoft Graph, through your app. The portal signs in through apps of its own, which"
        " Conditional Access in {tenant} can treat differently.",
        "{operator}: open {defender_portal}/?tid={tenant_id} once.",
        CONDITIONAL_ACCESS,
    ),
    "sign_in.arm_refused": CaveatText(
        "{tenant} refuses {operator} a token for Azure Resource Manager. Microsoft documents that this hides a tenant"
        " from the list under 'Add tenants': {said}",
        "Conditional Access Administrator of {tenant}: add the app 'Microsoft 365 Security and Compliance Center'"
        " (80ccca67-54bd-44ab-8625-4b79c4dc7775) to the policy that requires more for Azure Resource Manager, or"
        " exclude {operator} from it.",
        MTO_TROUBLESHOOT,
    ),
    "sign_in.arm_not_probed": CaveatText(
        "Whether {tenant} lets {operator} sign in to Azure Resource Manager was not checked: {said}",
        "Conditional Access Administrator of {tenant}: if {tenant} is missing under 'Add tenants', check the policies"
        " of {tenant} for Azure Resource Manager. The check needs the delegated permission user_impersonation of"
        " Azure Service Management.",
        MTO_TROUBLESHOOT,
    ),
    "defender.no_incidents": CaveatText(
        "Defender in {tenant} answered, but with no incident, which does not prove that Defender XDR is provisioned.",
        "{operator}: open {defender_portal}/?tid={tenant_id} once and check that data is there.",
        PREREQUISITES,
    ),
}

# Caveats that somebody has to act on: the report shows these as findings, and the others with their verdict.
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
