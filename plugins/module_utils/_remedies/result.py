# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of mto_remedy: rows, what changed, and lines for a screen. Pure."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import JsonRow
    from ansible_collections.m365.defender.plugins.module_utils._remedies.row import Row, RowStatus

# What comes first on a screen: what is not as it was meant, then what waits, then what is done.
_ORDER: t.Final[dict[RowStatus, str]] = {
    "failed": "Failed",
    "unknown": "Not known",
    "waiting": "Waiting",
    "declined": "Not done",
    "planned": "Would change",
    "changed": "Changed",
    "unchanged": "Already in order",
}


_NO_FINDING: t.Final = "No remedy applies: no tenant has a finding that one of those named is for."
_NOTHING_WRITTEN: t.Final = "Nothing to take back: the journal has no change by these remedies in these tenants."


def result_of(rows: Sequence[Row], *, sent: int, check_mode: bool, undo: bool = False) -> JsonRow:
    """Return the module's result. It fails where a write failed, or where nobody knows what came of it."""
    planned = any(row.status == "planned" for row in rows)
    bad = [row for row in rows if row.status == "failed" or (row.status == "unknown" and row.look.kind == "change")]
    names = ", ".join(dict.fromkeys(row.tenant.name for row in bad))
    failure = {"failed": True, "msg": f"Not every change was made, or nobody knows whether it was: {names}."}
    return {
        "changed": planned if check_mode else any(row.changed for row in rows),
        "remedies": [row.as_dict() for row in rows],
        "writes": sent,
        "diff": [part for row in rows for part in _diffs_of(row)],
        "lines": _lines(rows, sent, check_mode=check_mode) if rows else [_NOTHING_WRITTEN if undo else _NO_FINDING],
        **(failure if bad else {}),
    }


def _diffs_of(row: Row) -> list[dict[str, str]]:
    return [
        {
            "before_header": f"{row.tenant.name}: {row.remedy}, {look.object}",
            "after_header": f"{row.tenant.name}: {row.remedy}, {look.object}",
            "before": _text(look.before),
            "after": _text(look.after),
        }
        for look in row.shown
    ]


def _text(state: t.Mapping[str, object]) -> str:
    return json.dumps(state, indent=2, sort_keys=True, ensure_ascii=False) + "\n" if state else ""


def _lines(rows: Sequence[Row], sent: int, *, check_mode: bool) -> list[str]:
    """Return what a person reads: the figures, then a line for each row."""
    ordered = [(status, [row for row in rows if row.status == status]) for status in _ORDER]
    figures = ", ".join(f"{len(some)} {_ORDER[status].lower()}" for status, some in ordered if some)
    end = "check mode sends nothing" if check_mode else f"changes sent: {sent}"
    return [f"Remedies: {figures}; {end}.", *(_line(row) for _status, some in ordered for row in some)]


def _line(row: Row) -> str:
    """Return a row as sentences: the change where it is done, else what is the case and who acts."""
    look, title = row.look, _ORDER[row.status]
    if row.status != "changed" and row.changes:
        title += f", after {len(row.changes)} {'change' if len(row.changes) == 1 else 'changes'}"
    elif look.since and day_of(look.since) not in look.message:
        title += f" since {day_of(look.since)}"
    what = " ".join(change.message for change in row.changes) if row.status == "changed" else look.message
    return f"{title} ({row.remedy}): {what} {row.as_dict()['todo']}".rstrip()
