# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit tests of the plugins, and the demo from the installed artifact, with each ansible-core and each Python.

    python scripts/matrix.py [--quick] [CORE/PYTHON ...]        such as 2.19/3.11; all without one

A Python that is not on this machine is told as such: it is neither passed nor failed. --quick leaves out the demo.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import pathlib
import subprocess
import sys
import time

from artifact import build, install
from environments import make_environment
from lock import LOCK, parse, read_requirements
from project_files import BUILD, ROOT
from tool_environment import tool_environment

# Which Pythons an ansible-core runs on, as controller.
CORES = {"2.19": ("3.11", "3.12", "3.13"), "2.20": ("3.12", "3.13", "3.14"), "2.21": ("3.12", "3.13", "3.14")}
# What the unit tests of the plugins import beside what the demo needs.
TEST_TOOLS = frozenset({"hypothesis", "lxml", "pytest"})
# Judges are pure functions, which the demo runs as well; what tries them with thousands of inputs is left to `unit`.
UNIT_TESTS = (
    *("-m", "pytest", "-q", "-o", "cache_dir=build/cache/matrix", "tests/unit/plugins"),
    "--ignore=tests/unit/plugins/module_utils/_checks",
    "--ignore-glob=*/test_properties.py",
)
LOGS = BUILD / "matrix"


@dataclasses.dataclass(frozen=True)
class Row:
    """How it went with an ansible-core on a Python."""

    core: str
    python: str
    unit: str = "-"
    demo: str = "-"
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Something did not work."""
        return "FAILED" in {self.unit, self.demo}


def find_python(version: str) -> str | None:
    """Return a Python of that version that can make environments: on the PATH, or one of pyenv's."""
    directories = [pathlib.Path(name) for name in os.environ.get("PATH", "").split(os.pathsep)]
    pyenv = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"), "versions")
    candidates = [directory / f"python{version}" for directory in directories]
    for candidate in [*candidates, *sorted(pyenv.glob(f"{version}.*/bin/python"))]:
        # A shim of a version manager that lacks this version is there, and does not run.
        if candidate.is_file() and runs([str(candidate), "-I", "-c", "import ensurepip, ssl, venv"]):
            return str(candidate)
    return None


def runs(command: list[str]) -> bool:
    """Exit code 0, and nothing on the screen."""
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def packages(core: str) -> list[str]:
    """What an environment gets: the locked versions, but for ansible-core."""
    pins = [pin for pin in parse(LOCK.read_text(encoding="utf-8").splitlines()) if pin.name != "ansible-core"]
    text = "\n".join(map(str, pins))
    # Named by what it holds, so that other versions make another environment.
    constraints = LOGS / f"constraints-{hashlib.sha256(text.encode()).hexdigest()[:8]}.txt"
    constraints.write_text(text, encoding="utf-8")
    tools = [str(each) for each in read_requirements("requirements-dev.txt") if each.name in TEST_TOOLS]
    return [f"ansible-core=={core}.*", "-r", "requirements-demo.txt", *tools, "-c", str(constraints)]


def run(core: str, python: str, *, quick: bool) -> Row:
    """Test one combination."""
    interpreter = find_python(python)
    if interpreter is None:
        return Row(core, python, "no such Python", "no such Python")
    started = time.monotonic()
    name = f"matrix/{core}-{python}"
    try:
        bin_directory = make_environment(name, packages(core), interpreter)
    except subprocess.CalledProcessError:
        return Row(core, python, "FAILED", "FAILED", time.monotonic() - started)
    command = [str(bin_directory / "python")]
    unit = step(bin_directory, f"{core}-{python}-unit", [*command, *UNIT_TESTS])
    demo = "left out" if quick else step(bin_directory, f"{core}-{python}-demo", [*command, *demo_arguments(name)])
    return Row(core, python, unit, demo, time.monotonic() - started)


def demo_arguments(name: str) -> list[str]:
    """The demo, from the installed artifact."""
    paths = {"--collections-path": BUILD / "installed", "--output": BUILD / name / "demo"}
    return ["scripts/demo.py", *(text for key, value in paths.items() for text in (key, str(value)))]


def step(bin_directory: pathlib.Path, name: str, command: list[str]) -> str:
    """Run a command with these tools first on the PATH; its output goes to a log."""
    environment = tool_environment()
    environment["PATH"] = f"{bin_directory}{os.pathsep}{environment['PATH']}"
    with (LOGS / f"{name}.log").open("wb") as log:
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=log, stderr=subprocess.STDOUT)
    return "FAILED" if done.returncode else "passed"


def table(rows: list[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| ansible-core | Python | unit tests | demo | seconds |", "|---|---|---|---|---|"]
    lines += [f"| {row.core} | {row.python} | {row.unit} | {row.demo} | {row.seconds:.0f} |" for row in rows]
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Test with each ansible-core and each Python.")
    parser.add_argument("--quick", action="store_true", help="leave out the demo")
    parser.add_argument("combinations", nargs="*", metavar="CORE/PYTHON")
    return parser.parse_args()


def main() -> int:
    """Exit code 1 if a combination failed, or if none could be tried."""
    options = arguments()
    known = [(core, python) for core, pythons in CORES.items() for python in pythons]
    wanted = [tuple(name.split("/")) for name in options.combinations] or known
    for each in wanted:
        if each not in known:
            print(f"matrix: no combination {'/'.join(each)}; there are {', '.join('/'.join(pair) for pair in known)}")
            return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    if not options.quick:
        install(build())
    rows = []
    for core, python in wanted:
        rows.append(run(core, python, quick=options.quick))
        print(table(rows[-1:]).splitlines()[-1], flush=True)
    text = table(rows)
    (LOGS / "table.md").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}\n\nLogs: {LOGS.relative_to(ROOT)}")
    return 1 if any(row.failed for row in rows) or not any(row.seconds for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
