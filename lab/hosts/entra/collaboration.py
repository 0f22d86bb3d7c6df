# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access of both sides for the operator's B2B sign-in.

The home tenant is checked first [guess: the order]. Access by GDAP is not B2B collaboration and is not checked [guess].
"""

from __future__ import annotations

import typing as t

from lab.hosts.entra.tokens import RESOURCE_IDS

if t.TYPE_CHECKING:
    from lab.state.directory import Directory, Entity, State

OUTBOUND_BLOCKED: t.Final = 500212
INBOUND_BLOCKED: t.Final = 500213
_EVERYTHING: t.Final = frozenset(("allapplications", "allmicrosoftapps"))


def refusal_number(state: State, directory: Directory, audience: str, client_id: str) -> int | None:
    """Return the AADSTS number that refuses the operator's sign-in, or None."""
    home = state.home
    if directory is home:
        return None
    person = {"allusers", state.operator.object_id, *home.transitive_groups(state.operator.object_id)}
    # A policy names applications by the id of the client or of the resource (cross-tenant-access-overview).
    applications = {*_EVERYTHING, client_id, RESOURCE_IDS.get(audience, audience)}
    outbound = (home.partners.get(directory.tenant_id), home.trust_default, "b2bCollaborationOutbound")
    if not _permits(*outbound, person, applications):
        return OUTBOUND_BLOCKED
    inbound = (directory.partners.get(home.tenant_id), directory.trust_default, "b2bCollaborationInbound")
    return None if _permits(*inbound, person, applications) else INBOUND_BLOCKED


def invitation_blocked(state: State, directory: Directory, address: str) -> bool:
    """Return whether a tenant takes no guest of that address: the operator's is checked [guess: as at sign-in]."""
    home = state.home
    if address.lower() not in {state.operator.upn.lower(), home.users[state.operator.object_id]["mail"].lower()}:
        return False
    person = {"allusers", state.operator.object_id, *home.transitive_groups(state.operator.object_id)}
    partner = directory.partners.get(home.tenant_id)
    part = _effective(partner, directory.trust_default, "b2bCollaborationInbound", "usersAndGroups")
    return not _allows(part, person)


def _permits(
    partner: Entity | None, default: Entity, name: str, person: t.Collection[str], applications: t.Collection[str]
) -> bool:
    names = {"usersAndGroups": person, "applications": applications}
    return all(_allows(_effective(partner, default, name, part), wanted) for part, wanted in names.items())


def _effective(partner: Entity | None, default: Entity, name: str, part: str) -> Entity | None:
    """Return the effective part of a setting. Null inherits the default, in a part as well [guess]."""
    for policy in (partner, default):
        setting: Entity | None = ((policy or {}).get(name) or {}).get(part)
        if setting is not None:
            return setting
    return None


def _allows(part: Entity | None, wanted: t.Collection[str]) -> bool:
    """Return whether a part admits the caller: `allowed` admits only its targets, `blocked` everybody else."""
    if part is None:
        return True
    named = any(row["target"].lower() in wanted for row in part["targets"])
    return named is (part["accessType"] == "allowed")
