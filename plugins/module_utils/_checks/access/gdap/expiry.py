# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends of access by GDAP: relationships in force, and memberships of groups that they are assigned to. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import auto_extends
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    ASSIGNMENTS,
    RELATIONSHIPS,
    in_force,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import ELIGIBLE_GROUPS, TIMED_GROUPS, rows_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry


def gdap_expiries(case: Case) -> Iterator[Expiry]:
    """Yield relationships first, then memberships."""
    yield from _relationships(case)
    yield from _memberships(case)


def _relationships(case: Case) -> Iterator[Expiry]:
    piece = case.get(RELATIONSHIPS)
    for row in piece.data["relationships"] if readable(piece) else ():
        if in_force(row, case.now):
            extends = auto_extends(row)
            yield from expiry(
                case, "gdap_relationship", row["id"], row["relationship"], row["ends"], auto_extend=extends
            )


def _memberships(case: Case) -> Iterator[Expiry]:
    """Of groups that a relationship in force is assigned to."""
    names = _group_names(case)
    for what, read in (("group_membership", TIMED_GROUPS), ("group_eligibility", ELIGIBLE_GROUPS)):
        for row in rows_of(case.get(read)):
            if row["group"] in names:
                yield from expiry(case, what, row["group"], names[row["group"]], row["ends"])


def _group_names(case: Case) -> dict[str, str]:
    piece, groups = case.get(RELATIONSHIPS), case.get(OPERATOR_GROUPS)
    known: Mapping[str, str] = groups.data["groups"] if readable(groups) else {}
    names: dict[str, str] = {}
    for row in piece.data["relationships"] if readable(piece) else ():
        assigned = case.get(ASSIGNMENTS, row["id"])
        if in_force(row, case.now) and readable(assigned):
            names.update({a["group"]: str(known.get(a["group"], a["group"])) for a in assigned.data["assignments"]})
    return names
