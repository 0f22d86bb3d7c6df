# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one pipeline from tenants to rows: read and judge, from Microsoft's answers or from saved evidence."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home, home_failure, unread_home
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import (
    DAMAGED,
    Saved,
    SavedRun,
    chosen,
    require_time,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, described
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import walk
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session

Row = t.TypeVar("Row")


# What opens the home tenant: it signs in, reads what concerns all tenants, and returns how to read one of them.
OpenHome: t.TypeAlias = "Callable[[], tuple[Home, Callable[[Tenant], Case]]]"
# What was read at home, or why nothing was.
OpenedHome: t.TypeAlias = Home | HomeSignInError


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
    """One step of the guide in a session, as of `now`. `facts` are what its module returns beside its rows."""

    session: Session
    now: dt.datetime
    rows: RowMaker[Row]
    open_home: OpenHome
    facts: Callable[[Home], Mapping[str, object]]

    def assess(self, tenants: Sequence[Tenant]) -> Assessment[Row]:
        """Read and judge every declared tenant.

        Whatever happens in the home tenant, there is a row for each: where that leaves nothing known, all are unknown,
        and the result says why.
        """
        opened, judged = self._judged(tenants)
        failure: Mapping[str, object] = {}
        if isinstance(opened, HomeSignInError):
            home, failure = unread_home(self.session), home_failure(opened)
        else:
            home = opened
        run = SavedRun(
            home_tenant_id=self.session.home_target.tenant_id,
            operator=home.operator,
            cloud=self.session.cloud_name,
            read_at=timestamp(self.now),
            tenants=tuple(saved for saved, _row in judged),
            returned={**self.facts(home), **failure},
        )
        return Assessment(run, [row for _saved, row in judged], opened, self.session.warnings)

    def _judged(self, tenants: Sequence[Tenant]) -> tuple[OpenedHome, list[tuple[Saved, Row]]]:
        try:
            home, read = self.open_home()
        except Exception as caught:  # noqa: BLE001  (nothing that the home tenant answers may cost the rows)
            error = self.session.as_home_error(caught)
            cause = None if error.problem.reason.startswith("read.") else "sign_in"
            nothing = unread_home(self.session)
            return error, [self._unread(nothing, tenant, error.problem, cause) for tenant in tenants]

        def work(tenant: Tenant) -> tuple[Saved, Row]:
            case = read(tenant)
            return Saved(case), self.rows.judge(case)

        return home, walk(
            self.session,
            tenants,
            work,
            lambda tenant, problem: self._unread(home, tenant, problem),
            lambda done: self.session.progress(self.rows.title, done, len(tenants)),
        )

    def _unread(self, home: Home, tenant: Tenant, problem: Problem, caused_by: str | None = None) -> tuple[Saved, Row]:
        saved = Saved(empty_case(self.session, home, tenant, self.now), problem, caused_by)
        return saved, self.rows.row_of(saved)


def assess_again(
    run: SavedRun, tenants: Sequence[Tenant], now: dt.datetime | None, rows: RowMaker[Row]
) -> Assessment[Row]:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError."""
    require_time(run, now)
    run = chosen(run, tenants)
    return Assessment(run, [rows.row_of(saved.at(now)) for saved in run.tenants])
