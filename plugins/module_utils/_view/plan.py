# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan what has to change in a view to reach the desired state. Pure.

A tenant is never removed when in doubt: it must be in the view by both answers of the portal, every source of the
portal must have answered, the list must be known to be whole, and no limit may be exceeded. The home tenant is never
removed. Where the write sends the full list and the group holds tenants that this person cannot see, nothing is changed
at all: the list would leave them out.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView

# Why a desired change is not planned.
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
    "hidden_tenants",
]
_REFUSED_ADDITIONS: t.Final[tuple[RefusalKind, ...]] = ("not_offered", "lost_access", "unclear")


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """Tenants that are left as they are although the desired state asks for a change, and why."""

    kind: RefusalKind
    tenant_ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to change, in the order of the declared list, and what is refused."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to change."""
        return not self.add and not self.remove


def make_plan(desired: DesiredState, view: MultitenantView) -> Plan:
    """Plan the changes to this view, which must be the operator's own. The plan for an unreadable view is empty."""
    remove, refused_removals = _removals(desired, view)
    add, refused_additions = _additions(desired, view, remove) if desired.state == "present" else ((), ())
    plan = Plan(add, remove, (*refused_additions, *refused_removals))
    if plan.empty or not view.hidden or not desired.sends_full_list:
        return plan
    # It would be written as a list that leaves out hidden tenants.
    return Plan(refusals=(*plan.refusals, Refusal("hidden_tenants", (*add, *remove))))


def _additions(
    desired: DesiredState, view: MultitenantView, remove: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    by_step: dict[str, list[str]] = {}
    for tenant_id in desired.declared:
        if tenant_id in desired.eligible and tenant_id != desired.home_tenant_id:
            by_step.setdefault(_addition_step(view, tenant_id), []).append(tenant_id)
    add = by_step.get("add", [])
    # The home tenant is not a target tenant, so it takes no room; a hidden tenant does.
    remaining = {*view.registered} - {*remove} - {desired.home_tenant_id}
    room = max(0, desired.max_tenants - len(remaining) - view.hidden)
    refusals = [Refusal(kind, tuple(by_step[kind])) for kind in _REFUSED_ADDITIONS if kind in by_step]
    if add[room:]:
        refusals.append(Refusal("over_limit", tuple(add[room:])))
    return tuple(add[:room]), tuple(refusals)


def _addition_step(view: MultitenantView, tenant_id: str) -> RefusalKind | t.Literal["add", "registered"]:
    """Return `add`, `registered` where there is nothing to do, or why the tenant is not added."""
    state = view.registration_state(tenant_id)
    if state == "registered":
        return "registered"
    if state != "not_registered":
        return "unclear"
    row = view.offered_row(tenant_id)
    if row is None:
        return "not_offered"
    return "lost_access" if row.lost_access else "add"


def _removals(desired: DesiredState, view: MultitenantView) -> tuple[tuple[str, ...], tuple[Refusal, ...]]:
    wanted = _unwanted(desired, view)
    if not wanted:
        return (), ()
    kind = _removal_barrier(desired, view)
    if kind is not None:
        return (), (Refusal(kind, wanted),)
    certain = tuple(tenant_id for tenant_id in wanted if view.registration_state(tenant_id) == "registered")
    doubtful = tuple(tenant_id for tenant_id in wanted if tenant_id not in certain)
    refusals = (Refusal("removal_in_doubt", doubtful),) if doubtful else ()
    if len(certain) > desired.max_removals:
        return (), (*refusals, Refusal("removal_too_many", certain))
    return certain, refusals


def _unwanted(desired: DesiredState, view: MultitenantView) -> tuple[str, ...]:
    """Tenants in the view that are to leave it: never the home tenant, and never a declared one by purge."""
    if desired.state == "absent":
        registered = {*view.registered}
        leaving = [tenant_id for tenant_id in desired.declared if tenant_id in registered]
    elif desired.purge:
        declared = {*desired.declared}
        leaving = [tenant_id for tenant_id in view.registered if tenant_id not in declared]
    else:
        leaving = []
    return tuple(tenant_id for tenant_id in leaving if tenant_id != desired.home_tenant_id)


def _removal_barrier(desired: DesiredState, view: MultitenantView) -> RefusalKind | None:
    """Return why nothing at all may be removed, or None."""
    if not view.answered:
        return "removal_partial"
    if desired.state == "absent":
        return None
    if not desired.whole_list:
        return "removal_part_of_list"
    return None if desired.declared else "removal_empty_list"
