# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a fault of the world happens. Each host decides what it looks like."""

from __future__ import annotations

import dataclasses
import re
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lab.worlds.faults import Fault, WriteFault

# What replaces or precedes a write; the other faults follow one that took effect.
_BEFORE: t.Final = ("error", "throttle", "cut_before", "does_nothing", "changed_meanwhile")


@dataclasses.dataclass(slots=True)
class _Running:
    fault: Fault
    hits: int = 0
    first_hit: float | None = None


class FaultPlan:
    """The faults of a tenant, and how often each has happened."""

    def __init__(self, faults: Iterable[Fault], clock: Callable[[], float] = time.monotonic) -> None:
        self._running = [_Running(fault) for fault in faults]
        self._clock = clock

    def next(self, host: str, path: str, *, in_batch: bool) -> Fault | None:
        """Return the fault that applies to this request, if any, and count it."""
        for running in self._running:
            if _matches(running.fault, host, path, in_batch) and self._is_on(running):
                running.hits += 1
                return running.fault
        return None

    def _is_on(self, running: _Running) -> bool:
        fault = running.fault
        if fault.times is not None and running.hits >= fault.times:
            return False
        if fault.kind != "throttle" or fault.seconds is None:
            return True
        if running.first_hit is None:
            running.first_hit = self._clock()
        return self._clock() - running.first_hit < fault.seconds


def _matches(fault: Fault, host: str, path: str, in_batch: bool) -> bool:
    if fault.host != host or fault.in_batch not in (None, in_batch):
        return False
    return re.match(fault.path, path, re.IGNORECASE) is not None


@dataclasses.dataclass(slots=True)
class _Counted:
    fault: WriteFault
    seen: int = 0

    def happens(self, method: str, path: str) -> bool:
        """Count a write that matches, and return whether it is among those that fail."""
        if self.fault.method not in (None, method) or re.match(self.fault.path, path, re.IGNORECASE) is None:
            return False
        self.seen += 1
        return self.fault.after < self.seen <= self.fault.after + self.fault.times


class WriteFaultPlan:
    """The faults of writes to a tenant, and how many writes each has seen."""

    def __init__(self, faults: Iterable[WriteFault] = ()) -> None:
        rows = [_Counted(fault) for fault in faults]
        self._before = [row for row in rows if row.fault.kind in _BEFORE]
        self._after = [row for row in rows if row.fault.kind not in _BEFORE]

    @property
    def has_late(self) -> bool:
        """Whether a fault shows a write late, so that the tenant before it is needed."""
        return any(row.fault.kind == "late" for row in self._after)

    def before(self, method: str, path: str) -> list[WriteFault]:
        """Return the faults that precede or replace this write, and count it."""
        return [row.fault for row in self._before if row.happens(method, path)]

    def after(self, method: str, path: str) -> list[WriteFault]:
        """Return the faults that follow this write, which took effect, and count it."""
        return [row.fault for row in self._after if row.happens(method, path)]
