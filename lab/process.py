# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab as a separate process, for tests, the demo and the benchmark."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import multiprocessing
import pathlib
import sys
import typing as t

from lab.clients.browser import Browser
from lab.clients.customer import Customer
from lab.generator.generate import choose_world

if t.TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from lab.worlds.world import Declare, World

ROOT: t.Final = pathlib.Path(__file__).resolve().parent.parent
WORLDS: t.Final = pathlib.Path(__file__).with_name("worlds")
# A start generates a key and the state of every tenant: a second or two, more on a machine under load.
_START: t.Final = 60.0
_STOP: t.Final = 10.0
# A lab spends most of its start with imports. One process does them for all the labs of a run, which are its forks.
_FORKS: t.Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["lab.__main__"])


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
    process: BaseProcess
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
        return self._lines("requests.jsonl")

    def writes(self) -> list[dict[str, t.Any]]:
        """Return every request so far that changed a tenant, in order, whether or not its answer arrived."""
        return self._lines("writes.jsonl")

    def _lines(self, name: str) -> list[dict[str, t.Any]]:
        path = pathlib.Path(self["ca_path"]).with_name(name)
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def authorize(self, url: str, account: str = "operator") -> str:
        """Sign in at an authorization URL as a browser does: return the address that leads back to the program.

        `account` is "operator", "colleague", or "" for Cancel. Raises BrowserError.
        """
        return Browser(self["ca_path"]).authorize(url, account)

    def enter_user_code(self, user_code: str, account: str = "operator") -> str:
        """Approve a device code, or cancel it: return the text of the page. Raises BrowserError."""
        return Browser(self["ca_path"]).enter_user_code(f"{self['login']}/device", user_code, account)

    @property
    def customer(self) -> Customer:
        """The people in other tenants: they approve relationships and redeem invitations."""
        return Customer(self.connection)

    def stop(self) -> int:
        """Stop the lab and wait. The exit code is 0 after a clean stop."""
        return stop(self.process)


def stop(process: BaseProcess) -> int:
    """Stop a process, by force if needed."""
    process.terminate()
    process.join(_STOP)
    if process.exitcode is None:
        process.kill()
        process.join()
    return process.exitcode or 0


@contextlib.contextmanager
def start_lab(
    *,
    world: pathlib.Path | str | None = None,
    tenants: int | None = None,
    seed: int = 1,
    calm: bool = False,
    analysts: int = 0,
    port: int = 0,
    latency_ms: float = 0.0,
    state_dir: pathlib.Path | str | None = None,
) -> Iterator[Lab]:
    """Run a lab while the body runs. `world` is a path, or the name of a world of the lab, such as "demo"."""
    path = None if world is None else world_path(world)
    options = _options(
        world=path, tenants=tenants, seed=seed, analysts=analysts, port=port, state_dir=_absolute(state_dir)
    )
    arguments = [*options, "--latency-ms", str(latency_ms), *(["--calm"] if calm else [])]
    reader, writer = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_lab, args=(arguments, writer), daemon=True)
    with reader:
        with writer:
            process.start()
        try:
            connection = _read_connection(process, reader)
            yield Lab(connection, process, choose_world(path, tenants, seed, calm=calm, analysts=analysts))
        finally:
            stop(process)


def _lab(arguments: list[str], writer: Connection) -> None:
    """Be a lab, which also ends when its parent ends."""
    # Not for the processes that only talk with a lab: this brings the whole server.
    from lab.__main__ import main

    parent = multiprocessing.parent_process()
    owner = parent.sentinel if parent else None
    with writer:
        sys.exit(main(arguments, writer.send, owner))


def _options(**values: t.Any) -> list[str]:
    return [
        word
        for name, value in values.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]


def _absolute(path: pathlib.Path | str | None) -> pathlib.Path | None:
    """Return the absolute path: the process may have another working directory than its caller."""
    return None if path is None else pathlib.Path(path).resolve()


def world_path(world: pathlib.Path | str) -> pathlib.Path:
    """Return the world of that name, a path from here, or a path as the command takes it."""
    named = WORLDS / f"{world}.yml"
    candidates = (named, pathlib.Path(world), ROOT / world)
    return next((path for path in candidates if path.is_file()), pathlib.Path(world)).resolve()


def _read_connection(process: BaseProcess, reader: Connection) -> dict[str, t.Any]:
    """Return what the lab announces. Its error messages go to the caller's standard error."""
    try:
        if not reader.poll(_START):
            raise LabError(f"The lab did not start within {_START:.0f} seconds.")
        loaded: dict[str, t.Any] = json.loads(reader.recv())
    except EOFError:
        process.join(_STOP)
        raise LabError(f"The lab did not start (exit code {process.exitcode}).") from None
    return loaded
