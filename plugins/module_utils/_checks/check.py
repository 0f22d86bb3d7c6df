# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a check: its place on the chain, its reads, its words, and its judge."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.target import nothing_more
from ansible_collections.m365.defender.plugins.module_utils._core.chain import ChainCheck
from ansible_collections.m365.defender.plugins.module_utils._core.model import evidence_key

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading, TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import CaveatText, Reason
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        BoundRead,
        Expiry,
        Read,
        SignInProbe,
        Verdict,
    )

Stage = t.Literal["requirements", "access", "registration"]


class ReadUse(t.NamedTuple):
    """What a read is for, and in which tenants it is made (`home`, `target`). docs/permissions.md is made from it."""

    purpose: str
    side: str
    read: Read


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Check(ChainCheck):
    """One check. `reads` are all reads that it may make.

    Of a target tenant, `first_reads` need no other answer first, and go out together with those of the other checks;
    `follow_up` asks for what depends on earlier answers, and returns the case with it; `possible_reads` are those it
    may make, so that a missing permission is reported before the first request.

    `stage` is the step of Microsoft's guide, and so the module, that makes it.

    `judge` is pure: the evidence about one tenant in, a verdict out. The check of the view has none: it is judged by
    the room that reads and writes the view. `expiries` are the things it judged that end by themselves.

    `caveat_reads` says what each caveat that somebody has to act on is made from, beside what decides the verdict:
    where that could not be read, a caveat that is missing does not mean that it is settled.
    """

    stage: Stage
    judge: Callable[[Case], Verdict] | None
    reads: tuple[ReadUse, ...] = ()
    first_reads: Callable[[TargetContext], Sequence[BoundRead]] = lambda _context: ()
    possible_reads: Callable[[TargetContext], Sequence[Read]] = lambda _context: ()
    follow_up: Callable[[TargetContext], Reading[Case]] = nothing_more
    reasons: Mapping[str, Reason]
    caveats: Mapping[str, CaveatText] = dataclasses.field(default_factory=dict)
    caveat_reads: Mapping[str, Sequence[Read | SignInProbe]] = dataclasses.field(default_factory=dict)
    expiries: Callable[[Case], Iterable[Expiry]] = lambda _case: ()

    def judged(self, case: Case) -> Verdict | None:
        """Return the verdict, with the caveats that could not be judged. None for the check of the view."""
        if self.judge is None:
            return None
        failed = {key.partition("/")[0] for key, evidence in case.evidence.items() if evidence.problem is not None}
        unread = (
            reason
            for reason, sources in self.caveat_reads.items()
            if any(evidence_key(source) in failed for source in sources)
        )
        return dataclasses.replace(self.judge(case), unread=tuple(unread))
