# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry out a remedy: look, write down, write once, read back, write down.

One write per object and run. After a refusal that says that nothing was done (429, 412), the object is looked at again
before it is tried again; after an error of the service or a cut connection only the next look says what came of it.
"""

from __future__ import annotations

import collections
import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError, described
from ansible_collections.m365.defender.plugins.module_utils._core.text import end_with_stop
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import backoff
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import SETTLES, Entry
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, UnreadError
from ansible_collections.m365.defender.plugins.module_utils._remedies.row import Row

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Journal, Result
    from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy
    from ansible_collections.m365.defender.plugins.module_utils._remedies.row import RowStatus
    from ansible_collections.m365.defender.plugins.module_utils._remedies.writer import Writer

# The service did nothing: it throttles, or the object has changed since it was looked at.
_NOTHING_DONE: t.Final = frozenset({412, 429})
# There is such an object already: the next look compares it.
_CONFLICT: t.Final = 409
_TIMED_OUT: t.Final = 408
_ATTEMPTS: t.Final = 3
_FIRST_PAUSE: t.Final = 0.5
_LONGEST_PAUSE: t.Final = 10.0
# What a write and its first look need.
_TIME_FOR_A_WRITE: t.Final = 5.0
_STATUS: t.Final[dict[str, RowStatus]] = {
    "settled": "unchanged",
    "waiting": "waiting",
    "declined": "declined",
    "unknown": "unknown",
}
LookAgain: t.TypeAlias = "Callable[[], Look]"


@dataclasses.dataclass(slots=True)
class Writes:
    """What this run may write, and what it has. `wait` is how long to wait for one write to show, in seconds."""

    writer: Writer
    journal: Journal
    deadline: Deadline
    most: int
    wait: float
    sent: int = 0
    # Why nothing more is written, if so.
    stopped: str = ""
    sleep: Callable[[float], None] = time.sleep


def looked(look: LookAgain) -> Look:
    """Return the look, or that it could not be taken."""
    try:
        return look()
    except UnreadError as error:
        text = str(error)
    except Exception as error:  # noqa: BLE001  (whatever an answer does to a look is said of this object only)
        text = f"The look failed because of {described(error)}"
    return Look(kind="unknown", message=end_with_stop(text), remedy="No action needed. Run again later.")


def carry_out(remedy: Remedy, case: RemedyCase, first: Look, look: LookAgain, writes: Writes, undo_of: str = "") -> Row:
    """Return what came of a remedy whose first look was taken. `look` takes the next ones."""
    task = _Task(remedy, case, look, writes, undo_of)
    now = first
    while now.kind == "change":
        barrier = task.barrier(now)
        if barrier is not None:
            return task.row(barrier)
        following = task.write(now)
        if isinstance(following, Row):
            return following
        now = following
    return task.row(now)


def not_shown_yet(remedy: Remedy, case: RemedyCase, change: Look, journal: Journal, *, undo: bool) -> Look | None:
    """Return that a change waits because it was sent a short time ago, if so."""
    pending = journal.pending(remedy.NAME, case.tenant.tenant_id, change.object, undo=undo)
    if pending is None:
        return None
    return dataclasses.replace(
        change,
        kind="waiting",
        since=pending.at,
        message=f"{change.message} This was sent at {pending.at} and does not show yet.",
        remedy=f"No action needed. Run again {int(SETTLES.total_seconds() / 60)} minutes after that.",
    )


class _Task:
    """One remedy of one tenant, while it is carried out."""

    def __init__(self, remedy: Remedy, case: RemedyCase, look: LookAgain, writes: Writes, undo_of: str) -> None:
        self._remedy, self._case, self._look, self._writes, self._undo_of = remedy, case, look, writes, undo_of
        self._attempts: collections.Counter[str] = collections.Counter()
        self._changes: list[Look] = []

    def barrier(self, change: Look) -> Look | None:
        """Return why a change is not made now, if so."""
        writes = self._writes
        pending = not_shown_yet(self._remedy, self._case, change, writes.journal, undo=bool(self._undo_of))
        if pending is not None:
            return pending
        if writes.stopped:
            why, todo = writes.stopped, ""
        elif writes.sent >= writes.most:
            why = f"This run has sent all changes that it may ({writes.most})."
            todo = "Ansible administrator of the home tenant: run again, or raise {mto_}max_writes."
        elif writes.deadline.remaining() < _TIME_FOR_A_WRITE:
            why = "The time was up before this was sent."
            todo = "Ansible administrator of the home tenant: run again, or raise {mto_}deadline."
        else:
            return None
        return dataclasses.replace(change, kind="declined", message=f"{change.message} {why}", remedy=todo)

    def write(self, change: Look) -> Look | Row:
        """Send one write, and return the next look, or the row where it ends here."""
        self._attempts[change.object] += 1
        writes, where = self._writes, self._remedy.written_tenant(self._case)
        if change.call is None:
            raise ValueError("a change has a request")
        try:
            entry = writes.journal.begin(self._entry(change, where), f"{change.call.method} {change.call.path}")
        except OptionError as error:
            writes.stopped = str(error)
            return self.row(dataclasses.replace(change, message=f"{change.message} {error}"), "failed")
        writes.sent += 1
        answer = writes.writer.send(where, change.call)
        note = self._keep(answer)
        refused, undone = _is_refusal(answer), answer.status in _NOTHING_DONE
        if undone:
            self._wait(backoff(self._attempts[change.object]))
        seen = self._read_back(change, once=undone or (refused and answer.status != _CONFLICT))
        moved = not _still_due(seen, change)
        result: Result = "refused" if refused or undone else "written" if moved else "not_shown"
        try:
            writes.journal.end(entry, result, answer)
        except OptionError as error:
            writes.stopped = str(error)
        if result == "written":
            self._changes.append(change)
        if moved or (undone and seen.kind == "change" and self._attempts[change.object] < _ATTEMPTS):
            return dataclasses.replace(seen, message=f"{seen.message}{note}")
        return self._failed(change, seen, answer, result)

    def _entry(self, change: Look, where: str) -> Entry:
        return Entry(
            remedy=self._remedy.NAME,
            tenant_id=self._case.tenant.tenant_id,
            where=where,
            object=change.object,
            before=change.before,
            after=change.after,
            undo_of=self._undo_of,
        )

    def _keep(self, answer: Answer) -> str:
        """Let the remedy keep what only the answer holds, and return what the user should know if that fails."""
        try:
            if answer.ok:
                self._remedy.answered(self._case, answer)
        except OptionError as error:
            return f" {error}"
        return ""

    def _read_back(self, change: Look, *, once: bool) -> Look:
        """Look until it shows and Microsoft is done with it, or the time is up."""
        left, wait = self._writes.wait, _FIRST_PAUSE
        while True:
            seen = looked(self._look)
            over = not _still_due(seen, change) and not seen.settling
            if once or over or wait > min(left, self._writes.deadline.remaining()):
                return seen
            self._wait(wait)
            left, wait = left - wait, min(_LONGEST_PAUSE, wait * 1.5)

    def _wait(self, seconds: float) -> None:
        self._writes.sleep(min(seconds, self._writes.deadline.remaining()))

    def _failed(self, change: Look, seen: Look, answer: Answer, result: Result) -> Row:
        said = answer.error or f"HTTP {answer.status}"
        if result == "refused":
            message = end_with_stop(f"{change.message} Microsoft refused it: {said}")
            return self.row(
                dataclasses.replace(change, message=message, remedy=change.remedy or self._case.finding.remedy),
                "failed",
            )
        came = "was accepted" if answer.ok else f"had no clear answer ({said})"
        seen_as = f" The last look: {seen.message}" if seen.kind in ("unknown", "declined") else ""
        message = f"{change.message} The request {came} and does not show yet.{seen_as}"
        remedy = "No action needed. Run again later: the next run looks first."
        return self.row(dataclasses.replace(change, message=message, remedy=remedy), status="unknown")

    def row(self, look: Look, status: RowStatus | None = None) -> Row:
        """Return the row, which says "changed" only for what was read back."""
        return row_of(self._remedy, self._case, look, status, self._changes)


def row_of(
    remedy: Remedy, case: RemedyCase, look: Look, status: RowStatus | None = None, changes: Sequence[Look] = ()
) -> Row:
    """Return the row of a remedy: by its last look, unless a status is given."""
    found = status or _STATUS.get(look.kind, "planned")
    return Row(
        tenant=case.tenant,
        remedy=remedy.NAME,
        where=remedy.written_tenant(case),
        reason=case.finding.reason,
        status="changed" if changes and found == "unchanged" else found,
        changed=bool(changes),
        look=look,
        changes=tuple(changes),
    )


def _still_due(seen: Look, change: Look) -> bool:
    """Tell whether a look does not show what was written: the same is still to be changed, or nothing can be said."""
    if change.object in seen.shows:
        return False
    return seen.kind in ("unknown", "declined") or (seen.kind == "change" and seen.object == change.object)


def _is_refusal(answer: Answer) -> bool:
    """Tell whether the service itself said no, so that nothing was done. A proxy's page says nothing."""
    return 400 <= answer.status < 500 and bool(answer.code) and answer.status not in (_TIMED_OUT, *_NOTHING_DONE)
