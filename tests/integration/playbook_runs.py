# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run playbooks for real: ansible-playbook in a process of its own, with a HOME of its own, against the lab."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import typing as t

if t.TYPE_CHECKING:
    from lab.process import Lab

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / "build" / "collections"


@dataclasses.dataclass
class Run:
    """What a run left behind."""

    code: int
    output: str
    home: pathlib.Path

    @property
    def words(self) -> str:
        """The output on a single line: the summary is wrapped at the width of the terminal."""
        return " ".join(self.output.split())


class Ansible:
    """ansible-playbook with an empty HOME under `directory`; the secret of the lab comes by the environment."""

    def __init__(self, directory: pathlib.Path, lab: Lab) -> None:
        self.directory = directory
        self.home = directory / "home"
        self.home.mkdir()
        self.lab = lab
        self.inventory = "localhost,"

    def variables(self) -> dict[str, t.Any]:
        """The connection, without secrets."""
        connection = self.lab.connection
        names = ("home_tenant_id", "client_id", "operator", "ca_path")
        found = {f"mto_{name}": connection[name] for name in names}
        endpoints = {name: connection[name] for name in ("login", "graph", "arm", "portal", "mto")}
        # The view is the matter of test_view.py, which turns it on.
        return {**found, "mto_endpoints": endpoints, "mto_register": False}

    def environment(self, **changes: str) -> dict[str, str]:
        """The user's environment, without what would change a run."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "MTO_", "AZURE_"))}
        own = {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
            "ANSIBLE_NOCOLOR": "1",
            "MTO_CLIENT_SECRET": self.lab.connection["client_secret"],
            "MTO_REFRESH_TOKEN": self.lab.connection["refresh_token"],
        }
        return {**kept, **own, **changes}

    def play(self, playbook: str, *flags: str, env: dict[str, str] | None = None, **variables: t.Any) -> Run:
        """Run a playbook with the connection and these variables; a variable of None is left out."""
        merged = {k: v for k, v in {**self.variables(), **variables}.items() if v is not None}
        path = self.directory / "variables.json"
        path.write_text(json.dumps(merged), encoding="utf-8")
        start = [sys.executable, "-m", "ansible", "playbook", "-i", self.inventory]
        command = [*start, playbook, "-e", f"@{path}", *flags]
        done = subprocess.run(
            command,
            env=self.environment(**(env or {})),
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        return Run(done.returncode, done.stdout, self.home)
