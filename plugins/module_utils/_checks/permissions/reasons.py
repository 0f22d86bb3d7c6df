# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    ACTIVATE_RBAC,
    CONSENT,
    GDAP_ASSIGN,
    GDAP_LIST,
    NOTHING,
    PERMISSIONS,
    PIM_GROUPS,
    PIM_GROUPS_PAGE,
    PIM_ROLES,
    PIM_ROLES_PAGE,
    UNIFIED_RBAC,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "permissions.role_via_gdap": Reason(
        "met",
        "{operator} holds {roles} in {tenant} through the GDAP group '{group}'.",
        NOTHING,
        PERMISSIONS,
    ),
    "permissions.role_direct": Reason("met", "{operator} holds {roles} in {tenant}.", NOTHING, PERMISSIONS),
    "permissions.role_via_group": Reason(
        "met", "{operator} holds {roles} in {tenant} through a group.", NOTHING, PERMISSIONS
    ),
    "permissions.no_role": Reason(
        "unmet",
        "{operator} holds none of the roles wanted in {tenant}: {wanted}.",
        "An administrator of {tenant} assigns {operator}, or a group that holds this account, one of the roles"
        " {wanted}.",
        PERMISSIONS,
    ),
    "permissions.gdap_no_role": Reason(
        "unmet",
        "GDAP relationship '{relationship}' with {tenant} holds none of the roles wanted: {wanted}.",
        "A partner administrator of {home} requests a new relationship with one of the roles {wanted} in "
        + GDAP_LIST
        + ", since roles cannot be added to one; a Global Administrator of {tenant} approves it.",
        GDAP_ASSIGN,
    ),
    "permissions.gdap_role_not_assigned": Reason(
        "unmet",
        "GDAP relationship '{relationship}' holds {roles}, but no assignment gives it to a group of {operator}.",
        "A partner administrator of {home} adds {roles} to the assignment of the group '{group}' in " + GDAP_LIST + ".",
        GDAP_ASSIGN,
    ),
    "permissions.role_eligible": Reason(
        "unmet",
        "{operator} may activate {roles} in {tenant}, and has not done so.",
        "{operator} activates the role in Microsoft Entra of {tenant}, Privileged Identity Management, My roles: "
        + PIM_ROLES
        + ", then run again.",
        PIM_ROLES_PAGE,
    ),
    "permissions.group_eligible": Reason(
        "unmet",
        "{operator} may activate membership of a group in {tenant} that holds {roles} ({groups}), and has not done so.",
        "{operator} activates the membership in Microsoft Entra of {tenant}, Privileged Identity Management, My roles,"
        " Groups: " + PIM_GROUPS + ", then run again.",
        PIM_GROUPS_PAGE,
    ),
    "permissions.role_scoped": Reason(
        "unmet",
        "{operator} holds {roles} in {tenant} only for a part of the tenant (an administrative unit).",
        "An administrator of {tenant} assigns the role for the whole directory.",
        PERMISSIONS,
    ),
    "permissions.custom_role": Reason(
        "unknown",
        "{operator} holds none of the Entra roles wanted in {tenant}, but a role of Microsoft Defender itself"
        " ({custom}). No API tells whether Defender of {tenant} uses these roles for its workloads.",
        "A Security Administrator of {tenant} looks at the Defender portal, Permissions, Microsoft Defender XDR, Roles:"
        " are the workloads switched on, and does the role read security data? Or give the operator identity"
        " (refresh_token_file): an answer of Defender to {operator} proves it.",
        ACTIVATE_RBAC,
    ),
    # The report alone says this: facts and the probe of Defender are two modules.
    "permissions.custom_role_proven": Reason(
        "met",
        "{operator} holds a role of Microsoft Defender itself in {tenant}, and Defender answered {operator} there.",
        NOTHING,
        UNIFIED_RBAC,
    ),
    "permissions.access_first": Reason(
        "unknown",
        "Roles of {operator} in {tenant} can be judged only once access is proven.",
        "Mend access first.",
        PERMISSIONS,
    ),
    "permissions.limited_information": Reason(
        "unknown",
        "{tenant} shows that {operator} holds directory roles, but not which.",
        "An administrator of {tenant} grants RoleManagement.Read.Directory to our app: add it to the app registration,"
        " then open {consent_url} and accept.",
        CONSENT,
    ),
}
