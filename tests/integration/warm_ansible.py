# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's commands without their start: a process imports Ansible and its plugins once, and each run is a fork of it.

A run has its own environment, directory and settings, as a command has. What cannot be had by a fork, the caller gives
to the command: another locale, and settings of Ansible, some of which are read while Ansible is imported.
"Arguments" begin with the name of the command, as those of `python -m ansible` do.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.machinery
import json
import os
import pathlib
import pkgutil
import signal
import subprocess
import sys
import tempfile
import typing as t

if t.TYPE_CHECKING:
    import types
    from collections.abc import Iterator, Mapping

# What a run of ours imports in any case.
PRELOADED = (
    "ansible.cli.adhoc",
    "ansible.cli.inventory",
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "cryptography.x509",
    "msal",
    "requests",
)
# The plugins that a run looks for, of Ansible and of ours: to find one and read its options takes longer than it works.
# Not those for variables: Ansible enables them where it looks for them first.
ANSIBLES = "action cache callback connection filter inventory lookup shell strategy test".split()
OURS = "ansible_collections.m365.defender.plugins"
OUR_KINDS = ("action", "filter", "inventory")
PAGE = "ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.page"

# What Python, and Ansible while it is imported, read from the environment.
READ_EARLY = ("ANSIBLE_", "LANG", "LC_", "PYTHON")
# Settings of Ansible that nothing reads before it needs them.
READ_LATE = {
    "ANSIBLE_ASYNC_DIR",
    "ANSIBLE_INJECT_INVOCATION",
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED",
    "ANSIBLE_STDOUT_CALLBACK",
}
# Of these, a process can be had for each value.
COLLECTIONS = "ANSIBLE_COLLECTIONS_PATH"


class WarmAnsible:
    """The processes that have imported Ansible, one for each path of collections. They run one playbook at a time."""

    def __init__(self, env: Mapping[str, str], servers: contextlib.ExitStack) -> None:
        self._env = env
        self._stack = servers
        self._servers: dict[str, subprocess.Popen[str]] = {}

    def fits(self, env: Mapping[str, str]) -> bool:
        """Whether a fork can have this environment."""
        changed = {name for name in env.keys() | self._env.keys() if env.get(name) != self._env.get(name)}
        return not any(name.startswith(READ_EARLY) for name in changed - READ_LATE - {COLLECTIONS})

    def run(self, arguments: list[str], env: Mapping[str, str], cwd: pathlib.Path) -> tuple[int, str]:
        """Exit code and output of a command."""
        with tempfile.NamedTemporaryFile() as output:
            code = self.run_into(output.name, arguments, env, cwd)
            return code, output.read().decode()

    def run_into(self, output: str, arguments: list[str], env: Mapping[str, str], cwd: pathlib.Path) -> int:
        """Exit code of a command, whose output is appended to a file."""
        server = self._server(env[COLLECTIONS])
        request = {"arguments": arguments, "env": dict(env), "cwd": str(cwd), "output": output}
        print(json.dumps(request), file=server.stdin, flush=True)
        pid = _answer(server)
        try:
            return _answer(server)
        except BaseException:
            os.kill(pid, signal.SIGINT)
            raise

    def _server(self, collections: str) -> subprocess.Popen[str]:
        if collections not in self._servers:
            server = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**self._env, COLLECTIONS: collections},
            )
            self._servers[collections] = self._stack.enter_context(server)
        return self._servers[collections]


def _answer(server: subprocess.Popen[str]) -> int:
    line = server.stdout.readline() if server.stdout else ""
    assert line, "the process that has imported Ansible has ended"
    return int(line)


@contextlib.contextmanager
def warm_ansible(env: Mapping[str, str]) -> Iterator[WarmAnsible]:
    """Have such processes while the body runs. `env` is what all runs have in common."""
    with contextlib.ExitStack() as servers:
        yield WarmAnsible(env, servers)


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
    output = os.open(request["output"], os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    # As `python -m ansible` has them.
    sys.path[0] = request["cwd"]
    sys.argv = ["ansible", *request["arguments"]]
    # The last thing that the module does when it is imported: settings come from the environment.
    for name in constants.config.get_configuration_definitions():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    # Ansible looks every millisecond whether a task has ended, and on a busy machine does little else.
    constants.set_constant("DEFAULT_INTERNAL_POLL_INTERVAL", 0.005)


def compiled(source: str, filename: str, **options: t.Any) -> types.CodeType:
    """Take the code of a collection's file from Python's cache. Ansible would compile all of it again in every run."""
    if pathlib.Path(filename).is_file():
        code = importlib.machinery.SourceFileLoader("collection", filename).get_code("collection")
        assert code is not None
        return code
    return compile(source, filename, **options)


def preload() -> None:
    """Import what runs need, and nothing that depends on what is run."""
    for name in PRELOADED:
        importlib.import_module(name)
    importlib.import_module("ansible.utils.collection_loader._collection_finder").compile = compiled
    loaders = importlib.import_module("ansible.plugins.loader")
    # Once: a second time, the command would complain.
    loaders.init_plugin_loader()
    importlib.import_module("ansible.cli").init_plugin_loader = lambda _paths: None
    for kind in ANSIBLES:
        list(getattr(loaders, f"{kind}_loader").all(class_only=True))
    for kind in OUR_KINDS:
        for found in pkgutil.iter_modules(importlib.import_module(f"{OURS}.{kind}").__path__):
            importlib.import_module(f"{OURS}.{kind}.{found.name}")
    # To compile the page takes longer than to write it. The module keeps it for all reports.
    importlib.import_module(PAGE)._template()
    # So that no fork copies all of it, only to look for garbage.
    gc.freeze()


def main() -> None:
    """Serve; in a fork, run the command and end as it ends."""
    preload()
    request = serve()
    if request is not None:
        become(request)
        importlib.import_module(f"ansible.cli.{request['arguments'][0]}").main(request["arguments"])


if __name__ == "__main__":
    main()
