# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the hosts share: the service, the latency, the request log, the journal, faults of the connection."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import itertools
import json
import pathlib
import typing as t

from aiohttp import web

from lab.hosts.entra.interactive import SignIns

if t.TYPE_CHECKING:
    from lab.hosts.entra.grants import Credentials
    from lab.hosts.entra.tokens import TokenKeys
    from lab.state.directory import State
    from lab.worlds.faults import Fault

HOSTS: t.Final = ("login", "graph", "arm", "portal", "mto")


@dataclasses.dataclass(slots=True)
class Service:
    """Everything that the hosts share. `endpoints` are base URLs without a trailing slash."""

    state: State
    credentials: Credentials
    keys: TokenKeys
    endpoints: dict[str, str]
    log: RequestLog
    journal: Journal
    latency: float = 0.0
    sign_ins: SignIns = dataclasses.field(default_factory=SignIns)


class RequestLog:
    """The request log: a line of JSON per request, without tokens, secrets and queries."""

    def __init__(self, path: pathlib.Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def write(self, record: dict[str, t.Any]) -> None:
        """Add a line. It is in the file when this returns."""
        self._file.write(json.dumps(record) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Journal(RequestLog):
    """The journal of writes: a line for every request of a client that changed a tenant, in order, without its body."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__(path)
        self._numbers = itertools.count(1)

    def write(self, record: dict[str, t.Any]) -> None:
        """Add a line, which gets the next number."""
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        super().write({"number": next(self._numbers), "at": at, **record})


RECORD: t.Final = web.RequestKey("record", dict[str, t.Any])


def application(lab: Service, host: str) -> web.Application:
    """Return an empty application of a host, with latency and log."""
    return web.Application(middlewares=[_logging(lab, host)])


def _logging(lab: Service, host: str) -> t.Any:
    @web.middleware
    async def log_request(
        request: web.Request, handler: t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        record = _new_record(host, request)
        request[RECORD] = record
        await asyncio.sleep(lab.latency)
        try:
            response = await handler(request)
            record["status"] = record["status"] or response.status
        except web.HTTPException as refusal:
            record["status"] = refusal.status
            raise
        finally:
            lab.log.write(record)
        return response

    return log_request


def _new_record(host: str, request: web.Request) -> dict[str, t.Any]:
    """Return a new record. `status` is 0 for a cut connection, `items` the number of requests inside a batch."""
    return {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        "host": host,
        "method": request.method,
        "path": request.rel_url.path,
        "tenant": None,
        "identity": None,
        "status": None,
        "items": None,
    }


HTML: t.Final = (
    "<!DOCTYPE html><html><head><title>Service unavailable</title></head>"
    "<body><h2>Our services aren't available right now</h2></body></html>"
)


async def break_wire(request: web.Request, fault: Fault, answer: bytes) -> web.StreamResponse:
    """Apply a fault below HTTP: a cut connection, a truncated body, or the page of a proxy."""
    if fault.kind == "html":
        return web.Response(status=fault.status, text=HTML, content_type="text/html")
    request[RECORD]["status"] = 0
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(answer))})
    if fault.kind == "truncate":
        await response.prepare(request)
        await response.write(answer[: len(answer) // 2])
    if request.transport is not None:
        # `close` first sends the truncated body; `abort` sends nothing.
        (request.transport.close if fault.kind == "truncate" else request.transport.abort)()
    return response
