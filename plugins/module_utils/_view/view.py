# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of one operator's multitenant view: what the portal offers, and what it holds. Plain data.

Two answers of the portal make it, each the check of the other: the tenant picker and the operator's effective tenant
group. Both are known from public captures only [community], so nothing is concluded from a field that is missing.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

# What a source of the picker says where it answered in full [community].
SUCCESS: t.Final = "Success"
# What a person calls the parts of the picture.
WHAT: t.Final = {
    "session": "session",
    "picker": "list of tenants",
    "effective": "tenant group",
    "groups": "tenant groups",
}

# Does a tenant stand in the view? `differs`: picker and group contradict each other; `unknown`: nobody can tell.
Standing = t.Literal["registered", "not_registered", "differs", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class OfferedTenant:
    """A row of the tenant picker. `environment` is the portal's number of the cloud (1 is public), None if not told.

    `added_on` is an ISO 8601 time as the portal wrote it, None where the portal shows none: then it was not added.
    """

    tenant_id: str
    name: str
    selected: bool = False
    lost_access: bool = False
    environment: int | None = None
    added_on: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ExposedTenant:
    """A tenant that stands in a tenant group."""

    tenant_id: str
    name: str
    environment: int | None = None
    added_on: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class TenantGroup:
    """A tenant group of the portal."""

    name: str
    group_id: str
    tenants: tuple[ExposedTenant, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class View:
    """What was seen. `offered` and `exposed` are by lower-case tenant id, in the portal's order.

    `taken_at` is ISO 8601 in UTC. `operator` and `home_tenant_id` are those of the session, None where the picture does
    not say whose it is. `sources` is the picker's word on each access method. `problems` say what could not be read, by
    `session` (whose it is), `picker` and `effective`: what is in it is None then.
    """

    taken_at: str
    operator: str | None
    home_tenant_id: str | None
    offered: Mapping[str, OfferedTenant] | None
    exposed: Mapping[str, ExposedTenant] | None
    sources: Mapping[str, str] = dataclasses.field(default_factory=dict)
    groups: tuple[TenantGroup, ...] | None = None
    problems: Mapping[str, Problem] = dataclasses.field(default_factory=dict)

    @property
    def failed_sources(self) -> tuple[str, ...]:
        """Sources of the picker that did not answer in full: what they would have offered is not known."""
        return tuple(name for name, word in self.sources.items() if word != SUCCESS)

    @property
    def complete(self) -> bool:
        """May something be concluded from absence? Only where both answers are there and every source answered."""
        return self.offered is not None and self.exposed is not None and bool(self.sources) and not self.failed_sources

    def standing(self, tenant_id: str) -> Standing:
        """Whether a tenant stands in the view, by both answers together: one alone proves nothing."""
        if self.exposed is None or self.offered is None:
            return "unknown"
        row = self.offered.get(tenant_id)
        if row is None and not self.complete:
            return "unknown"
        in_group = tenant_id in self.exposed
        added = row is not None and (row.added_on is not None or row.selected)
        if in_group == added:
            return "registered" if in_group else "not_registered"
        return "differs"

    @property
    def registered(self) -> tuple[str, ...]:
        """Sorted ids of all tenants that stand in the view by either answer: whoever writes the list must keep them."""
        added = (row.tenant_id for row in (self.offered or {}).values() if row.added_on is not None or row.selected)
        return tuple(sorted({*(self.exposed or {}), *added}))
