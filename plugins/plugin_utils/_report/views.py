# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan for more tenants than one view can hold: Microsoft's limit is per view, and a view is per person. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow

# Microsoft's limit [doc mto-requirements].
MAX_TENANTS: t.Final = 100
_MOST_NAMED: t.Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class SuggestedViews:
    """Which person's view could hold which tenants, by id; `left_over` are those that no view has room for."""

    max_tenants: int
    views: Mapping[str, tuple[str, ...]]
    left_over: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the fields; each view is a row."""
        views = [{"operator": operator, "tenant_ids": list(ids)} for operator, ids in self.views.items()]
        return {"max_tenants": self.max_tenants, "views": views, "left_over": list(self.left_over)}

    @classmethod
    def from_fields(cls, fields: Fields) -> SuggestedViews:
        """Return what `as_dict` made. Raises OptionError."""
        views = {row.text("operator"): row.texts("tenant_ids") for row in fields.rows("views")}
        return cls(fields.number("max_tenants"), views, fields.texts("left_over"))

    def lines(self, names: Mapping[str, str]) -> list[str]:
        """Return the plan in words. `names` are those of the tenants."""
        ids = [tenant_id for tenants in self.views.values() for tenant_id in tenants]
        count = len(ids) + len(self.left_over)
        head = (
            f"{count} tenants are ready, and one view holds at most {self.max_tenants}. These views could hold them"
            " (report.json has every tenant):"
        )
        lines = [head]
        lines += [f"{operator}: {_counted(tenants, names)}" for operator, tenants in self.views.items() if tenants]
        if self.left_over:
            lines.append(
                f"No view has room for {_counted(self.left_over, names)}. Name more people for whom these tenants are"
                " ready (mto_operators of the role)."
            )
        return lines


def suggest_views(
    team: Sequence[AnalystRow], max_tenants: int, registered: Sequence[str] = ()
) -> SuggestedViews | None:
    """Return a plan where more tenants are ready, for anybody, than one view holds; else None.

    A view only gets tenants that are ready for its person. Those that are `registered` in the view of the first person
    stay there if possible. The order of the people and of the tenants decides the rest, and as many tenants as possible
    get a place.
    """
    ready: dict[str, list[str]] = {}
    for person in team:
        for cell in person.cells:
            ready.setdefault(cell.tenant_id, [])
            if cell.ready:
                ready[cell.tenant_id].append(person.operator)
    wanted = [tenant_id for tenant_id, operators in ready.items() if operators]
    if len(wanted) <= max_tenants:
        return None
    views: dict[str, list[str]] = {person.operator: [] for person in team}
    kept = {tenant_id.lower() for tenant_id in registered}
    for tenant_id in sorted(wanted, key=lambda tenant_id: tenant_id.lower() not in kept):
        _place(tenant_id, ready, views, max_tenants, set())
    order = {tenant_id: number for number, tenant_id in enumerate(wanted)}
    placed = {operator: tuple(sorted(ids, key=lambda own: order[own])) for operator, ids in views.items()}
    somewhere = {tenant_id for ids in placed.values() for tenant_id in ids}
    return SuggestedViews(max_tenants, placed, tuple(tenant for tenant in wanted if tenant not in somewhere))


def _place(
    tenant_id: str,
    ready: Mapping[str, Sequence[str]],
    views: dict[str, list[str]],
    room: int,
    tried: set[str],
) -> bool:
    """Put a tenant into the first view with room, or move another tenant to make room. Return whether that worked."""
    for operator in ready[tenant_id]:
        if len(views[operator]) < room:
            views[operator].append(tenant_id)
            return True
    for operator in ready[tenant_id]:
        if operator in tried:
            continue
        tried.add(operator)
        for other in reversed(views[operator]):
            if _place(other, ready, views, room, tried):
                views[operator].remove(other)
                views[operator].append(tenant_id)
                return True
    return False


def _counted(tenant_ids: Sequence[str], names: Mapping[str, str]) -> str:
    shown = [names.get(tenant_id) or tenant_id for tenant_id in tenant_ids[:_MOST_NAMED]]
    left = len(tenant_ids) - len(shown)
    noun = "tenant" if len(tenant_ids) == 1 else "tenants"
    return f"{len(tenant_ids)} {noun} ({listed_words([*shown, *([f'{left} more'] if left else [])])})"
