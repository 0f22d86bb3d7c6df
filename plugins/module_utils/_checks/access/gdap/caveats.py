# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubts beside a GDAP relationship in force: what ends, what is young, what it does not carry. Pure."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import is_microsofts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import ASSIGNMENTS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    SOON,
    TIMED_GROUPS,
    last_end,
    not_read,
    rows_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import Finding
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat

# How long what was just approved or assigned takes to arrive everywhere: no page that we found says it [guess].
PROPAGATION: t.Final = dt.timedelta(hours=1)


def auto_extends(row: Mapping[str, t.Any]) -> bool:
    """Does it go on by itself at its end? A relationship with Global Administrator does not [doc
    expiring-gdap-relationships-and-auto-extend], whatever its autoExtendDuration says."""
    return _auto_extend(row) and not row.get("global_administrator")


def _auto_extend(row: Mapping[str, t.Any]) -> bool:
    """A duration that is not nothing: P0D and PT0S are."""
    return re.search(r"[1-9]", str(row["auto_extend"])) is not None


def caveats_in_force(case: Case, found: Sequence[Finding]) -> list[Caveat]:
    """Doubts beside the best relationship, which is in force; the others are told."""
    best = found[0]
    reasons = [
        *_expiring(case, best),
        *_membership_ends(case, best),
        *_young(case, best),
        *([("access.gdap_made_by_microsoft", {})] if is_microsofts(best.row) else ()),
        *_others(found[1:]),
        ("access.gdap_carries_no_sentinel", {}),
    ]
    return [case.caveat(reason, {**best.details, **details}) for reason, details in reasons]


def caveats_not_carried(case: Case, found: Sequence[Finding]) -> list[Caveat]:
    """Beside a no: the other relationships, and that nobody could look whether the operator may activate membership."""
    best = found[0]
    said = not_read(case.get(ELIGIBLE_GROUPS)) if best.reason == "access.gdap_operator_not_assigned" else None
    reasons = [*([("access.eligibility_not_read", {"said": said})] if said else ()), *_others(found[1:])]
    return [case.caveat(reason, {**best.details, **details}) for reason, details in reasons]


def _expiring(case: Case, best: Finding) -> Iterator[tuple[str, dict[str, str]]]:
    if best.ends is None or best.ends - case.now >= dt.timedelta(days=case.expiry_warning_days):
        return
    if not auto_extends(best.row):
        blocked = _auto_extend(best.row)
        reason = "access.gdap_expiring_global_admin" if blocked else "access.gdap_expiring"
        yield reason, {"days": str((best.ends - case.now).days)}


def _membership_ends(case: Case, best: Finding) -> Iterator[tuple[str, dict[str, str]]]:
    """Only where membership of every group that carries the operator ends within the hour."""
    ending = [
        last_end((row for row in rows_of(case.get(TIMED_GROUPS)) if row["group"] == group), case.now)
        for group in best.groups
    ]
    moments = [parse_time(row["ends"]) for row in ending if row is not None]
    if not ending or len(moments) < len(ending):
        return
    last = max(moment for moment in moments if moment is not None)
    if last - case.now <= SOON:
        yield "access.activation_ends", {"until": last.strftime("%H:%M UTC")}


def _young(case: Case, best: Finding) -> Iterator[tuple[str, dict[str, str]]]:
    piece = case.get(ASSIGNMENTS, str(best.row["id"]))
    rows = piece.data["assignments"] if piece is not None and piece.data is not None else ()
    # The oldest way in counts: a second group that was assigned a minute ago takes nothing away.
    made = [parse_time(row.get("created")) for row in rows if row["group"] in best.groups and _is_active(row)]
    known = [moment for moment in made if moment is not None]
    activated = parse_time(best.row.get("activated"))
    since = max([moment for moment in (activated, min(known) if known else None) if moment is not None], default=None)
    if since is not None and case.now - since < PROPAGATION:
        yield "access.gdap_young", {"since": since.strftime("%H:%M UTC")}


def _is_active(row: Mapping[str, t.Any]) -> bool:
    return str(row["status"]).lower() == "active"


def _others(found: Sequence[Finding]) -> Iterator[tuple[str, dict[str, str]]]:
    """The other relationships with the same customer, in one sentence."""
    if found:
        told = sorted(f"'{one.row['relationship']}' ({one.row['status']})" for one in found)
        more = f" and {len(told) - 3} more" if len(told) > 3 else ""
        yield "access.gdap_others", {"others": ", ".join(told[:3]) + more}
