# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the scenarios of molecule: the role against the lab; a second onboarding must change nothing.

    python scripts/scenarios.py [SCENARIO ...]

Exit code 1 when one fails. What molecule leaves behind stays under build/molecule.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import typing as t

from project_files import BUILD, ROOT
from tool_environment import BIN, tool_environment

if t.TYPE_CHECKING:
    import pathlib

SCENARIOS = ("onboard", "drift")


def run(scenario: str) -> int:
    """One scenario from its beginning to its end; its exit code."""
    place = BUILD / "molecule" / scenario
    # What an interrupted run has left: molecule would start two playbooks to find nothing.
    stop_labs(place)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    environment = tool_environment() | {"NO_COLOR": "1", "MOLECULE_EPHEMERAL_DIRECTORY": str(place)}
    command = [str(BIN / "molecule"), "test", "--scenario-name", scenario]
    try:
        return subprocess.run(command, cwd=ROOT / "extensions", env=environment, check=False).returncode
    finally:
        stop_labs(place)


def stop_labs(place: pathlib.Path) -> None:
    """Stop a lab that an interrupted run has left: Ansible starts it in a session of its own, which nobody ends."""
    for path in place.rglob("connection.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            os.kill(json.loads(path.read_text(encoding="utf-8"))["pid"], signal.SIGTERM)


def main(names: list[str]) -> int:
    """Every scenario, although one should fail."""
    unknown = sorted(set(names) - set(SCENARIOS))
    if unknown:
        raise SystemExit(f"scenarios: no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
    codes = {name: run(name) for name in names or SCENARIOS}
    failed = [name for name, code in codes.items() if code]
    print(f"scenarios: {', '.join(f'{name} failed' for name in failed) or 'all passed'}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
