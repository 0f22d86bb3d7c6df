# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends of access by GDAP: relationships in force, and memberships of groups that they are assigned to. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import auto_extends
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import assignments_key, in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import rows_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry


def gdap_expiries(case: Case) -> Iterator[Expiry]:
    """Yield relationships first, then memberships."""
    yield from _relationships(case)
    yield from _memberships(case)


def _relationships(case: Case) -> Iterator[Expiry]:
    piece = case.get("gdap_relationships")
    for row in piece.data["relationships"] if piece is not None and readable(piece) else ():
        if in_force(row, case.now):
            extends = auto_extends(row)
            yield from expiry(
                case, "gdap_relationship", row["id"], row["relationship"], row["ends"], auto_extend=extends
            )


def _memberships(case: Case) -> Iterator[Expiry]:
    """Of groups that a relationship in force is assigned to."""
    names = _group_names(case)
    for what, key in (("group_membership", "timed_groups"), ("group_eligibility", "eligible_groups")):
        for row in rows_of(case.get(key)):
            if row["group"] in names:
                yield from expiry(case, what, row["group"], names[row["group"]], row["ends"])


def _group_names(case: Case) -> dict[str, str]:
    piece, groups = case.get("gdap_relationships"), case.get("operator_groups")
    known: Mapping[str, str] = groups.data["groups"] if groups is not None and readable(groups) else {}
    names: dict[str, str] = {}
    for row in piece.data["relationships"] if piece is not None and readable(piece) else ():
        assigned = case.get(assignments_key(row["id"]))
        if in_force(row, case.now) and assigned is not None and readable(assigned):
            names.update({a["group"]: str(known.get(a["group"], a["group"])) for a in assigned.data["assignments"]})
    return names
