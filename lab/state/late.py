# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reads see of a tenant while the service is late: the tenant as it was before a write."""

from __future__ import annotations

import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from lab.state.directory import Directory

# Where a write is read back, by the start of its path.
_READ_AT: t.Final = {
    "/tenantrelationships": ("/tenantrelationships",),
    "/policies": ("/policies",),
    "/invitations": ("/users", "/directory/deleteditems"),
    "/directory": ("/users", "/directory/deleteditems"),
}


class LateReads:
    """What reads see of a tenant: writes that are not to be seen yet are not in it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._before: Directory | None = None
        self._places: tuple[str, ...] = ()
        self._reads: int | None = None
        self._until: float | None = None

    def hide(self, before: Directory, path: str, reads: int | None, seconds: float | None) -> None:
        """Show a tenant as it was before a write of that path, for so many reads or seconds."""
        start = path.lower()
        self._before = before
        self._places = next(places for write, places in _READ_AT.items() if start.startswith(write))
        self._reads = reads
        self._until = None if seconds is None else self._clock() + seconds

    def shown(self, directory: Directory, path: str) -> Directory:
        """Return what a read of that path sees, and count it."""
        if self._before is None or not path.lower().startswith(self._places):
            return directory
        if self._reads == 0 or (self._until is not None and self._clock() >= self._until):
            self._before = None
            return directory
        if self._reads is not None:
            self._reads -= 1
        return self._before
