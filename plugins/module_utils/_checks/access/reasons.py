# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family access: how the operator reaches the tenant, and where Microsoft lists it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    AADSTS,
    B2B,
    CROSS_TENANT_B2B,
    CROSS_TENANT_PORTAL,
    GDAP,
    GDAP_ASSIGN,
    GDAP_LIST,
    MTO_REQUIREMENTS,
    NOTHING,
    PIM_GROUPS,
    PIM_GROUPS_PAGE,
    REDEEM,
    RESTORE_USER,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "access.gdap_in_force": Reason(
        "met",
        "GDAP relationship '{relationship}' is in force until {ends} and {operator} is in the group '{group}' that it"
        " is assigned to.",
        NOTHING,
        GDAP,
    ),
    "access.gdap_missing": Reason(
        "unmet",
        "There is no GDAP relationship between {home} and {tenant}.",
        "A partner administrator of {home} requests a GDAP relationship in " + GDAP_LIST + "; a Global Administrator"
        " of {tenant} approves it.",
        GDAP,
    ),
    "access.gdap_expired": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} expired on {ends}.",
        "A partner administrator of {home} requests a new GDAP relationship in " + GDAP_LIST + "; a Global"
        " Administrator of {tenant} approves it.",
        GDAP,
    ),
    "access.gdap_terminated": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} was ended (status {status}).",
        "Clear with {tenant} why it was ended; then a partner administrator of {home} requests a new one in "
        + GDAP_LIST
        + ".",
        GDAP,
    ),
    "access.gdap_not_active": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is not active yet (status {status}).",
        "A Global Administrator of {tenant} approves the relationship: {invitation_url}",
        GDAP,
    ),
    "access.gdap_not_sent": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is a draft that was not sent for approval (status {status}).",
        "A partner administrator of {home} finalizes the request in " + GDAP_LIST + "; then a Global Administrator of"
        " {tenant} approves it: {invitation_url}",
        GDAP,
    ),
    "access.gdap_activating": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is approved; Microsoft is activating it (status {status}).",
        "Nobody has to act: run again in an hour.",
        GDAP,
    ),
    "access.gdap_no_assignment": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but no security group is assigned to it.",
        "A partner administrator of {home} assigns a security group that holds {operator} to the relationship in "
        + GDAP_LIST
        + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_operator_not_assigned": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} is in none of the groups assigned"
        " to it ({groups}).",
        "An administrator of {home} adds {operator} to an assigned group (object id: {groups}), or a partner"
        " administrator assigns a group that holds {operator} in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_eligible": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} may only activate membership of the"
        " group assigned to it ({groups}), and has not done so.",
        "{operator} activates the membership in Microsoft Entra, Privileged Identity Management, My roles, Groups: "
        + PIM_GROUPS
        + ", then run again.",
        PIM_GROUPS_PAGE,
    ),
    "access.gdap_assignment_pending": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active; the assignment of the group of"
        " {operator} ({groups}) is pending at Microsoft.",
        "Nobody has to act: run again in an hour. If it stays, a partner administrator of {home} makes the assignment"
        " anew in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_assignment_error": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " ({groups}) failed.",
        "A partner administrator of {home} removes the assignment of the group {groups} and makes it anew in "
        + GDAP_LIST
        + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_assignment_unknown": Reason(
        "unknown",
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator} has"
        " a status that we do not know: '{assignment}'.",
        "A partner administrator of {home} looks at the assignment in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_partner_consent": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} waits for the consent of {home}, the reseller (status"
        " {status}).",
        "A partner administrator of {home} consents to the request of the indirect provider in "
        + GDAP_LIST
        + "; then a Global Administrator of {tenant} approves the relationship: {invitation_url}",
        GDAP,
    ),
    "access.gdap_status_unknown": Reason(
        "unknown",
        "GDAP relationship '{relationship}' with {tenant} has a status that we do not know: '{status}'.",
        "A partner administrator of {home} looks at the relationship in " + GDAP_LIST + ".",
        GDAP,
    ),
    "access.guest_accepted": Reason(
        "met",
        "{operator} has a {user_type} account in {tenant} ({account}); it is enabled and the invitation is accepted.",
        NOTHING,
        B2B,
    ),
    "access.member_enabled": Reason(
        "met",
        "{operator} has a member account in {tenant} ({account}) that signs in from another Microsoft Entra tenant; it"
        " is enabled.",
        NOTHING,
        B2B,
    ),
    "access.guest_identity_unknown": Reason(
        "unknown",
        "{tenant} holds an accepted account that could be of {operator} ({account}), but it is not proven to be this"
        " person's account of {home} (sign-in by {issuers}).",
        "An administrator of {tenant} looks at the account's identities in Microsoft Entra, Users, and resets its"
        " redemption status if it is not the work account of {operator}.",
        REDEEM,
    ),
    "access.guest_missing": Reason(
        "unmet",
        "{operator} has no guest or member account in {tenant}.",
        "An administrator of {tenant} invites {operator} as a guest, or the tenants set up cross-tenant"
        " synchronization.",
        B2B,
    ),
    "access.guest_pending": Reason(
        "unmet",
        "{operator} was invited to {tenant} but has not accepted the invitation.",
        "{operator} accepts the invitation from the mail, or opens https://myapps.microsoft.com/?tenantid={tenant_id}.",
        REDEEM,
    ),
    "access.guest_disabled": Reason(
        "unmet",
        "The account of {operator} in {tenant} ({account}) is disabled.",
        "An administrator of {tenant} enables the account in Microsoft Entra, Users.",
        B2B,
    ),
    "access.guest_deleted": Reason(
        "unmet",
        "The account of {operator} in {tenant} ({account}) was deleted on {deleted}; it can be restored for {days} more"
        " days.",
        "A User Administrator of {tenant} restores the account in Microsoft Entra, Users, Deleted users, within 30 days"
        " of its deletion; later an administrator invites {operator} again.",
        RESTORE_USER,
    ),
    "access.guest_state_unknown": Reason(
        "unknown",
        "{tenant} holds an account with the mail address of {operator} ({account}), but does not say that it is an"
        " accepted B2B account (state '{state}').",
        "An administrator of {tenant} looks at the account in Microsoft Entra, Users, and invites {operator} if it"
        " is another person's.",
        B2B,
    ),
    "access.outbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {home} do not let {operator} out to {tenant}: B2B collaboration outbound"
        " is blocked ({setting}).",
        "A Security Administrator of {home} allows B2B collaboration outbound for {tenant}, for {operator} and for"
        " the Microsoft Defender portal, in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.outbound_unknown": Reason(
        "unknown",
        "The cross-tenant access settings of {home} do not tell for certain whether they let {operator} out to"
        " {tenant}: what they say of B2B collaboration outbound does not decide it ({setting}).",
        "A Security Administrator of {home} looks whether B2B collaboration outbound for {tenant} holds {operator} and"
        " the Microsoft Defender portal, in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.inbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {tenant} do not let {operator} of {home} in: B2B collaboration inbound"
        " is blocked ({setting}).",
        "A Security Administrator of {tenant} allows B2B collaboration inbound for {home}, for {operator} and for"
        " the Microsoft Defender portal, in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.inbound_unknown": Reason(
        "unknown",
        "The cross-tenant access settings of {tenant} do not tell for certain whether they let {operator} of {home} in:"
        " what they say of B2B collaboration inbound does not decide it ({setting}).",
        "A Security Administrator of {tenant} looks whether B2B collaboration inbound for {home} holds {operator} and"
        " the Microsoft Defender portal, in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.none_found": Reason(
        "unmet",
        "{operator} reaches {tenant} by no known way: no GDAP relationship and no guest account.",
        "Either a partner administrator of {home} requests a GDAP relationship in " + GDAP_LIST + ", or an"
        " administrator of {tenant} invites {operator} as a guest.",
        MTO_REQUIREMENTS,
    ),
    "access.tenant_not_found": Reason(
        "unmet",
        "Microsoft Entra knows no tenant {tenant_id} in this cloud.",
        "Correct tenant_id of '{tenant}' in your tenant list, or set its cloud.",
        AADSTS,
    ),
    # Where Microsoft itself lists the tenant (the guide, step 2). Whether access works is told above.
    "access.listed_gdap": Reason(
        "met", "{tenant} stands in the list of GDAP customers of {home}.", NOTHING, MTO_REQUIREMENTS
    ),
    "access.listed_b2b": Reason(
        "met",
        "{tenant} stands in the list of tenants of {operator} (Azure Resource Manager).",
        NOTHING,
        MTO_REQUIREMENTS,
    ),
    "access.listed_guest_object": Reason(
        "met",
        "{tenant} holds an accepted account of {operator} ({account}).",
        NOTHING,
        MTO_REQUIREMENTS,
    ),
    "access.not_listed_gdap": Reason(
        "unmet",
        "{tenant} does not stand in the list of GDAP customers of {home}.",
        "A partner administrator of {home} requests a GDAP relationship in " + GDAP_LIST + "; a Global Administrator"
        " of {tenant} approves it.",
        MTO_REQUIREMENTS,
    ),
    "access.not_listed_b2b": Reason(
        "unmet",
        "{tenant} does not stand in the list of tenants of {operator}.",
        "{operator} looks at https://myaccount.microsoft.com/organizations; where {tenant} is missing, an administrator"
        " of {tenant} invites {operator}, who then accepts.",
        MTO_REQUIREMENTS,
    ),
    "access.not_listed": Reason(
        "unmet",
        "{tenant} stands neither in the list of GDAP customers of {home} nor in the list of tenants of {operator}.",
        "Either a partner administrator of {home} requests a GDAP relationship in " + GDAP_LIST + ", or an"
        " administrator of {tenant} invites {operator} as a guest.",
        MTO_REQUIREMENTS,
    ),
}
