# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary roles of an account in the target: to be activated, or about to end. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import reads as role_reads
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_name, role_names
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Expiry

# At most this many groups of an account are read; with more, what may be activated is not known.
MAX_GROUPS: t.Final = 9


# What says whether a role may be activated.
ACTIVATIONS: t.Final = (
    pim.ELIGIBLE_ROLES,
    role_reads.ACCOUNT_GROUPS,
    role_reads.ACCOUNT_ELIGIBLE_GROUPS,
    role_reads.GROUP_ROLES,
    role_reads.GROUP_ELIGIBLE,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Activation:
    """Roles that the operator may activate, with a reason of the catalogue; `groups` where by a membership."""

    reason: str
    roles: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    groups: tuple[str, ...] = ()


def groups_to_read(case: Case) -> tuple[list[str], list[str]]:
    """Return groups that hold the account, and groups whose membership it may activate, by id, up to the limit."""
    groups = case.get(role_reads.ACCOUNT_GROUPS)
    member = sorted(groups.data["groups"]) if readable(groups) else []
    return member[:MAX_GROUPS], _eligible_groups(case)[:MAX_GROUPS]


def _eligible_groups(case: Case) -> list[str]:
    return sorted(
        {row["group"] for row in pim.in_time(pim.rows_of(case.get(role_reads.ACCOUNT_ELIGIBLE_GROUPS)), case.now)}
    )


def may_activate(case: Case) -> Activation | None:
    """Return a wanted role for the whole directory, directly or by a group; else by membership of a group with one."""
    direct = case.get(pim.ELIGIBLE_ROLES)
    evidence = (*((direct,) if direct is not None else ()), *case.every(role_reads.GROUP_ELIGIBLE))
    eligible = {role for part in evidence for role in _whole(pim.in_time(pim.rows_of(part), case.now))}
    roles = tuple(role for role in case.tenant.roles if role in eligible)
    if roles:
        return Activation("permissions.role_eligible", roles, evidence)
    return _by_membership(case)


def _by_membership(case: Case) -> Activation | None:
    roles_by_group: dict[str, set[str]] = {}
    for group in _eligible_groups(case):
        evidence = case.get(role_reads.GROUP_ROLES, group)
        if readable(evidence) and (held := _whole(evidence.data["assignments"]).intersection(case.tenant.roles)):
            roles_by_group[group] = held
    if not roles_by_group:
        return None
    roles = tuple(role for role in case.tenant.roles if any(role in held for held in roles_by_group.values()))
    parts = [
        case.get(role_reads.ACCOUNT_ELIGIBLE_GROUPS),
        *(case.get(role_reads.GROUP_ROLES, group) for group in roles_by_group),
    ]
    shown = tuple(evidence for evidence in parts if evidence is not None)
    return Activation("permissions.group_eligible", roles, shown, tuple(roles_by_group))


def _whole(rows: Sequence[JsonObject]) -> set[str]:
    """Return the roles for the whole directory."""
    return {row["role"] for row in rows if row["scope"] == "/"}


def activation_unread(case: Case) -> str | None:
    """Return why it is not known whether a role may be activated; None where it is known that none may."""
    for evidence in case.every(*ACTIVATIONS):
        error_text = pim.not_read(evidence)
        if error_text is not None:
            return error_text
    groups = case.get(role_reads.ACCOUNT_GROUPS)
    member = groups.data["groups"] if readable(groups) else ()
    count = max(len(member), len(_eligible_groups(case)))
    return f"Only {MAX_GROUPS} of {count} groups were checked." if count > MAX_GROUPS else None


def activation_caveats(case: Case, held: Sequence[str], direct: Collection[str]) -> list[Caveat]:
    """Warn where every wanted role that is held ends: within the hour, or within the days of the option.

    A role through a group has no row of its own here, and is taken to stay.
    """
    rows = [row for row in pim.rows_of(case.get(pim.TIMED_ROLES)) if row["scope"] == "/"]
    ends = [
        pim.last_end((row for row in rows if row["role"] == role), case.now) if role in direct else None
        for role in held
    ]
    known = [(parse_time(row["ends"]), row) for row in ends if row is not None]
    if not held or len(known) < len(held):
        return []
    last, row = max(((moment or case.now, row) for moment, row in known), key=lambda pair: pair[0])
    details = {"roles": role_names(held), "object": "/".join(sorted(held))}
    if last - case.now <= pim.SOON:
        return [case.caveat("permissions.activation_ends", {**details, "until": last.strftime("%H:%M UTC")})]
    if row["kind"] == "assigned" and last - case.now < dt.timedelta(days=case.expiry_warning_days):
        days = {"ends": last.date().isoformat(), "days": str((last - case.now).days)}
        return [case.caveat("permissions.assignment_ends", {**details, **days})]
    return []


def role_expiries(case: Case) -> Iterator[Expiry]:
    """Yield when wanted roles end, and the right to activate them."""
    for what, read in (("role_assignment", pim.TIMED_ROLES), ("role_eligibility", pim.ELIGIBLE_ROLES)):
        for row in pim.rows_of(case.get(read)):
            if row["role"] in case.tenant.roles:
                yield from expiry(case, what, row["role"], role_name(row["role"]), row["ends"])
