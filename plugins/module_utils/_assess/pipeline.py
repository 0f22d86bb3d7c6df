# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one pipeline from tenants to rows: read and judge, from Microsoft's answers or from saved evidence."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home, home_failure, unread_home
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import (
    DAMAGED,
    Saved,
    SavedRun,
    chosen,
    require_time,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, described
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import problem_of, walk
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session

Row = t.TypeVar("Row")


# What was read at home about one person, or why nothing was.
OpenedHome: t.TypeAlias = Home | HomeSignInError
# How one person's evidence about a tenant is read.
TenantReader: t.TypeAlias = "Callable[[Tenant], Reader[Case]]"
# What opens the home tenant: it signs in, reads what concerns all tenants, and returns for each person how to read one
# of them, or what stopped that.
OpenHome: t.TypeAlias = "Callable[[], Sequence[tuple[Home, TenantReader] | Exception]]"


@dataclasses.dataclass(frozen=True, slots=True)
class RowMaker(t.Generic[Row]):
    """How one step of the guide makes the row of a tenant that was read, and of one that could not be. Pure.

    `title` says on the screen what is done meanwhile.

    `unread` gets the problem, and the link that has to be fixed first, where another one is the cause.
    """

    title: str
    judge: Callable[[Case], Row]
    unread: Callable[[Case, Problem, str | None], Row]

    def row_of(self, saved: Saved) -> Row:
        """Return the same row as when it was read. Evidence that cannot be judged leaves everything unknown."""
        if saved.unread is not None:
            return self.unread(saved.case, saved.unread, saved.caused_by)
        try:
            return self.judge(saved.case)
        except Exception as error:  # noqa: BLE001  (a file can hold anything: one tenant never hides the others)
            return self.unread(saved.case, Problem(DAMAGED, {"said": described(error)}), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Assessment(t.Generic[Row]):
    """What was judged: the run as it can be saved, and a row for each of its tenants, in their order.

    `home` is what a later step need not read again, None where saved evidence was judged.
    """

    run: SavedRun
    rows: list[Row]
    home: OpenedHome | None = None
    warnings: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Step(t.Generic[Row]):
    """One step of the guide as of `now`, for the people of the `sessions`.

    `facts` are what its module returns beside its rows.
    """

    sessions: Sequence[Session]
    now: dt.datetime
    rows: RowMaker[Row]
    open_home: OpenHome
    facts: Callable[[Home], Mapping[str, object]]

    def assess(self, tenants: Sequence[Tenant]) -> list[Assessment[Row]]:
        """Read and judge every declared tenant for each person.

        Whatever happens in the home tenant, there is a row for each: where that leaves nothing known, all are unknown,
        and the result says why.
        """
        people = [
            _Person(self, session, one, None) if isinstance(one, HomeSignInError) else _Person(self, session, *one)
            for session, one in zip(self.sessions, self._opened(), strict=True)
        ]
        if not any(person.reader for person in people):
            judged = [[person.unread(tenant) for person in people] for tenant in tenants]
        else:
            judged = walk(
                self.sessions[0],
                tenants,
                lambda tenant: _judged(people, tenant),
                lambda tenant, problem: [person.unread(tenant, problem) for person in people],
                lambda done: self.sessions[0].progress(self.rows.title, done, len(tenants)),
            )
        return [person.assessment([row[number] for row in judged]) for number, person in enumerate(people)]

    def _opened(self) -> list[tuple[Home, TenantReader] | HomeSignInError]:
        try:
            opened = self.open_home()
        except Exception as error:  # noqa: BLE001  (nothing that the home tenant answers may cost the rows)
            opened = [error] * len(self.sessions)
        return [
            session.as_home_error(one) if isinstance(one, Exception) else one
            for session, one in zip(self.sessions, opened, strict=True)
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class _Person(t.Generic[Row]):
    """One of the people whose access is judged. Without a `reader` nothing is known about any tenant."""

    step: Step[Row]
    session: Session
    home: OpenedHome
    reader: TenantReader | None

    @property
    def known_home(self) -> Home:
        """What is known of the home tenant, at least what the options say."""
        return unread_home(self.session) if isinstance(self.home, HomeSignInError) else self.home

    def unread(self, tenant: Tenant, problem: Problem | None = None) -> tuple[Saved, Row]:
        """Return the row of a tenant that was not read: because of the home tenant, or because of that problem."""
        cause = None
        if isinstance(self.home, HomeSignInError):
            problem = self.home.problem
            cause = None if problem.reason.startswith("read.") else "sign_in"
        case = empty_case(self.session, self.known_home, tenant, self.step.now)
        saved = Saved(case, problem or Problem("read.failed"), cause)
        return saved, self.step.rows.row_of(saved)

    def judge(self, case: Case) -> tuple[Saved, Row]:
        """Return the row of a tenant that was read."""
        return Saved(case), self.step.rows.judge(case)

    def assessment(self, judged: Sequence[tuple[Saved, Row]]) -> Assessment[Row]:
        """Return all rows, with what the module returns beside them."""
        home = self.known_home
        failure = home_failure(self.home) if isinstance(self.home, HomeSignInError) else {}
        run = SavedRun(
            home_tenant_id=self.session.home_target.tenant_id,
            operator=home.operator,
            cloud=self.session.cloud_name,
            read_at=timestamp(self.step.now),
            tenants=tuple(saved for saved, _row in judged),
            returned={**self.step.facts(home), **failure},
        )
        return Assessment(run, [row for _saved, row in judged], self.home, self.session.warnings)


def _judged(people: Sequence[_Person[Row]], tenant: Tenant) -> list[tuple[Saved, Row]]:
    """Read and judge one tenant for everybody. What goes wrong for one of them is that person's row."""
    readers = [person.reader(tenant) for person in people if person.reader is not None]
    results = read_together(readers)
    cases = iter(results)
    return [_row_of(person, tenant, None if person.reader is None else next(cases)) for person in people]


def _row_of(person: _Person[Row], tenant: Tenant, case: Case | Exception | None) -> tuple[Saved, Row]:
    if case is None:
        return person.unread(tenant)
    try:
        if isinstance(case, Exception):
            raise case
        return person.judge(case)
    except Exception as error:  # noqa: BLE001  (a tenant that cannot be judged for one person is judged for the others)
        return person.unread(tenant, problem_of(error))


def assess_again(
    run: SavedRun, tenants: Sequence[Tenant], now: dt.datetime | None, rows: RowMaker[Row]
) -> Assessment[Row]:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError."""
    require_time(run, now)
    run = chosen(run, tenants)
    return Assessment(run, [rows.row_of(saved.at(now)) for saved in run.tenants])
