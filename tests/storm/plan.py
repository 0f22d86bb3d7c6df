# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which fault meets which request in which run. Everything follows from the seed and the requests of the calm runs."""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

from storm.kinds import KINDS
from storm.proxy import Fault

if t.TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from storm.proxy import Kind

# How often each kind of request is sent about each tenant in a calm run.
Seen: t.TypeAlias = "collections.Counter[tuple[str, str]]"
_CALM_SHARE: t.Final = 0.15
# So many parts of the world are tried for a kind that may fit none.
_PATIENCE: t.Final = 12
_CASE: t.Final = re.compile(
    r"(?P<mode>[\w-]+)/(?P<chunk>\d+)(?P<paged>p?) (?P<kind>[\w-]+)@(?P<tenant>[\w-]+)/(?P<place>[\w-]+?)"
    r"(?:#(?P<nth>\d+))?~(?P<salt>\d+)"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """One run of one module over one part of a world."""

    mode: str
    chunk: int
    faults: tuple[Fault, ...]
    paged: bool = False

    def case(self, fault: Fault) -> str:
        """Return how to run this one fault again."""
        return f"{self.mode}/{self.chunk}{'p' if self.paged else ''} {fault}"

    @property
    def slow(self) -> bool:
        """Whether it needs a short deadline."""
        return any(fault.kind.slow for fault in self.faults)


def parse_case(text: str) -> Job:
    """Return the job of a case. Raises ValueError."""
    match = _CASE.fullmatch(text.strip())
    if match is None or match["kind"] not in KINDS:
        raise ValueError(f"not a case: {text}")
    nth = None if match["nth"] is None else int(match["nth"])
    fault = Fault(KINDS[match["kind"]], match["tenant"], match["place"], nth, int(match["salt"]))
    return Job(match["mode"], int(match["chunk"]), (fault,), bool(match["paged"]))


class Planner:
    """Makes jobs. `seen` are the requests of the calm runs, by mode, part of the world and whether it is in pages."""

    def __init__(self, rng: random.Random, seen: Mapping[tuple[str, int, bool], Seen], home: str) -> None:
        self._rng = rng
        self._seen = seen
        self._home = home
        # How many rounds are complete.
        self.rounds = 0

    def jobs(self, kinds: Sequence[Kind], own: Sequence[Kind]) -> Iterator[Job]:
        """Return jobs without end: in each round each kind meets a target, and each of `own` the home tenant."""
        while True:
            at_home = self._rng.sample(own, len(own))
            at_targets = [*self._target_jobs(kinds)]
            # Alternate, so that an early end leaves out a little of both.
            every = max(1, len(at_home) // max(1, len(at_targets)))
            for number, kind in enumerate(at_home):
                if number % every == 0 and at_targets:
                    yield at_targets.pop()
                job = self._home_job(kind)
                if job is not None:
                    yield job
            yield from at_targets
            self.rounds += 1

    def _home_job(self, kind: Kind) -> Job | None:
        fitting = [
            (situation, place, count)
            for situation, seen in self._seen.items()
            for (tenant, place), count in seen.items()
            if tenant == self._home and kind.fits(place)
        ]
        if not fitting:
            return None
        places = sorted({place for _situation, place, _count in fitting})
        chosen = self._rng.choice(places)
        (mode, chunk, paged), place, count = self._rng.choice([row for row in fitting if row[1] == chosen])
        return Job(mode, chunk, (self._fault(kind, self._home, place, count),), paged)

    def _fault(self, kind: Kind, tenant: str, place: str, count: int) -> Fault:
        nth = None if self._rng.random() < 0.5 and not kind.heavy else self._rng.randrange(count)
        return Fault(kind, tenant, place, nth, self._rng.randrange(10**6))

    def _target_jobs(self, kinds: Sequence[Kind]) -> Iterator[Job]:
        """Return jobs in which most tenants have a fault of their own; each kind is in one of them."""
        heavy = [[kind] for kind in kinds if kind.heavy]
        for slow in (False, True):
            waiting = [kind for kind in kinds if kind.slow is slow and not kind.heavy]
            self._rng.shuffle(waiting)
            yield from self._until_none_fits(waiting)
        for group in heavy:
            yield from self._until_none_fits(group)

    def _until_none_fits(self, waiting: list[Kind]) -> Iterator[Job]:
        """Return jobs for all kinds but those that fit nothing at a target tenant, such as those of the portal."""
        misses = 0
        while waiting and misses < _PATIENCE:
            job = self._target_job(waiting)
            misses = misses + 1 if job is None else 0
            if job is not None:
                yield job

    def _target_job(self, waiting: list[Kind]) -> Job | None:
        """Give each tenant of a part of the world the next kind that fits, and take those kinds off the list."""
        situation = self._rng.choice(
            [key for key, seen in self._seen.items() if any(t != self._home for t, _kind in seen)]
        )
        places = collections.defaultdict(list)
        for (tenant, place), count in self._seen[situation].items():
            if tenant != self._home:
                places[tenant].append((place, count))
        faults: list[Fault] = []
        for tenant, rows in places.items():
            if self._rng.random() >= _CALM_SHARE:
                place, count = self._rng.choice(rows)
                kind = next((kind for kind in waiting if kind.fits(place)), None)
                if kind is not None:
                    waiting.remove(kind)
                    faults.append(self._fault(kind, tenant, place, count))
        if not faults:
            return None
        mode, chunk, paged = situation
        return Job(mode, chunk, tuple(faults), paged)
