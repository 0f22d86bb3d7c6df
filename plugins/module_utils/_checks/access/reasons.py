# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family access: how the operator reaches a tenant, and where Microsoft lists it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

_REQUEST_GDAP: t.Final = "Partner administrator of {home}: request a GDAP relationship in " + pages.GDAP_LIST
_APPROVE_GDAP: t.Final = ". " + pages.GDAP_APPROVER + "approve it."

REASONS: t.Final[dict[str, pages.Reason]] = {
    "access.operator_disabled": pages.USER_ACCOUNT.unmet(
        "The account of {operator} in {home} is disabled, so {operator} cannot sign in to {tenant} or to any other"
        " tenant.",
        "User Administrator of {home}: enable the account in Microsoft Entra, Users. Or "
        + pages.ANSIBLE_ADMIN
        + "name another operator.",
    ),
    "access.operator_missing": pages.RESTORE_USER.unmet(
        "{home} has no user {operator}.",
        pages.ANSIBLE_ADMIN
        + "name an operator who is a user of {home}. Or User Administrator of {home}: restore the account in Microsoft"
        " Entra, Users, Deleted users, within 30 days of its deletion.",
    ),
    "access.operator_state_unknown": pages.USER_ACCOUNT.unknown(
        "Microsoft did not say whether the account of {operator} in {home} is enabled.",
        "Administrator of {home}: grant your app User.Read.All, and check the account in Microsoft Entra, Users.",
    ),
    "access.operator_not_member": pages.B2B.unknown(
        "{operator} is not a member of {home} (user type '{type}'), and no document says that such an account reaches"
        " {tenant} from there.",
        pages.ANSIBLE_ADMIN + "name an operator who is a member of {home}.",
    ),
    "access.gdap_in_force": pages.GDAP.met(
        "GDAP relationship '{relationship}' is in force until {ends}, and {operator} is in the group '{group}' that"
        " it is assigned to.",
    ),
    "access.gdap_missing": pages.GDAP.unmet(
        "There is no GDAP relationship between {home} and {tenant}.",
        _REQUEST_GDAP + _APPROVE_GDAP,
    ),
    "access.gdap_not_shown": pages.GDAP.unknown(
        "Microsoft shows {operator} no GDAP relationship at all. It also shows none to a person who is not in the group"
        " 'Admin agents' of Partner Center, so that this does not prove that there is none with {tenant}.",
        "Account administrator of {home}: add {operator} to the group 'Admin agents' in Partner Center. Or "
        + pages.ANSIBLE_ADMIN
        + pages.APP_IDENTITY
        + " that is granted DelegatedAdminRelationship.Read.All, which sees them all.",
    ),
    "access.gdap_expired": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} has passed its expiration date (status {status}, end"
        " {ends}).",
        "Partner administrator of {home}: request a new GDAP relationship in " + pages.GDAP_LIST + _APPROVE_GDAP,
    ),
    "access.gdap_terminated": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} was ended (status {status}).",
        "Partner administrator of {home}: find out from {tenant} why it was ended, then request a new one in "
        + pages.GDAP_LIST
        + ".",
    ),
    "access.gdap_not_active": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} is not active yet (status {status}).",
        pages.GDAP_APPROVER + "approve the relationship: {invitation_url}",
    ),
    "access.gdap_not_sent": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} is a draft that has not been sent for approval (status"
        " {status}).",
        "Partner administrator of {home}: finalize the request in "
        + pages.GDAP_LIST
        + ". "
        + pages.GDAP_APPROVER
        + "then approve it: {invitation_url}",
    ),
    "access.gdap_activating": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} is approved, and Microsoft is activating it (status"
        " {status}).",
        "No action needed. Run again in an hour.",
    ),
    "access.gdap_no_assignment": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} is active, but no security group is assigned to it.",
        "Partner administrator of {home}: assign a security group that contains {operator} to the relationship in "
        + pages.GDAP_LIST
        + ".",
    ),
    "access.gdap_operator_not_assigned": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} is in none of the groups assigned"
        " to it ({groups}).",
        "Administrator of {home}: add {operator} to an assigned group (group id: {groups}). Or Partner administrator"
        " of {home}: assign a group that contains {operator} in " + pages.GDAP_LIST + ".",
    ),
    "access.gdap_eligible": pages.PIM_GROUPS_PAGE.unmet(
        "GDAP relationship '{relationship}' with {tenant} is active, but {operator} can only activate membership in"
        " the assigned group ({groups}) and has not done so.",
        "{operator}: activate the membership in Microsoft Entra, Privileged Identity Management, My roles, Groups: "
        + pages.PIM_GROUPS
        + ", then run again.",
    ),
    "access.gdap_assignment_pending": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " ({groups}) is pending at Microsoft.",
        "No action needed. Run again in an hour. Partner administrator of {home}: if it is still pending then, create"
        " the assignment again in " + pages.GDAP_LIST + ".",
    ),
    "access.gdap_assignment_error": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " ({groups}) failed.",
        "Partner administrator of {home}: remove the assignment of the group {groups} and create it again in "
        + pages.GDAP_LIST
        + ".",
    ),
    "access.gdap_assignment_unknown": pages.GDAP_ASSIGN.unknown(
        "GDAP relationship '{relationship}' with {tenant} is active, but the assignment of the group of {operator}"
        " has an unrecognized status: '{assignment}'.",
        "Partner administrator of {home}: check the assignment in " + pages.GDAP_LIST + ".",
    ),
    "access.gdap_partner_consent": pages.GDAP.unmet(
        "GDAP relationship '{relationship}' with {tenant} gives no access before {home}, the reseller, has reviewed it"
        " (status {status}).",
        "Partner administrator of {home}: review the relationship of the indirect provider and consent to it in "
        + pages.GDAP_LIST
        + ". "
        + pages.GDAP_APPROVER
        + "if it is still waiting for approval, then approve it: {invitation_url}",
    ),
    "access.gdap_partner_consent_unknown": pages.GDAP.unknown(
        "GDAP relationship '{relationship}' with {tenant} is a reseller's (status {status}), and Microsoft did not say"
        " whether {home} has reviewed it.",
        "Partner administrator of {home}: check the relationship in " + pages.GDAP_LIST + ".",
    ),
    "access.gdap_status_unknown": pages.GDAP.unknown(
        "GDAP relationship '{relationship}' with {tenant} has an unrecognized status: '{status}'.",
        "Partner administrator of {home}: check the relationship in " + pages.GDAP_LIST + ".",
    ),
    "access.guest_accepted": pages.B2B.met(
        "{operator} has a {user_type} account in {tenant} ({account}) that is enabled, and the invitation has been"
        " accepted.",
    ),
    "access.member_enabled": pages.B2B.met(
        "{operator} has an enabled member account in {tenant} ({account}) that signs in from another Microsoft Entra"
        " tenant.",
    ),
    "access.guest_identity_unknown": pages.REDEEM.unknown(
        "{tenant} has an accepted account that could belong to {operator} ({account}), but nothing proves that it is"
        " this person's account of {home} (sign-in by {issuers}).",
        "Administrator of {tenant}: check the account's identities in Microsoft Entra, Users. If it is not the work"
        " account of {operator}, reset its redemption status.",
    ),
    "access.guest_missing": pages.B2B.unmet(
        "{operator} has no guest or member account in {tenant}.",
        "Administrator of {tenant}: invite {operator} as a guest, or set up cross-tenant synchronization together"
        " with {home}.",
    ),
    "access.guest_pending": pages.REDEEM.unmet(
        "{operator} was invited to {tenant} but has not accepted the invitation.",
        "{operator}: accept the invitation in the email, or open https://myapps.microsoft.com/?tenantid={tenant_id}.",
    ),
    "access.guest_disabled": pages.B2B.unmet(
        "The account of {operator} in {tenant} ({account}) is disabled.",
        "Administrator of {tenant}: enable the account in Microsoft Entra, Users.",
    ),
    "access.guest_deleted": pages.RESTORE_USER.unmet(
        "The account of {operator} in {tenant} ({account}) was deleted on {deleted} and can be restored for {days}"
        " more days.",
        "User Administrator of {tenant}: restore the account in Microsoft Entra, Users, Deleted users, within 30 days"
        " of its deletion. Administrator of {tenant}: after that, invite {operator} again.",
    ),
    "access.guest_ambiguous": pages.B2B.unknown(
        "{tenant} has more than one account that can be the one of {operator} ({accounts}), and nothing says as which"
        " of them {operator} signs in.",
        "User Administrator of {tenant}: keep one of these accounts, and delete or disable the others in Microsoft"
        " Entra, Users. Or "
        + pages.ANSIBLE_ADMIN
        + "provide the operator identity ({mto_}refresh_token_file), as which Microsoft Entra says which account it"
        " is.",
    ),
    "access.guest_state_unknown": pages.B2B.unknown(
        "{tenant} has an account with the email address of {operator} ({account}), but does not say that it is an"
        " accepted B2B account (state '{state}').",
        "Administrator of {tenant}: check the account in Microsoft Entra, Users. If it belongs to another person,"
        " invite {operator}.",
    ),
    "access.outbound_blocked": pages.CROSS_TENANT_B2B.unmet(
        "The cross-tenant access settings of {home} block outbound B2B collaboration to {tenant} for {operator}"
        " ({setting}).",
        "Security Administrator of {home}: allow outbound B2B collaboration to {tenant} for {operator} and for the"
        " Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: " + pages.CROSS_TENANT_PORTAL,
    ),
    "access.outbound_unknown": pages.CROSS_TENANT_B2B.unknown(
        "The cross-tenant access settings of {home} do not show for certain whether outbound B2B collaboration to"
        " {tenant} is allowed for {operator} ({setting}).",
        "Security Administrator of {home}: check that outbound B2B collaboration to {tenant} is allowed for"
        " {operator} and for the Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: "
        + pages.CROSS_TENANT_PORTAL,
    ),
    "access.inbound_blocked": pages.CROSS_TENANT_B2B.unmet(
        "The cross-tenant access settings of {tenant} block inbound B2B collaboration from {home} for {operator}"
        " ({setting}).",
        "Security Administrator of {tenant}: allow inbound B2B collaboration from {home} for {operator} and for the"
        " Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: " + pages.CROSS_TENANT_PORTAL,
    ),
    "access.inbound_unknown": pages.CROSS_TENANT_B2B.unknown(
        "The cross-tenant access settings of {tenant} do not show for certain whether inbound B2B collaboration from"
        " {home} is allowed for {operator} ({setting}).",
        "Security Administrator of {tenant}: check that inbound B2B collaboration from {home} is allowed for"
        " {operator} and for the Microsoft Defender portal in Microsoft Entra, Cross-tenant access settings: "
        + pages.CROSS_TENANT_PORTAL,
    ),
    "access.none_found": pages.MTO_REQUIREMENTS.unmet(
        "{operator} has no known access to {tenant}: there is no GDAP relationship and no guest account.",
        _REQUEST_GDAP + ". Or Administrator of {tenant}: invite {operator} as a guest.",
    ),
    "access.tenant_not_found": pages.AADSTS.unmet(
        "Microsoft Entra cannot find tenant {tenant_id} in this cloud.",
        pages.ANSIBLE_ADMIN + "correct tenant_id of '{tenant}' in your tenant list, or set its cloud.",
    ),
    # Where Microsoft itself lists the tenant (step 2 of the guide). The reasons above say whether access works.
    "access.listed_gdap": pages.MTO_REQUIREMENTS.met(
        "{tenant} is in the list of GDAP customers of {home}.",
    ),
    "access.listed_b2b": pages.MTO_REQUIREMENTS.met(
        "{tenant} is in the list of tenants of {operator} (Azure Resource Manager).",
    ),
    "access.listed_guest_object": pages.MTO_REQUIREMENTS.met(
        "{tenant} has an accepted account of {operator} ({account}).",
    ),
    "access.not_listed_gdap": pages.MTO_REQUIREMENTS.unmet(
        "{tenant} is not in the list of GDAP customers of {home}.",
        _REQUEST_GDAP + _APPROVE_GDAP,
    ),
    "access.not_listed_b2b": pages.MTO_REQUIREMENTS.unmet(
        "{tenant} is not in the list of tenants of {operator}.",
        "{operator}: check https://myaccount.microsoft.com/organizations. Administrator of {tenant}: if {tenant} is"
        " missing there, invite {operator}, who then accepts the invitation.",
    ),
    "access.not_listed": pages.MTO_REQUIREMENTS.unmet(
        "{tenant} is neither in the list of GDAP customers of {home} nor in the list of tenants of {operator}.",
        _REQUEST_GDAP + ". Or Administrator of {tenant}: invite {operator} as a guest.",
    ),
}
