# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gates are counted honestly."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import typing as t

import gates
import pytest
from gates import Gate, Runner, chosen, close, judge, run_all

if t.TYPE_CHECKING:
    from collections.abc import Callable

PYTEST = next(gate for gate in gates.GATES if gate.name == "unit")
RUFF = next(gate for gate in gates.GATES if gate.name == "ruff")


@pytest.fixture(autouse=True)
def logs(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The logs of the run that runs this test stay as they are."""
    monkeypatch.setattr(gates, "LOGS", tmp_path)
    return tmp_path


def write_results(directory: pathlib.Path, *, tests: int, failures: int = 0, errors: int = 0, skipped: int = 0) -> None:
    counts = f'tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    (directory / "unit.xml").write_text(f"<testsuites><testsuite {counts}/></testsuites>")


@pytest.mark.parametrize(("code", "counted"), [(0, (1, 0)), (1, (0, 1)), (-9, (0, 1)), (None, (0, 1))])
def test_a_gate_counts_as_one(code: int | None, counted: tuple[int, int]) -> None:
    outcome = judge(RUFF, code, 1.0)
    assert (outcome.passed, outcome.failed) == counted


def test_pytest_counts_by_its_tests(logs: pathlib.Path) -> None:
    write_results(logs, tests=10, failures=1, errors=1)
    outcome = judge(PYTEST, 1, 1.0)
    assert (outcome.passed, outcome.failed) == (8, 2)


def test_a_skipped_test_counts_as_failed(logs: pathlib.Path) -> None:
    write_results(logs, tests=10, skipped=2)
    outcome = judge(PYTEST, 0, 1.0)
    assert (outcome.passed, outcome.failed) == (8, 2)


def test_pytest_that_fails_without_a_failed_test(logs: pathlib.Path) -> None:
    write_results(logs, tests=0)
    assert judge(PYTEST, 5, 1.0).failed == 1


def test_pytest_that_wrote_no_results() -> None:
    assert judge(PYTEST, 4, 1.0).failed == 1


def test_all_are_chosen_without_a_name() -> None:
    assert chosen([]) == list(gates.GATES)


def test_static_is_a_group() -> None:
    assert {"ruff", "mypy"} <= {gate.name for gate in chosen(["static"])}
    assert "unit" not in {gate.name for gate in chosen(["static"])}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SystemExit, match="no gate mypi; there are static"):
        chosen(["mypi"])


def test_a_failed_gate_does_not_hide_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    made = [
        Gate("bad", "says why", (sys.executable, "-c", "print('the reason'); raise SystemExit(3)")),
        Gate("good", "runs all the same", (sys.executable, "-c", "print('not shown')")),
    ]
    code = close(run_all(made, Runner()), 1.0)
    shown = capsys.readouterr().out
    assert code == 1
    assert "the reason" in shown
    assert "not shown" not in shown
    assert shown.splitlines()[-2:] == ["2 gates in 1 s; failed: bad", "1 passed, 1 failed"]


def test_the_lane_that_is_done_first_helps_the_other(tmp_path: pathlib.Path) -> None:
    """Each of these gates waits for the last one, which only the other lane can have begun."""
    wait = f"import pathlib, time\nwhile not pathlib.Path({str(tmp_path)!r}, 'begun').exists(): time.sleep(0.01)"
    begin = f"import pathlib; pathlib.Path({str(tmp_path)!r}, 'begun').touch()"
    made = [
        Gate("soon", "waits", (sys.executable, "-c", wait)),
        Gate("late", "begins", (sys.executable, "-c", begin)),
        Gate("long", "ends at once", (sys.executable, "-c", ""), beside=True),
    ]
    assert sorted(outcome.gate.name for outcome in run_all(made, Runner())) == ["late", "long", "soon"]


def test_a_gate_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(gates, "LIMIT_SECONDS", 0.2)
    outcome = Runner().run(Gate("slow", "sleeps", (sys.executable, "-c", "import time; time.sleep(60)")))
    assert (outcome.passed, outcome.failed) == (0, 1)
    assert "slow: stopped after 0.2 s" in capsys.readouterr().out


def test_what_is_ended_can_clean_up_and_nothing_more_begins(tmp_path: pathlib.Path) -> None:
    program = (
        "import pathlib, sys, time\n"
        "pathlib.Path(sys.argv[1], 'begun').touch()\n"
        "try:\n    time.sleep(60)\n"
        "except KeyboardInterrupt:\n    pathlib.Path(sys.argv[1], 'cleaned-up').touch()\n"
    )
    lane = [
        Gate("first", "waits", (sys.executable, "-c", program, str(tmp_path))),
        Gate("second", "never begins", (sys.executable, "-c", program, str(tmp_path / "none"))),
    ]
    runner = Runner()
    thread = threading.Thread(target=runner.run_lane, args=(list(lane),), kwargs={"beside": False})
    thread.start()
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    runner.end_all()
    thread.join(timeout=60)
    assert (tmp_path / "cleaned-up").exists()
    assert not thread.is_alive()
    assert not gates.log_of(lane[1]).exists()


GATE = """
import pathlib, sys, time
from lab.process import start_lab
with start_lab(world="person") as lab:
    pathlib.Path(sys.argv[1]).write_text(lab["ca_path"])
    time.sleep(600)
"""
RUN = """
import pathlib, sys, gates
gates.LOGS = pathlib.Path(sys.argv[1])
gates.GATES = (gates.Gate("lab", "serves", (sys.executable, "-c", *sys.argv[2:])),)
gates.main([])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_that_is_stopped_leaves_no_lab(tmp_path: pathlib.Path, number: signal.Signals) -> None:
    """As in a terminal, and as CI ends a job: the run itself in a process of its own, with a gate that has a lab."""
    told = tmp_path / "ca_path"
    command = [sys.executable, "-c", RUN, str(tmp_path), GATE, str(told)]
    environment = {**os.environ, "PYTHONPATH": gates.python_path()}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: told.exists() and told.read_text() != "")
        process.send_signal(number)
        assert process.wait(timeout=60) != 0
    assert not pathlib.Path(told.read_text()).exists()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Fail after a minute in which it is not so."""
    ends = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)
