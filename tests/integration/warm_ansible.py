# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook without its start: a process imports Ansible once, and each run is a fork of it.

A run has its own environment, directory and settings, as a command has. What cannot be had by a fork, the caller gives
to the command: another locale, and settings of Ansible, some of which are read while Ansible is imported.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.machinery
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import typing as t

if t.TYPE_CHECKING:
    import types
    from collections.abc import Iterator, Mapping

# What a run of ours imports in any case.
PRELOADED = ("ansible.cli.playbook", "ansible.executor.playbook_executor", "cryptography.x509", "msal", "requests")

# What Python, and Ansible while it is imported, read from the environment.
READ_EARLY = ("ANSIBLE_", "LANG", "LC_", "PYTHON")


class WarmAnsible:
    """The process that has imported Ansible. It runs one playbook at a time."""

    def __init__(self, server: subprocess.Popen[str], env: Mapping[str, str]) -> None:
        self._server = server
        self._env = env

    def fits(self, env: Mapping[str, str]) -> bool:
        """Whether a fork can have this environment."""
        changed = {name for name in env.keys() | self._env.keys() if env.get(name) != self._env.get(name)}
        return not any(name.startswith(READ_EARLY) for name in changed - {"ANSIBLE_COLLECTIONS_PATH"})

    def run(self, arguments: list[str], env: Mapping[str, str], cwd: pathlib.Path) -> tuple[int, str]:
        """Exit code and output of ansible-playbook with these arguments."""
        with tempfile.NamedTemporaryFile() as output:
            request = {"arguments": arguments, "env": dict(env), "cwd": str(cwd), "output": output.name}
            print(json.dumps(request), file=self._server.stdin, flush=True)
            pid = self._answer()
            try:
                code = self._answer()
            except BaseException:
                os.kill(pid, signal.SIGINT)
                raise
            return code, output.read().decode()

    def _answer(self) -> int:
        line = self._server.stdout.readline() if self._server.stdout else ""
        assert line, "the process that has imported Ansible has ended"
        return int(line)


@contextlib.contextmanager
def warm_ansible(env: Mapping[str, str]) -> Iterator[WarmAnsible]:
    """Have such a process while the body runs. `env` is what all runs have in common."""
    command = [sys.executable, __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env) as server:
        yield WarmAnsible(server, env)


def serve() -> dict[str, t.Any] | None:
    """Fork for each request; None at the end of all. In a fork, return what it has to run."""
    # Ctrl-C is for the runs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            return json.loads(line)
        print(pid, flush=True)
        _pid, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return None


def become(request: dict[str, t.Any]) -> None:
    """Make this process what the command would be: its directory, environment, standard streams and settings."""
    from ansible import constants

    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    tempfile.tempdir = None
    output = os.open(request["output"], os.O_WRONLY)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # As `python -m ansible playbook` has them.
    sys.path[0] = request["cwd"]
    sys.argv = ["ansible", "playbook", *request["arguments"]]
    # The last thing that the module does when it is imported: settings come from the environment.
    for name in constants.config.get_configuration_definitions():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))


def compiled(source: str, filename: str, **options: t.Any) -> types.CodeType:
    """Take the code of a collection's file from Python's cache. Ansible would compile all of it again in every run."""
    if pathlib.Path(filename).is_file():
        code = importlib.machinery.SourceFileLoader("collection", filename).get_code("collection")
        assert code is not None
        return code
    return compile(source, filename, **options)


def main() -> None:
    """Serve; in a fork, run the playbook and end as the command ends."""
    for name in PRELOADED:
        importlib.import_module(name)
    importlib.import_module("ansible.utils.collection_loader._collection_finder").compile = compiled
    request = serve()
    if request is not None:
        become(request)
        importlib.import_module("ansible.cli.playbook").main(["playbook", *request["arguments"]])


if __name__ == "__main__":
    main()
