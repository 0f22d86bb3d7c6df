# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles of an account in the target that are not there for good: to be activated, or about to end. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    ACCOUNT_ELIGIBLE_GROUPS,
    ACCOUNT_GROUPS,
    GROUP_ELIGIBLE,
    GROUP_ROLES,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_ROLES,
    SOON,
    TIMED_ROLES,
    in_time,
    last_end,
    not_read,
    rows_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_name, role_names
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Expiry

# So many groups of an account are looked at; with more, what may be activated is not known.
MAX_GROUPS: t.Final = 9


@dataclasses.dataclass(frozen=True, slots=True)
class Ready:
    """What the operator may activate: roles, by a reason of the catalogue; `groups` where it is a membership."""

    reason: str
    roles: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    groups: tuple[str, ...] = ()


def groups_to_ask(case: Case) -> tuple[list[str], list[str]]:
    """Groups that hold the account, and those whose membership it may activate, by id; so many as are looked at."""
    groups = case.get(ACCOUNT_GROUPS)
    member = sorted(groups.data["groups"]) if readable(groups) else []
    return member[:MAX_GROUPS], _eligible_groups(case)[:MAX_GROUPS]


def _eligible_groups(case: Case) -> list[str]:
    return sorted({row["group"] for row in in_time(rows_of(case.get(ACCOUNT_ELIGIBLE_GROUPS)), case.now)})


def may_activate(case: Case) -> Ready | None:
    """A wanted role for the whole directory, directly or by a group; else membership of a group that holds one."""
    direct = case.get(ELIGIBLE_ROLES)
    by_group = case.every(GROUP_ELIGIBLE)
    pieces = [piece for piece in (direct, *by_group) if piece is not None]
    offered = {role for piece in pieces for role in _whole(in_time(rows_of(piece), case.now))}
    roles = tuple(role for role in case.tenant.roles if role in offered)
    if roles:
        return Ready("permissions.role_eligible", roles, tuple(pieces))
    return _by_membership(case)


def _by_membership(case: Case) -> Ready | None:
    found: dict[str, list[str]] = {}
    for group in _eligible_groups(case):
        piece = case.get(GROUP_ROLES, group)
        if readable(piece):
            held = _whole(piece.data["assignments"])
            found[group] = [role for role in case.tenant.roles if role in held]
    groups = tuple(sorted(group for group, held in found.items() if held))
    if not groups:
        return None
    roles = tuple(role for role in case.tenant.roles if any(role in found[group] for group in groups))
    evidence = [case.get(ACCOUNT_ELIGIBLE_GROUPS), *(case.get(GROUP_ROLES, group) for group in groups)]
    return Ready("permissions.group_eligible", roles, tuple(p for p in evidence if p is not None), groups)


def _whole(rows: Sequence[Mapping[str, t.Any]]) -> set[str]:
    """Roles for the whole directory."""
    return {row["role"] for row in rows if row["scope"] == "/"}


def not_known(case: Case) -> str | None:
    """Why it is not known whether a role may be activated; None where it is known that none may."""
    pieces = case.every(ELIGIBLE_ROLES, ACCOUNT_GROUPS, ACCOUNT_ELIGIBLE_GROUPS, GROUP_ROLES, GROUP_ELIGIBLE)
    said = [*(not_read(piece) for piece in pieces), _too_many(case)]
    return next((text for text in said if text is not None), None)


def _too_many(case: Case) -> str | None:
    groups = case.get(ACCOUNT_GROUPS)
    member = groups.data["groups"] if readable(groups) else ()
    count = max(len(member), len(_eligible_groups(case)))
    return f"Only {MAX_GROUPS} of {count} groups were looked at." if count > MAX_GROUPS else None


def activation_caveats(case: Case, held: Sequence[str], direct: Collection[str]) -> list[Caveat]:
    """Where every wanted role that is held ends: within the hour, or within the days that are to be told.

    A role that comes through a group has no row of its own here, and is taken to stay.
    """
    rows = [row for row in rows_of(case.get(TIMED_ROLES)) if row["scope"] == "/"]
    ends = [
        last_end((row for row in rows if row["role"] == role), case.now) if role in direct else None for role in held
    ]
    known = [(parse_time(row["ends"]), row) for row in ends if row is not None]
    if not held or len(known) < len(held):
        return []
    last, row = max(((moment or case.now, row) for moment, row in known), key=lambda pair: pair[0])
    details = {"roles": role_names(held), "object": "/".join(sorted(held))}
    if last - case.now <= SOON:
        return [case.caveat("permissions.activation_ends", {**details, "until": last.strftime("%H:%M UTC")})]
    if row["kind"] == "assigned" and last - case.now < dt.timedelta(days=case.expiry_warning_days):
        days = {"ends": last.date().isoformat(), "days": str((last - case.now).days)}
        return [case.caveat("permissions.assignment_ends", {**details, **days})]
    return []


def role_expiries(case: Case) -> Iterator[Expiry]:
    """Yield when wanted roles end, and the right to activate them."""
    for what, read in (("role_assignment", TIMED_ROLES), ("role_eligibility", ELIGIBLE_ROLES)):
        for row in rows_of(case.get(read)):
            if row["role"] in case.tenant.roles:
                yield from expiry(case, what, row["role"], role_name(row["role"]), row["ends"])
