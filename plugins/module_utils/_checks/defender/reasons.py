# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family defender: does Microsoft Defender XDR of the tenant answer the operator?

HTTP 403 stands for three things that no stable code tells apart [guess: no document lists such codes]: they are told
apart by the permissions and roles in the token, and by what the same read gives as the app.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    NOTHING,
    PERMISSIONS,
    PREREQUISITES,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "defender.answers": Reason("met", "Microsoft Defender XDR of {tenant} answers {operator}.", NOTHING, PERMISSIONS),
    "defender.role_missing": Reason(
        "unmet",
        "Defender of {tenant} refuses {operator}, whose sign-in carries none of the roles wanted: {wanted}: {said}",
        "An administrator of {tenant} assigns {operator} one of these roles; where it is only eligible, {operator}"
        " activates it.",
        PERMISSIONS,
    ),
    "defender.rbac_refuses": Reason(
        "unmet",
        "Defender of {tenant} answers our app but refuses {operator}, although the sign-in carries {roles}: Defender's"
        " own role-based access control leaves this person out: {said}",
        "A Security Administrator of {tenant} gives {operator} a role in the Defender portal, Permissions, Microsoft"
        " Defender XDR, Roles.",
        PERMISSIONS,
    ),
    "defender.not_provisioned": Reason(
        "unmet",
        "Defender of {tenant} answers neither {operator} nor our app, although both may read incidents: it is not"
        " provisioned there: {said}",
        "A Security Administrator of {tenant} opens {defender_portal}/?tid={tenant_id} once, which"
        " provisions Defender XDR; the licence has to be in place.",
        PREREQUISITES,
    ),
    "defender.refused": Reason(
        "unmet",
        "Defender of {tenant} refuses {operator}, although permission and role are there; the sign-in of a person alone"
        " does not tell why: {said}",
        "A Security Administrator of {tenant} opens {defender_portal}/?tid={tenant_id}: if Defender XDR is"
        " not set up, that provisions it; if it is, give {operator} a role in Permissions, Microsoft Defender XDR,"
        " Roles. With an app identity beside the operator's we tell the two apart.",
        PERMISSIONS,
    ),
}
