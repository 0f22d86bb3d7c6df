# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command costs: wall and CPU seconds, and the memory of its whole process tree."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EVERY: t.Final = 0.25
_TICKS: t.Final = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """One run. CPU is user and system time of the process and of all that it has waited for."""

    wall: float
    cpu: float
    peak_mib: float
    load: float


def measured(command: Sequence[str], *, stdin: str, environment: Mapping[str, str], cwd: pathlib.Path) -> Cost:
    """Run a command. Raise SystemExit if it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as given:
        given.write(stdin.encode())
        given.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=given, stdout=output, stderr=subprocess.STDOUT, env=dict(environment), cwd=cwd
        )
        peaks: list[float] = [0.0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, done, peaks), daemon=True)
        watcher.start()
        _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        done.set()
        watcher.join()
        output.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command[:6])} failed: {output.read()[-4000:].decode(errors='replace')}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(peaks), os.getloadavg()[0])


def _watch(pid: int, done: threading.Event, peaks: list[float]) -> None:
    """Note the memory of a process tree now and then. What processes share is counted once (PSS)."""
    while not done.wait(_EVERY):
        peaks.append(sum(_pss(member) for member in _tree(pid)) / 1024)


def _tree(pid: int) -> list[int]:
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for task in pathlib.Path(f"/proc/{member}/task").iterdir():
                members += map(int, (task / "children").read_text(encoding="ascii").split())
    return members


def _pss(pid: int) -> int:
    """The proportional set size in KiB, 0 if the process has ended."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def cpu_of(pid: int) -> float:
    """The CPU seconds that a running process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
