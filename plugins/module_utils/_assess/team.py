# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One row for each person of a team: a cell for every tenant says where the chain breaks for that person, and why.

What was proven with the operator's own sign-in is in the operator's cells only. For the others, the checks that need it
are unknown, as in a run without it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import quoted

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._assess.access import AccessFacts, AccessRow
    from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
        RequirementFacts,
        RequirementRow,
    )
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import Analyst
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One tenant as one person reaches it."""

    requirements: RequirementRow
    access: AccessRow

    def as_dict(self) -> dict[str, object]:
        """Return the statuses of all checks, and in full only the verdicts that somebody has to act on."""
        verdicts: Mapping[str, Verdict] = CHAIN.ordered({**self.requirements.verdicts, **self.access.verdicts})
        root, unready = CHAIN.first_broken(verdicts), CHAIN.first_broken(self.requirements.verdicts)
        return {
            "tenant_id": self.requirements.tenant.tenant_id,
            "name": self.requirements.tenant.name,
            "ready": self.requirements.ready,
            "verified": self.access.status == "verified",
            "eligible": self.requirements.ready and self.access.status == "verified" and root is None,
            "first_broken": root.link if root else None,
            "reason": verdicts[root.check].reason if root else None,
            "unready": unready.link if unready else None,
            "unready_reason": self.requirements.verdicts[unready.check].reason if unready else None,
            "checks": {check: verdict.status for check, verdict in verdicts.items() if verdict.chosen},
            "unread": [reason for verdict in verdicts.values() if verdict.chosen for reason in verdict.unread],
            "verdicts": {
                check: {**verdict.as_dict(), "evidence": []}
                for check, verdict in verdicts.items()
                if verdict.broken or any(caveat.actionable for caveat in verdict.caveats)
            },
        }


@dataclasses.dataclass(frozen=True, slots=True)
class AnalystRow:
    """One person and every declared tenant. `operator` is the user principal name where it could be read."""

    operator: str
    name: str
    cells: tuple[Cell, ...]

    def as_dict(self) -> dict[str, object]:
        """Return a row of the module's `operators`."""
        tenants = [cell.as_dict() for cell in self.cells]
        return {"operator": self.operator, "name": self.name or self.operator, "tenants": tenants}


def analyst_row(analyst: Analyst, requirements: RequirementFacts, access: AccessFacts) -> AnalystRow:
    """Return the row of one person."""
    pairs = zip(requirements.assessment.rows, access.assessment.rows, strict=True)
    return AnalystRow(requirements.assessment.run.operator, analyst.name, tuple(Cell(*pair) for pair in pairs))


def require_different(operators: Sequence[str], team: Sequence[Analyst]) -> None:
    """Raise OptionError where two entries, a name and an object ID say, are the same person."""
    seen: dict[str, int] = {}
    for number, operator in enumerate(operators):
        first = seen.setdefault(operator.lower(), number)
        if first != number:
            raise OptionError(
                f"operators[{number}]: {quoted(team[number].operator)} is {operator}, who is already in"
                f" operators[{first}]; remove one of the two."
            )
