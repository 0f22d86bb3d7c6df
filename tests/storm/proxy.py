# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy of its own in front of the lab's hosts: it ends TLS, passes everything on, and spoils some answers.

It knows nothing of the code under test, and shares nothing with the lab's own faults.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import itertools
import json
import random
import ssl
import time
import typing as t

from storm.watch import Watch
from storm.wire import Answer, Json, Request, raw_json, read_answer, read_request

if t.TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

HOSTS: t.Final = ("login", "graph", "arm", "portal", "mto")
_ADDRESS: t.Final = "127.0.0.1"
_LARGEST_HEAD: t.Final = 1 << 22
_PORTAL: t.Final = (
    ("TenantContext", "portal-session"),
    ("TenantPicker", "portal-picker"),
    ("tenantGroups/effective", "portal-effective"),
    ("tenantGroups", "portal-groups"),
    ("/lab/view", "portal-write"),
)

# How far a verdict may differ: see oracle.py.
Judgement = t.Literal["garbage", "word", "doubt"]
Script: t.TypeAlias = "Callable[[Exchange, asyncio.StreamWriter], Awaitable[None]]"


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault. `spoil` returns the bytes of an answer, a script that writes one, or None where it cannot.

    `places` are the requests it can meet, all if there are none. A `slow` one holds the client until its time-out, or
    makes it try again.
    """

    name: str
    spoil: Callable[[Exchange], bytes | Script | None]
    judgement: Judgement = "garbage"
    places: tuple[str, ...] = ()
    slow: bool = False
    # Costs so much that one answer of a run is enough.
    heavy: bool = False

    def fits(self, place: str) -> bool:
        """Tell whether it can meet this request."""
        return not self.places or place.startswith(self.places)


@dataclasses.dataclass(slots=True)
class Fault:
    """One kind at one request of one tenant: the n-th, or with `nth` None each one."""

    kind: Kind
    tenant: str
    place: str
    nth: int | None
    salt: int
    hits: int = 0
    judgement: Judgement = "garbage"

    def __str__(self) -> str:
        nth = "" if self.nth is None else f"#{self.nth}"
        return f"{self.kind.name}@{self.tenant}/{self.place}{nth}~{self.salt}"


@dataclasses.dataclass(slots=True)
class Exchange:
    """A request and its right answer, with all that a kind needs to spoil it. `judgement` may become milder."""

    request: Request
    answer: Answer
    host: str
    place: str
    rng: random.Random
    stage: Stage
    # The answer that another tenant got to the same kind of request.
    other: Answer | None
    judgement: Judgement

    @property
    def origin(self) -> str:
        """The address of the host that was asked."""
        return self.stage.endpoints[self.host]

    def choose(self, values: t.Sequence[t.Any]) -> t.Any:
        """Return one of the values."""
        return values[self.rng.randrange(len(values))]


class Stage:
    """The proxy for one run. `limit` is when the last connection is cut, in seconds after the start."""

    def __init__(self, lab: Mapping[str, str], tls: Tls, memory: dict[tuple[str, str], Answer], limit: float) -> None:
        self.faults: list[Fault] = []
        self.paged = False
        self.watch = Watch()
        self.seen: collections.Counter[tuple[str, str]] = collections.Counter()
        self.oversized: list[str] = []
        self.endpoints: dict[str, str] = {}
        self.strangers: dict[str, str] = {}
        self._lab = {host: lab[host] for host in HOSTS}
        self.home = lab["home_tenant_id"]
        self._tls = tls
        self._memory = memory
        self._ends = time.monotonic() + limit
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._idle: dict[str, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = collections.defaultdict(list)
        self._pages: dict[str, list[Json]] = {}
        self._numbers = itertools.count(1)

    async def start(self) -> None:
        """Listen for each host, and for two that nobody should ask."""
        for host in HOSTS:
            self.endpoints[host] = f"https://{await self._listen(host, self._tls.server)}"
        for scheme, context in (("https", self._tls.server), ("http", None)):
            self.strangers[scheme] = f"{scheme}://{await self._listen('', context)}"

    async def _listen(self, host: str, context: ssl.SSLContext | None) -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(host, reader, writer)

        server = await asyncio.start_server(serve, _ADDRESS, 0, ssl=context, limit=_LARGEST_HEAD)
        self._servers.append(server)
        return f"{_ADDRESS}:{server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        for server in self._servers:
            server.close()
        for writer in [*self._writers, *(writer for pairs in self._idle.values() for _reader, writer in pairs)]:
            writer.transport.abort()

    @property
    def left(self) -> float:
        """How long a slow answer may still go on, in seconds."""
        return max(0.0, self._ends - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether a slow answer has to end."""
        return self.left <= 0

    async def _serve(self, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(EOFError, OSError, ssl.SSLError, ValueError, asyncio.LimitOverrunError):
            while not await self._handled(host, await read_request(reader), writer):
                pass
        self._writers.discard(writer)
        writer.close()

    async def _handled(self, host: str, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer a request; return whether the connection ends with it."""
        if not host:
            self.watch.stranger(request.text)
            writer.write(raw_json({"value": []}))
            await writer.drain()
            return False
        tenant, place = self._place_of(host, request)
        self.watch.request(host, request)
        answer = await self._right_answer(host, tenant, place, request)
        spoiled = self._spoiled(host, tenant, place, request, answer)
        if callable(spoiled[1]):
            await spoiled[1](spoiled[0], writer)
            return True
        writer.write(answer.raw() if spoiled[1] is None else spoiled[1])
        await writer.drain()
        return spoiled[1] is not None

    def _spoiled(
        self, host: str, tenant: str, place: str, request: Request, answer: Answer
    ) -> tuple[Exchange, bytes | Script | None] | tuple[None, None]:
        number = self.seen[tenant, place]
        self.seen[tenant, place] += 1
        for fault in self.faults:
            if (fault.tenant, fault.place) == (tenant, place) and fault.nth in (None, number):
                rng = random.Random(f"{fault.salt}/{number if fault.nth is None else 0}")
                exchange = Exchange(request, answer, host, place, rng, self, self._other(tenant, place), "garbage")
                exchange.judgement = fault.kind.judgement
                spoiled = fault.kind.spoil(exchange)
                if spoiled is not None:
                    fault.hits += 1
                    fault.judgement = max(fault.judgement, exchange.judgement, key=["garbage", "word", "doubt"].index)
                    return exchange, spoiled
        return None, None

    def _other(self, tenant: str, place: str) -> Answer | None:
        others = [answer for (owner, where), answer in self._memory.items() if where == place and owner != tenant]
        return self._with_own_addresses(others[len(tenant) % len(others)]) if others else None

    def _place_of(self, host: str, request: Request) -> tuple[str, str]:
        """Return the tenant that is asked about, and the kind of request."""
        if host == "login":
            tenant = request.path.split("/")[1]
            if request.method == "GET":
                return tenant, "metadata"
            if request.form.get("grant_type") == "client_credentials":
                return tenant, "token-app"
            return tenant, "token-arm" if "management" in request.form.get("scope", "") else "token-operator"
        if host in ("portal", "mto"):
            return self.home, next((place for word, place in _PORTAL if word in request.path), "portal-home")
        tenant = self.watch.tokens.get(request.bearer, (self.home, ""))[0]
        if "skiptoken=" in request.target:
            return tenant, f"{host}-page"
        return tenant, f"{host}-batch" if request.path.endswith("$batch") else f"{host}-get"

    async def _right_answer(self, host: str, tenant: str, place: str, request: Request) -> Answer:
        marker = request.target.rpartition("skiptoken=storm-")[2]
        if marker in self._pages:
            return Answer(
                200, (("Content-Type", "application/json"),), json.dumps({"value": self._pages[marker]}).encode()
            )
        received = await self._forward(host, request)
        self._memory[tenant, place] = received
        answer = self._with_own_addresses(received)
        self.watch.answer(host, tenant, request, answer)
        return self._in_pages(host, answer) if self.paged and host in ("graph", "arm") else answer

    async def _forward(self, host: str, request: Request) -> Answer:
        """Ask the lab, over a connection that is kept."""
        while True:
            kept = bool(self._idle[host])
            reader, writer = self._idle[host].pop() if kept else await self._connect(host)
            try:
                lines = [f"{request.method} {request.target} HTTP/1.1"]
                lines += [f"{key}: {value}" for key, value in request.headers if key.lower() != "host"]
                lines += [f"Host: {self._lab[host].partition('://')[2]}", "", ""]
                writer.write("\r\n".join(lines).encode("latin-1") + request.body)
                answer = await read_answer(reader)
            except (EOFError, OSError):
                if kept:
                    continue
                raise
            self._idle[host].append((reader, writer))
            return answer

    async def _connect(self, host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address, _colon, port = self._lab[host].partition("://")[2].partition(":")
        return await asyncio.open_connection(address, int(port), ssl=self._tls.client, limit=_LARGEST_HEAD)

    def _with_own_addresses(self, answer: Answer) -> Answer:
        """Replace the lab's addresses by the proxy's: links lead back to it."""
        body, headers = answer.body, answer.headers
        for host, address in self._lab.items():
            own = self.endpoints[host]
            body = body.replace(address.encode(), own.encode())
            headers = tuple((key, value.replace(address, own)) for key, value in headers)
        return dataclasses.replace(answer, body=body, headers=headers)

    def _in_pages(self, host: str, answer: Answer) -> Answer:
        """Return the first half of every list, and a link to the rest."""
        body = answer.json
        items = body.get("responses") if isinstance(body, dict) else None
        parts = [item.get("body") for item in items] if isinstance(items, list) else [body]
        link = "@odata.nextLink" if host == "graph" else "nextLink"
        for part in parts:
            rows = part.get("value") if isinstance(part, dict) else None
            if isinstance(rows, list) and len(rows) > 1 and link not in part:
                marker = str(next(self._numbers))
                self._pages[marker] = rows[len(rows) // 2 :]
                part["value"] = rows[: len(rows) // 2]
                part[link] = f"{self.endpoints[host]}/v1.0/page?$skiptoken=storm-{marker}"
        return dataclasses.replace(answer, body=json.dumps(body).encode()) if body is not None else answer


@dataclasses.dataclass(frozen=True, slots=True)
class Tls:
    """Both sides of the proxy."""

    server: ssl.SSLContext
    client: ssl.SSLContext
