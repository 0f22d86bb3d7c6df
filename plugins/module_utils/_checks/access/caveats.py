# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats of the check access: doubts about a verdict that do not change it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

CAVEATS: t.Final[dict[str, pages.CaveatText]] = {
    "access.gdap_expiring": pages.GDAP_EXTEND.caveat(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days, and does not auto-extend.",
        "Partner administrator of {home}: turn on auto-extend or request a new relationship in "
        + pages.GDAP_LIST
        + ".",
        actionable=True,
    ),
    "access.gdap_expiring_global_admin": pages.GDAP_EXTEND.caveat(
        "GDAP relationship '{relationship}' ends on {ends}, in {days} days. Auto-extend is on, but a relationship"
        " that includes Global Administrator does not auto-extend.",
        "Partner administrator of {home}: remove Global Administrator from the relationship, or request a new one"
        " without it, in " + pages.GDAP_LIST + ".",
        actionable=True,
    ),
    "access.gdap_young": pages.GDAP.caveat(
        "GDAP relationship '{relationship}' or its assignment is less than an hour old (since {since}) and may not"
        " have taken effect everywhere.",
        "No action needed. If a check fails, run again in an hour.",
    ),
    "access.gdap_made_by_microsoft": pages.GDAP.caveat(
        "GDAP relationship '{relationship}' was created by Microsoft 365 Lighthouse or by Microsoft's transition, not"
        " by you.",
        "Partner administrator of {home}: decide in "
        + pages.GDAP_LIST
        + " whether it should carry the access to {tenant}.",
    ),
    "access.gdap_others": pages.GDAP.caveat(
        "There are other GDAP relationships with {tenant}: {others}.",
        "No action needed. A partner administrator of {home} can see them in " + pages.GDAP_LIST + ".",
    ),
    "access.other_ways": pages.MTO_REQUIREMENTS.caveat(
        "With `access: auto`, {method} decides for {tenant}. The other access methods: {ways}",
        "No action needed. To judge {tenant} by one method only, set access: gdap, b2b or governance in the tenant"
        " list.",
    ),
    "access.activation_ends": pages.PIM_GROUPS_PAGE.caveat(
        "{operator} is in the group '{group}' only until {until}.",
        "{operator}: activate the membership again in Microsoft Entra, Privileged Identity Management: "
        + pages.PIM_GROUPS
        + ".",
        actionable=True,
    ),
    "access.eligibility_not_read": pages.PIM_GROUPS_PAGE.caveat(
        "Whether {operator} can activate membership in one of these groups was not checked: {said}",
        "Administrator of {home}: grant your app PrivilegedEligibilitySchedule.Read.AzureADGroup so that this can be"
        " checked.",
    ),
    "access.gdap_carries_no_sentinel": pages.MTO_REQUIREMENTS.caveat(
        "GDAP does not give access to Microsoft Sentinel data.",
        "Administrator of {tenant}: if {tenant} uses Microsoft Sentinel, add B2B access and an Azure role for the"
        " workspace. No Entra role gives rights to a workspace.",
    ),
    "access.list_not_seen": pages.MTO_REQUIREMENTS.caveat(
        "The list that Microsoft shows {operator} was not read. The account in {tenant} is used instead.",
        pages.ANSIBLE_ADMIN + "provide the operator identity so that the list itself can be read. Or {operator}: check"
        " https://myaccount.microsoft.com/organizations.",
    ),
    "access.settings_block_too": pages.CROSS_TENANT_B2B.caveat(
        "The cross-tenant access settings of {owner} also block {direction} B2B collaboration ({setting}).",
        "Security Administrator of {owner}: allow it for {operator} and for the Microsoft Defender portal: "
        + pages.CROSS_TENANT_PORTAL,
        actionable=True,
    ),
    "access.synchronization": pages.CROSS_TENANT_SYNC.caveat(
        "{tenant} accepts users synchronized from {home}, but {operator} is not among them (automatic redemption:"
        " {outbound_consent} in {home}, {inbound_consent} in {tenant}).",
        "Administrator of {home}: add {operator} to the scope of the cross-tenant synchronization to {tenant}.",
    ),
    "access.governance_unread": pages.GOVERNANCE.caveat(
        "Governance relationships (preview) could not be checked: {said}",
        "No action needed unless {tenant} is reached through a governance relationship. In that case, fix the cause"
        " named here.",
    ),
    "access.governance_beside_gdap": pages.GOVERNANCE.caveat(
        "GDAP relationship '{relationship}' with {tenant} is in force alongside the governance relationship."
        " Microsoft documents that the two cannot coexist.",
        "Partner administrator of {home}: end the GDAP relationship in "
        + pages.GDAP_LIST
        + ". Or Tenant Governance Relationship Administrator of {home}: end the governance relationship.",
        actionable=True,
    ),
    "access.cross_cloud_home": pages.CROSS_CLOUD.caveat(
        "{home} is not set up as Microsoft's pages on tenants in another cloud require. Missing for {tenant}: {items}.",
        "Security Administrator of {home}: set this in Microsoft Entra, Cross-tenant access settings: {items}.",
        actionable=True,
    ),
    "access.cross_cloud_not_read": pages.CROSS_CLOUD.caveat(
        "Whether {home} has these settings for {tenant} is not known: {items}. {said}",
        "Security Administrator of {home}: check Microsoft Entra, Cross-tenant access settings. Or Administrator of"
        " {home}: grant your app Policy.Read.All so that this can be checked.",
    ),
    "access.cross_cloud_target": pages.CROSS_CLOUD.caveat(
        "What {tenant} accepts from {home} can be seen only in cloud {cloud}.",
        "Security Administrator of {tenant}: check Microsoft Entra, Cross-tenant access settings. Microsoft cloud"
        " settings: {home_endpoint} allowed. Organizational settings for {home}: B2B collaboration, inbound: allowed;"
        " B2B collaboration, outbound: blocked; B2B direct connect, inbound and outbound: blocked; Trust settings:"
        " multifactor authentication trusted.",
        actionable=True,
    ),
    "access.cross_cloud_direction": pages.CROSS_CLOUD.caveat(
        "Microsoft documents 'add from another cloud' for a home tenant in GCC High or DoD, but {home} is in cloud"
        " {run_cloud}.",
        "{operator}: check in the multitenant portal, under 'Add tenants', whether it offers another cloud.",
    ),
}
