# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo: start the lab, adopt the GDAP customers, onboard the 25 tenants, look for drift.

    python scripts/demo.py [--collections-path DIR] [--output DIR]

The plays run with nothing but inventory variables (tests/demo/inventory) and Ansible's own defaults. Exit code 0 when
all plays went well; after a play that failed no other is run.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from project_files import BUILD, ROOT
from tool_environment import tool_environment

sys.path.insert(0, str(ROOT))

from lab.process import Lab, LabError, start_lab

SECRETS = (
    "client_secret",
    "refresh_token",
    "colleague_refresh_token",
    "writer_client_secret",
    "writer_refresh_token",
)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run the demo against the lab.")
    parser.add_argument("--collections-path", type=pathlib.Path, default=BUILD / "collections")
    parser.add_argument("--output", type=pathlib.Path, default=BUILD / "demo")
    return parser.parse_args()


def environment(lab: Lab, collections_path: pathlib.Path, output: pathlib.Path) -> dict[str, str]:
    """The user's environment without what would change the demo; the secrets of the lab are only here."""
    public = {key: value for key, value in lab.connection.items() if key not in SECRETS}
    return tool_environment() | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections_path),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "demo" / "ansible.cfg"),
        # The demo leaves nothing in the user's home, which need not even be writable.
        "ANSIBLE_HOME": str(output / "ansible"),
        "MTO_LAB": json.dumps(public),
        "MTO_CLIENT_SECRET": str(lab.connection["client_secret"]),
        "MTO_REFRESH_TOKEN": str(lab.connection["refresh_token"]),
    }


def prepare(output: pathlib.Path) -> pathlib.Path:
    """Make the output directory anew; return the inventory in it."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "demo" / "inventory", output / "inventory")
    (output / "adopted").mkdir()
    return output / "inventory"


def play(name: str, inventory: pathlib.Path, variables: dict[str, str], env: dict[str, str]) -> int:
    """Run one of our playbooks; its exit code."""
    print(f"\n--- ansible-playbook m365.defender.{name} ---", flush=True)
    # As JSON: in key=value, a path with a space would end at the space.
    extra = ["-e", json.dumps(variables)] if variables else []
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), f"m365.defender.{name}", *extra]
    return subprocess.run(command, env=env, cwd=inventory, check=False).returncode


def run_plays(lab: Lab, collections_path: pathlib.Path, output: pathlib.Path, inventory: pathlib.Path) -> int:
    """The exit code of the first play that failed."""
    env = environment(lab, collections_path, output)
    plays = {
        "adopt": {"mto_adopt_dir": str(output / "adopted")},
        "onboard": {"mto_report_dir": str(output)},
        "drift": {},
    }
    for name, variables in plays.items():
        code = play(name, inventory, variables, env)
        if code:
            print(f"\ndemo: the play {name} failed (exit code {code}); its messages above say why.", file=sys.stderr)
            return code
    return 0


def main() -> int:
    """The plays against a lab of the demo's own."""
    options = arguments()
    output = options.output.resolve()
    started = time.monotonic()
    try:
        inventory = prepare(output)
        print("demo: starting the lab, an emulator of Microsoft's services on this machine", flush=True)
        with start_lab(world="lab/worlds/demo.yml") as lab:
            code = run_plays(lab, options.collections_path.resolve(), output, inventory)
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"demo: {error.filename or output}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    reports = sorted(output.glob("report.*"))
    if reports:
        print(f"\nReport: {', '.join(os.path.relpath(path) for path in reports)}")
    print(f"demo: {time.monotonic() - started:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
