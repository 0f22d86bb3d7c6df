# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a check: its place on the chain, its reads, its words, and its judge."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.target import nothing_more
from ansible_collections.m365.defender.plugins.module_utils._core.chain import ChainCheck

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading, TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import CaveatText, Reason
    from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Expiry, Read, Verdict

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
    """

    stage: Stage
    judge: Callable[[Case], Verdict] | None
    reads: tuple[ReadUse, ...] = ()
    first_reads: Callable[[TargetContext], Sequence[BoundRead]] = lambda _context: ()
    possible_reads: Callable[[TargetContext], Sequence[Read]] = lambda _context: ()
    follow_up: Callable[[TargetContext], Reading[Case]] = nothing_more
    reasons: Mapping[str, Reason]
    caveats: Mapping[str, CaveatText] = dataclasses.field(default_factory=dict)
    expiries: Callable[[Case], Iterable[Expiry]] = lambda _case: ()
