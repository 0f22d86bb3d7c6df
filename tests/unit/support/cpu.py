# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of CPU time that a slow or busy machine does not break."""

from __future__ import annotations

import contextlib
import gc
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# What the known piece of work takes on a quiet machine, in seconds.
_QUIET: t.Final = 0.1


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Fail if the body takes more CPU seconds than that on a quiet machine.

    A known piece of work right afterwards says how slow this machine is now. The garbage of a whole test session is
    not collected meanwhile.
    """
    gc.disable()
    try:
        started = time.process_time()
        yield
        used = time.process_time() - started
        if used > seconds:
            assert used <= seconds * max(1.0, _known_work() / _QUIET)
    finally:
        gc.enable()


def _known_work() -> float:
    started = time.process_time()
    assert sum(number * number for number in range(1_000_000))
    return time.process_time() - started
