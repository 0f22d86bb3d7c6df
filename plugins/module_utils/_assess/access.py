# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's second step for all tenants: verified access, one row for each tenant in the declared order."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import RowMaker, Step, assess_again
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import judge_listed
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN, checks_of, judged
from ansible_collections.m365.defender.plugins.module_utils._collect.access import Lists, access_reader, lists_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.saved_reader import read_runs
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case
from ansible_collections.m365.defender.plugins.module_utils._collect.trim import trim_row
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import NOT_CHOSEN, Problem, Tenant, Verdict
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import (
        Assessment,
        TenantReader,
    )
    from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import RequirementRow
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session

CHECKS: t.Final = tuple(check.name for check in checks_of("access"))


@dataclasses.dataclass(frozen=True, slots=True)
class AccessRow:
    """The result for one tenant. `method` is the access method whose list holds it, None where none does."""

    tenant: Tenant
    verdicts: Mapping[str, Verdict]
    method: str | None
    checks: tuple[str, ...]

    @property
    def status(self) -> str:
        """`verified` when every check that counts is met; `unverified` when one is unmet; else `unknown`."""
        statuses = [self.verdicts[check].status for check in self.checks]
        if "unmet" in statuses:
            return "unverified"
        return "verified" if all(status == "met" for status in statuses) else "unknown"

    def as_dict(self) -> dict[str, object]:
        """Return a row of the module's `tenants`."""
        root = CHAIN.first_broken(self.verdicts)
        return {
            "tenant_id": self.tenant.tenant_id,
            "name": self.tenant.name,
            "status": self.status,
            "method": self.method,
            "checks": list(self.checks),
            **{check: verdict.as_dict() for check, verdict in self.verdicts.items()},
            "first_broken": root.link if root else None,
            "reason": self.verdicts[root.check].reason if root else None,
        }


def parse_checks(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the checks that count, in their order; all where none is named. Raises OptionError."""
    if names is None:
        return CHECKS
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        raise OptionError(f"checks: '{unknown[0]}' is not a check; choose among {', '.join(CHECKS)}.")
    if not names:
        raise OptionError(
            f"checks: the list is empty, so that nothing would be verified; choose among {', '.join(CHECKS)}."
        )
    return tuple(check for check in CHECKS if check in names)


def judge_access_checks(case: Case, checks: Sequence[str]) -> AccessRow:
    """Return every verdict about one tenant; a check that was not chosen says so and counts for nothing. Pure."""
    verdicts = judged(case, "access")
    method = judge_listed(case)[1] if "listed" in checks else None
    return _row(case, trim_row(verdicts), method, checks)


def unread_access(case: Case, problem: Problem, checks: Sequence[str]) -> AccessRow:
    """Return the row of a tenant of which nothing could be read: every check is unknown, and says why."""
    details = {"what": "access", "where": case.tenant.name, **problem.details}
    causes = {} if problem.reason.startswith("access.") else {"listed": "sign_in", "defender": "sign_in"}
    verdicts = {check: case.verdict(check, problem.reason, details, caused_by=causes.get(check)) for check in CHECKS}
    return _row(case, verdicts, None, checks)


def _row(case: Case, verdicts: Mapping[str, Verdict], method: str | None, checks: Sequence[str]) -> AccessRow:
    counted = {
        check: verdict if check in checks else case.verdict(check, NOT_CHOSEN) for check, verdict in verdicts.items()
    }
    return AccessRow(case.tenant, counted, method, tuple(checks))


def _rows(checks: Sequence[str]) -> RowMaker[AccessRow]:
    return RowMaker(
        "Access verified",
        lambda case: judge_access_checks(case, checks),
        lambda case, problem, _cause: unread_access(case, problem, checks),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class AccessFacts:
    """The result of mto_tenant_access."""

    assessment: Assessment[AccessRow]
    checks: tuple[str, ...]

    def as_dict(self, *, with_evidence: bool = False) -> dict[str, object]:
        """Return the module's result."""
        run, rows = self.assessment.run, self.assessment.rows
        return {
            "tenants": [row.as_dict() for row in rows],
            "verified": all(row.status == "verified" for row in rows),
            **run.context(),
            "warnings": self.assessment.warnings,
            **run.returned,
            "checks": list(self.checks),
            **({"evidence": run.as_dict("access")} if with_evidence else {}),
        }


def verify_access(session: Session, tenants: Sequence[Tenant], checks: Sequence[str]) -> AccessFacts:
    """Verify the access to all tenants."""
    (facts,) = team_access([session], tenants, checks)
    return facts


def team_access(
    sessions: Sequence[Session],
    tenants: Sequence[Tenant],
    checks: Sequence[str],
    known: Sequence[Assessment[RequirementRow] | None] = (),
) -> list[AccessFacts]:
    """Verify the access of several people. `known` is what the step before has read for each of them."""
    now = utc_now()
    known = known or [None] * len(sessions)
    homes = [before.home if before else None for before in known]

    def reader_of(session: Session, lists: Lists, before: Assessment[RequirementRow] | None) -> TenantReader:
        seen = {saved.case.tenant.tenant_id: saved.case.evidence for saved in before.run.tenants} if before else {}

        def reader(tenant: Tenant) -> Reader[Case]:
            case = empty_case(session, lists.home, tenant, now)
            return access_reader(session, lists, case, checks, seen.get(tenant.tenant_id, {}))

        return reader

    def open_home() -> list[tuple[Home, TenantReader] | Exception]:
        if None in homes:
            sessions[0].sign_in_home()
        people = zip(sessions, homes, strict=True)
        readers = [lists_reader(who, tenants, checks, home) for who, home in people if not isinstance(home, Exception)]
        results = read_together(readers)
        opened = iter(results)
        lists = [home if isinstance(home, Exception) else next(opened) for home in homes]
        return [
            one if isinstance(one, Exception) else (one.home, reader_of(session, one, before))
            for session, one, before in zip(sessions, lists, known, strict=True)
        ]

    step = Step(sessions, now, _rows(checks), open_home, lambda _home: {"checks": list(checks)})
    return [AccessFacts(assessment, tuple(checks)) for assessment in step.assess(tenants)]


def access_from_evidence(
    body: object,
    tenants: Sequence[Tenant] = (),
    checks: Sequence[str] | None = None,
    now: dt.datetime | None = None,
) -> AccessFacts:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError.

    `checks` can leave out some of those that were made; none can be added.
    """
    run = read_runs(body, "access", utc_now())
    made = parse_checks(run.returned.get("checks"))
    wanted = made if checks is None else parse_checks(checks)
    missing = [check for check in wanted if check not in made]
    if missing:
        raise OptionError(f"checks: {missing[0]} was not checked when the evidence was read; leave it out.")
    return AccessFacts(assess_again(run, tenants, now, _rows(wanted)), wanted)
