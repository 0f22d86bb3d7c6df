# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Graph host. Checks come in the order in which the service makes them."""

from __future__ import annotations

import asyncio
import json
import typing as t

from aiohttp import web

from lab.hosts import hosting
from lab.hosts.graph.authorization import authenticate
from lab.hosts.graph.batch import Batch, check_items
from lab.hosts.graph.dispatch import answer, apply_fault, refusal
from lab.hosts.graph.errors import GraphError, RequestIds, bad_request
from lab.hosts.graph.message import Answer, Target
from lab.hosts.graph.write_faults import CutError
from lab.worlds.faults import Fault

if t.TYPE_CHECKING:
    from lab.hosts.entra.tokens import Caller
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory

VERSIONS: t.Final = ("v1.0", "beta")
_CUT: t.Final = Fault(kind="reset")
_BROKEN_WIRE: t.Final = ("reset", "truncate", "html")


def build(lab: Service) -> web.Application:
    """Return the application of the host."""
    app = hosting.application(lab, "graph")
    app.router.add_route("*", "/{tail:.*}", _Graph(lab).serve)
    return app


class _Graph:
    def __init__(self, lab: Service) -> None:
        self._lab = lab

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer any request."""
        ids = RequestIds.make(request.headers.get("client-request-id"))
        fault: Fault | None = None
        try:
            caller, directory = authenticate(self._lab, {k.lower(): v for k, v in request.headers.items()})
            request[hosting.RECORD] |= {"tenant": directory.tenant_id, "identity": caller.identity}
            target = await _target(request)
            fault = directory.faults.next("graph", target.path, in_batch=False) if directory.faults else None
            await apply_fault(fault, self._lab.endpoints["login"])
            given = await self._answer(request, target, caller, directory, ids)
            await asyncio.sleep(given.delay)
        except GraphError as error:
            given = refusal(error, ids)
        except CutError:
            return await hosting.break_wire(request, _CUT, b"")
        if fault is not None and fault.kind in _BROKEN_WIRE:
            return await hosting.break_wire(request, fault, json.dumps(given.body).encode())
        return _respond(given, ids)

    async def _answer(
        self, request: web.Request, target: Target, caller: Caller, directory: Directory, ids: RequestIds
    ) -> Answer:
        if target.path.lower() != "/$batch":
            return answer(self._lab, target, caller, directory, ids)
        if target.method != "POST":
            raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        items = check_items(target.body)
        request[hosting.RECORD]["items"] = len(items)
        responses = await Batch(self._lab, target.version, caller, directory, ids).run(items)
        return Answer({"responses": responses})


async def _target(request: web.Request) -> Target:
    """Return the target of a request. Raises GraphError."""
    version, _slash, path = request.rel_url.raw_path.lstrip("/").partition("/")
    if version.lower() not in VERSIONS:
        raise bad_request(f"Invalid version: {version}")
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = await _body(request)
    return Target(
        request.method, version.lower(), "/" + path.strip("/"), request.rel_url.raw_query_string, headers, body
    )


async def _body(request: web.Request) -> t.Any:
    text = await request.text()
    if not text:
        return None
    if request.content_type != "application/json":
        raise GraphError(415, "UnsupportedMediaType", "The content type of the request is not supported.")
    try:
        return json.loads(text)
    except ValueError:
        raise bad_request("Unable to read JSON request payload. Please ensure Content-Type header is set.") from None


def _respond(given: Answer, ids: RequestIds) -> web.Response:
    headers = {"Cache-Control": "no-cache", "OData-Version": "4.0", **ids.headers, **given.headers}
    if given.body is None:
        return web.Response(status=given.status, headers=headers)
    # Graph answers in compact JSON.
    text = json.dumps(given.body, separators=(",", ":"))
    return web.Response(text=text, status=given.status, headers=headers, content_type="application/json")
