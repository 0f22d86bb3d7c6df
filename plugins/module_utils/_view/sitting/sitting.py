# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sitting: a person signs in to the portal and clicks, and each step is noticed by what the portal answers.

Nothing is written before all of it is there, so that a failure leaves every file as it was.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import CONTEXT
from ansible_collections.m365.defender.plugins.module_utils._view.messages import problem_text, sentence_details
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import answer_name
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import view_of_recording
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import owner_problem
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.guide import (
    SHELL,
    Progress,
    lines_of,
    page_parts,
    steps_of,
)
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recipe import Recipe
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recording import Recording

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import LearnedContract
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView
    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.driver import SittingBrowser
    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import SittingOptions
    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recording import Entry, Exchange

    Learn = Callable[[object, str], LearnedContract]

# How long the person's page is listened to before anything is concluded, in seconds.
_POLL: t.Final = 0.25
# The portal's page reads its answers one after the other: after this silence, it has read them all.
_QUIET: t.Final = 1.0
_ASK_AGAIN: t.Final = 5.0
_PLACE: t.Final = "The recording"
_NOT_YET: t.Final = "registration.not_in_snapshot"


@dataclasses.dataclass(frozen=True, slots=True)
class Finished:
    """What a sitting has led to. `learned` is None where nothing was to be recorded."""

    view: MultitenantView
    cookies: list[dict[str, object]] = dataclasses.field(repr=False)
    learned: LearnedContract | None


class Sitting:
    """A sitting in a browser that has just been started. `clock` is in seconds."""

    def __init__(
        self,
        options: SittingOptions,
        connection: Connection,
        browser: SittingBrowser,
        *,
        learn: Learn,
        tell: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._connection = connection
        self._browser = browser
        self._learn = learn
        self._tell = tell
        self._clock = clock
        self._url = f"{connection.cloud.mto}/mtosettings"
        self._recording = Recording()
        self._answers: list[Entry] = []
        self._view: MultitenantView | None = None
        self._recipe = Recipe() if options.contract_file else None
        self._problem = self._refusal = ""
        self._told: list[str] = []
        self._heard_at = self._asked_at = clock()
        self._to_learn = False
        self._learned: LearnedContract | None = None

    def run(self) -> Finished:
        """Return what the sitting has led to. Raise MtoError in one sentence for all that ends it."""
        ends = self._clock() + self._options.wait
        self._show()
        self._browser.open(self._url)
        while not self._finished():
            if self._clock() >= ends:
                raise MtoError(self._too_late())
            for exchange in self._browser.wait(_POLL):
                self._hear(exchange)
            self._work_when_quiet()
            self._show()
        self._show(finished=True)
        if self._view is None:
            raise ValueError("a sitting is not finished without a view")
        return Finished(self._view, self._browser.cookies(), self._learned)

    def _finished(self) -> bool:
        return self._shown() and (self._recipe is None or self._learned is not None)

    def _signed_in(self) -> bool:
        return self._view is not None and self._view.operator is not None

    def _shown(self) -> bool:
        """Return whether it is the operator's view, and can be read."""
        return self._signed_in() and self._view is not None and not self._view.problems

    def _hear(self, exchange: Exchange) -> None:
        """Take over what the page and the portal have said. Raise MtoError if it is not the operator's session."""
        entry = self._recording.add(exchange)
        if answer_name(entry) is None:
            return
        self._answers.append(entry)
        self._heard_at = self._clock()
        names = {answer_name(answer) for answer in self._answers}
        if not names & {"picker", "effective"}:
            return
        self._view = view_of_recording(self._answers, _PLACE)
        self._require_operator(self._view)
        problems = [problem for problem in self._view.problems.values() if problem.reason != _NOT_YET]
        self._problem = self._words(problems[0]) if problems else ""
        if self._shown():
            self._observe(self._view)

    def _require_operator(self, view: MultitenantView) -> None:
        if view.operator is None:
            return
        problem = owner_problem(view, self._options.operator, self._connection.home_tenant_id)
        if problem is not None:
            raise MtoError(
                f"{self._words(problem)} Nothing was written. Sign out there, or name another"
                f" {option_name('browser_profile')}, before you run again."
            )

    def _words(self, problem: Problem) -> str:
        url = self._connection.cloud.mto or ""
        return problem_text(problem, sentence_details(self._connection, self._options.operator, url))

    def _observe(self, view: MultitenantView) -> None:
        """Compare the view with what was seen of it before. The home tenant plays no part."""
        if self._recipe is None:
            return
        home = self._connection.home_tenant_id
        tenants = [each for each in view.exposed or {} if each != home]
        # The page reads the two answers one after the other: the group alone says what is in the view.
        reachable = [row.tenant_id for row in (view.offered or {}).values() if not row.lost_access]
        addable = [each for each in reachable if each not in {home, *tenants}]
        changed = self._recipe.observe(tenants, addable)
        if not self._recipe.possible:
            raise MtoError(
                "A recording needs three tenants, of which one stays in the view and two are added and removed, and"
                f" the portal offers {self._options.operator} {len({*tenants, *addable})}. Nothing was written. Set"
                f" {option_name('record')} to false for a session without a recording."
            )
        self._to_learn = self._to_learn or (changed and self._recipe.complete)

    def _work_when_quiet(self) -> None:
        """Once the page has read everything: ask whose session it is if the page did not, and learn from a change."""
        now = self._clock()
        if self._view is None or now - self._heard_at < _QUIET:
            return
        if not self._signed_in() and now - self._asked_at >= _ASK_AGAIN:
            self._asked_at = now
            self._browser.ask(CONTEXT)
        if self._to_learn:
            self._to_learn = False
            try:
                self._learned = self._learn(self._recording.har(), _PLACE)
            except OptionError as error:
                self._refusal = one_line(error)

    def _show(self, *, finished: bool = False) -> None:
        steps = steps_of(self._progress(finished=finished))
        lines = lines_of(steps)
        if lines == self._told:
            return
        for line in lines:
            if line not in self._told:
                self._tell(line)
        self._told = lines
        self._browser.show(SHELL, page_parts(steps))

    def _progress(self, *, finished: bool = False) -> Progress:
        return Progress(
            operator=self._options.operator,
            settings_url=self._url,
            signed_in=self._signed_in(),
            shown=self._shown(),
            recipe=self._recipe,
            name_of=self._name,
            note=self._problem or self._refusal,
            finished=finished,
        )

    def _name(self, tenant_id: str) -> str:
        view = self._view
        row = (view.offered_row(tenant_id) or view.exposed_row(tenant_id)) if view else None
        return row.name if row else tenant_id

    def _too_late(self) -> str:
        step = next(step for step in steps_of(self._progress()) if step.state == "now")
        return (
            f"The time is up at the step '{step.title}', and nothing was written. {step.text} Run again, and set"
            f" {option_name('wait', 'record_wait')} if {self._options.wait} seconds are not enough."
        )
