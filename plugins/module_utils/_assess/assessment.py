# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both steps of the guide in one go: tokens, and what is read at home, are asked for once."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    AccessFacts,
    access_from_evidence,
    verify_access,
)
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    RequirementFacts,
    facts_from_evidence,
    requirement_facts,
)

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant


@dataclasses.dataclass(frozen=True, slots=True)
class FullAssessment:
    """The result of mto_assessment_info."""

    requirements: RequirementFacts
    access: AccessFacts

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
            **(self._evidence() if with_evidence else {}),
        }

    def _evidence(self) -> dict[str, object]:
        requirements = self.requirements.assessment.run.as_dict("requirements")
        access = self.access.assessment.run.as_dict("access")
        return {"evidence": {**requirements, "access": access["access"]}}


def assess_tenants(
    session: Session, tenants: Sequence[Tenant], checks: Sequence[str], expiry_warning_days: int
) -> FullAssessment:
    """Check the requirements of all tenants, then verify the access to them."""
    requirements = requirement_facts(session, tenants, expiry_warning_days)
    return FullAssessment(requirements, verify_access(session, tenants, checks, known=requirements.assessment.home))


def assessment_from_evidence(
    body: object,
    tenants: Sequence[Tenant] = (),
    checks: Sequence[str] | None = None,
    now: dt.datetime | None = None,
) -> FullAssessment:
    """Judge saved evidence of both steps again. Raises OptionError."""
    return FullAssessment(facts_from_evidence(body, tenants, now), access_from_evidence(body, tenants, checks, now))
