# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does cross-tenant access of both sides let the operator into a tenant by B2B collaboration?

The home tenant is asked first [guess: the order]. Who comes by GDAP is no B2B user and is not asked [guess].
"""

from __future__ import annotations

import typing as t

from lab.hosts.entra.tokens import ARM, GRAPH

if t.TYPE_CHECKING:
    from lab.state.directory import Directory, Entity, State

OUTBOUND_BLOCKED: t.Final = 500212
INBOUND_BLOCKED: t.Final = 500213
# Applications are named by the id of the client or of the resource (cross-tenant-access-overview).
_RESOURCES: t.Final = {GRAPH: "00000003-0000-0000-c000-000000000000", ARM: "797f4846-ba00-4fd7-ba43-dac1f8f63013"}
_EVERYTHING: t.Final = frozenset(("allapplications", "allmicrosoftapps"))


def refused_with(state: State, directory: Directory, audience: str, client_id: str) -> int | None:
    """The number that Entra refuses the operator's sign-in with, or None."""
    home = state.home
    if directory is home:
        return None
    person = {"allusers", state.operator.object_id, *home.transitive_groups(state.operator.object_id)}
    applications = {*_EVERYTHING, client_id, _RESOURCES.get(audience, audience)}
    outbound = (home.partners.get(directory.tenant_id), home.trust_default, "b2bCollaborationOutbound")
    if not _lets(*outbound, person, applications):
        return OUTBOUND_BLOCKED
    inbound = (directory.partners.get(home.tenant_id), directory.trust_default, "b2bCollaborationInbound")
    return None if _lets(*inbound, person, applications) else INBOUND_BLOCKED


def _lets(
    partner: Entity | None, default: Entity, name: str, person: t.Collection[str], applications: t.Collection[str]
) -> bool:
    names = {"usersAndGroups": person, "applications": applications}
    return all(_allows(_effective(partner, default, name, part), wanted) for part, wanted in names.items())


def _effective(partner: Entity | None, default: Entity, name: str, part: str) -> Entity | None:
    """A null of an entry inherits the default; a part of a setting is taken to do so, too [guess]."""
    for policy in (partner, default):
        found: Entity | None = ((policy or {}).get(name) or {}).get(part)
        if found is not None:
            return found
    return None


def _allows(part: Entity | None, wanted: t.Collection[str]) -> bool:
    """Allowed are only those that are named; blocked are only those that are named."""
    if part is None:
        return True
    named = any(row["target"].lower() in wanted for row in part["targets"])
    return named is (part["accessType"] == "allowed")
