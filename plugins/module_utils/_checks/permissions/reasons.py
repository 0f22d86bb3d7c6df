# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    ACTIVATE_RBAC,
    ANSIBLE_ADMIN,
    CONSENT,
    GDAP_ASSIGN,
    GDAP_LIST,
    PERMISSIONS,
    PIM_GROUPS,
    PIM_GROUPS_PAGE,
    PIM_ROLES,
    PIM_ROLES_PAGE,
    UNIFIED_RBAC,
    CaveatText,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "permissions.role_via_gdap": PERMISSIONS.met(
        "{operator} holds {roles} in {tenant} through the GDAP group '{group}'.",
    ),
    "permissions.role_direct": PERMISSIONS.met(
        "{operator} holds {roles} in {tenant}.",
    ),
    "permissions.role_via_group": PERMISSIONS.met(
        "{operator} holds {roles} in {tenant} through a group.",
    ),
    "permissions.no_role": PERMISSIONS.unmet(
        "{operator} holds none of the accepted roles in {tenant}: {wanted}.",
        "Administrator of {tenant}: assign one of the roles {wanted} to {operator} or to a group that contains this"
        " account.",
    ),
    "permissions.gdap_no_role": GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' with {tenant} includes none of the accepted roles: {wanted}.",
        "Partner administrator of {home}: request a new relationship that includes one of the roles {wanted} in "
        + GDAP_LIST
        + "; roles cannot be added to an existing one. Global Administrator of {tenant}: approve it.",
    ),
    "permissions.gdap_role_not_assigned": GDAP_ASSIGN.unmet(
        "GDAP relationship '{relationship}' includes {roles}, but no assignment gives it to a group of {operator}.",
        "Partner administrator of {home}: add {roles} to the assignment of the group '{group}' in " + GDAP_LIST + ".",
    ),
    "permissions.role_eligible": PIM_ROLES_PAGE.unmet(
        "{operator} can activate {roles} in {tenant} but has not done so.",
        "{operator}: activate the role in Microsoft Entra of {tenant}, Privileged Identity Management, My roles: "
        + PIM_ROLES
        + ", then run again.",
    ),
    "permissions.group_eligible": PIM_GROUPS_PAGE.unmet(
        "{operator} can activate membership in a group in {tenant} that holds {roles} ({groups}) but has not done so.",
        "{operator}: activate the membership in Microsoft Entra of {tenant}, Privileged Identity Management, My"
        " roles, Groups: " + PIM_GROUPS + ", then run again.",
    ),
    "permissions.role_scoped": PERMISSIONS.unmet(
        "{operator} holds {roles} in {tenant} only for part of the tenant (an administrative unit).",
        "Administrator of {tenant}: assign the role for the whole directory.",
    ),
    "permissions.custom_role": ACTIVATE_RBAC.unknown(
        "{operator} holds none of the accepted Entra roles in {tenant}, but does hold a role of Microsoft Defender's"
        " own ({custom}). No API shows whether Defender in {tenant} uses these roles for its workloads.",
        "Security Administrator of {tenant}: in the Defender portal, Permissions, Microsoft Defender XDR, Roles,"
        " check that the workloads are activated and that the role can read security data. Or "
        + ANSIBLE_ADMIN
        + "provide the operator identity (refresh_token_file); an answer from Defender to {operator} proves it.",
    ),
    # The report alone says this: facts and the probe of Defender are two modules.
    "permissions.custom_role_proven": UNIFIED_RBAC.met(
        "{operator} holds a role of Microsoft Defender's own in {tenant}, and Defender answered {operator} there.",
    ),
    "permissions.access_first": PERMISSIONS.unknown(
        "The roles of {operator} in {tenant} can be judged only once access is proven.",
        "No action needed here. Fix access first, then run again.",
    ),
    "permissions.limited_information": CONSENT.unknown(
        "{tenant} shows that {operator} holds directory roles, but not which ones.",
        "Administrator of {tenant}: grant your app RoleManagement.Read.Directory. Add the permission to the app"
        " registration, then open {consent_url} and accept.",
    ),
}

CAVEATS: t.Final[dict[str, CaveatText]] = {
    "permissions.activation_ends": PIM_ROLES_PAGE.caveat(
        "{operator} holds {roles} in {tenant} only until {until}.",
        "{operator}: activate the role again in Microsoft Entra of {tenant}, Privileged Identity Management: "
        + PIM_ROLES
        + ".",
        actionable=True,
    ),
    "permissions.assignment_ends": PIM_ROLES_PAGE.caveat(
        "The assignment of {roles} to {operator} in {tenant} ends on {ends}, in {days} days.",
        "Administrator of {tenant}: extend or renew the assignment in Microsoft Entra, Privileged Identity Management.",
        actionable=True,
    ),
    "permissions.eligibility_not_read": PIM_ROLES_PAGE.caveat(
        "Whether {operator} can activate a role in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant your app RoleManagement.Read.Directory and"
        " PrivilegedEligibilitySchedule.Read.AzureADGroup so that this can be checked.",
    ),
    "permissions.custom_role_not_read": UNIFIED_RBAC.caveat(
        "Whether {operator} holds a role of Microsoft Defender's own in {tenant} was not checked: {said}",
        "Administrator of {tenant}: grant your app RoleManagement.Read.Defender so that this can be checked.",
    ),
    "permissions.security_reader": PERMISSIONS.caveat(
        "{operator} holds no more than Security Reader in {tenant}. Where Defender for Endpoint uses roles of its"
        " own, Security Reader alone shows no devices.",
        "{operator}: open {defender_portal}/?tid={tenant_id}. Administrator of {tenant}: if devices are missing"
        " there, assign {operator} a Defender role.",
    ),
}
