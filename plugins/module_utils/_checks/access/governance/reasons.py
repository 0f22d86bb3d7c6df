# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons about governance relationships (preview), of the families access and permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

_RELATIONSHIP_ADMIN: t.Final = "Tenant Governance Relationship Administrator of {home}: "
_ACCEPT: t.Final = "Tenant Governance Administrator of {tenant}: accept it."
_SEND: t.Final = _RELATIONSHIP_ADMIN + "send {tenant} a governance request. " + _ACCEPT
_TEMPLATE: t.Final = (
    " the policy template and send a new governance request; changing a template does not change a relationship. "
    + _ACCEPT
)

REASONS: t.Final[dict[str, pages.Reason]] = {
    "access.governance_active": pages.GOVERNANCE.met(
        "{home} governs {tenant} through an active governance relationship (preview), and {operator} is in the group"
        " '{group}' that the relationship gives roles to.",
    ),
    "access.governance_missing": pages.GOVERNANCE.unmet(
        "There is no governance relationship (preview) in which {home} governs {tenant}.",
        "Tenant Governance Administrator of {tenant}: invite {home}. " + _SEND,
    ),
    "access.governance_reversed": pages.GOVERNANCE.unmet(
        "{tenant} governs {home}, not the other way around, which gives {operator} no access to {tenant}.",
        _SEND,
    ),
    "access.governance_invited": pages.GOVERNANCE.unmet(
        "{tenant} has invited {home} to govern it (until {ends}), but {home} has not sent a governance request.",
        _SEND,
    ),
    "access.governance_invitation_expired": pages.GOVERNANCE.unmet(
        "{tenant} invited {home} to govern it, but the invitation expired on {ends}.",
        "Tenant Governance Administrator of {tenant}: invite {home} again. Tenant Governance Relationship"
        " Administrator of {home}: then send a governance request.",
    ),
    "access.governance_requested": pages.GOVERNANCE.unmet(
        "{home} has asked to govern {tenant}. {tenant} has not answered the request, which is open until {ends}.",
        "Tenant Governance Administrator of {tenant}: accept the governance request.",
    ),
    "access.governance_request_expired": pages.GOVERNANCE.unmet(
        "{home} asked to govern {tenant}, but the request expired on {ends} without an answer.",
        _SEND,
    ),
    "access.governance_rejected": pages.GOVERNANCE.unmet(
        "{tenant} has rejected the request of {home} to govern it.",
        _RELATIONSHIP_ADMIN
        + "find out from {tenant} why it was rejected, then send a new governance request. "
        + _ACCEPT,
    ),
    "access.governance_accepted": pages.GOVERNANCE.unmet(
        "{tenant} has accepted the request of {home} to govern it, but the relationship does not exist yet.",
        "No action needed. Run again in an hour.",
    ),
    "access.governance_terminated": pages.GOVERNANCE.unmet(
        "The governance relationship in which {home} governs {tenant} was ended (status {status}).",
        _RELATIONSHIP_ADMIN + "find out from {tenant} why it was ended, then send a new governance request. " + _ACCEPT,
    ),
    "access.governance_ending": pages.GOVERNANCE.unmet(
        "{home} has asked to end its governance relationship with {tenant} (status {status}).",
        pages.ANSIBLE_ADMIN + "remove {tenant} from your tenant list. Or, if this was a mistake, " + _SEND,
    ),
    "access.governance_no_assignment": pages.GOVERNANCE.unmet(
        "The governance relationship with {tenant} is active, but it gives no group of {home} any role.",
        _RELATIONSHIP_ADMIN + "add a security group and roles to" + _TEMPLATE,
    ),
    "access.governance_operator_not_assigned": pages.GOVERNANCE.unmet(
        "The governance relationship with {tenant} is active, but {operator} is in none of the groups that it gives"
        " roles to ({groups}).",
        "Administrator of {home}: add {operator} to one of these groups (group id: {groups}).",
    ),
    "access.governance_roles_not_told": pages.GOVERNANCE.unknown(
        "The governance relationship with {tenant} is active, but Microsoft did not say which groups it gives roles"
        " to.",
        "Administrator of {home}: check the relationship in the Defender portal. Or "
        + pages.ANSIBLE_ADMIN
        + "declare access: gdap or b2b.",
    ),
    "access.governance_status_unknown": pages.GOVERNANCE.unknown(
        "Governance between {home} and {tenant} has an unrecognized status: '{status}'.",
        "Administrator of {home}: check the relationship in the Defender portal.",
    ),
    "access.governance_not_in_cloud": pages.GOVERNANCE.unknown(
        "Governance relationships (preview) do not exist in cloud {cloud}, so none can give access to {tenant}.",
        pages.ANSIBLE_ADMIN + "declare another access method (gdap, b2b or auto) for '{tenant}' in your tenant list.",
    ),
    "access.listed_governance": pages.MTO_REQUIREMENTS.met(
        "{tenant} is in the list of tenants that {home} governs.",
    ),
    "access.not_listed_governance": pages.MTO_REQUIREMENTS.unmet(
        "{tenant} is not in the list of tenants that {home} governs.",
        _SEND,
    ),
    "permissions.role_via_governance": pages.PERMISSIONS.met(
        "{operator} holds {roles} in {tenant} through the group '{group}' of a governance relationship.",
    ),
    "permissions.governance_no_role": pages.GOVERNANCE.unmet(
        "The governance relationship gives {operator} none of the accepted roles in {tenant}: {wanted}.",
        _RELATIONSHIP_ADMIN + "add one of the roles {wanted} to" + _TEMPLATE,
    ),
}
