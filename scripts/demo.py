# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo: start the lab, adopt the GDAP customers, onboard the 25 tenants, look for drift.

    python scripts/demo.py [--collections-path DIR] [--output DIR]

The plays run with nothing but inventory variables (tests/demo/inventory). Exit code 0 when all plays went well.
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

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lab.process import Lab, start_lab  # noqa: E402  (the path has to be set first)

NEVER_PASSED_ON = ("ANSIBLE_", "MTO_", "AZURE_")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run the demo against the lab.")
    parser.add_argument("--collections-path", type=pathlib.Path, default=ROOT / "build" / "collections")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "demo")
    return parser.parse_args()


def environment(lab: Lab, collections_path: pathlib.Path) -> dict[str, str]:
    """The user's environment without what would change the demo; the secrets of the lab are only here."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(NEVER_PASSED_ON)}
    secrets = ("client_secret", "refresh_token", "colleague_refresh_token")
    public = {key: value for key, value in lab.connection.items() if key not in secrets}
    return {
        **kept,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}",
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "demo" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(collections_path),
        "MTO_LAB": json.dumps(public),
        "MTO_CLIENT_SECRET": str(lab.connection["client_secret"]),
        "MTO_REFRESH_TOKEN": str(lab.connection["refresh_token"]),
    }


def play(name: str, inventory: pathlib.Path, variables: dict[str, str], env: dict[str, str]) -> int:
    """Run one of our playbooks; its exit code."""
    print(f"\n--- ansible-playbook m365.defender.{name} ---", flush=True)
    extra = [part for key, value in variables.items() for part in ("-e", f"{key}={value}")]
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), f"m365.defender.{name}", *extra]
    return subprocess.run(command, env=env, cwd=inventory, check=False).returncode


def main() -> int:
    """The plays against a lab of the demo's own."""
    options = arguments()
    output = options.output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    inventory = output / "inventory"
    shutil.copytree(ROOT / "tests" / "demo" / "inventory", inventory)
    (output / "adopted").mkdir()
    started = time.monotonic()
    with start_lab(world="lab/worlds/demo.yml") as lab:
        env = environment(lab, options.collections_path.resolve())
        codes = [
            play("adopt", inventory, {"mto_adopt_dir": str(output / "adopted")}, env),
            play("onboard", inventory, {"mto_report_dir": str(output)}, env),
            play("drift", inventory, {}, env),
        ]
    names = ", ".join(os.path.relpath(path) for path in sorted(output.glob("report.*")))
    print(f"\nReport: {names} ({time.monotonic() - started:.1f} s)")
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
