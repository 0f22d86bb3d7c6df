# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._catalogue.pages import (
    CONSENT,
    GDAP_ASSIGN,
    GDAP_LIST,
    NOTHING,
    PERMISSIONS,
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
        "The GDAP assignments of {operator} for {tenant} carry none of the roles wanted: {wanted}.",
        "A partner administrator of {home} adds one of the roles {wanted} to the group's assignment in "
        + GDAP_LIST
        + "; a role that is not in the relationship needs a new relationship.",
        GDAP_ASSIGN,
    ),
    "permissions.role_scoped": Reason(
        "unmet",
        "{operator} holds {roles} in {tenant} only for a part of the tenant (an administrative unit).",
        "An administrator of {tenant} assigns the role for the whole directory.",
        PERMISSIONS,
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
