# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's sign-in to a tenant: by their own object there, by GDAP or by governance."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from lab.hosts.entra.collaboration import refusal_number
from lab.hosts.entra.errors import EntraError

if t.TYPE_CHECKING:
    import datetime as dt

    from lab.state.directory import Directory, Entity, Person, State


# With these numbers Entra sends claims, for a client that can ask the person again.
POLICY_NUMBERS: t.Final = frozenset((50074, 50076, 50079, 53000, 53001, 53003, 530032))


@dataclasses.dataclass(frozen=True, slots=True)
class Presence:
    """A person as a tenant sees them."""

    object_id: str
    upn: str
    name: str
    home_tenant_id: str
    roles: frozenset[str]


def presence_of(
    person: Person, state: State, directory: Directory, now: dt.datetime, audience: str, names: dict[str, t.Any]
) -> Presence:
    """Return a person as this tenant sees them. Raises EntraError where they may not sign in."""
    if person is not state.operator:
        return _colleague(person, state, directory, names)
    if not state.home.users[person.object_id]["accountEnabled"]:
        raise EntraError(50057)
    directory.remove_expired(now)
    users = [directory.users[user_id] for user_id in directory.operator_ids]
    user = next((user for user in users if _usable(user)), None)
    partner = state.partner_roles(directory.tenant_id, now)
    number = refusal_number(state, directory, audience, names["client_id"]) if user else None
    if number is not None:
        if partner is None:
            raise EntraError(number, **names)
        user = None
    if user is None and partner is None:
        raise _refusal(state, directory, users, names)
    object_id = user["id"] if user else state.operator.object_id
    return Presence(
        object_id=object_id,
        upn=state.operator.upn,
        name=state.operator.name,
        home_tenant_id=state.home.tenant_id,
        # With GDAP or governance the person keeps the object id of the home tenant and needs no object here [guess].
        roles=frozenset((directory.active_roles(object_id) if user else set()) | (partner or set())),
    )


def _colleague(person: Person, state: State, directory: Directory, names: dict[str, t.Any]) -> Presence:
    """Return the colleague, who has access at home only."""
    if directory is not state.home:
        raise EntraError(50020, **names | {"upn": person.upn})
    roles = frozenset(directory.active_roles(person.object_id))
    return Presence(person.object_id, person.upn, person.name, state.home.tenant_id, roles)


def _usable(user: Entity) -> bool:
    return bool(user["accountEnabled"]) and user["externalUserState"] != "PendingAcceptance"


def _refusal(state: State, directory: Directory, users: list[Entity], names: dict[str, t.Any]) -> EntraError:
    if any(not user["accountEnabled"] for user in users):
        return EntraError(50057)
    if users:
        return EntraError(50014)
    return EntraError(50020, **names)


def check_policies(directory: Directory) -> None:
    """Apply Conditional Access of the tenant. Raises EntraError where it blocks the operator."""
    if directory.blocks_operator:
        raise EntraError(53003, claims=policy_claims(directory))


def policy_claims(directory: Directory) -> str:
    """Return the claims challenge that Conditional Access sends."""
    return json.dumps({"access_token": {"capolids": {"essential": True, "values": [directory.tenant_id]}}})
