# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bring the view to the desired state, or wait until a person has: read, plan, perhaps write, and read back.

Nothing is claimed that was not read back. A write is sent once: where no answer comes, only the next read shows whether
it took effect.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import require_form
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, make_plan

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import WriteRequest
    from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
        MultitenantView,
        RegistrationState,
    )

FIRST_PAUSE: t.Final = 0.5
LONGEST_PAUSE: t.Final = 15.0
_PRECONDITION_FAILED: t.Final = 412
# Problems that another read cannot solve; any other may pass by itself.
_LASTING_PROBLEMS: t.Final = (
    "registration.signed_out",
    "registration.forbidden",
    "registration.other_operator",
    "registration.other_tenant",
    "registration.whose_unknown",
)


@dataclasses.dataclass(frozen=True, slots=True)
class WriteFailure:
    """A write that was not simply accepted. `status` 0: no answer came. `accepted`: number of requests before it."""

    status: int
    error_text: str
    accepted: int = 0

    @property
    def refused(self) -> bool:
        """Return whether the portal refused it. After a server error or without an answer it may have taken effect."""
        return 400 <= self.status < 500


@dataclasses.dataclass(frozen=True, slots=True)
class ReconcileContext:
    """Everything a reconciliation needs. `read` returns the view as it is now, `refuse` why a view may not be used.

    `keep` is called with what was read before the first write. `wait` is in seconds.
    """

    read: Callable[[], Reading]
    refuse: Callable[[MultitenantView], Problem | None]
    desired: DesiredState
    wait: float
    keep: Callable[[Reading], None] = lambda reading: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """The readings before and after. `plan` is what had to change at the beginning.

    `problem` says why nothing could be concluded at the end, if so.
    """

    before: Reading
    after: Reading
    plan: Plan
    problem: Problem | None = None
    write_failure: WriteFailure | None = None

    def added(self) -> tuple[str, ...]:
        """Planned additions that were not in the view before and are now, as read back."""
        return self._now(self.plan.add, "registered")

    def removed(self) -> tuple[str, ...]:
        """Planned removals that are no longer in the view, as read back."""
        return self._now(self.plan.remove, "not_registered")

    def vanished(self) -> tuple[str, ...]:
        """Tenants that were in the view and are not any more, although nobody asked to remove them."""
        kept = (tenant_id for tenant_id in self.before.view.registered if tenant_id not in self.plan.remove)
        return self._now(kept, "not_registered")

    def reached(self) -> bool:
        """Return whether the view shows everything that was planned."""
        return self.added() == self.plan.add and self.removed() == self.plan.remove

    def _now(self, tenant_ids: Iterable[str], state: RegistrationState) -> tuple[str, ...]:
        if self.problem:
            return ()
        return tuple(each for each in tenant_ids if self.after.view.registration_state(each) == state)


def look(context: ReconcileContext) -> Outcome:
    """Read the view, and plan what would have to change."""
    reading = context.read()
    problem = _problem_of(context, reading.view)
    plan = Plan() if problem else make_plan(context.desired, reading.view)
    return Outcome(reading, reading, plan, problem)


def assist(context: ReconcileContext) -> Outcome:
    """Wait until a person has carried out the plan by hand, or the time is up. Write nothing."""
    first = look(context)
    if first.problem or first.plan.empty or context.wait <= 0:
        return first
    return _read_back(context, first)


def apply(context: ReconcileContext, portal: Portal, contract: Contract) -> Outcome:
    """Send what the plan asks for as the contract describes it, once, and read back.

    Raises MtoError before the first write. Where somebody else changed the view between our read and our first write
    (HTTP 412), it is read and planned once more. After a later write the state before is no longer known: the view is
    read back, and the next run does the rest.
    """
    first = look(context)
    if first.problem or first.plan.empty:
        return first
    require_form(contract.answers, first.before.bodies)
    context.keep(first.before)
    failure = _send_plan(context, portal, contract, first)
    if failure is not None and failure.status == _PRECONDITION_FAILED and not failure.accepted:
        again = look(context)
        if again.problem:
            return dataclasses.replace(first, after=again.after, problem=again.problem, write_failure=failure)
        # The other person's change belongs to the state before: only what is planned now is claimed.
        first = again
        failure = None if again.plan.empty else _send_plan(context, portal, contract, again)
    return _read_back(context, dataclasses.replace(first, write_failure=failure))


def _send_plan(context: ReconcileContext, portal: Portal, contract: Contract, planned: Outcome) -> WriteFailure | None:
    """Send the requests in turn, up to the first that is not accepted."""
    requests = _requests(context, contract, planned, planned.before)
    for accepted in range(len(requests)):
        if accepted and contract.echoes:
            # Our own write has changed what the portal answers, an etag for example.
            reading = context.read()
            if _problem_of(context, reading.view) is not None:
                return WriteFailure(0, "the view could not be read again between two requests", accepted)
            try:
                requests = _requests(context, contract, planned, reading)
            except MtoError as error:
                return WriteFailure(0, str(error).removesuffix("."), accepted)
        failure = send_request(portal, requests[accepted])
        if failure is not None:
            return dataclasses.replace(failure, accepted=accepted)
    return None


def _requests(context: ReconcileContext, contract: Contract, planned: Outcome, reading: Reading) -> list[WriteRequest]:
    """Return the requests of a plan, filled from what was read last. Raises MtoError where a value is missing."""
    plan, desired = planned.plan, context.desired
    kept = [tenant_id for tenant_id in planned.before.view.registered if tenant_id not in plan.remove]
    return write_requests(
        contract,
        reading.bodies.placeholder_values(desired.home_tenant_id, desired.declared),
        full_list=[*kept, *plan.add],
        add=plan.add,
        remove=plan.remove,
    )


def send_request(portal: Portal, request: WriteRequest) -> WriteFailure | None:
    """Send one request. Return None where the portal accepted it."""
    try:
        response = portal.write(request.method, request.path, request.headers, request.body)
    except MtoError as error:
        # A recorded path may hold what the portal told the session alone, such as an etag.
        path = request.path.split("?", 1)[0]
        return WriteFailure(0, str(error).replace(path, "/(the recorded path)"))
    if response.status < 300:
        return None
    # A redirect leads to the sign-in page: nothing was changed.
    status = 401 if response.status < 400 else response.status
    return WriteFailure(status, f"the portal answered HTTP {response.status}")


def _read_back(context: ReconcileContext, first: Outcome) -> Outcome:
    """Read until the view shows the plan, the time is up, or reading has become pointless."""
    end = context.clock() + context.wait
    pause = FIRST_PAUSE
    refused = first.write_failure is not None and first.write_failure.refused
    while True:
        reading = context.read()
        outcome = dataclasses.replace(first, after=reading, problem=_problem_of(context, reading.view))
        hopeless = outcome.problem is not None and outcome.problem.reason in _LASTING_PROBLEMS
        if refused or hopeless or outcome.reached() or context.clock() + pause > end:
            return outcome
        context.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 1.5)


def _problem_of(context: ReconcileContext, view: MultitenantView) -> Problem | None:
    """Return why nothing may be concluded from a view: it may not be used, or a part of it could not be read."""
    return context.refuse(view) or next(iter(view.problems.values()), None)
