# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All worlds at once, each in a process of its own; what they tell is counted and printed."""

from __future__ import annotations

import collections
import json
import os
import pathlib
import queue
import subprocess
import sys
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from storm.wire import Json
    from storm.worker import Settings

ROOT: t.Final = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD: t.Final = ROOT / "build" / "storm"
# No job takes so long: its slowest answers are cut before.
_SILENCE: t.Final = 150.0
_SHOWN: t.Final = 3


class Campaign:
    """Starts workers, restarts one that hangs, and counts."""

    def __init__(self, settings: Sequence[Settings]) -> None:
        self._settings = settings
        self.checks = 0
        self.runs = 0
        self.slowest = 0.0
        self.by_kind: collections.Counter[str] = collections.Counter()
        self.by_place: collections.Counter[str] = collections.Counter()
        self.failures: list[dict[str, Json]] = []
        self._lock = threading.Lock()
        self._seconds = 0.0

    def run(self) -> None:
        """Run all workers to their end."""
        started = time.monotonic()
        threads = [threading.Thread(target=self._watch, args=(settings,)) for settings in self._settings]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._seconds = time.monotonic() - started

    def _watch(self, settings: Settings) -> None:
        """Run the worker of a world; after a hang, again from the next job on."""
        ends, skip = time.monotonic() + settings.seconds, 0
        while True:
            hung = self._worker(settings, skip, max(1.0, ends - time.monotonic()))
            if hung is None or time.monotonic() > ends:
                return
            skip = hung + 1

    def _worker(self, settings: Settings, skip: int, seconds: float) -> int | None:
        """Run a worker; return the number of the job that it did not end, None where it ended all."""
        process = subprocess.Popen(
            _command(settings, skip, seconds),
            cwd=ROOT / "tests",
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'build' / 'collections'}"},
            stdout=subprocess.PIPE,
            text=True,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
        reader.start()
        begun: dict[str, Json] = {"start": -1, "cases": []}
        calm = False
        while True:
            try:
                line = lines.get(timeout=_SILENCE)
            except queue.Empty:
                line = None
            row = None if line is None else json.loads(line)
            if row is None:
                break
            begun = row if "start" in row else begun
            calm = calm or "calm" in row
            self._count(settings, row)
        process.kill()
        code = process.wait()
        reader.join()
        if process.stdout is not None:
            process.stdout.close()
        if code == 0:
            return None
        if not calm:
            self._fail(settings, {"failure": "no calm run", "kind": "(none)", "detail": f"exit code {code}"})
            return None
        first = next(iter(begun["cases"]), "")
        row = {"failure": "hang", "kind": "(several)", "case": first, "cases": begun["cases"], "detail": f"code {code}"}
        self._fail(settings, row)
        return int(begun["start"])

    def _count(self, settings: Settings, row: dict[str, Json]) -> None:
        if "failure" in row:
            self._fail(settings, row)
        if "end" in row:
            with self._lock:
                self.runs += 1
                self.checks += row["checks"]
                self.slowest = max(self.slowest, row["over"])
                self.by_kind.update(row["kinds"])
                self.by_place.update(row["places"])

    def _fail(self, settings: Settings, row: dict[str, Json]) -> None:
        with self._lock:
            self.failures.append({"world": settings.world, "seed": settings.seed, **row})

    def report(self) -> int:
        """Print the tables; return the exit code."""
        BUILD.mkdir(parents=True, exist_ok=True)
        path = BUILD / "failures.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in self.failures), encoding="utf-8")
        failed = collections.Counter(str(row["kind"]) for row in self.failures)
        for kind in sorted({*self.by_kind, *failed}):
            words = f"  {failed[kind]} failures" if failed[kind] else ""
            print(f"{kind:<32} {self.by_kind[kind]:>5}{words}")
        print("\nfaults by request: " + ", ".join(f"{place} {n}" for place, n in sorted(self.by_place.items())))
        self._print_failures()
        print(
            f"\nseed {self._settings[0].seed}: {self.checks} faulted checks in {self.runs} runs, {len(self.by_kind)}"
            f" kinds, {self._seconds:.0f} s; latest end {self.slowest:+.1f} s against the deadline;"
            f" {len(self.failures)} failures ({path.relative_to(ROOT)})"
        )
        return 1 if self.failures or not self.checks else 0

    def _print_failures(self) -> None:
        groups = collections.defaultdict(list)
        for row in self.failures:
            groups[row["failure"], row["kind"], row.get("place", "")].append(row)
        for (what, kind, place), rows in sorted(groups.items()):
            print(f"\n{what}: {kind} {place} ({len(rows)})")
            for row in rows[:_SHOWN]:
                print(f"    {str(row.get('detail', ''))[:300]}")
                where = f"--world {row['world']} --seed {row['seed']} --tenants {self._settings[0].tenants}"
                print(f"    make storm ARGS=\"{where} --case '{row.get('case', '')}'\"")


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    for line in process.stdout or ():
        lines.put(line)
    lines.put(None)


def _command(settings: Settings, skip: int, seconds: float) -> list[str]:
    options = {
        "world": settings.world,
        "seed": settings.seed,
        "tenants": settings.tenants,
        "seconds": seconds,
        "checks": settings.checks * settings.of,
        "runs": settings.runs,
        "only": settings.only,
        "case": settings.case,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "storm", *words, "--worker", str(settings.number), str(settings.of), str(skip)]
