# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

REASONS: t.Final[dict[str, pages.Reason]] = {
    "permissions.role_via_gdap": pages.PERMISSIONS.met(
        "{operator} holds {roles} in {tenant} through the GDAP group '{group}'.",
    ),
    "permissions.role_direct": pages.PERMISSIONS.met(
        "{operator} holds {roles} in {tenant}.",
    ),
    "permissions.role_via_group": pages.PERMISSIONS.met(
        "{operator} holds {roles} in {tenant} through a group.",
    ),
    "permissions.no_role": pages.PERMISSIONS.unmet(
        "{operator} holds none of the accepted roles in {tenant}: {wanted}.",
        "Administrator of {tenant}: assign one of the roles {wanted} to {operator} or to a group that contains this"
        " account.",
    ),
    "permissions.gdap_no_role": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} includes none of the accepted roles: {wanted}.",
        "Partner administrator of {home}: request a new relationship that includes one of the roles {wanted} in "
        + pages.GDAP_LIST
        + "; roles cannot be added to an existing one. "
        + pages.GDAP_APPROVER
        + "approve it.",
    ),
    "permissions.gdap_role_not_assigned": pages.GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' includes {roles}, but no assignment gives it to a group of {operator}.",
        "Partner administrator of {home}: add {roles} to the assignment of the group '{group}' in "
        + pages.GDAP_LIST
        + ".",
    ),
    "permissions.role_eligible": pages.PIM_ROLES_PAGE.unmet(
        "{operator} can activate {roles} in {tenant} but has not done so.",
        "{operator}: activate the role in Microsoft Entra of {tenant}, Privileged Identity Management, My roles: "
        + pages.PIM_ROLES
        + ", then run again.",
    ),
    "permissions.group_eligible": pages.PIM_GROUPS_PAGE.unmet(
        "{operator} can activate membership in a group in {tenant} that holds {roles} ({groups}) but has not done so.",
        "{operator}: activate the membership in Microsoft Entra of {tenant}, Privileged Identity Management, My"
        " roles, Groups: " + pages.PIM_GROUPS + ", then run again.",
    ),
    "permissions.role_scoped": pages.PERMISSIONS.unmet(
        "{operator} holds {roles} in {tenant} only for part of the tenant (an administrative unit).",
        "Administrator of {tenant}: assign the role for the whole directory.",
    ),
    "permissions.custom_role": pages.ACTIVATE_RBAC.unknown(
        "{operator} holds none of the accepted Entra roles in {tenant}, but does hold a role of Microsoft Defender's"
        " own ({custom}). No API shows whether Defender in {tenant} uses these roles for its workloads.",
        "Security Administrator of {tenant}: in the Defender portal, Permissions, Microsoft Defender XDR, Roles,"
        " check that the workloads are activated and that the role can read security data. Or "
        + pages.ANSIBLE_ADMIN
        + "provide the operator identity ({mto_}refresh_token_file); an answer from Defender to {operator} proves it.",
    ),
    # The report alone says this: facts and the probe of Defender are two modules.
    "permissions.custom_role_proven": pages.UNIFIED_RBAC.met(
        "{operator} holds a role of Microsoft Defender's own in {tenant}, and Defender answered {operator} there.",
    ),
    "permissions.access_first": pages.PERMISSIONS.unknown(
        "The roles of {operator} in {tenant} can be judged only once access is proven.",
        "No action needed here. Fix access first, then run again.",
    ),
    "permissions.limited_information": pages.CONSENT.unknown(
        "{tenant} shows that {operator} holds directory roles, but not which ones.",
        "Administrator of {tenant}: open {consent_url} and accept, which grants app {app}"
        " RoleManagement.Read.Directory. App registration owner of {home}: if the page does not list it, add the"
        " permission to the registration first.",
    ),
}

CAVEATS: t.Final[dict[str, pages.CaveatText]] = {
    "permissions.activation_ends": pages.PIM_ROLES_PAGE.caveat(
        "{operator} holds {roles} in {tenant} only until {until}.",
        "{operator}: activate the role again in Microsoft Entra of {tenant}, Privileged Identity Management: "
        + pages.PIM_ROLES
        + ".",
        actionable=True,
    ),
    "permissions.assignment_ends": pages.PIM_ROLES_PAGE.caveat(
        "The assignment of {roles} to {operator} in {tenant} ends on {ends}, in {days} days.",
        "Administrator of {tenant}: extend or renew the assignment in Microsoft Entra, Privileged Identity Management.",
        actionable=True,
    ),
    "permissions.eligibility_not_read": pages.PIM_ROLES_PAGE.caveat(
        "Whether {operator} can activate a role in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant app {app} RoleManagement.Read.Directory and"
        " PrivilegedEligibilitySchedule.Read.AzureADGroup so that this can be checked.",
    ),
    "permissions.custom_role_not_read": pages.UNIFIED_RBAC.caveat(
        "Whether {operator} holds a role of Microsoft Defender's own in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant app {app} RoleManagement.Read.Defender so that this can be checked.",
    ),
    "permissions.security_reader": pages.PERMISSIONS.caveat(
        "{operator} holds no more than Security Reader in {tenant}. Where Defender for Endpoint uses roles of its"
        " own, Security Reader alone shows no devices.",
        "{operator}: open {defender_portal}/?tid={tenant_id}. Administrator of {tenant}: if devices are missing"
        " there, assign {operator} a Defender role.",
    ),
}
