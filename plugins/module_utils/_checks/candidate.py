# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one object says about a check. Several objects make several candidates; the best one becomes the verdict. Pure.

A check that looks at several objects (relationships, accounts, subscriptions) derives a class from `Candidate`, fills
in `MET` and `UNMET`, adds the fields that its later steps need, and sorts: `order` first, then rules of its own.
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Verdict


class Rank(enum.IntEnum):
    """Smaller is better. Unknown comes before every "no": while something is unread, a "no" would be a guess."""

    MET = 0
    UNKNOWN = 1
    UNMET = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A reason with its details and evidence, or the problem that kept us from reading it.

    `MET` holds the reasons that mean met, `UNMET` those that mean unmet with their distance from met. Every other
    reason is unknown, so that nothing new is ever taken for an answer.
    """

    MET: t.ClassVar[tuple[str, ...]] = ()
    UNMET: t.ClassVar[Mapping[str, int]] = {}

    reason: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def rank(self) -> Rank:
        """How good it is."""
        if self.problem is None and self.reason in self.MET:
            return Rank.MET
        return Rank.UNMET if self.problem is None and self.reason in self.UNMET else Rank.UNKNOWN

    @property
    def order(self) -> tuple[Rank, int]:
        """The beginning of every sort key: the rank, and among the unmet the distance from met."""
        return self.rank, self.UNMET.get(self.reason, 0)

    @property
    def why(self) -> Problem:
        """The reason in the form of a problem."""
        return self.problem or Problem(self.reason, self.details)

    def because(self, reason: str, **details: str) -> t.Self:
        """Return the candidate with this reason, and with more details."""
        return dataclasses.replace(self, reason=reason, details={**self.details, **details})

    def with_evidence(self, *evidence: Evidence | None) -> t.Self:
        """Return the candidate with more evidence, as far as there is any."""
        known = (item for item in evidence if item is not None)
        return dataclasses.replace(self, evidence=(*self.evidence, *known))

    def verdict(self, case: Case, check: str, caveats: Sequence[Caveat] = ()) -> Verdict:
        """Return the verdict of the check by this candidate."""
        return case.verdict(check, self.why.reason, self.why.details, evidence=self.evidence, caveats=caveats)


def proves_no_absence(evidence: Evidence) -> bool:
    """Tell whether a list without the tenant leaves open that it was hidden from the person who read it.

    Some of Microsoft's lists come back empty instead of refused [community microsoft-graph-docs-contrib#8921]; a person
    who sees `others` sees all. The app's lists are whole.
    """
    return evidence.identity != "app" and not evidence.data.get("others")
