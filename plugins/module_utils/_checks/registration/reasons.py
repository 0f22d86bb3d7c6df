# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family registration: whether a tenant is in the operator's own multitenant view.

Microsoft documents the page [doc mto-tenants]; what the portal answers is known from public captures [community].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT

MTO_TENANTS: t.Final = pages.Page(pages.LEARN + "defender-xdr/mto-tenants")
# The view can be switched to another tenant group [doc, July 2026].
MTO_GROUPS: t.Final = pages.Page(pages.LEARN + "defender-xdr/mto-tenant-groups")
_NEW_SESSION: t.Final = (
    "{operator}: sign in to {portal} again: run ansible-playbook m365.defender.record -e mto_record=false, or export"
    " the cookies of a browser to `{mto_}portal_cookies_file`. Or take a snapshot: run ansible-playbook"
    " m365.defender.snapshot."
)
_NEW_SNAPSHOT: t.Final = (
    "{operator}: take a new snapshot: run ansible-playbook m365.defender.snapshot (" + SNAPSHOT + ")."
)
_NEW_RECORDING: t.Final = (
    "{operator}: record the load of {settings_url} again: developer tools open before the page, Disable cache selected,"
    " HAR with content (" + SNAPSHOT + ")."
)

REASONS: t.Final[dict[str, pages.Reason]] = {
    "registration.registered": MTO_TENANTS.met(
        "{tenant} is in the multitenant view of {operator}.",
    ),
    "registration.not_registered": MTO_TENANTS.unmet(
        "{tenant} is eligible but is not in the multitenant view of {operator}.",
        "{operator}: open {portal}, select Add tenants, select {tenant}, and select Add. Or "
        + pages.ANSIBLE_ADMIN
        + "run m365.defender.onboard with a portal session and a portal contract.",
    ),
    "registration.not_eligible": MTO_TENANTS.unmet(
        "{tenant} is not in the multitenant view of {operator} and is not eligible for it.",
        pages.ANSIBLE_ADMIN
        + "have the other findings about {tenant} fixed first, then run m365.defender.onboard again.",
    ),
    "registration.not_offered": pages.MTO_TROUBLESHOOT.unmet(
        "The portal does not offer {tenant} to {operator}, although each of its sources answered.",
        "{operator}: sign in to {defender_portal}/?tid={tenant_id}. Conditional Access Administrator of {tenant}: if"
        " that sign-in works, look for a policy in {tenant} that requires MFA for Azure Resource Manager; Microsoft"
        " documents that such a policy hides tenants from this list.",
    ),
    "registration.lost_access": pages.MTO_TROUBLESHOOT.unmet(
        "{tenant} is in the multitenant view, but the portal reports that {operator} has lost access to it.",
        "Administrator of {tenant}: restore the access of {operator} (GDAP or a guest account). Or "
        + pages.ANSIBLE_ADMIN
        + "remove {tenant} from the tenant list and run m365.defender.offboard.",
    ),
    "registration.over_limit": MTO_TENANTS.unmet(
        "{tenant} is eligible, but the view of {operator} is full: it can hold {max_tenants} tenants.",
        pages.ANSIBLE_ADMIN
        + "remove tenants from the view (m365.defender.offboard), or split the tenants among several operators, each"
        " with a list of their own. The view is per person.",
    ),
    "registration.not_declared": MTO_TENANTS.unmet(
        "{tenant} is in the multitenant view of {operator} but is not declared in the tenant list.",
        pages.ANSIBLE_ADMIN
        + "add {tenant} to the tenant list, or run with `{mto_}purge: true` to remove it from the view. Or {operator}:"
        " remove it on {settings_url}.",
    ),
    "registration.no_view": MTO_TENANTS.unknown(
        "The multitenant view of {operator} was not checked for {tenant}: neither a portal session nor a snapshot was"
        " given.",
        pages.ANSIBLE_ADMIN
        + "set `{mto_}portal_snapshot` (two minutes in a browser, see "
        + SNAPSHOT
        + ") or `{mto_}portal_cookies_file`, or leave the view out (mto_register of the role: false).",
    ),
    "registration.signed_out": MTO_TENANTS.unknown(
        "The portal session of {operator} has ended (HTTP {status}).",
        _NEW_SESSION,
    ),
    "registration.forbidden": MTO_TENANTS.unknown(
        "The portal refuses {operator} the {what} (HTTP {status}).",
        "Administrator of the home tenant: give {operator} a role that can open the Defender portal, such as Security"
        " Reader. Changing the view requires Security Operator or Security Administrator.",
    ),
    "registration.feature_off": pages.MTO_TROUBLESHOOT.unknown(
        "The portal does not answer for {what} (HTTP {status}): multitenant management is not enabled for this"
        " session.",
        "{operator}: open {settings_url} once in a browser and make sure that the page works there. Then provide a"
        " new session or snapshot.",
    ),
    "registration.unreadable": MTO_TENANTS.unknown(
        "The portal's answer for {what} has a form that has not been recorded before, so nothing is concluded from it.",
        "{operator}: check {tenant} by hand on {settings_url}, and report the form of the answer to this project.",
    ),
    "registration.other_group": MTO_GROUPS.unknown(
        "The view of {operator} is switched to the tenant group '{group}', which other people may share, and not to the"
        " private group. Nothing is concluded about {tenant} from it, and nothing is written to it.",
        "{operator}: open {portal}, select My private group as the tenant group, and take a new snapshot if you use"
        " one. " + pages.ANSIBLE_ADMIN + "run again after that.",
    ),
    "registration.hidden_tenants": MTO_GROUPS.unknown(
        "The private group of {operator} holds {hidden} that {operator} cannot see. {tenant} is not shown and may be"
        " one of them, so nothing is concluded about {tenant}.",
        "{operator}: open {settings_url} and look for {tenant} there. If it is missing, check your access to it first.",
    ),
    "registration.not_recorded": MTO_TENANTS.unknown(
        "The recording does not contain a usable answer for the {what}: it holds HTTP {status}, and no body that can be"
        " read.",
        _NEW_RECORDING,
    ),
    "registration.not_in_snapshot": MTO_TENANTS.unknown(
        "The snapshot does not contain the {what}.",
        _NEW_SNAPSHOT,
    ),
    "registration.snapshot_stale": MTO_TENANTS.unknown(
        "The snapshot of the multitenant view was taken at {taken_at}, {age} ago, and is older than {max_age}.",
        "{operator}: take a new snapshot: run ansible-playbook m365.defender.snapshot. Or "
        + pages.ANSIBLE_ADMIN
        + "raise `{mto_}snapshot_max_age`.",
    ),
    "registration.other_operator": MTO_TENANTS.unknown(
        "The portal answered for {answered}, not for {operator}. The view is per person, so the answer was not used.",
        pages.ANSIBLE_ADMIN + "provide the session or snapshot of {operator}, or set `{mto_}operator` to {answered}.",
    ),
    "registration.whose_unknown": MTO_TENANTS.unknown(
        "The session or snapshot does not say whose view it shows, so it proves nothing about {operator}.",
        pages.ANSIBLE_ADMIN
        + "make the snapshot from a page load that was recorded from its beginning, or add `operator` and"
        " `home_tenant_id` to the snapshot. If `{mto_}operator` is an object id, set it to the user principal name"
        " instead.",
    ),
    "registration.other_tenant": MTO_TENANTS.unknown(
        "The portal session is in tenant {answered}, not in the home tenant {home_tenant_id}.",
        "{operator}: open {settings_url} as a user of the home tenant and export the session or snapshot again.",
    ),
    "registration.partial": pages.MTO_TROUBLESHOOT.unknown(
        "The portal's list is partial ({sources} did not answer in full) and does not show {tenant}, which proves"
        " nothing about {tenant}.",
        pages.ANSIBLE_ADMIN
        + "run again later. {operator}: if this persists, open {settings_url} and look for {tenant} there.",
    ),
    "registration.differs": MTO_TENANTS.unknown(
        "The portal's two answers about {tenant} contradict each other: the tenant list and the tenant group of"
        " {operator} do not agree on whether it was added.",
        pages.ANSIBLE_ADMIN
        + "run again in a few minutes. {operator}: if this persists, open {settings_url} and look for {tenant} there.",
    ),
}
