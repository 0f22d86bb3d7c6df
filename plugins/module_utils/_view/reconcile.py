# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brings the view to the wish, or waits until a person has: read, plan, perhaps write, and read back.

Nothing is claimed that was not read back. A write is sent once; where no answer comes, only the next reading tells.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import write_requests
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, make_plan

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract, WriteRequest
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Live
    from ansible_collections.m365.defender.plugins.module_utils._view.plan import Wish
    from ansible_collections.m365.defender.plugins.module_utils._view.view import View

FIRST_PAUSE: t.Final = 0.5
LONGEST_PAUSE: t.Final = 15.0
_CHANGED_MEANWHILE: t.Final = 412
# Reading again does not help; whatever else stands in the way may pass.
_NO_USE: t.Final = (
    "registration.signed_out",
    "registration.forbidden",
    "registration.other_operator",
    "registration.other_tenant",
    "registration.whose_unknown",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """A write that was not simply accepted. `status` 0: no answer came. `accepted`: requests before it that were."""

    status: int
    said: str
    accepted: int = 0

    @property
    def certain(self) -> bool:
        """Did the portal refuse it? Where it failed itself, or no answer came, it may have taken effect."""
        return 400 <= self.status < 500


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """What the work needs: how to read, whom the view has to belong to, what is wished, and the time there is.

    `read` gives the view as it is now; `refuse` says why a view may not be used. `wait` is in seconds.
    """

    read: Callable[[], Live]
    refuse: Callable[[View], Problem | None]
    wish: Wish
    wait: float
    # Called with what was read, before the first write: to keep it.
    keep: Callable[[Live], None] = lambda live: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen before and after. `plan` is what had to change at the beginning; `problem` why nothing could be
    concluded at the end, if so.
    """

    before: Live
    after: Live
    plan: Plan
    problem: Problem | None = None
    trouble: Trouble | None = None

    def added(self) -> tuple[str, ...]:
        """Planned additions that were not there before and are now, as read back."""
        return tuple(one for one in self.plan.add if self._now(one) == "registered")

    def removed(self) -> tuple[str, ...]:
        """Planned removals that are gone, as read back."""
        return tuple(one for one in self.plan.remove if self._now(one) == "not_registered")

    def vanished(self) -> tuple[str, ...]:
        """Tenants that stood in the view, that nobody asked to remove, and that are not there any more."""
        kept = (one for one in self.before.view.registered if one not in self.plan.remove)
        return tuple(one for one in kept if self._now(one) == "not_registered")

    def _now(self, tenant_id: str) -> str:
        return "unknown" if self.problem else self.after.view.standing(tenant_id)


def look(desk: Desk) -> Outcome:
    """The view as it is, and what would have to change."""
    live = desk.read()
    problem = _problem_of(desk, live.view)
    plan = Plan() if problem else make_plan(desk.wish, live.view)
    return Outcome(live, live, plan, problem)


def assist(desk: Desk) -> Outcome:
    """Wait until a person has done by hand what the plan says, or the time is up. Writes nothing."""
    first = look(desk)
    if first.problem or first.plan.empty or desk.wait <= 0:
        return first
    return _read_back(desk, first)


def apply(desk: Desk, portal: Portal, contract: Contract) -> Outcome:
    """Send what the plan says as the contract says it, once, and read back. Raises MtoError before the first write.

    Where somebody else changed the view between our reading and our first write (HTTP 412), it is read and planned once
    more. After a later one the picture before is ours no more: it is read back, and the next run does the rest.
    """
    first = look(desk)
    if first.problem or first.plan.empty:
        return first
    desk.keep(first.before)
    trouble = _send(desk, portal, contract, first.before, first.plan)
    if trouble is not None and trouble.status == _CHANGED_MEANWHILE and not trouble.accepted:
        again = look(desk)
        if again.problem:
            return dataclasses.replace(first, after=again.after, problem=again.problem, trouble=trouble)
        # What the other one did is part of the picture before: only what we plan now is claimed.
        first = again
        trouble = None if again.plan.empty else _send(desk, portal, contract, again.before, again.plan)
    return _read_back(desk, dataclasses.replace(first, trouble=trouble))


def _send(desk: Desk, portal: Portal, contract: Contract, live: Live, plan: Plan) -> Trouble | None:
    """The requests one by one, up to the first that is not accepted."""
    kept = [one for one in live.view.registered if one not in plan.remove]
    requests = write_requests(
        contract,
        live.filling(desk.wish.home_tenant_id),
        whole=[*kept, *plan.add],
        add=plan.add,
        remove=plan.remove,
    )
    for accepted, request in enumerate(requests):
        trouble = send_one(portal, request)
        if trouble is not None:
            return dataclasses.replace(trouble, accepted=accepted)
    return None


def send_one(portal: Portal, request: WriteRequest) -> Trouble | None:
    """One request; None where the portal accepted it."""
    try:
        response = portal.write(request.method, request.path, request.headers, request.body)
    except (UnreachableError, DeadlineError) as error:
        # A recorded path may hold what the portal told the session alone, an etag for one.
        path = request.path.split("?", 1)[0]
        return Trouble(0, str(error).replace(path, "/(the recorded path)"))
    if response.status < 300:
        return None
    # A redirect leads to the sign-in: nothing was done.
    status = 401 if response.status < 400 else response.status
    return Trouble(status, f"the portal answered HTTP {response.status}")


def _read_back(desk: Desk, first: Outcome) -> Outcome:
    """Read until the view shows the plan, or the time is up, or it cannot be read any more."""
    end = desk.clock() + desk.wait
    pause = FIRST_PAUSE
    refused = first.trouble is not None and first.trouble.certain
    while True:
        outcome = _seen(desk, first)
        hopeless = outcome.problem is not None and outcome.problem.reason in _NO_USE
        if refused or hopeless or _shown(outcome) or desk.clock() + pause > end:
            return outcome
        desk.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.5)


def _seen(desk: Desk, first: Outcome) -> Outcome:
    live = desk.read()
    return dataclasses.replace(first, after=live, problem=_problem_of(desk, live.view))


def _problem_of(desk: Desk, view: View) -> Problem | None:
    """Why nothing may be concluded from a view: it may not be used, or half of it could not be read."""
    return desk.refuse(view) or next(iter(view.problems.values()), None)


def _shown(outcome: Outcome) -> bool:
    return outcome.added() == outcome.plan.add and outcome.removed() == outcome.plan.remove
