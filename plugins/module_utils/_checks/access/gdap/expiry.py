# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends of access by GDAP: relationships in force, and memberships of groups that they are assigned to. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import auto_extends
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import ELIGIBLE_GROUPS, TIMED_GROUPS, rows_of

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry


def gdap_expiries(case: Case) -> Iterator[Expiry]:
    """Yield relationships in force first, then memberships of groups that they are assigned to."""
    evidence = case.get(reads.RELATIONSHIPS)
    rows: list[reads.Relationship] = evidence.data["relationships"] if readable(evidence) else []
    current = [row for row in rows if reads.in_force(row, case.now)]
    for row in current:
        extends = auto_extends(row)
        yield from expiry(case, "gdap_relationship", row["id"], row["relationship"], row["ends"], auto_extend=extends)
    names = _group_names(case, current)
    for what, read in (("group_membership", TIMED_GROUPS), ("group_eligibility", ELIGIBLE_GROUPS)):
        for membership in rows_of(case.get(read)):
            if membership["group"] in names:
                yield from expiry(case, what, membership["group"], names[membership["group"]], membership["ends"])


def _group_names(case: Case, relationships: Sequence[reads.Relationship]) -> dict[str, str]:
    """Return the groups that these relationships are assigned to, by id; one of somebody else keeps its id as name."""
    groups = case.get(OPERATOR_GROUPS)
    known: Mapping[str, str] = groups.data["groups"] if readable(groups) else {}
    assigned = (case.get(reads.ASSIGNMENTS, row["id"]) for row in relationships)
    ids = {row["group"] for evidence in assigned if readable(evidence) for row in evidence.data["assignments"]}
    return {group: known.get(group, group) for group in ids}
