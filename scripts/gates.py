# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the gates: everything that has to be in order before a change is merged.

    python scripts/gates.py [NAME ...]      all of them, or those named (a group counts as a name: static)
    python scripts/gates.py --list

Each gate's full output is kept in build/test/<name>.log and shown if the gate fails. The last line is
`N passed, N failed`: every test of pytest and every other gate counts as one.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import typing as t
import xml.etree.ElementTree as ET

from project_files import BUILD, ROOT
from tool_environment import BIN, tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Iterator

LOGS = BUILD / "test"
# Gates whose tests count one by one, and where their results go.
TESTS = ("unit", "conversation", "integration")
# Far above what a gate needs; a gate that hangs shall end as a failure, not as a cancelled job.
LIMIT_SECONDS = 2400
GRACE_SECONDS = 10
WIDTH = 100
# Which of them take the long gates first.
LANES = (True, True, False)


@dataclasses.dataclass(frozen=True)
class Gate:
    """A command that has to end with exit code 0."""

    name: str
    title: str
    command: tuple[str, ...]
    static: bool = True
    # Takes long: it runs beside those that tell soon what is wrong.
    beside: bool = False


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a gate ended."""

    gate: Gate
    passed: int
    failed: int
    seconds: float
    note: str


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A command of the environment that set-up made."""
    return (str(BIN / name), *arguments)


def script(name: str, *arguments: str) -> tuple[str, ...]:
    """One of our own scripts."""
    return (sys.executable, f"scripts/{name}.py", *arguments)


def pytest(name: str, *arguments: str) -> tuple[str, ...]:
    """As a module, which a process that pytest forks does not run again, as it would a script."""
    return (sys.executable, "-m", "pytest", *arguments, f"--junitxml={LOGS / f'{name}.xml'}")


GATES = (
    Gate("reuse", "every file says whose it is and under which license", script("licenses")),
    Gate("lock", "the locked versions fit the requirements", script("lock", "check")),
    Gate("ruff", "style, mistakes, complexity", tool("ruff", "check")),
    Gate("format", "layout of the code", tool("ruff", "format", "--check")),
    Gate("imports", "the layers of the architecture", tool("lint-imports", "--no-logo", "--cache-dir", "build/cache")),
    Gate("mypy", "types, strict", tool("mypy")),
    Gate("generated-docs", "pages written from the code's data", script("generate_docs", "--check")),
    Gate("changelog", "changelog and its fragments", tool("antsibull-changelog", "lint")),
    Gate("ansible-lint", "playbooks and roles, production profile", tool("ansible-lint")),
    Gate("plugin-docs", "documentation of plugins and roles", script("plugin_docs", "lint")),
    Gate(
        "conversation",
        "conversation and page tests",
        pytest("conversation", "tests/conversation", "tests/pages"),
        static=False,
        beside=True,
    ),
    Gate(
        "integration",
        "playbooks, role and modules through real ansible-playbook runs",
        pytest("integration", "tests/integration"),
        static=False,
        beside=True,
    ),
    Gate("sanity", "the whole of ansible-test sanity, no ignores", script("sanity"), static=False),
    Gate("unit", "unit tests", pytest("unit", "tests/unit"), static=False),
    Gate("lowest", "unit and conversation tests with the lowest versions", script("lowest"), static=False),
    Gate(
        "molecule",
        "the role's scenarios, with idempotence",
        script("scenarios"),
        static=False,
    ),
    Gate("importer", "what Ansible Galaxy checks in an artifact", script("importer"), static=False),
    Gate("artifact", "build, install, demo from what is installed", script("artifact", "check"), static=False),
)


class Runner:
    """Runs gates; ends what still runs when it is itself ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False
        self._lock = threading.Lock()

    def run_lane(self, waiting: list[Gate], *, beside: bool) -> list[Outcome]:
        """Take one gate after the other from those that wait, until none is left: the long ones first, or last."""
        outcomes = []
        while gate := self._take(waiting, beside=beside):
            outcomes.append(self.run(gate))
        return outcomes

    def _take(self, waiting: list[Gate], *, beside: bool) -> Gate | None:
        with self._lock:
            if self._ended or not waiting:
                return None
            gate = next((gate for gate in waiting if gate.beside is beside), waiting[-1 if beside else 0])
            waiting.remove(gate)
            return gate

    def run(self, gate: Gate) -> Outcome:
        """Run one gate and show how it ended."""
        started = time.monotonic()
        code = self._execute(gate)
        outcome = judge(gate, code, time.monotonic() - started)
        if not self._ended:
            self._show(outcome)
        return outcome

    def end_all(self) -> None:
        """End what still runs, with all that it started, and begin nothing more."""
        self._ended = True
        with self._lock:
            running = list(self._running)
        for process in running:
            end(process)

    def _execute(self, gate: Gate) -> int | None:
        """The exit code, None if it took too long."""
        environment = tool_environment() | {"NO_COLOR": "1", "PYTHONPATH": python_path()}
        with log_of(gate).open("wb") as log:
            process = subprocess.Popen(
                gate.command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
            with self._lock:
                self._running.add(process)
            try:
                return process.wait(timeout=LIMIT_SECONDS)
            except subprocess.TimeoutExpired:
                end(process)
                return None
            finally:
                with self._lock:
                    self._running.discard(process)

    def _show(self, outcome: Outcome) -> None:
        """One headline at once; the output too if the gate failed."""
        gate = outcome.gate
        ending = f"{'FAILED' if outcome.failed else 'passed'} {outcome.seconds:6.1f} s"
        lines = [f"{f'{gate.name}: {gate.title} ':-<{WIDTH - len(ending) - 1}} {ending}"]
        if outcome.failed:
            lines += [log_of(gate).read_text(encoding="utf-8", errors="replace").rstrip()]
        if outcome.note:
            lines += [outcome.note]
        with self._lock:
            print("\n".join(lines), flush=True)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children; they share a session of their own.

    As Ctrl-C does: pytest and the demo then stop the lab that they started.
    """
    try:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    except ProcessLookupError:
        return


