# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server: start an HTTPS server per host, print where they are, and stop them cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import json
import os
import pathlib
import signal
import socket
import typing as t

from aiohttp import web

import lab.hosts.arm.app
import lab.hosts.entra.app
import lab.hosts.graph.app
import lab.hosts.portal.app
from lab.data.files import CONTRACTS
from lab.hosts.entra.grants import Credentials
from lab.hosts.entra.tokens import TokenKeys
from lab.hosts.hosting import HOSTS, Journal, RequestLog, Service
from lab.hosts.portal.sign_in import write_storage_state
from lab.hosts.portal.state import PortalState
from lab.state.build import build_state
from lab.tls import make_context

if t.TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable

    from lab.state.directory import State
    from lab.worlds.world import World

_ADDRESS: t.Final = "127.0.0.1"
# Long enough for a request that is under way, short enough for a test.
_GRACE: t.Final = 0.5


class PortError(Exception):
    """A port that cannot be used. The text is the sentence to show."""


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run. Port 0 takes five free ports. `owner` can be read once whoever started it has ended."""

    state_dir: pathlib.Path
    port: int = 0
    latency: float = 0.0
    owner: int | None = None


def serve(world: World, settings: Settings, announce: Callable[[str], None]) -> None:
    """Announce the connection as a line of JSON, and run until SIGTERM, SIGINT, or the end of the owner."""
    asyncio.run(_serve(world, settings, announce))


async def _serve(world: World, settings: Settings, announce: Callable[[str], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end(*_signal: object) -> None:
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    # Ours stay when the loop is closed, as those of asyncio do not: a second signal shall not stop the cleaning up.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if settings.owner is not None:
        loop.add_reader(settings.owner, stop.set)
    async with _running(world, settings) as connection:
        announce(json.dumps(connection))
        await stop.wait()


@contextlib.asynccontextmanager
async def _running(world: World, settings: Settings) -> AsyncIterator[dict[str, t.Any]]:
    """Run the five hosts while the body runs."""
    sockets = _bind(settings.port)
    endpoints = {host: f"https://{_ADDRESS}:{listener.getsockname()[1]}" for host, listener in sockets.items()}
    ca_path = settings.state_dir / "ca.pem"
    context = make_context(ca_path)
    log, journal = RequestLog(settings.state_dir / "requests.jsonl"), Journal(settings.state_dir / "writes.jsonl")
    state = build_state(world, dt.datetime.now(dt.UTC))
    hosts = Service(state, Credentials(), TokenKeys(), endpoints, log, journal, settings.latency)
    portal = PortalState(world, state)
    runners = [await _start(_application(hosts, host, portal), sockets[host], context) for host in HOSTS]
    try:
        yield {**_connection(hosts, ca_path), **_portal_files(portal, state, settings.state_dir)}
    finally:
        for runner in runners:
            await runner.cleanup()
        log.close()
        journal.close()


def _application(hosts: Service, host: str, portal: PortalState) -> web.Application:
    if host == "login":
        return lab.hosts.entra.app.build(hosts)
    if host == "graph":
        return lab.hosts.graph.app.build(hosts)
    if host == "arm":
        return lab.hosts.arm.app.build(hosts)
    return lab.hosts.portal.app.build(hosts, host, portal)


def _portal_files(portal: PortalState, state: State, directory: pathlib.Path) -> dict[str, str]:
    """Write sessions of two people to files. Name them, and the contract for the write shape if there is one."""
    people = {"portal_cookies_file": state.operator, "colleague_cookies_file": state.colleague}
    files = {
        key: write_storage_state(directory / f"{key}.json", portal, person, _ADDRESS) for key, person in people.items()
    }
    contract = CONTRACTS / f"{portal.settings.write_shape}.yml"
    return {**files, **({"portal_contract": str(contract)} if contract.is_file() else {})}


async def _start(app: web.Application, listener: socket.socket, context: ssl.SSLContext) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE)
    await runner.setup()
    await web.SockSite(runner, listener, ssl_context=context).start()
    return runner


def _bind(port: int) -> dict[str, socket.socket]:
    """Return a listening socket per host. Raises PortError."""
    sockets: dict[str, socket.socket] = {}
    for offset, host in enumerate(HOSTS):
        wanted = port + offset if port else 0
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_ADDRESS, wanted))
        except (OSError, OverflowError) as error:
            for opened in (listener, *sockets.values()):
                opened.close()
            raise PortError(f"Port {wanted} for {host} cannot be used: {error}.") from None
        sockets[host] = listener
    return sockets


def _connection(hosts: Service, ca_path: pathlib.Path) -> dict[str, t.Any]:
    """Return what a client needs to sign in."""
    return {
        **hosts.endpoints,
        "ca_path": str(ca_path),
        "world": hosts.state.world,
        "pid": os.getpid(),
        "home_tenant_id": hosts.state.home.tenant_id,
        "client_id": hosts.credentials.client_id,
        "client_secret": hosts.credentials.app.client_secret,
        "writer_client_id": hosts.credentials.writer.client_id,
        "writer_client_secret": hosts.credentials.writer.client_secret,
        "writer_refresh_token": hosts.credentials.new_refresh_token(hosts.state.operator, hosts.credentials.writer),
        "refresh_token": hosts.credentials.new_refresh_token(hosts.state.operator),
        "colleague_refresh_token": hosts.credentials.new_refresh_token(hosts.state.colleague),
        "operator": hosts.state.operator.upn,
    }
