# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says beyond its own run: what has changed since the run before, and what somebody has accepted."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

# An accepted finding fails nothing, be it new or not.
FindingState = t.Literal["new", "open", "accepted"]
FINDING_STATES: t.Final[tuple[FindingState, ...]] = t.get_args(FindingState)
# Whether the chain of a tenant breaks earlier or later than in the run before.
Trend = t.Literal["worse", "better"]
TRENDS: t.Final[tuple[Trend, ...]] = t.get_args(Trend)


@dataclasses.dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a finding is accepted, by whom, and until which day (ISO 8601)."""

    why: str
    owner: str
    until: str

    def as_dict(self) -> dict[str, str]:
        """Return the fields."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> Acceptance:
        """Return the acceptance of a finding of a report. Raises OptionError."""
        return cls(fields.text("why"), fields.text("owner"), fields.text("until"))


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """How many findings and tenants are different from the run before. `previous_at` is None where there is none.

    Findings: `new`, `resolved`, `unread` (not found again, because something could not be read this time), and
    `left_out` (not looked for this time: the tenant is not declared any more, or the check was left out). Tenants:
    `worse` and `better`. `not_compared` is why an existing report was not compared, as a sentence; empty if it was.
    """

    previous_at: str | None = None
    new: int = 0
    resolved: int = 0
    unread: int = 0
    left_out: int = 0
    worse: int = 0
    better: int = 0
    not_compared: str = ""

    @property
    def nothing(self) -> bool:
        """True where the run was compared with another one, and nothing is different."""
        return self.previous_at is not None and self == Changes(self.previous_at)

    def as_dict(self) -> dict[str, object]:
        """Return the fields."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> Changes:
        """Return the changes of a report. Raises OptionError."""
        numbers = ("new", "resolved", "unread", "left_out", "worse", "better")
        return cls(
            previous_at=fields.optional_text("previous_at"),
            not_compared=fields.text("not_compared"),
            **{name: fields.count(name) for name in numbers},
        )


@dataclasses.dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A run in one line. `findings` has the number of each kind without those that are `accepted`.

    `in_order` is the number of tenants whose chain is not broken.
    """

    at: str
    home_tenant_id: str
    operator: str
    declared: int
    in_order: int
    findings: t.Mapping[str, int]
    accepted: int
    new: int
    resolved: int

    def as_dict(self) -> dict[str, object]:
        """Return the line, as JSON has it."""
        return {**dataclasses.asdict(self), "findings": dict(self.findings)}

    @classmethod
    def from_fields(cls, fields: Fields) -> HistoryEntry:
        """Return the entry that `as_dict` made a row of. Raises OptionError."""
        findings = fields.row("findings")
        return cls(
            fields.time("at"),
            fields.text("home_tenant_id"),
            fields.text("operator"),
            fields.count("declared"),
            fields.count("in_order"),
            {kind: findings.count(kind) for kind in findings.raw},
            *(fields.count(name) for name in ("accepted", "new", "resolved")),
        )
