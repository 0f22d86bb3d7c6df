# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Privileged Identity Management: what the operator and the groups of a tenant may activate, and what is active."""

from __future__ import annotations

import datetime as dt
import typing as t

from lab.state.directory import Directory, GroupMembership, RoleAssignment, RoleEligibility, Term, object_id

if t.TYPE_CHECKING:
    from lab.worlds.pim import EligibleGroup, TimedGroup, TimedRole
    from lab.worlds.states import Group, Guest
    from lab.worlds.world import Analyst

_ASSIGNED: t.Final = dt.timedelta(days=60)
_ACTIVATED: t.Final = dt.timedelta(minutes=20)


def add_operator(directory: Directory, user_id: str, operator: Analyst, now: dt.datetime) -> None:
    """Add the operator's groups at home."""
    _add_eligible_groups(directory, user_id, operator.eligible_groups, now)
    for row in operator.timed_groups:
        membership = GroupMembership(user_id, _group_id(directory, row.group), _timed(row, now))
        directory.timed_memberships.append(membership)


def add_guest(directory: Directory, user_id: str, guest: Guest, now: dt.datetime) -> None:
    """Add the operator's groups and roles in another tenant."""
    _add_eligible_groups(directory, user_id, guest.eligible_groups, now)
    unit = f"/administrativeUnits/{object_id(directory.tenant_id, 'administrativeUnit', '1')}"
    scoped = [RoleAssignment(user_id, role_id, unit) for role_id in guest.scoped_roles]
    timed = [RoleAssignment(user_id, row.role, term=_timed(row, now)) for row in guest.timed_roles]
    directory.role_assignments += [*scoped, *timed]
    directory.role_eligibilities += [
        RoleEligibility(user_id, row.role, row.scope, _eligible(row.days_left, now)) for row in guest.eligible_roles
    ]


def add_groups(directory: Directory, groups: t.Iterable[Group], now: dt.datetime) -> None:
    """Add roles that groups may activate."""
    directory.role_eligibilities += [
        RoleEligibility(_group_id(directory, group.name), role_id, "/", _eligible(None, now))
        for group in groups
        for role_id in group.eligible_roles
    ]


def _add_eligible_groups(directory: Directory, user_id: str, rows: t.Iterable[EligibleGroup], now: dt.datetime) -> None:
    directory.eligible_memberships += [
        GroupMembership(user_id, _group_id(directory, row.group), _eligible(row.days_left, now)) for row in rows
    ]


def _group_id(directory: Directory, name: str) -> str:
    return object_id(directory.tenant_id, "group", name)


def _eligible(days_left: int | None, now: dt.datetime) -> Term:
    return Term(now - _ASSIGNED, None if days_left is None else now + dt.timedelta(days=days_left))


def _timed(row: TimedGroup | TimedRole, now: dt.datetime) -> Term:
    activated = row.type == "activated"
    ends = None if row.minutes_left is None else now + dt.timedelta(minutes=row.minutes_left)
    return Term(now - (_ACTIVATED if activated else _ASSIGNED), ends, activated)
