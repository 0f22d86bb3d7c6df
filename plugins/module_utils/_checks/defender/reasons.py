# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family defender: whether Microsoft Defender XDR of a tenant answers the operator.

HTTP 403 has three causes that no stable code distinguishes [guess: no document lists such codes]. The permissions and
roles in the token distinguish them, and the result of the same read as the app.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

REASONS: t.Final[dict[str, pages.Reason]] = {
    "defender.answers": pages.PERMISSIONS.met(
        "Microsoft Defender XDR in {tenant} answers {operator}.",
    ),
    "defender.role_missing": pages.PERMISSIONS.unmet(
        "Defender in {tenant} refuses {operator}, whose sign-in carries none of the accepted roles ({wanted}): {said}",
        "Administrator of {tenant}: assign {operator} one of these roles. {operator}: if you already can activate"
        " one, activate it.",
    ),
    "defender.rbac_refuses": pages.PERMISSIONS.unmet(
        "Defender in {tenant} answers your app but refuses {operator}, although the sign-in carries {roles}."
        " Defender's own role-based access control excludes this person: {said}",
        "Security Administrator of {tenant}: give {operator} a role in the Defender portal, Permissions, Microsoft"
        " Defender XDR, Roles.",
    ),
    "defender.not_provisioned": pages.PREREQUISITES.unmet(
        "Defender in {tenant} answers neither {operator} nor your app, although both may read incidents: Defender is"
        " not provisioned there: {said}",
        "Security Administrator of {tenant}: open {defender_portal}/?tid={tenant_id} once, which provisions Defender"
        " XDR. The license has to be in place.",
    ),
    "defender.refused": pages.PERMISSIONS.unmet(
        "Defender in {tenant} refuses {operator}, although permission and role are in place. The sign-in of a person"
        " alone does not show why: {said}",
        "Security Administrator of {tenant}: open {defender_portal}/?tid={tenant_id}. If Defender XDR is not set up,"
        " that provisions it; if it is, give {operator} a role in Permissions, Microsoft Defender XDR, Roles. "
        + pages.ANSIBLE_ADMIN
        + "to tell the two cases apart, provide an app identity in addition to the operator's.",
    ),
}

CAVEATS: t.Final[dict[str, pages.CaveatText]] = {
    "defender.no_incidents": pages.PREREQUISITES.caveat(
        "Defender in {tenant} answered, but with no incident, which does not prove that Defender XDR is provisioned.",
        "{operator}: open {defender_portal}/?tid={tenant_id} once and check that data is there.",
    ),
}
