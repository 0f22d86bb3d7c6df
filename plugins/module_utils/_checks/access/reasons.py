# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family access: how the operator reaches a tenant, and where Microsoft lists it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    AADSTS,
    ANSIBLE_ADMIN,
    B2B,
    CROSS_TENANT_B2B,
    CROSS_TENANT_PORTAL,
    GDAP,
    GDAP_ASSIGN,
    GDAP_LIST,
    MTO_REQUIREMENTS,
    NO_ACTION,
    PIM_GROUPS,
    PIM_GROUPS_PAGE,
    REDEEM,
    RESTORE_USER,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "access.gdap_in_force": Reason(
        "met",
        "GDAP relationship '{relationship}' is in force until {ends}, and {operator} is in the group '{group}' that"
        " it is assigned to.",
        NO_ACTION,
        GDAP,
    ),
    "access.gdap_missing": Reason(
        "unmet",
        "There is no GDAP relationship between {home} and {tenant}.",
        "Partner administrator of {home}: request a GDAP relationship in "
        + GDAP_LIST
        + ". Global Administrator of {tenant}: approve it.",
        GDAP,
    ),
    "access.gdap_expired": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} expired on {ends}.",
        "Partner administrator of {home}: request a new GDAP relationship in "
        + GDAP_LIST
        + ". Global Administrator of {tenant}: approve it.",
        GDAP,
    ),
    "access.gdap_terminated": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} was ended (status {status}).",
        "Partner administrator of {home}: find out from {tenant} why it was ended, then request a new one in "
        + GDAP_LIST
        + ".",
        GDAP,
    ),
    "access.gdap_not_active": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is not active yet (status {status}).",
        "Global Administrator of {tenant}: approve the relationship: {invitation_url}",
        GDAP,
    ),
    "access.gdap_not_sent": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is a draft that has not been sent for approval (status"
        " {status}).",
        "Partner administrator of {home}: finalize the request in "
        + GDAP_LIST
        + ". Global Administrator of {tenant}: then approve it: {invitation_url}",
        GDAP,
    ),
    "access.gdap_activating": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is approved, and Microsoft is activating it (status"
        " {status}).",
        "No action needed. Run again in an hour.",
        GDAP,
    ),
    "access.gdap_no_assignment": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but no security group is assigned to it.",
        "Partner administrator of {home}: assign a security group that contains {operator} to the relationship in "
        + GDAP_LIST
        + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_operator_not_assigned": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} is in none of the groups assigned"
        " to it ({groups}).",
        "Administrator of {home}: add {operator} to an assigned group (object id: {groups}). Or Partner administrator"
        " of {home}: assign a group that contains {operator} in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_eligible": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} can only activate membership in"
        " the assigned group ({groups}) and has not done so.",
        "{operator}: activate the membership in Microsoft Entra, Privileged Identity Management, My roles, Groups: "
        + PIM_GROUPS
        + ", then run again.",
        PIM_GROUPS_PAGE,
    ),
    "access.gdap_assignment_pending": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " ({groups}) is pending at Microsoft.",
        "No action needed. Run again in an hour. Partner administrator of {home}: if it is still pending then, create"
        " the assignment again in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_assignment_error": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " ({groups}) failed.",
        "Partner administrator of {home}: remove the assignment of the group {groups} and create it again in "
        + GDAP_LIST
        + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_assignment_unknown": Reason(
        "unknown",
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " has an unrecognized status: '{assignment}'.",
        "Partner administrator of {home}: check the assignment in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "access.gdap_partner_consent": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} is waiting for the consent of {home}, the reseller (status"
        " {status}).",
        "Partner administrator of {home}: consent to the request of the indirect provider in "
        + GDAP_LIST
        + ". Global Administrator of {tenant}: then approve the relationship: {invitation_url}",
        GDAP,
    ),
    "access.gdap_status_unknown": Reason(
        "unknown",
        "GDAP relationship '{relationship}' with {tenant} has an unrecognized status: '{status}'.",
        "Partner administrator of {home}: check the relationship in " + GDAP_LIST + ".",
        GDAP,
    ),
    "access.guest_accepted": Reason(
        "met",
        "{operator} has a {user_type} account in {tenant} ({account}) that is enabled, and the invitation has been"
        " accepted.",
        NO_ACTION,
        B2B,
    ),
    "access.member_enabled": Reason(
        "met",
        "{operator} has an enabled member account in {tenant} ({account}) that signs in from another Microsoft Entra"
        " tenant.",
        NO_ACTION,
        B2B,
    ),
    "access.guest_identity_unknown": Reason(
        "unknown",
        "{tenant} has an accepted account that could belong to {operator} ({account}), but nothing proves that it is"
        " this person's account of {home} (sign-in by {issuers}).",
        "Administrator of {tenant}: check the account's identities in Microsoft Entra, Users. If it is not the work"
        " account of {operator}, reset its redemption status.",
        REDEEM,
    ),
    "access.guest_missing": Reason(
        "unmet",
        "{operator} has no guest or member account in {tenant}.",
        "Administrator of {tenant}: invite {operator} as a guest, or set up cross-tenant synchronization together"
        " with {home}.",
        B2B,
    ),
    "access.guest_pending": Reason(
        "unmet",
        "{operator} was invited to {tenant} but has not accepted the invitation.",
        "{operator}: accept the invitation in the email, or open https://myapps.microsoft.com/?tenantid={tenant_id}.",
        REDEEM,
    ),
    "access.guest_disabled": Reason(
        "unmet",
        "The account of {operator} in {tenant} ({account}) is disabled.",
        "Administrator of {tenant}: enable the account in Microsoft Entra, Users.",
        B2B,
    ),
    "access.guest_deleted": Reason(
        "unmet",
        "The account of {operator} in {tenant} ({account}) was deleted on {deleted} and can be restored for {days}"
        " more days.",
        "User Administrator of {tenant}: restore the account in Microsoft Entra, Users, Deleted users, within 30 days"
        " of its deletion. Administrator of {tenant}: after that, invite {operator} again.",
        RESTORE_USER,
    ),
    "access.guest_state_unknown": Reason(
        "unknown",
        "{tenant} has an account with the email address of {operator} ({account}), but does not say that it is an"
        " accepted B2B account (state '{state}').",
        "Administrator of {tenant}: check the account in Microsoft Entra, Users. If it belongs to another person,"
        " invite {operator}.",
        B2B,
    ),
    "access.outbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {home} block outbound B2B collaboration to {tenant} for {operator}"
        " ({setting}).",
        "Security Administrator of {home}: allow outbound B2B collaboration to {tenant} for {operator} and for the"
        " Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.outbound_unknown": Reason(
        "unknown",
        "The cross-tenant access settings of {home} do not show for certain whether outbound B2B collaboration to"
        " {tenant} is allowed for {operator} ({setting}).",
        "Security Administrator of {home}: check that outbound B2B collaboration to {tenant} is allowed for"
        " {operator} and for the Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: "
        + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.inbound_blocked": Reason(
        "unmet",
        "The cross-tenant access settings of {tenant} block inbound B2B collaboration from {home} for {operator}"
        " ({setting}).",
        "Security Administrator of {tenant}: allow inbound B2B collaboration from {home} for {operator} and for the"
        " Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: " + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.inbound_unknown": Reason(
        "unknown",
        "The cross-tenant access settings of {tenant} do not show for certain whether inbound B2B collaboration from"
        " {home} is allowed for {operator} ({setting}).",
        "Security Administrator of {tenant}: check that inbound B2B collaboration from {home} is allowed for"
        " {operator} and for the Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: "
        + CROSS_TENANT_PORTAL,
        CROSS_TENANT_B2B,
    ),
    "access.none_found": Reason(
        "unmet",
        "{operator} has no known access to {tenant}: there is no GDAP relationship and no guest account.",
        "Partner administrator of {home}: request a GDAP relationship in "
        + GDAP_LIST
        + ". Or Administrator of {tenant}: invite {operator} as a guest.",
        MTO_REQUIREMENTS,
    ),
    "access.tenant_not_found": Reason(
        "unmet",
        "Microsoft Entra cannot find tenant {tenant_id} in this cloud.",
        ANSIBLE_ADMIN + "correct tenant_id of '{tenant}' in your tenant list, or set its cloud.",
        AADSTS,
    ),
    # Where Microsoft itself lists the tenant (step 2 of the guide). The reasons above say whether access works.
    "access.listed_gdap": Reason(
        "met",
        "{tenant} is in the list of GDAP customers of {home}.",
        NO_ACTION,
        MTO_REQUIREMENTS,
    ),
    "access.listed_b2b": Reason(
        "met",
        "{tenant} is in the list of tenants of {operator} (Azure Resource Manager).",
        NO_ACTION,
        MTO_REQUIREMENTS,
    ),
    "access.listed_guest_object": Reason(
        "met",
        "{tenant} has an accepted account of {operator} ({account}).",
        NO_ACTION,
        MTO_REQUIREMENTS,
    ),
    "access.not_listed_gdap": Reason(
        "unmet",
        "{tenant} is not in the list of GDAP customers of {home}.",
        "Partner administrator of {home}: request a GDAP relationship in "
        + GDAP_LIST
        + ". Global Administrator of {tenant}: approve it.",
        MTO_REQUIREMENTS,
    ),
    "access.not_listed_b2b": Reason(
        "unmet",
        "{tenant} is not in the list of tenants of {operator}.",
        "{operator}: check https://myaccount.microsoft.com/organizations. Administrator of {tenant}: if {tenant} is"
        " missing there, invite {operator}, who then accepts the invitation.",
        MTO_REQUIREMENTS,
    ),
    "access.not_listed": Reason(
        "unmet",
        "{tenant} is neither in the list of GDAP customers of {home} nor in the list of tenants of {operator}.",
        "Partner administrator of {home}: request a GDAP relationship in "
        + GDAP_LIST
        + ". Or Administrator of {tenant}: invite {operator} as a guest.",
        MTO_REQUIREMENTS,
    ),
}
