# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the demo: start the lab, adopt the GDAP customers, onboard the 25 tenants, look for drift.

    python scripts/demo.py [--remedies] [--collections-path DIR] [--output DIR]

The plays run with nothing but inventory variables (tests/demo/inventory) and Ansible's own defaults. Exit code 0 when
all plays went well; after a play that failed no other is run.

With `--remedies` there is a second act, in which `mto_remedies` names all of them: onboard runs with them, a customer
approves what was requested, and onboard runs again.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import re
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
# What the second act adds to the variables of the first one. The tenant list says which GDAP relationships are wanted.
REMEDIES = ["gdap_auto_extend", "gdap_assignment", "gdap_request", "mfa_trust", "guest_invitation"]
# Customers who agreed to a change in their own tenant: Osterberg Versicherung AG and Piekarnia Kłos Sp. z o.o.
CONFIRMED = ["5ba0f22e-fb1e-45fa-9cde-0df4b771aef9", "c3336c0b-7d02-4ee8-a978-d3822965cadd"]
APPROVAL = re.compile(r"https://\S+/granularAdminRelationships/[\w-]+")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run the demo against the lab.")
    parser.add_argument("--remedies", action="store_true", help="play the second act: what may be put right, is")
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
        "MTO_WRITER_CLIENT_ID": str(lab.connection["writer_client_id"]),
        "MTO_WRITER_CLIENT_SECRET": str(lab.connection["writer_client_secret"]),
    }


def prepare(output: pathlib.Path) -> pathlib.Path:
    """Make the output directory anew; return the inventory in it."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "demo" / "inventory", output / "inventory")
    (output / "adopted").mkdir()
    (output / "invitations").mkdir(mode=0o700)
    return output / "inventory"


def play(name: str, inventory: pathlib.Path, variables: dict[str, object], env: dict[str, str]) -> int:
    """Run one of our playbooks; its exit code."""
    print(f"\n--- ansible-playbook m365.defender.{name} ---", flush=True)
    # As JSON: in key=value, a path with a space would end at the space.
    extra = ["-e", json.dumps(variables)] if variables else []
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), f"m365.defender.{name}", *extra]
    return subprocess.run(command, env=env, cwd=inventory, check=False).returncode


def first_act(output: pathlib.Path, inventory: pathlib.Path, env: dict[str, str]) -> int:
    """The exit code of the first play that failed."""
    plays: dict[str, dict[str, object]] = {
        "adopt": {"mto_adopt_dir": str(output / "adopted")},
        "onboard": {"mto_report_dir": str(output)},
        "drift": {},
    }
    for name, variables in plays.items():
        code = play(name, inventory, variables, env)
        if code:
            return told(name, code)
    return 0


def second_act(lab: Lab, output: pathlib.Path, inventory: pathlib.Path, env: dict[str, str]) -> int:
    """The exit code of the first play that failed. In between, customers answer."""
    before = findings(output)
    print(f"\ndemo: the second act. The same play again, with mto_remedies: {', '.join(REMEDIES)}", flush=True)
    code = play("onboard", inventory, remedies(output), env)
    if code:
        return told("onboard", code)
    for link, name in sorted(approvals(output).items()):
        lab.customer.approve(link)
        print(f"\ndemo: somebody at {name} opens the link, and approves the relationship", flush=True)
    code = play("onboard", inventory, remedies(output), env)
    if code:
        return told("onboard", code)
    after = findings(output)
    print(f"\ndemo: {len(before)} tenants needed somebody before the second act, {len(after)} do now.")
    print(f"demo: in order now: {', '.join(name for name in before if name not in after)}")
    return 0


def remedies(output: pathlib.Path) -> dict[str, object]:
    """The variables with which the play also carries out remedies."""
    return {
        "mto_report_dir": str(output),
        "mto_remedies": REMEDIES,
        "mto_remedy_confirm": CONFIRMED,
        "mto_journal": str(output / "journal.jsonl"),
        "mto_invitations_dir": str(output / "invitations"),
    }


def findings(output: pathlib.Path) -> dict[str, list[str]]:
    """What the last report wants somebody to do, by the tenant's name."""
    found: dict[str, list[str]] = {}
    for row in json.loads((output / "report.json").read_text(encoding="utf-8"))["findings"]:
        found.setdefault(row["tenant_name"], []).append(row["remedy"])
    return found


def approvals(output: pathlib.Path) -> dict[str, str]:
    """The links in the last report with which a customer approves a relationship, and whose they are."""
    return {link: name for name, texts in findings(output).items() for text in texts for link in APPROVAL.findall(text)}


def told(name: str, code: int) -> int:
    """Say that a play failed, and return its exit code."""
    print(f"\ndemo: the play {name} failed (exit code {code}); its messages above say why.", file=sys.stderr)
    return code


def main() -> int:
    """The plays against a lab of the demo's own."""
    options = arguments()
    output = options.output.resolve()
    started = time.monotonic()
    try:
        inventory = prepare(output)
        print("demo: starting the lab, an emulator of Microsoft's services on this machine", flush=True)
        with start_lab(world="lab/worlds/demo.yml") as lab:
            env = environment(lab, options.collections_path.resolve(), output)
            code = first_act(output, inventory, env)
            if options.remedies and not code:
                code = second_act(lab, output, inventory, env)
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
    if not options.remedies and not code:
        print("demo: in the second act, remedies put right what they may: make demo ARGS=--remedies")
    print(f"demo: {time.monotonic() - started:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
