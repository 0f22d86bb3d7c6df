# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab as a separate process, for tests, the demo and the benchmark."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import select
import subprocess
import sys
import typing as t

from lab.clients.browser import Browser
from lab.generator.generate import choose_world

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.worlds.world import Declare, World

ROOT: t.Final = pathlib.Path(__file__).resolve().parent.parent
WORLDS: t.Final = pathlib.Path(__file__).with_name("worlds")
# A start generates two keys and the state of every tenant: a second or two, more on a machine under load.
_START: t.Final = 60.0
_STOP: t.Final = 10.0


def _declared(declare: Declare) -> dict[str, t.Any]:
    """Return the optional fields of a row in the user's list."""
    optional = {
        "access": declare.access,
        "roles": list(declare.roles),
        "licenses": list(declare.licenses),
        "cloud": declare.cloud,
    }
    return {name: value for name, value in optional.items() if value}


class LabError(Exception):
    """A lab that did not start, with the reason."""


@dataclasses.dataclass(frozen=True, slots=True)
class Lab:
    """A running lab. `connection` is its line of JSON."""

    connection: dict[str, t.Any]
    process: subprocess.Popen[str]
    world: World

    def __getitem__(self, name: str) -> str:
        """Return a value of the connection, such as `graph` or `client_secret`."""
        return str(self.connection[name])

    def tenants(self) -> list[dict[str, t.Any]]:
        """Return the user's tenant list, in the order of the world."""
        return [
            {"tenant_id": tenant.tenant_id, "name": tenant.name, **_declared(tenant.declare)}
            for tenant in self.world.tenants
        ]

    def requests(self) -> list[dict[str, t.Any]]:
        """Return every request so far, in the order of the answers."""
        path = pathlib.Path(self["ca_path"]).with_name("requests.jsonl")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def authorize(self, url: str, account: str = "operator") -> str:
        """Sign in at an authorization URL as a browser does: return the address that leads back to the program.

        `account` is "operator", "colleague", or "" for Cancel. Raises BrowserError.
        """
        return Browser(self["ca_path"]).authorize(url, account)

    def enter_user_code(self, user_code: str, account: str = "operator") -> str:
        """Approve a device code, or cancel it: return the text of the page. Raises BrowserError."""
        return Browser(self["ca_path"]).enter_user_code(f"{self['login']}/device", user_code, account)

    def stop(self) -> int:
        """Stop the lab and wait. The exit code is 0 after a clean stop."""
        return stop(self.process)


def stop(process: subprocess.Popen[str]) -> int:
    """Stop a process, by force if needed."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(timeout=_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextlib.contextmanager
def start_lab(
    *,
    world: pathlib.Path | str | None = None,
    tenants: int | None = None,
    seed: int = 1,
    calm: bool = False,
    port: int = 0,
    latency_ms: float = 0.0,
    state_dir: pathlib.Path | str | None = None,
) -> Iterator[Lab]:
    """Run a lab while the body runs. `world` is a path, or the name of a world of the lab, such as "demo"."""
    path = None if world is None else world_path(world)
    options = _options(world=path, tenants=tenants, seed=seed, port=port, state_dir=_absolute(state_dir))
    command = [sys.executable, "-m", "lab", *options, "--latency-ms", str(latency_ms), *(["--calm"] if calm else [])]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        connection = _read_connection(process)
        yield Lab(connection, process, choose_world(path, tenants, seed, calm=calm))
    finally:
        stop(process)
        if process.stdout is not None:
            process.stdout.close()


def _options(**values: t.Any) -> list[str]:
    return [
        word
        for name, value in values.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]


def _absolute(path: pathlib.Path | str | None) -> pathlib.Path | None:
    """Return the absolute path: the process has another working directory than its caller."""
    return None if path is None else pathlib.Path(path).resolve()


def world_path(world: pathlib.Path | str) -> pathlib.Path:
    """Return the world of that name, a path from here, or a path as the command takes it."""
    named = WORLDS / f"{world}.yml"
    candidates = (named, pathlib.Path(world), ROOT / world)
    return next((path for path in candidates if path.is_file()), pathlib.Path(world)).resolve()


def _read_connection(process: subprocess.Popen[str]) -> dict[str, t.Any]:
    """Return the line on standard output. Error messages go to the caller's standard error."""
    if process.stdout is None:
        raise LabError("The lab has no standard output.")
    ready, _writable, _failed = select.select([process.stdout], [], [], _START)
    if not ready:
        raise LabError(f"The lab did not start within {_START:.0f} seconds.")
    line = process.stdout.readline()
    if not line:
        raise LabError(f"The lab did not start (exit code {process.wait(timeout=_STOP)}).")
    loaded: dict[str, t.Any] = json.loads(line)
    return loaded
