# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a reader under watch: new lines of code that it reaches, what it raises, and the processor time that it takes."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import signal
import sys
import time
import traceback
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError

if t.TYPE_CHECKING:
    import types
    from collections.abc import Iterator

    from fuzz.readers import Reader

# No input under 1 MB may cost more [law 9].
MOST_CPU: t.Final = 0.5
# Then it is stopped.
_STOP_CPU: t.Final = 6.0
_WATCHED: t.Final = ("/m365/defender/plugins/", "/msal/")


class _Stopped(BaseException):
    """Too much processor time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What must not happen. `place` distinguishes two findings of one kind."""

    kind: str
    place: str
    detail: str = ""


class Coverage:
    """Counts lines of our code and msal's that were never reached before. Costs nothing once a line was reached.

    Python 3.11 cannot count this way: every input is then as good as any other.
    """

    def __init__(self) -> None:
        self.reached = 0
        self._disable: object = None

    def start(self) -> None:
        """Count from now on."""
        monitoring = getattr(sys, "monitoring", None)
        if monitoring is None:
            return
        self._disable = monitoring.DISABLE
        monitoring.use_tool_id(monitoring.COVERAGE_ID, "fuzz")
        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, self._line)
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)

    def _line(self, code: types.CodeType, _line: int) -> object:
        self.reached += any(part in code.co_filename for part in _WATCHED)
        return self._disable


def try_input(reader: Reader, data: bytes, most_cpu: float = MOST_CPU) -> Finding | None:
    """Give a reader an input; return what is wrong with how it took it."""
    started = time.thread_time()
    try:
        with _stopped():
            result = reader.read(data)
            finding = None if _fit(result) else Finding("unencodable", "result")
    except MtoError as error:
        finding = None if _fit(str(error)) else Finding("unencodable", "message")
    except _Stopped as error:
        return Finding("cpu", _place(error), f"stopped after {_STOP_CPU:.0f} s")
    except Exception as error:  # noqa: BLE001  (that none comes out is what is tested)
        finding = Finding(type(error).__name__, _place(error), str(error)[:120])
    used = time.thread_time() - started
    return finding or (Finding("cpu", reader.name, f"{used:.1f} s for {len(data)} bytes") if used > most_cpu else None)


def _fit(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(error: BaseException) -> str:
    """Return the last line of ours on the way to an error."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _WATCHED[0] in frame.filename] or frames
    return f"{ours[-1].filename.rpartition('/')[2]}:{ours[-1].name}"


@contextlib.contextmanager
def _stopped() -> Iterator[None]:
    def stop(*_given: object) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _STOP_CPU)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
