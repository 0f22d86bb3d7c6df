# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a wish and a picture of the view to what has to change. Pure.

Nothing is removed on a doubt: a tenant is removed only where it stands in the view by both answers of the portal, every
source of the portal answered, the list is known to be whole, and no guard says no. Never the home tenant.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.view import View

State = t.Literal["present", "absent"]

# Why a change that the wish asks for is not planned.
RefusalKind = t.Literal[
    "not_offered",
    "lost_access",
    "unclear",
    "over_limit",
    "removal_in_doubt",
    "removal_partial",
    "removal_part_of_list",
    "removal_empty_list",
    "removal_too_many",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What the user declares. Ids are lower-case GUIDs, `declared` in the user's order.

    `state` absent: the declared ones shall not stand in the view; all others stay. `purge`: with state present, take
    out what is not declared. `whole_list`: is `declared` known to be the full list?
    """

    declared: tuple[str, ...]
    eligible: frozenset[str]
    home_tenant_id: str
    state: State = "present"
    purge: bool = False
    whole_list: bool = True
    max_tenants: int = 100
    max_removals: int = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Tenants of a wish that are not touched, and why."""

    kind: RefusalKind
    tenant_ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to change, in the order of the wish, and what is left alone although the wish asks for it."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to do?"""
        return not self.add and not self.remove


def make_plan(wish: Wish, view: View) -> Plan:
    """What has to change in this view, which has to be the operator's own. Where it is unreadable the plan is empty."""
    remove, refused = _removals(wish, view)
    add, not_added = ((), ()) if wish.state == "absent" else _additions(wish, view, room=_room(wish, view, remove))
    return Plan(add, remove, (*not_added, *refused))


def _room(wish: Wish, view: View, remove: Sequence[str]) -> int:
    """How many tenants may still be added. The home tenant is no target."""
    after = {*view.registered} - {*remove} - {wish.home_tenant_id}
    return max(0, wish.max_tenants - len(after))


def _additions(wish: Wish, view: View, room: int) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    wanted = [one for one in wish.declared if one in wish.eligible and one != wish.home_tenant_id]
    kinds = {one: _addition(view, one) for one in wanted}
    add = [one for one, kind in kinds.items() if kind == "add"]
    sorted_out: list[tuple[RefusalKind, list[str]]] = [
        ("not_offered", [one for one, kind in kinds.items() if kind == "not_offered"]),
        ("lost_access", [one for one, kind in kinds.items() if kind == "lost_access"]),
        ("unclear", [one for one, kind in kinds.items() if kind == "unclear"]),
        ("over_limit", add[room:]),
    ]
    return tuple(add[:room]), tuple(Refusal(kind, tuple(ids)) for kind, ids in sorted_out if ids)


def _addition(view: View, tenant_id: str) -> str:
    """`add`, `there`, or why not."""
    standing = view.standing(tenant_id)
    if standing == "registered":
        return "there"
    if standing != "not_registered":
        return "unclear"
    row = (view.offered or {}).get(tenant_id)
    if row is None:
        return "not_offered"
    return "lost_access" if row.lost_access else "add"


def _removals(wish: Wish, view: View) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    wanted = _removals_wanted(wish, view)
    if not wanted:
        return (), ()
    kind = _no_removal(wish, view)
    if kind is not None:
        return (), (Refusal(kind, wanted),)
    sure = tuple(one for one in wanted if view.standing(one) == "registered")
    doubtful = tuple(one for one in wanted if one not in sure)
    refusals = (Refusal("removal_in_doubt", doubtful),) if doubtful else ()
    if len(sure) > wish.max_removals:
        return (), (*refusals, Refusal("removal_too_many", sure))
    return sure, refusals


def _removals_wanted(wish: Wish, view: View) -> tuple[str, ...]:
    """What the wish wants out of the view. Never the home tenant, and never a declared one by purge."""
    if wish.state == "absent":
        there = {*view.registered}
        return _without_home(wish, (one for one in wish.declared if one in there))
    if not wish.purge:
        return ()
    declared = {*wish.declared}
    return _without_home(wish, (one for one in view.registered if one not in declared))


def _without_home(wish: Wish, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one != wish.home_tenant_id)


def _no_removal(wish: Wish, view: View) -> RefusalKind | None:
    """Why nothing at all may be removed, or None."""
    if not view.complete:
        return "removal_partial"
    if wish.state == "absent":
        return None
    if not wish.whole_list:
        return "removal_part_of_list"
    return None if wish.declared else "removal_empty_list"
