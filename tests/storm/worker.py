# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One world: its lab, the calm runs, and one spoiled run after another. Writes a line of JSON for each."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import ssl
import sys
import tempfile
import threading
import time
import typing as t

import trustme

from lab.process import Lab, start_lab
from storm.kinds import KINDS
from storm.modes import MODES, Claims, Outcome, options_of, run
from storm.oracle import GRACE, SLACK, Failure, judge
from storm.plan import Job, Planner, parse_case
from storm.proxy import Stage, Tls

if t.TYPE_CHECKING:
    import collections
    from collections.abc import Iterator

    from storm.proxy import Fault
    from storm.wire import Answer, Json

# So many tenants are declared at once, and so many parts of a large world are stormed.
PART: t.Final = 25
_PARTS: t.Final = 2
_SHORT: t.Final = {"timeout": 2.0, "deadline": 4.0, "concurrency": 16}
_LONG: t.Final = {"timeout": 30.0, "deadline": 60.0, "concurrency": 16}
# So many runs in which one of several faults failed everything are taken apart.
_ALONE: t.Final = 3
# The modes that are also run with every list cut into pages.
_PAGED: t.Final = ("facts", "access", "customers")
_MEGABYTE: t.Final = 1024 * 1024
_PAGE_SIZE: t.Final = os.sysconf("SC_PAGE_SIZE")


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What one worker does: its share of the kinds is every `of`-th one."""

    world: str
    seed: int = 1
    tenants: int = 50
    seconds: float = 600.0
    checks: int = 10**9
    # How many runs at most.
    runs: int = 10**9
    only: str = ""
    case: str = ""
    number: int = 0
    of: int = 1
    skip: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Calm:
    """A run without faults."""

    claims: Claims
    cpu: float


class Worker:
    """Runs jobs against one lab."""

    def __init__(self, settings: Settings, lab: Lab, folder: pathlib.Path, loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._lab = lab
        self._loop = loop
        self._rng = random.Random(f"{settings.seed}/{settings.world}")
        self._memory: dict[tuple[str, str], Answer] = {}
        self._ca_path = str(folder / "storm-ca.pem")
        self._tls = _tls(self._ca_path, lab["ca_path"])
        faulty = {tenant.tenant_id for tenant in lab.world.tenants if tenant.faults}
        tenants = [row for row in lab.tenants() if row["tenant_id"] not in faulty]
        self._parts = [tenants[start : start + PART] for start in range(0, len(tenants), PART)]
        self._chosen = sorted(self._rng.sample(range(len(self._parts)), min(_PARTS, len(self._parts))))
        self._alone_left = _ALONE
        self._calm: dict[tuple[str, int, bool], Calm] = {}
        self._seen: dict[tuple[str, int, bool], collections.Counter[tuple[str, str]]] = {}

    def calm_runs(self) -> None:
        """Run every mode without faults, and once more where it concerns a part of the world in pages."""
        wanted = parse_case(self._settings.case) if self._settings.case else None
        for name, mode in MODES.items():
            for chunk in [wanted.chunk] if wanted else self._chosen if mode.tenants else [0]:
                for paged in (False, True) if name in _PAGED else (False,):
                    if wanted is None or (wanted.mode, wanted.chunk, wanted.paged) == (name, chunk, paged):
                        self._calm_run(Job(name, chunk, (), paged))

    def _calm_run(self, job: Job) -> None:
        outcome, stage, _memory = self._run(job, _LONG)
        if outcome.error or outcome.result.get("failed"):
            raise SystemExit(f"{job.mode}/{job.chunk}: {outcome.error or outcome.result.get('msg')}")
        _tell({"ready": job.mode})
        key = (job.mode, job.chunk, job.paged)
        claims = MODES[job.mode].claims(outcome.result)
        self._calm[key], self._seen[key] = Calm(claims, outcome.cpu), stage.seen
        plain = self._calm.get((job.mode, job.chunk, False))
        if plain is not None and plain.claims != claims:
            _tell({"failure": "pages change the answer", "case": f"{job.mode}/{job.chunk}p", "kind": "pages"})

    def storm(self) -> None:
        """Run jobs until every kind was there and the number of checks is reached, or until time is up."""
        ends, checks = time.monotonic() + self._settings.seconds, 0
        planner = Planner(self._rng, self._seen, self._lab["home_tenant_id"])
        kinds = [kind for name, kind in sorted(KINDS.items()) if self._settings.only in name]
        own = kinds[self._settings.number :: self._settings.of]
        jobs = iter([parse_case(self._settings.case)]) if self._settings.case else planner.jobs(kinds, own)
        for number, job in enumerate(jobs):
            if number < self._settings.skip:
                continue
            enough = planner.rounds and checks >= self._settings.checks
            if enough or number >= self._settings.runs or time.monotonic() > ends:
                return
            _tell({"start": number, "cases": [job.case(fault) for fault in job.faults]})
            checks += self._job(number, job)

    def _job(self, number: int, job: Job) -> int:
        limits = _SHORT if job.slow else _LONG
        outcome, stage, memory = self._run(job, limits)
        calm = self._calm[job.mode, job.chunk, job.paged]
        mode = MODES[job.mode]
        failures = judge(
            mode, calm.claims, calm.cpu, outcome, job.faults, stage, limits["deadline"], memory, slow=job.slow
        )
        hit = [fault for fault in job.faults if fault.hits]
        checks = sum(len(verdicts) for verdicts in calm.claims.verdicts.values()) if hit else 0
        for failure in failures:
            _tell(self._row(job, failure))
        if len(hit) > 1 and self._alone_left and any(not failure.tenant for failure in failures):
            self._alone_left -= 1
            for fault in hit:
                self._alone(job, fault)
        _tell(
            {
                "end": number,
                "kinds": [fault.kind.name for fault in hit],
                "places": [
                    f"{'home' if fault.tenant == self._lab['home_tenant_id'] else 'target'} {fault.place}"
                    for fault in hit
                ],
                "checks": checks,
                "seconds": round(outcome.seconds, 1),
                "over": round(outcome.seconds - limits["deadline"], 1),
            }
        )
        return checks

    def _alone(self, job: Job, fault: Fault) -> None:
        """Run one of several faults again, to see whether it is the one that failed the whole run."""
        alone = dataclasses.replace(fault, hits=0)
        self._job(-1, dataclasses.replace(job, faults=(alone,)))

    def _row(self, job: Job, failure: Failure) -> dict[str, Json]:
        concerned = [fault for fault in job.faults if fault.hits and fault.tenant == failure.tenant] or [
            fault for fault in job.faults if fault.hits
        ]
        return {
            "failure": failure.what,
            "kind": concerned[0].kind.name if len(concerned) == 1 else "(several)",
            "place": concerned[0].place if len(concerned) == 1 else "",
            "detail": failure.detail,
            "tenant": failure.tenant,
            "case": job.case(concerned[0]) if concerned else "",
            "cases": [job.case(fault) for fault in concerned] if len(concerned) > 1 else [],
        }

    def _run(self, job: Job, limits: dict[str, float]) -> tuple[Outcome, Stage, int]:
        stage = self._call(self._start(job, limits["deadline"] + GRACE + SLACK + 2))
        mode = MODES[job.mode]
        part = self._parts[job.chunk] if mode.tenants else []
        options = options_of(mode, self._lab.connection, stage, self._ca_path, part, {**limits})
        with _memory_of_this_process() as grown:
            outcome = run(mode, options)
        self._call(stage.stop())
        return outcome, stage, grown[0]

    async def _start(self, job: Job, limit: float) -> Stage:
        stage = Stage(self._lab.connection, self._tls, self._memory, limit)
        stage.faults, stage.paged = list(job.faults), job.paged
        await stage.start()
        return stage

    def _call(self, work: t.Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


def _tls(ca_path: str, lab_ca_path: str) -> Tls:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(ca_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(server)
    return Tls(server, ssl.create_default_context(cafile=lab_ca_path))


@contextlib.contextmanager
def _memory_of_this_process() -> Iterator[list[int]]:
    """Watch how far the process grows while the body runs, in MB."""
    grown, done = [0], threading.Event()

    def used() -> int:
        return int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE_SIZE // _MEGABYTE

    def watch() -> None:
        before = used()
        while not done.wait(0.05):
            grown[0] = max(grown[0], used() - before)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield grown
    finally:
        done.set()
        thread.join()


def _tell(row: dict[str, Json]) -> None:
    sys.__stdout__.write(json.dumps(row) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


def work(settings: Settings) -> None:
    """Do everything that the settings say."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    world = (
        {"tenants": settings.tenants, "seed": settings.seed}
        if settings.world == "generated"
        else {"world": settings.world}
    )
    with tempfile.TemporaryDirectory() as folder, start_lab(**world) as lab:
        worker = Worker(settings, lab, pathlib.Path(folder), loop)
        worker.calm_runs()
        _tell({"calm": settings.world})
        worker.storm()
    # Threads of modules whose servers were cut may still wait.
    sys.stdout.flush()
    os._exit(0)
