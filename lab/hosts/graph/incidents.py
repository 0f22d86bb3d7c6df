# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents of Microsoft Defender XDR, and its three kinds of 403.

No document gives their codes [guess]: the texts differ, the code does not help.
"""

from __future__ import annotations

import typing as t

from lab.data import roles
from lab.hosts.graph.collection import Resource, collection
from lab.hosts.graph.errors import GraphError
from lab.hosts.graph.filtering import rules

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Directory

# The Entra roles that reach the portal [doc m365d-permissions].
_READERS: t.Final = roles.ids(
    "Global Administrator", "Security Administrator", "Security Operator", "Global Reader", "Security Reader"
)
_PLANS: t.Final = frozenset(
    (
        "MTP",
        "WINDEFATP",
        "MDE_SMB",
        "THREAT_INTELLIGENCE",
        "THREAT_INTELLIGENCE_GOV",
        "ATA",
        "ADALLOM_S_STANDALONE",
        "Defender_for_Iot_Enterprise",
    )
)
# The properties are documented [doc security-list-incidents]; the operators of each are not [guess].
_RULES: t.Final = rules(
    assignedTo="eq",
    classification="eq",
    createdDateTime="eq ge le gt lt",
    determination="eq",
    lastUpdateDateTime="eq ge le gt lt",
    severity="eq",
    status="eq",
)
_INCIDENTS: t.Final = Resource("security.incident", "security/incidents", default_page=50, max_page=50, rules=_RULES)


def list_incidents(request: Request) -> Answer:
    """GET /security/incidents"""
    directory = request.directory
    if directory.defender == "not_provisioned" or not _has_plan(directory):
        raise _forbidden("The tenant is not provisioned for this service.")
    by_role = not request.caller.roles.isdisjoint(_READERS)
    if request.caller.delegated and not (by_role or directory.reads_by_defender_role(request.caller.object_id)):
        raise _forbidden("The user has no role that allows the requested action.")
    if request.caller.delegated and directory.defender == "operator_refused":
        raise _forbidden("User is not exposed to the requested data.")
    return collection(request, _INCIDENTS, directory.incidents)


def _has_plan(directory: Directory) -> bool:
    """Return whether a valid product gives the tenant Defender [guess]."""
    in_force = [sku for sku in directory.skus if sku["capabilityStatus"] in ("Enabled", "Warning")]
    return any(
        plan["servicePlanName"] in _PLANS and plan["provisioningStatus"] != "Disabled"
        for sku in in_force
        for plan in sku["servicePlans"]
    )


def _forbidden(message: str) -> GraphError:
    return GraphError(403, "Forbidden", message)
