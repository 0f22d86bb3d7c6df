# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both steps of the guide in one go: tokens, and what is read at home, are asked for once."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    AccessFacts,
    access_from_evidence,
    team_access,
)
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    RequirementFacts,
    facts_from_evidence,
    team_requirements,
)
from ansible_collections.m365.defender.plugins.module_utils._assess.team import (
    AnalystRow,
    analyst_row,
    require_different,
)

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import Analyst
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant


@dataclasses.dataclass(frozen=True, slots=True)
class FullAssessment:
    """The result of mto_assessment_info: that of the operator, and a row for each person of a `team`."""

    requirements: RequirementFacts
    access: AccessFacts
    team: tuple[AnalystRow, ...] = ()

    def as_dict(self, *, with_evidence: bool = False) -> dict[str, object]:
        """Return the module's result: what both modules return, side by side.

        What happened at home stops both. Otherwise the operator's sign-in stops the second step only, and says so.
        """
        first = self.requirements.as_dict(as_facts=False)
        second = self.access.as_dict()
        warnings = [*self.requirements.assessment.warnings, *self.access.assessment.warnings]
        return {
            **second,
            **first,
            "warnings": list(dict.fromkeys(warnings)),
            **({"operators": [row.as_dict() for row in self.team]} if self.team else {}),
            **(self._evidence() if with_evidence else {}),
        }

    def _evidence(self) -> dict[str, object]:
        requirements = self.requirements.assessment.run.as_dict("requirements")
        access = self.access.assessment.run.as_dict("access")
        return {"evidence": {**requirements, "access": access["access"]}}


def assess_tenants(
    session: Session,
    tenants: Sequence[Tenant],
    checks: Sequence[str],
    expiry_warning_days: int,
    team: Sequence[Analyst] = (),
) -> FullAssessment:
    """Check the requirements of all tenants, then verify the access to them. The first of a team is the operator.

    Raises OptionError where two entries of the team are one person.
    """
    sessions = [session, *(session.about(analyst.operator) for analyst in team[1:])]
    requirements = team_requirements(sessions, tenants, expiry_warning_days)
    require_different([facts.assessment.run.operator for facts in requirements], team)
    access = team_access(sessions, tenants, checks, [facts.assessment for facts in requirements])
    rows = (analyst_row(*row) for row in zip(team, requirements, access, strict=True)) if team else ()
    return FullAssessment(requirements[0], access[0], tuple(rows))


def assessment_from_evidence(
    body: object,
    tenants: Sequence[Tenant] = (),
    checks: Sequence[str] | None = None,
    now: dt.datetime | None = None,
) -> FullAssessment:
    """Judge saved evidence of both steps again. Raises OptionError."""
    return FullAssessment(facts_from_evidence(body, tenants, now), access_from_evidence(body, tenants, checks, now))
