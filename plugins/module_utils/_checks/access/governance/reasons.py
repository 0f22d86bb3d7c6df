# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons about governance relationships (preview): of the family access, and what permissions says by them."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    GOVERNANCE,
    MTO_REQUIREMENTS,
    NOTHING,
    PERMISSIONS,
    Reason,
)

_ASKS: t.Final = "a Tenant Governance Relationship Administrator of {home}"
_ACCEPTS: t.Final = "a Tenant Governance Administrator of {tenant} accepts it."
_SEND: t.Final = _ASKS + " sends {tenant} a governance request; " + _ACCEPTS
_TEMPLATE: t.Final = (
    " the policy template and sends a new governance request, since a changed template changes no relationship; "
    + _ACCEPTS
)

REASONS: t.Final[dict[str, Reason]] = {
    "access.governance_active": Reason(
        "met",
        "{home} governs {tenant} by an active governance relationship (preview), and {operator} is in the group"
        " '{group}' that it gives roles to.",
        NOTHING,
        GOVERNANCE,
    ),
    "access.governance_missing": Reason(
        "unmet",
        "There is no governance relationship (preview) in which {home} governs {tenant}.",
        "First a Tenant Governance Administrator of {tenant} invites {home}; then " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_reversed": Reason(
        "unmet",
        "{tenant} governs {home}, not the other way round: that gives {operator} no access to {tenant}.",
        "Next, " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_invited": Reason(
        "unmet",
        "{tenant} has invited {home} to govern it (until {ends}), but {home} has sent no governance request.",
        "Next, " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_invitation_expired": Reason(
        "unmet",
        "{tenant} invited {home} to govern it, but the invitation expired on {ends}.",
        "A Tenant Governance Administrator of {tenant} invites {home} again; then {home} sends a governance request.",
        GOVERNANCE,
    ),
    "access.governance_requested": Reason(
        "unmet",
        "{home} has asked to govern {tenant}; {tenant} has not answered the request, which is open until {ends}.",
        "A Tenant Governance Administrator of {tenant} accepts the governance request.",
        GOVERNANCE,
    ),
    "access.governance_request_expired": Reason(
        "unmet",
        "{home} asked to govern {tenant}, but the request expired on {ends} without an answer.",
        "Next, " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_rejected": Reason(
        "unmet",
        "{tenant} has rejected the request of {home} to govern it.",
        "Clear with {tenant} why it was rejected; then " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_accepted": Reason(
        "unmet",
        "{tenant} has accepted the request of {home} to govern it, but the relationship is not there yet.",
        "Nobody has to act: run again in an hour.",
        GOVERNANCE,
    ),
    "access.governance_terminated": Reason(
        "unmet",
        "The governance relationship in which {home} governs {tenant} was ended (status {status}).",
        "Clear with {tenant} why it was ended; then " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_ending": Reason(
        "unmet",
        "{home} has asked to end its governance relationship with {tenant} (status {status}).",
        "Take {tenant} out of your tenant list, or, if this was a mistake: " + _SEND,
        GOVERNANCE,
    ),
    "access.governance_no_assignment": Reason(
        "unmet",
        "The governance relationship with {tenant} is active, but it gives no group of {home} any role.",
        "Next, " + _ASKS + " adds a security group and roles to" + _TEMPLATE,
        GOVERNANCE,
    ),
    "access.governance_operator_not_assigned": Reason(
        "unmet",
        "The governance relationship with {tenant} is active, but {operator} is in none of the groups that it gives"
        " roles to ({groups}).",
        "An administrator of {home} adds {operator} to such a group (object id: {groups}).",
        GOVERNANCE,
    ),
    "access.governance_roles_not_told": Reason(
        "unknown",
        "The governance relationship with {tenant} is active, but Microsoft did not tell which groups it gives roles"
        " to.",
        "An administrator of {home} looks at the relationship in the Defender portal, or declares access: gdap or b2b.",
        GOVERNANCE,
    ),
    "access.governance_status_unknown": Reason(
        "unknown",
        "What there is of governance between {home} and {tenant} has a status that we do not know: '{status}'.",
        "An administrator of {home} looks at the relationship in the Defender portal.",
        GOVERNANCE,
    ),
    "access.governance_not_in_cloud": Reason(
        "unknown",
        "Governance relationships (preview) do not exist in the cloud {cloud}, so access to {tenant} by one cannot be.",
        "Declare another access (gdap, b2b or auto) for '{tenant}' in your tenant list.",
        GOVERNANCE,
    ),
    "access.listed_governance": Reason(
        "met", "{tenant} stands in the list of tenants that {home} governs.", NOTHING, MTO_REQUIREMENTS
    ),
    "access.not_listed_governance": Reason(
        "unmet",
        "{tenant} does not stand in the list of tenants that {home} governs.",
        "Next, " + _SEND,
        MTO_REQUIREMENTS,
    ),
    "permissions.role_via_governance": Reason(
        "met",
        "{operator} holds {roles} in {tenant} through the group '{group}' of a governance relationship.",
        NOTHING,
        PERMISSIONS,
    ),
    "permissions.governance_no_role": Reason(
        "unmet",
        "The governance relationship gives {operator} none of the roles wanted in {tenant}: {wanted}.",
        "Next, " + _ASKS + " adds one of the roles {wanted} to" + _TEMPLATE,
        GOVERNANCE,
    ),
}
