# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run one function over many tenants at once: bounded, in order, with a deadline, and no tenant hides another."""

from __future__ import annotations

import dataclasses
import queue
import threading
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, described
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")

# Requests under way at the deadline get this many seconds to end by their own time-outs. The result must be there
# within one second of the deadline, and what is made of the outcomes takes time too.
GRACE: t.Final = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome(t.Generic[Result]):
    """The result of one item, or the exception that stopped it."""

    result: Result | None = None
    error: Exception | None = None


def run_fleet(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    *,
    concurrency: int,
    deadline: Deadline,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Outcome[Result]]:
    """Return the outcomes in the order of the items. What the deadline cuts off is a DeadlineError in its position.

    `progress` is told how many are done, after each.

    Threads are daemons: one that hangs in a read does not keep the task from answering in time.
    """
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Outcome[Result]]] = queue.SimpleQueue()
    for index in range(len(items)):
        todo.put(index)

    def worker() -> None:
        while True:
            try:
                index = todo.get_nowait()
            except queue.Empty:
                return
            done.put((index, _outcome_of(work, items[index], deadline)))

    for number in range(min(concurrency, len(items))):
        try:
            threading.Thread(target=worker, name=f"fleet-{number}", daemon=True).start()
        except RuntimeError:
            # The machine allows no more threads: those that run share the work.
            if number == 0:
                raise
            break
    return _collect(done, len(items), deadline, progress)


def _outcome_of(work: Callable[[Item], Result], item: Item, deadline: Deadline) -> Outcome[Result]:
    if deadline.passed:
        return Outcome(error=DeadlineError("the deadline had passed before this began"))
    try:
        return Outcome(result=work(item))
    except Exception as error:  # noqa: BLE001  a failure is reported in the row of its tenant, and the others go on
        return Outcome(error=error)


def _collect(
    done: queue.SimpleQueue[tuple[int, Outcome[Result]]],
    count: int,
    deadline: Deadline,
    progress: Callable[[int], None],
) -> list[Outcome[Result]]:
    outcomes: dict[int, Outcome[Result]] = {}
    # One end for all: late results that come one by one do not move it.
    last_call = Deadline(deadline.remaining() + GRACE)
    while len(outcomes) < count:
        try:
            index, outcome = done.get(timeout=last_call.remaining())
        except queue.Empty:
            break
        outcomes[index] = outcome
        progress(len(outcomes))
    late: Outcome[Result] = Outcome(error=DeadlineError("the deadline passed while this was under way"))
    return [outcomes.get(index, late) for index in range(count)]


class Limits(t.Protocol):
    """Whoever says how many tenants are worked on at once, and until when: the session."""

    concurrency: int
    deadline: Deadline


def walk(
    limits: Limits,
    items: Sequence[Item],
    work: Callable[[Item], Result],
    instead: Callable[[Item, Problem], Result],
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Result]:
    """Return the results in the order of the items; `instead` replaces that of an item that failed or came too late."""
    outcomes = run_fleet(items, work, concurrency=limits.concurrency, deadline=limits.deadline, progress=progress)
    return [
        outcome.result if outcome.result is not None else instead(item, problem_of(outcome.error))
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def problem_of(error: Exception | None) -> Problem:
    """Return why there is no result."""
    late = isinstance(error, DeadlineError)
    return Problem("read.deadline" if late else "read.failed", {"said": described(error)})