def log_of(gate: Gate) -> pathlib.Path:
    """Where its output goes."""
    return LOGS / f"{gate.name}.log"


def results_of(gate: Gate) -> pathlib.Path:
    """What pytest wrote about its tests."""
    return LOGS / f"{gate.name}.xml"


def python_path() -> str:
    """Where the collection, the lab and our scripts are found by name."""
    return os.pathsep.join(str(path) for path in (BUILD / "collections", ROOT, ROOT / "tests", ROOT / "scripts"))


def judge(gate: Gate, code: int | None, seconds: float) -> Outcome:
    """Count a gate as one, and pytest by its tests."""
    if code is None:
        return Outcome(gate, 0, 1, seconds, f"{gate.name}: stopped after {LIMIT_SECONDS} s")
    if gate.name in TESTS and results_of(gate).is_file():
        return judge_tests(gate, code, seconds)
    note = f"{gate.name}: exit code {code}" if code else ""
    return Outcome(gate, int(code == 0), int(code != 0), seconds, note)


def judge_tests(gate: Gate, code: int, seconds: float) -> Outcome:
    """A test that was skipped proves nothing, so it counts as failed."""
    # pytest wrote this file a moment ago.
    suites = list(ET.parse(results_of(gate)).getroot().iter("testsuite"))  # noqa: S314
    total, bad, skipped = (
        sum(int(suite.get(key, "0")) for suite in suites for key in keys)
        for keys in (("tests",), ("failures", "errors"), ("skipped",))
    )
    failed = max(bad + skipped, int(code != 0))
    notes = [f"{gate.name}: {total} tests"] + ([f"{skipped} of them skipped: that counts as failed"] if skipped else [])
    return Outcome(gate, total - bad - skipped, failed, seconds, ", ".join(notes))


def chosen(names: list[str]) -> list[Gate]:
    """The gates of these names; all without one."""
    unknown = set(names) - {gate.name for gate in GATES} - {"static"}
    if unknown:
        raise SystemExit(f"gates: no gate {', '.join(sorted(unknown))}; there are static (a group), {known()}")
    return [gate for gate in GATES if not names or gate.name in names or (gate.static and "static" in names)]


def known() -> str:
    """The names of all gates."""
    return ", ".join(gate.name for gate in GATES)


def run_all(gates: list[Gate], runner: Runner) -> list[Outcome]:
    """Lanes for the long gates beside one for the others in their order. Whichever is done first helps out.

    One more than the two cores that CI has: tests of time-outs, sign-ins and retries wait more than they work.
    """
    waiting = list(gates)
    with concurrent.futures.ThreadPoolExecutor(len(LANES)) as pool:
        try:
            done = [pool.submit(runner.run_lane, waiting, beside=beside) for beside in LANES]
            return [outcome for lane in done for outcome in lane.result()]
        except BaseException:
            runner.end_all()
            raise


def close(outcomes: list[Outcome], seconds: float) -> int:
    """The last lines, and the exit code."""
    bad = [outcome.gate.name for outcome in outcomes if outcome.failed]
    passed, failed = (sum(values) for values in zip(*((o.passed, o.failed) for o in outcomes), strict=True))
    print("=" * WIDTH)
    print(f"{len(outcomes)} gates in {seconds:.0f} s; failed: {', '.join(bad) or 'none'}")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if bad else 0


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Two runs in one tree would write into each other's copies and logs: the second one waits."""
    with (LOGS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("gates: another run is under way in this tree; waiting for its end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(names: list[str]) -> int:
    """Run the gates; exit code 1 if one failed."""
    if names == ["--list"]:
        print("\n".join(f"{gate.name:15} {gate.title}" for gate in GATES))
        return 0
    gates = chosen(names)
    LOGS.mkdir(parents=True, exist_ok=True)
    # CI ends a job with SIGTERM: take it as Ctrl-C, so that no gate outlives us. A background job ignores Ctrl-C, and
    # so would the gates.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with alone():
        for gate in gates:
            results_of(gate).unlink(missing_ok=True)
        started = time.monotonic()
        return close(run_all(gates, Runner()), time.monotonic() - started)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("gates: interrupted")
