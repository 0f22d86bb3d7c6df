# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module returned for a team: the rows, and what each person has to act on."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import Subject, findings_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import read_verdict
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding


@dataclasses.dataclass(frozen=True, slots=True)
class Team:
    """The rows of `mto_assessment_info`, with what each of them but the operator, who is first, has to act on."""

    rows: tuple[AnalystRow, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def from_results(cls, results: Sequence[Fields]) -> Team | None:
        """Return the team of the module's result, None where it judged one person. Raises OptionError."""
        people = [row for result in results for row in result.optional_rows("operators") or ()]
        for person in people:
            require_unmasked("operators", person.value("tenants"))
        rows = tuple(_row(person) for person in people)
        findings = (finding for person in people[1:] for finding in _findings(person))
        return cls(rows, tuple(findings)) if rows else None


def _row(person: Fields) -> AnalystRow:
    cells = tuple(Cell.from_fields(cell, "name") for cell in person.rows("tenants"))
    return AnalystRow(person.text("operator"), person.text("name"), cells)


def _findings(person: Fields) -> Iterator[Finding]:
    operator = person.text("operator")
    for cell in person.rows("tenants"):
        verdicts: dict[str, Verdict] = {
            check: read_verdict(check, row) for check, row in cell.by_name("verdicts").items()
        }
        yield from findings_of(Subject(cell.text("tenant_id"), cell.text("name"), operator), verdicts)
