# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run playbooks for real: each command of Ansible in a process of its own, with a HOME of its own, against the lab.

Most of these processes are forks of one that has imported Ansible, see warm_ansible.py.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import signal
import subprocess
import sys
import typing as t

if t.TYPE_CHECKING:
    from warm_ansible import WarmAnsible

    from lab.process import Lab

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / "build" / "collections"
# What every play on this machine begins with.
LOCAL: dict[str, t.Any] = {
    "hosts": "localhost",
    "connection": "local",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_pipelining": True},
}
_END = "end of case"


def role(tasks_from: str) -> dict[str, t.Any]:
    """The task that runs an entry point of the role."""
    return {"ansible.builtin.include_role": {"name": "m365.defender.mto", "tasks_from": tasks_from}}


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


def common_environment(**own: str) -> dict[str, str]:
    """The user's environment, without what would change a run."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "MTO_", "AZURE_"))}
    return {**kept, "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_NOCOLOR": "1", **own}


def run_to_the_end(command: list[str], **options: t.Any) -> tuple[int, str]:
    """Exit code and output of a command. Ansible's workers have sessions of their own: it ends them when asked to."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options) as process:
        try:
            # Many times what a play needs: one that hangs shall end as a failure.
            output, _errors = process.communicate(timeout=600)
        except BaseException:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
            process.kill()
            raise
        return process.returncode, output


class Ansible:
    """ansible-playbook with an empty HOME under `directory`; the secret of the lab comes by the environment."""

    # Set while there is one. Without it, and where a fork would not do, the command runs.
    warm: t.ClassVar[WarmAnsible | None] = None

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
        """The environment of a run."""
        own = {
            "HOME": str(self.home),
            "TMPDIR": str(self.home),
            "MTO_CLIENT_SECRET": self.lab.connection["client_secret"],
            "MTO_REFRESH_TOKEN": self.lab.connection["refresh_token"],
        }
        return common_environment(**{**own, **changes})

    def play(self, playbook: str, *flags: str, env: dict[str, str] | None = None, **variables: t.Any) -> Run:
        """Run a playbook with the connection and these variables; a variable of None is left out."""
        merged = {k: v for k, v in {**self.variables(), **variables}.items() if v is not None}
        path = self.directory / "variables.json"
        path.write_text(json.dumps(merged), encoding="utf-8")
        return self.run("playbook", "-i", self.inventory, playbook, "-e", f"@{path}", *flags, env=env)

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> Run:
        """Run a command of Ansible: playbook, inventory or adhoc."""
        environment = self.environment(**(env or {}))
        if self.warm and self.warm.fits(environment):
            return Run(*self.warm.run([*arguments], environment, self.directory), self.home)
        command = [sys.executable, "-m", "ansible", *arguments]
        return Run(*run_to_the_end(command, env=environment, cwd=self.directory), self.home)

    def refusals(self, tasks: list[t.Any], cases: dict[str, dict[str, t.Any]]) -> dict[str, str]:
        """What a run says of each case: with these variables the tasks have to fail. One run for all of them."""
        blocks = [
            {
                "name": f"case {name}",
                "vars": {k: v for k, v in {**self.variables(), **variables}.items() if v is not None},
                "block": [*tasks, {"ansible.builtin.meta": "end_play"}],
                "rescue": [{"ansible.builtin.debug": {"msg": f"{_END} {name}"}}],
            }
            for name, variables in cases.items()
        ]
        path = self.directory / "cases.yml"
        path.write_text(json.dumps([{**LOCAL, "tasks": blocks}]), encoding="utf-8")
        run = self.play(str(path), **dict.fromkeys(self.variables()))
        assert run.code == 0, run.output
        told, rest = {}, run.output
        for name in cases:
            told[name], found, rest = rest.partition(f'"{_END} {name}"')
            assert found, f"{name} was not refused: {rest}"
        return told
