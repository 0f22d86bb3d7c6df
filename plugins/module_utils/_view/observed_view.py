# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One operator's multitenant view as it was observed: what the portal offers, and what the view holds. Plain data.

It is made of two answers of the portal, and each is the check of the other: the tenant picker and the operator's
effective tenant group. Both are known from public captures only [community], so nothing is concluded from a field that
is missing.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

# What a source of the picker answers where it answered in full [community].
SUCCESS: t.Final = "Success"
# How sentences name the portal's answers.
ANSWER_NAMES: t.Final = {
    "session": "session",
    "picker": "list of tenants",
    "effective": "tenant group",
    "groups": "tenant groups",
}

# Whether a tenant is in the view. `differs`: picker and group contradict each other; `unknown`: the answers do not say.
RegistrationState = t.Literal["registered", "not_registered", "differs", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class OfferedTenant:
    """A row of the tenant picker. `environment` is the portal's number of the cloud (1 is public), if it is given.

    `added_on` is an ISO 8601 time as the portal wrote it, None where the portal shows none: then it was not added.
    """

    tenant_id: str
    name: str
    selected: bool = False
    lost_access: bool = False
    environment: int | None = None
    added_on: str | None = None

    @property
    def added(self) -> bool:
        """Return whether the picker says that the tenant was added to the view."""
        return self.added_on is not None or self.selected


@dataclasses.dataclass(frozen=True, slots=True)
class ExposedTenant:
    """A tenant in a tenant group."""

    tenant_id: str
    name: str
    environment: int | None = None
    added_on: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class TenantGroup:
    """A tenant group of the portal. `hidden` is how many tenants are in it that this person cannot see."""

    name: str
    group_id: str
    tenants: tuple[ExposedTenant, ...] = ()
    hidden: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class GroupIdentity:
    """Which tenant group the view shows, in the portal's words; None for what it does not say. `kind` is its `type`."""

    entity_type: str | None = None
    name: str | None = None
    kind: int | None = None
    group_id: str | None = None

    @property
    def private(self) -> bool:
        """Return whether it is the person's own group, which nobody shares. Anything but the recorded form is not.

        [community: one record of a private group; that a shared one differs in these fields is a guess]
        """
        return self == PRIVATE_GROUP


PRIVATE_GROUP: t.Final = GroupIdentity("EffectiveGroup", "My private group", 0)


@dataclasses.dataclass(frozen=True, slots=True)
class MultitenantView:
    """A view as the portal answered. `offered` and `exposed` are by lower-case tenant id, in the portal's order.

    `taken_at` is ISO 8601 in UTC. `operator` and `home_tenant_id` are those of the session, None where the answers do
    not say whose view it is. `sources` is what the picker says about each access method. `problems` say what could not
    be read: `session` (whose view it is), `picker` and `effective`. The answer itself is None then. `group` is the
    tenant group that the view shows, None where a file of an earlier version does not say; `hidden` is how many tenants
    are in it that this person cannot see.
    """

    taken_at: str
    operator: str | None
    home_tenant_id: str | None
    offered: Mapping[str, OfferedTenant] | None
    exposed: Mapping[str, ExposedTenant] | None
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)
    groups: tuple[TenantGroup, ...] | None = None
    problems: Mapping[str, Problem] = dataclasses.field(default_factory=dict)
    group: GroupIdentity | None = None
    hidden: int = 0

    @property
    def failed_sources(self) -> tuple[str, ...]:
        """Sources of the picker that did not answer in full: what they would have offered is not known."""
        return tuple(name for name, answer in self.sources.items() if answer != SUCCESS)

    @property
    def answered(self) -> bool:
        """Return whether both answers are there, and every source answered in full."""
        return self.offered is not None and self.exposed is not None and bool(self.sources) and not self.failed_sources

    @property
    def complete(self) -> bool:
        """Return whether absence proves something: everything answered, and no tenant of the group is hidden."""
        return self.answered and not self.hidden

    def offered_row(self, tenant_id: str) -> OfferedTenant | None:
        """The picker's row of a tenant, None where there is none."""
        return (self.offered or {}).get(tenant_id)

    def exposed_row(self, tenant_id: str) -> ExposedTenant | None:
        """The tenant group's row of a tenant, None where there is none."""
        return (self.exposed or {}).get(tenant_id)

    def registration_state(self, tenant_id: str) -> RegistrationState:
        """Return whether a tenant is in the view, by both answers together: one alone proves nothing."""
        if self.exposed is None or self.offered is None:
            return "unknown"
        row = self.offered.get(tenant_id)
        if row is None and not self.complete:
            return "unknown"
        in_group = tenant_id in self.exposed
        if in_group == (row is not None and row.added):
            return "registered" if in_group else "not_registered"
        return "differs"

    @property
    def registered(self) -> tuple[str, ...]:
        """Sorted ids of the tenants that are in the view by either answer: a write of the full list keeps them all."""
        added = (row.tenant_id for row in (self.offered or {}).values() if row.added)
        return tuple(sorted({*(self.exposed or {}), *added}))


@dataclasses.dataclass(frozen=True, slots=True)
class ObservedView:
    """A view, and why nothing may be concluded from it, if so: another person's, too old, or none at all."""

    view: MultitenantView | None
    problem: Problem | None = None
    url: str = ""

    @property
    def usable(self) -> MultitenantView | None:
        """The view, where something may be concluded from it."""
        return None if self.problem else self.view
