# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answer what several people's readings of one tenant ask for: together, and each question once.

A license, a relationship or a policy is the same whoever asks; an account or a membership is not. Two questions are the
same where they send the same request for the same thing.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import path_of
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import walk
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask, Reading
    from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, IdentityName

Result = t.TypeVar("Result")
# A $batch holds twenty items; one of them is the organization, which proves whose answer it is.
_BATCH: t.Final = 19
_PROOF: t.Final = BoundRead(ORGANIZATION)


class Reader(t.NamedTuple, t.Generic[Result]):
    """One person's reading of a tenant: through which session, of which target, and what it asks for."""

    session: Session
    target: ReadTarget
    reading: Reading[Result]


@dataclasses.dataclass(slots=True)
class _Open(t.Generic[Result]):
    """A reading under way: what it asks for, until it has its result or has failed."""

    reader: Reader[Result]
    ask: Ask | None = None
    result: Result | Exception | None = None

    def go_on(self, answers: dict[str, Evidence] | None) -> None:
        """Hand over answers; what goes wrong in one reading is its own result."""
        self.ask = None
        try:
            self.ask = next(self.reader.reading) if answers is None else self.reader.reading.send(answers)
        except StopIteration as end:
            self.result = end.value
        except Exception as error:  # noqa: BLE001  (one person's evidence never hides what is known about the others)
            self.result = error


def read_together(readers: Sequence[Reader[Result]]) -> list[Result | Exception]:
    """Return the result of each reading, or what stopped it, in their order. They all read the same tenant."""
    readings = [_Open(reader) for reader in readers]
    for one in readings:
        one.go_on(None)
    while waiting := [one for one in readings if one.ask is not None]:
        for one, answers in zip(waiting, _answers(waiting), strict=True):
            one.go_on(answers)
    return [t.cast("Result | Exception", one.result) for one in readings]


def _answers(waiting: Sequence[_Open[Result]]) -> list[dict[str, Evidence]]:
    """Ask the app for everything together. A person's own token reads for that person alone."""
    asks = [_Due.of(one.reader, one.ask) for one in waiting if one.ask is not None]
    by_app = [due for due in asks if due.identity == "app"]
    reads, keys = _merged([due.ask for due in by_app])
    evidence = _read_as_app(by_app, reads) if by_app else {}
    own = iter(keys)
    return [
        due.answers({key: evidence[merged] for key, merged in next(own).items()})
        if due.identity == "app"
        else due.read()
        for due in asks
    ]


class _Due(t.NamedTuple):
    """An ask with whom it is for: `identity` answers it first."""

    session: Session
    target: ReadTarget
    ask: Ask
    identity: IdentityName

    @classmethod
    def of(cls, reader: Reader[Result], ask: Ask) -> _Due:
        target = dataclasses.replace(reader.target, name=ask.where) if ask.where else reader.target
        return cls(reader.session, target, ask, ask.identity or reader.session.reading_as)

    def read(self) -> dict[str, Evidence]:
        """Read as the operator, for themselves."""
        if self.ask.identity is None:
            return self.session.read(self.ask.reads, self.target)
        return self.session.read_as(self.ask.identity, self.ask.reads, self.target)

    def answers(self, evidence: dict[str, Evidence]) -> dict[str, Evidence]:
        """Return the app's answers, with what the operator may read where the app may not."""
        return evidence if self.ask.identity else self.session.complete(self.ask.reads, evidence, self.target)


def _merged(asks: Sequence[Ask]) -> tuple[list[BoundRead], list[dict[str, str]]]:
    """Return every different read once, and for each ask the keys of its answers among them."""
    merged: dict[tuple[str, str], BoundRead] = {}
    taken: set[str] = set()
    keys: list[dict[str, str]] = []
    for ask in asks:
        own = {}
        for bound in ask.reads:
            sameness = (bound.read.key, path_of(bound))
            if sameness not in merged:
                other = f"{bound.qualifier}~{len(merged)}"
                merged[sameness] = dataclasses.replace(bound, qualifier=other) if bound.key in taken else bound
                taken.add(merged[sameness].key)
            own[bound.key] = merged[sameness].key
        keys.append(own)
    return list(merged.values()), keys


def _read_as_app(asks: Sequence[_Due], reads: Sequence[BoundRead]) -> dict[str, Evidence]:
    """Read at home, before the tenants, as many batches at once as tenants later; in a tenant one after the other."""
    session, needs = asks[0].session, dict.fromkeys(need for due in asks for need in due.target.needs)
    # The tenant with all that anybody may need to read there.
    target = dataclasses.replace(asks[0].target, needs=tuple(needs))
    others = [bound for bound in reads if bound.key != _PROOF.key]
    if target.tenant_id != session.home_target.tenant_id or len(others) <= _BATCH:
        return session.read_as("app", reads, target)
    batches = walk(
        session,
        [others[start : start + _BATCH] for start in range(0, len(others), _BATCH)],
        lambda batch: session.read_as("app", [_PROOF, *batch], target),
        lambda batch, problem: session.unread([_PROOF, *batch], problem, target),
    )
    return {key: answer for batch in batches for key, answer in batch.items()}
