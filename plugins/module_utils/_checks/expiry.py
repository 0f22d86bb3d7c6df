# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every date that will bite: when what the access to a tenant rests on ends by itself. Pure."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import extends_itself
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import assignments_key, in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import rows_of
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_name
from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

_DAY: t.Final = dt.timedelta(days=1)


def expiries_of(case: Case) -> tuple[Expiry, ...]:
    """What ends, the soonest first. What has ended already is the matter of the verdicts."""
    found = {*_relationships(case), *_memberships(case), *_roles(case), *_subscriptions(case)}
    return tuple(sorted(found, key=lambda row: (row.ends, row.what, row.object)))


def _row(case: Case, what: str, key: str, name: str, ends: object, *, extends: bool = False) -> Iterator[Expiry]:
    moment = parse_time(ends)
    if moment is not None and moment > case.now:
        moment = moment.astimezone(dt.UTC)
        days = (moment - case.now) // _DAY
        yield Expiry(what, key, name, moment.strftime("%Y-%m-%dT%H:%M:%SZ"), days, extends)


def _relationships(case: Case) -> Iterator[Expiry]:
    piece = case.get("gdap_relationships")
    for row in piece.data["relationships"] if piece is not None and readable(piece) else ():
        if in_force(row, case.now):
            extends = extends_itself(row)
            yield from _row(case, "gdap_relationship", row["id"], row["relationship"], row["ends"], extends=extends)


def _memberships(case: Case) -> Iterator[Expiry]:
    """Of groups that a relationship in force is assigned to."""
    names = _group_names(case)
    for what, key in (("group_membership", "timed_groups"), ("group_eligibility", "eligible_groups")):
        for row in rows_of(case.get(key)):
            if row["group"] in names:
                yield from _row(case, what, row["group"], names[row["group"]], row["ends"])


def _group_names(case: Case) -> dict[str, str]:
    piece, groups = case.get("gdap_relationships"), case.get("operator_groups")
    known: Mapping[str, str] = groups.data["groups"] if groups is not None and readable(groups) else {}
    names: dict[str, str] = {}
    for row in piece.data["relationships"] if piece is not None and readable(piece) else ():
        assigned = case.get(assignments_key(row["id"]))
        if in_force(row, case.now) and assigned is not None and readable(assigned):
            names.update({a["group"]: str(known.get(a["group"], a["group"])) for a in assigned.data["assignments"]})
    return names


def _roles(case: Case) -> Iterator[Expiry]:
    for what, key in (("role_assignment", "timed_roles"), ("role_eligibility", "eligible_roles")):
        for row in rows_of(case.get(key)):
            if row["role"] in case.tenant.roles:
                yield from _row(case, what, row["role"], role_name(row["role"]), row["ends"])


def _subscriptions(case: Case) -> Iterator[Expiry]:
    """Microsoft says when a subscription moves on unless it is renewed, not whether it renews itself [doc]."""
    piece = case.get("subscriptions")
    for row in piece.data["subscriptions"] if piece is not None and readable(piece) else ():
        yield from _row(case, "subscription", row["sku"], row["sku"], row["ends"])
