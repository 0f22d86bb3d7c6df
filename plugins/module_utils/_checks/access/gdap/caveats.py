# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubts beside a GDAP relationship in force: what ends, what is young, what it does not carry. Pure."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import (
    GdapCandidate,
    made_by_microsoft,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat

# How long what was just approved or assigned takes to arrive everywhere: no page that we found says it [guess].
PROPAGATION: t.Final = dt.timedelta(hours=1)
# A reason and the details that it adds to those of the relationship.
_Doubt: t.TypeAlias = tuple[str, dict[str, str]]


def auto_extends(row: reads.Relationship) -> bool:
    """Tell whether a relationship extends itself at its end. One with Global Administrator does not [doc
    expiring-gdap-relationships-and-auto-extend], whatever its autoExtendDuration says."""
    return _has_auto_extend(row) and not row["global_administrator"]


def _has_auto_extend(row: reads.Relationship) -> bool:
    """Tell whether the duration is anything but zero, as P0D and PT0S are."""
    return re.search(r"[1-9]", row["auto_extend"]) is not None


def caveats_in_force(case: Case, candidates: Sequence[GdapCandidate]) -> list[Caveat]:
    """Return doubts beside the best relationship, which is in force, and name the others."""
    best = candidates[0]
    doubts: list[_Doubt] = [*_expiring(case, best), *_membership_ends(case, best), *_young(case, best)]
    if made_by_microsoft(best.row):
        doubts.append(("access.gdap_made_by_microsoft", {}))
    doubts += [*_others(candidates[1:]), ("access.gdap_carries_no_sentinel", {})]
    return [case.caveat(reason, {**best.details, **details}) for reason, details in doubts]


def caveats_not_carried(case: Case, candidates: Sequence[GdapCandidate]) -> list[Caveat]:
    """Return what goes beside a "no": the other relationships, and that the operator's eligibility was not read."""
    best = candidates[0]
    doubts = list(_others(candidates[1:]))
    why = pim.not_read(case.get(pim.ELIGIBLE_GROUPS))
    if why and best.reason == "access.gdap_operator_not_assigned":
        doubts.insert(0, ("access.eligibility_not_read", {"said": why}))
    return [case.caveat(reason, {**best.details, **details}) for reason, details in doubts]


def _expiring(case: Case, best: GdapCandidate) -> Iterator[_Doubt]:
    if best.ends is None or best.ends - case.now >= dt.timedelta(days=case.expiry_warning_days):
        return
    if not auto_extends(best.row):
        blocked = _has_auto_extend(best.row)
        reason = "access.gdap_expiring_global_admin" if blocked else "access.gdap_expiring"
        yield reason, {"days": str((best.ends - case.now).days)}


def _membership_ends(case: Case, best: GdapCandidate) -> Iterator[_Doubt]:
    """Doubt only where membership of every group that carries the operator ends within the hour."""
    rows = pim.rows_of(case.get(pim.TIMED_GROUPS))
    ending = [pim.last_end((row for row in rows if row["group"] == group), case.now) for group in best.groups]
    ends = [parse_time(row["ends"]) for row in ending if row is not None]
    if not ending or len(ends) < len(ending):
        return
    last = max(moment for moment in ends if moment is not None)
    if last - case.now <= pim.SOON:
        yield "access.activation_ends", {"until": last.strftime("%H:%M UTC")}


def _young(case: Case, best: GdapCandidate) -> Iterator[_Doubt]:
    assigned = case.get(reads.ASSIGNMENTS, best.row["id"])
    assignments: list[reads.Assignment] = assigned.data["assignments"] if readable(assigned) else []
    # The oldest way in counts: a second group that was assigned a minute ago takes nothing away.
    created = [
        moment
        for row in assignments
        if row["group"] in best.groups and row["status"].lower() == "active"
        if (moment := parse_time(row.get("created"))) is not None
    ]
    activated = parse_time(best.row["activated"])
    since = max([*([activated] if activated else []), *([min(created)] if created else [])], default=None)
    if since is not None and case.now - since < PROPAGATION:
        yield "access.gdap_young", {"since": since.strftime("%H:%M UTC")}


def _others(candidates: Sequence[GdapCandidate]) -> Iterator[_Doubt]:
    """Name the other relationships with the same customer in one sentence."""
    names = sorted(f"'{candidate.row['relationship']}' ({candidate.row['status']})" for candidate in candidates)
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        yield "access.gdap_others", {"others": ", ".join(names[:3]) + more}
