# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's commands for a shell of a test, where each run is a fork (see warm_ansible.py)."""

from __future__ import annotations

import os
import pathlib
import sys
import threading
import typing as t

from warm_ansible import COLLECTIONS

if t.TYPE_CHECKING:
    from warm_ansible import WarmAnsible

# What a person types, and what it is to `python -m ansible`.
_COMMANDS = {"ansible": "adhoc", "ansible-inventory": "inventory", "ansible-playbook": "playbook"}
# Stands in for such a command. Ansible reads its configuration file at its start, so that a fork would not know it.
_SCRIPT = """\
#!/bin/sh
[ -e ansible.cfg ] && exec '{real}' "$@"
printf '%s\\0' {command} "$@" >'{place}/arguments'
env -0 >'{place}/env.new'
mv '{place}/env.new' '{place}/env'
read -r code <'{place}/code'
exit "$code"
"""


class ShellForks:
    """Runs what a shell asks for that has `bin` first in its PATH. `collections` is where its Ansible finds some."""

    def __init__(self, place: pathlib.Path, warm: WarmAnsible, collections: str) -> None:
        self.bin = place / "bin"
        self._place, self._warm, self._collections = place, warm, collections
        self.bin.mkdir(parents=True)
        os.mkfifo(place / "code")
        for name, command in _COMMANDS.items():
            real = pathlib.Path(sys.executable).with_name(name)
            script = self.bin / name
            script.write_text(_SCRIPT.format(real=real, command=command, place=place), encoding="utf-8")
            script.chmod(0o700)

    def serve(self, output: pathlib.Path) -> None:
        """Run what the shell has asked for meanwhile. Its output is appended to a file."""
        request = self._place / "env"
        if request.is_file():
            env = dict(line.split("=", 1) for line in request.read_text(encoding="utf-8").split("\0") if line)
            env[COLLECTIONS] = self._collections
            request.unlink()
            assert self._warm.fits(env)
            threading.Thread(target=self._run, args=(output, env)).start()

    def _run(self, output: pathlib.Path, env: dict[str, str]) -> None:
        *arguments, _end = (self._place / "arguments").read_text(encoding="utf-8").split("\0")
        code = self._warm.run_into(str(output), arguments, env, pathlib.Path(env["PWD"]))
        (self._place / "code").write_text(f"{code}\n", encoding="utf-8")
