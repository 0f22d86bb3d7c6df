# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's first step for all tenants: the requirements, one row for each tenant in the declared order."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import RowMaker, Step, assess_again
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import (
    CHAIN,
    checks_of,
    expiries_of,
    judged,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home, home_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.saved_reader import read_runs
from ansible_collections.m365.defender.plugins.module_utils._collect.target import tenant_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.trim import trim_row
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import Assessment, TenantReader
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry, Problem, Tenant, Verdict


@dataclasses.dataclass(frozen=True, slots=True)
class RequirementRow:
    """All requirements of one tenant, in the order of the chain, and what ends, the soonest first."""

    tenant: Tenant
    verdicts: Mapping[str, Verdict]
    expiries: tuple[Expiry, ...] = ()

    @property
    def ready(self) -> bool:
        """True only when every required verdict is met: unknown is never ok."""
        required = [verdict for verdict in self.verdicts.values() if verdict.severity == "required"]
        return bool(required) and all(verdict.status in ("met", "not_applicable") for verdict in required)

    def as_dict(self) -> dict[str, object]:
        """Return one value of `mto_requirements`: the fixed interface, plus `reason`, the reason of `first_broken`."""
        root = CHAIN.first_broken(self.verdicts)
        return {
            "tenant_id": self.tenant.tenant_id,
            "name": self.tenant.name,
            "ready": self.ready,
            "first_broken": root.link if root else None,
            "reason": self.verdicts[root.check].reason if root else None,
            "requirements": {check: verdict.as_dict() for check, verdict in self.verdicts.items()},
            "expiries": [expiry.as_dict() for expiry in self.expiries],
        }


def judge_requirements(case: Case) -> RequirementRow:
    """Return every verdict about one tenant. Pure."""
    verdicts = judged(case, "requirements")
    return RequirementRow(case.tenant, trim_row(verdicts), expiries_of(case))


def unread_requirements(case: Case, problem: Problem, caused_by: str | None = None) -> RequirementRow:
    """Return the row of a tenant of which nothing could be read: every verdict is unknown and says why."""
    details = {"where": case.tenant.name, **problem.details}
    # Refused at home, a disabled operator has no access anywhere: that is a "no", and its own cause.
    caused_by = None if problem.reason.startswith("access.") else caused_by
    verdicts = {
        check.name: case.verdict(
            check.name, problem.reason, {"what": f"what decides on {check.name}", **details}, caused_by=caused_by
        )
        for check in checks_of("requirements")
    }
    return RequirementRow(case.tenant, verdicts)


ROWS: t.Final = RowMaker("Requirements checked", judge_requirements, unread_requirements)


@dataclasses.dataclass(frozen=True, slots=True)
class RequirementFacts:
    """The result of mto_requirement_facts. The run's operator is the user principal name where it could be read."""

    assessment: Assessment[RequirementRow]

    def as_dict(self, *, with_evidence: bool = False, as_facts: bool = True) -> dict[str, object]:
        """Return the module's result."""
        run, rows = self.assessment.run, self.assessment.rows
        by_id = {row.tenant.tenant_id: row.as_dict() for row in rows}
        return {
            **({"ansible_facts": {"mto_requirements": by_id}} if as_facts else {"requirements": by_id}),
            **run.context(),
            "warnings": self.assessment.warnings,
            **run.returned,
            **({"evidence": run.as_dict("requirements")} if with_evidence else {}),
        }


def requirement_facts(session: Session, tenants: Sequence[Tenant], expiry_warning_days: int = 30) -> RequirementFacts:
    """Read and judge the requirements of all tenants."""
    (facts,) = team_requirements([session], tenants, expiry_warning_days)
    return facts


def team_requirements(
    sessions: Sequence[Session], tenants: Sequence[Tenant], expiry_warning_days: int
) -> list[RequirementFacts]:
    """Read and judge the requirements of all tenants for several people, the operator's own session first."""
    now, lead = utc_now(), sessions[0]

    def reader_of(session: Session, home: Home) -> TenantReader:
        return functools.partial(tenant_reader, session, home, now=now, expiry_warning_days=expiry_warning_days)

    def open_home() -> list[tuple[Home, TenantReader] | Exception]:
        lead.sign_in_home()
        homes = read_together([home_reader(session, tenants, now) for session in sessions])
        return [
            home if isinstance(home, Exception) else (home, reader_of(session, home))
            for session, home in zip(sessions, homes, strict=True)
        ]

    def facts(home: Home) -> dict[str, object]:
        targets = [dataclasses.replace(lead.home_target, name=home.name)]
        targets += [ReadTarget(tenant.tenant_id, tenant.name, lead.consent_url(tenant.tenant_id)) for tenant in tenants]
        missing = [row for target in targets for row in lead.missing_permissions(target)]
        # Where nobody could read it, the target is called by what it is.
        named = {"home_tenant_name": home.name} if home.name != lead.home_target.name else {}
        return {"missing_permissions": missing, **named}

    return [RequirementFacts(one) for one in Step(sessions, now, ROWS, open_home, facts).assess(tenants)]


def facts_from_evidence(
    body: object, tenants: Sequence[Tenant] = (), now: dt.datetime | None = None
) -> RequirementFacts:
    """Judge saved evidence again, as at `now`, or as at the time it was judged at. Raises OptionError."""
    return RequirementFacts(assess_again(read_runs(body, "requirements", utc_now()), tenants, now, ROWS))
