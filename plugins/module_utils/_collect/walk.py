# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Do the same work for many tenants: each gets its result, whatever happens to it or to the others."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, described
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import run_fleet
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session

Item = t.TypeVar("Item")
Result = t.TypeVar("Result")


def walk(
    session: Session,
    items: Sequence[Item],
    work: Callable[[Item], Result],
    instead: Callable[[Item, Problem], Result],
) -> list[Result]:
    """Return the results in the order of the items; `instead` replaces that of an item that failed or came too late."""
    outcomes = run_fleet(items, work, concurrency=session.concurrency, deadline=session.deadline)
    return [
        outcome.result if outcome.result is not None else instead(item, _problem_of(outcome.error))
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def _problem_of(error: Exception | None) -> Problem:
    late = isinstance(error, DeadlineError)
    return Problem("read.deadline" if late else "read.failed", {"said": described(error)})
