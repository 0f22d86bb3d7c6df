# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions and views: what the portal stores of each person. No HTTP here.

The view is per person [community: the effective group is "My private group", "your personalized, private group"].
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import typing as t
import uuid

if t.TYPE_CHECKING:
    from lab.state.directory import Person, State
    from lab.worlds.portal import PortalFault, PortalSettings, ShownTenant
    from lab.worlds.world import World

# A page sends several requests at once, so that the token before the newest is still valid [guess].
_TOKENS_KEPT: t.Final = 2


@dataclasses.dataclass(slots=True)
class PortalSession:
    """A person's session. `tokens` are the XSRF tokens that are still accepted, the newest last."""

    person: Person
    ends: dt.datetime
    tokens: list[str] = dataclasses.field(default_factory=list)

    def rotate(self) -> str:
        """Issue an XSRF token. As in the portal, a cookie has to encode its characters."""
        self.tokens = [*self.tokens, f"{secrets.token_urlsafe(24)}:{secrets.token_urlsafe(8)}/+=="][-_TOKENS_KEPT:]
        return self.tokens[-1]


@dataclasses.dataclass(slots=True)
class Offer:
    """A tenant that the portal may offer to a person. `reachable`: the person has access to it."""

    tenant_id: str
    name: str
    offered: bool
    reachable: bool
    environment: int = 1


@dataclasses.dataclass(slots=True)
class PersonalView:
    """The tenants in a person's view with the time of their addition. Reads see `shown`, each from its moment on.

    `hidden` is the number of tenants in it that the person cannot see. `version` grows with each write.
    """

    added: dict[str, str]
    etag: str
    shown: list[tuple[dt.datetime, dict[str, str]]]
    hidden: int = 0
    version: int = 7
    group_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))

    def visible(self, now: dt.datetime) -> dict[str, str]:
        """Return what a read shows now."""
        return next(tenants for since, tenants in reversed(self.shown) if since <= now)

    def write(self, tenant_ids: t.Iterable[str], now: dt.datetime, delay: float = 0.0) -> None:
        """Replace the list. Reads see it after `delay` seconds."""
        self.added = {tenant_id: self.added.get(tenant_id, portal_time(now)) for tenant_id in tenant_ids}
        self.etag = new_etag()
        self.version += 1
        self.shown.append((now + dt.timedelta(seconds=delay), dict(self.added)))


def portal_time(moment: dt.datetime) -> str:
    """Return a time as the portal writes it, with seven fractional digits [community]."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def new_etag() -> str:
    """Return a new version of a group."""
    return f'"{uuid.uuid4()}"'


class PortalState:
    """Everything that the portal answers from."""

    def __init__(self, world: World, state: State) -> None:
        self.settings: PortalSettings = world.home.portal
        self._world, self._state = world, state
        self._offers: tuple[tuple[int, ...], list[Offer]] = state.version, _offers(world, state)
        shown: dict[str, ShownTenant] = {row.tenant_id: row for row in world.tenants}
        shown |= {row.tenant_id: row for row in world.home.portal.extra}
        theirs = [each for each, row in shown.items() if row.colleague in ("in_view", "lost_access")]
        self._offered_to_colleague = {each for each, row in shown.items() if row.colleague in ("offered", "in_view")}
        self.profiles = {each: row.distribution_profile for each, row in shown.items() if row.distribution_profile}
        self.sessions: dict[str, PortalSession] = {}
        self._counts: dict[str, int] = {}
        self._pending: dict[str, str] = {}
        now = state.started
        mine = [row.tenant_id for row in world.tenants if row.in_view]
        mine += [row.tenant_id for row in world.home.portal.extra if row.in_view]
        self._views = {
            state.operator.object_id: _view(mine, now, world.home.portal.hidden_tenants),
            state.colleague.object_id: _view(theirs, now),
        }
        self.home = (state.home.tenant_id, state.home.name)
        self._operator = state.operator

    @property
    def offers(self) -> list[Offer]:
        """What the portal offers to the operator now."""
        if self._offers[0] != self._state.version:
            self._offers = self._state.version, _offers(self._world, self._state)
        return self._offers[1]

    def view_of(self, person: Person) -> PersonalView:
        """Return the person's own view."""
        return self._views[person.object_id]

    def offers_to(self, person: Person) -> list[Offer]:
        """Return the offers to a person. What the colleague has access to, the world says."""
        if person.object_id == self._operator.object_id:
            return self.offers
        access = self._offered_to_colleague
        return [
            dataclasses.replace(row, offered=row.tenant_id in access, reachable=row.tenant_id in access)
            for row in self.offers
        ]

    def shown_to(self, person: Person) -> list[str]:
        """Return the ids in the picker of a person: what is offered or in the view, and home if the world says so."""
        added = self.view_of(person).added
        ids = [row.tenant_id for row in self.offers_to(person) if row.offered or row.tenant_id in added]
        return [*([self.home[0]] if self.settings.home_in_picker else []), *ids]

    def start_sign_in(self) -> tuple[str, str]:
        """Return the state and the nonce of a new sign-in."""
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self._pending[state] = nonce
        return state, nonce

    def finish_sign_in(self, state: str, nonce: str) -> bool:
        """Return whether a sign-in with these values was started and is not finished yet."""
        return secrets.compare_digest(self._pending.pop(state, "\0"), nonce)

    def sign_in(self, person: Person, now: dt.datetime) -> str:
        """Start a session and return the value of its cookie."""
        value = secrets.token_urlsafe(48)
        ends = now + dt.timedelta(seconds=self.settings.session_seconds)
        self.sessions[value] = PortalSession(person, ends)
        return value

    def fault(self, on: str) -> PortalFault | None:
        """Count the request and return the fault that applies to it, or None."""
        count = self._counts[on] = self._counts.get(on, 0) + 1
        mine = (fault for fault in self.settings.faults if fault.on == on)
        return next((fault for fault in mine if fault.after < count <= fault.after + fault.times), None)


def _view(tenant_ids: t.Iterable[str], now: dt.datetime, hidden: int = 0) -> PersonalView:
    long_ago = now - dt.timedelta(days=30)
    added = {tenant_id: portal_time(long_ago) for tenant_id in tenant_ids}
    return PersonalView(added, new_etag(), [(long_ago, dict(added))], hidden)


def _offers(world: World, state: State) -> list[Offer]:
    offers = []
    for tenant in world.tenants:
        reachable = _reachable(state, tenant.tenant_id)
        offered = reachable if tenant.portal_offered is None else tenant.portal_offered
        offers.append(Offer(tenant.tenant_id, tenant.name, offered, reachable, tenant.aad_environment))
    extra = world.home.portal.extra
    return [*offers, *(Offer(row.tenant_id, row.name, True, True, row.aad_environment) for row in extra)]


def _reachable(state: State, tenant_id: str) -> bool:
    """Return whether GDAP, governance, or an accepted and enabled guest account gives the operator access."""
    directory = state.directories[tenant_id]
    guests = [directory.users[user_id] for user_id in directory.operator_ids if user_id in directory.users]
    accepted = [
        user
        for user in guests
        if user.get("externalUserState") == "Accepted" and user.get("accountEnabled") is not False
    ]
    return bool(accepted) or state.partner_roles(tenant_id, state.started) is not None
