# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family registration: does the tenant stand in the operator's own multitenant view?

Microsoft documents the page [doc mto-tenants]; what the portal answers is known from public captures [community].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    LEARN,
    MTO_TROUBLESHOOT,
    NOTHING,
    Reason,
)

MTO_TENANTS: t.Final = LEARN + "defender-xdr/mto-tenants"
_NEW_SESSION: t.Final = (
    "{operator} signs in to {portal} in a browser and exports the cookies again to `portal_cookies_file`; or take a"
    " snapshot: ansible-playbook m365.defender.snapshot."
)
_NEW_SNAPSHOT: t.Final = "{operator} takes a new snapshot: ansible-playbook m365.defender.snapshot (docs/snapshot.md)."

REASONS: t.Final[dict[str, Reason]] = {
    "registration.registered": Reason(
        "met", "{tenant} stands in the multitenant view of {operator}.", NOTHING, MTO_TENANTS
    ),
    "registration.not_registered": Reason(
        "unmet",
        "{tenant} is eligible and does not stand in the multitenant view of {operator}.",
        "{operator} opens {settings_url}, chooses Add tenants, ticks {tenant} and saves; or run m365.defender.onboard"
        " with a portal session and a portal contract.",
        MTO_TENANTS,
    ),
    "registration.not_eligible": Reason(
        "unmet",
        "{tenant} does not stand in the multitenant view of {operator}, and it is not eligible for it.",
        "Mend what is broken first; then run m365.defender.onboard again.",
        MTO_TENANTS,
    ),
    "registration.not_offered": Reason(
        "unmet",
        "The portal does not offer {tenant} to {operator}, although each of its sources answered.",
        "{operator} signs in to {defender_portal}/?tid={tenant_id}. If that works, look for a Conditional"
        " Access policy in {tenant} that asks for MFA on Azure Resource Manager: Microsoft names it as what hides"
        " tenants from this list.",
        MTO_TROUBLESHOOT,
    ),
    "registration.lost_access": Reason(
        "unmet",
        "{tenant} stands in the multitenant view, but the portal says that {operator} has lost access to it.",
        "Give {operator} access to {tenant} again (GDAP or a guest account), or take it out of the tenant list and run"
        " m365.defender.offboard.",
        MTO_TROUBLESHOOT,
    ),
    "registration.over_limit": Reason(
        "unmet",
        "{tenant} is eligible, but the view of {operator} is full: it may hold {max_tenants} tenants.",
        "Take tenants out of the view (m365.defender.offboard), or share the tenants among several operators, each with"
        " a list of their own: the view is per person.",
        MTO_TENANTS,
    ),
    "registration.not_declared": Reason(
        "unmet",
        "{tenant} stands in the multitenant view of {operator}, and the tenant list does not declare it.",
        "Add it to the tenant list, or take it out of the view: {operator} removes it on {settings_url}, or run with"
        " `purge: true`.",
        MTO_TENANTS,
    ),
    "registration.no_view": Reason(
        "unknown",
        "Nobody looked whether {tenant} stands in the multitenant view of {operator}: neither a portal session nor a"
        " snapshot is given.",
        "Give `portal_snapshot` (docs/snapshot.md: two minutes in a browser) or `portal_cookies_file`; or set"
        " mto_register to false to leave the view out.",
        MTO_TENANTS,
    ),
    "registration.signed_out": Reason(
        "unknown", "The portal session of {operator} has ended (HTTP {status}).", _NEW_SESSION, MTO_TENANTS
    ),
    "registration.forbidden": Reason(
        "unknown",
        "The portal refuses {operator} the {what} (HTTP {status}).",
        "An administrator of the home tenant gives {operator} a role that reaches the Defender portal, such as Security"
        " Reader; to change the view takes Security Operator or Security Administrator.",
        MTO_TENANTS,
    ),
    "registration.feature_off": Reason(
        "unknown",
        "The portal does not answer for {what} (HTTP {status}): multitenant management is not on for this session.",
        "{operator} opens {settings_url} once in a browser and sees to it that the page works there; then give a new"
        " session or snapshot.",
        MTO_TROUBLESHOOT,
    ),
    "registration.unreadable": Reason(
        "unknown",
        "The portal's answer for {what} has a form that nobody has recorded yet: nothing is concluded from it.",
        "Check {tenant} by hand on {settings_url}, and report the form of the answer to this project.",
        MTO_TENANTS,
    ),
    "registration.not_in_snapshot": Reason("unknown", "The snapshot holds no {what}.", _NEW_SNAPSHOT, MTO_TENANTS),
    "registration.snapshot_stale": Reason(
        "unknown",
        "The snapshot of the multitenant view was taken at {taken_at}, {age} ago: older than {max_age}.",
        "{operator} takes a new snapshot: ansible-playbook m365.defender.snapshot; or raise `snapshot_max_age`.",
        MTO_TENANTS,
    ),
    "registration.other_operator": Reason(
        "unknown",
        "The portal answers for {answered}, not for {operator}. The view is per person: nothing of it is used.",
        "Give the session or snapshot of {operator}, or name {answered} as `operator`.",
        MTO_TENANTS,
    ),
    "registration.whose_unknown": Reason(
        "unknown",
        "The picture of the view does not say whose it is, so that it proves nothing about {operator}.",
        "Make the snapshot from a page load that was recorded from its beginning, or add `operator` and"
        " `home_tenant_id` to the snapshot. Where `operator` is an object id, give the user principal name.",
        MTO_TENANTS,
    ),
    "registration.other_tenant": Reason(
        "unknown",
        "The portal session is in tenant {answered}, not in the home tenant {home_tenant_id}.",
        "{operator} opens {settings_url} as a user of the home tenant and exports session or snapshot again.",
        MTO_TENANTS,
    ),
    "registration.partial": Reason(
        "unknown",
        "The portal's list is partial ({sources} did not answer in full) and does not show {tenant}: absence from it"
        " proves nothing.",
        "Run again later. If it stays, {operator} opens {settings_url} and looks for {tenant} there.",
        MTO_TROUBLESHOOT,
    ),
    "registration.differs": Reason(
        "unknown",
        "The portal's two answers about {tenant} contradict each other: the tenant list and the tenant group of"
        " {operator} do not agree whether it was added.",
        "Run again in a few minutes. If it stays, {operator} opens {settings_url} and looks for {tenant} there.",
        MTO_TENANTS,
    ),
}
