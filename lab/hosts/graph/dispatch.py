# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a request to its answer, the same way outside and inside a batch."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t

from lab.hosts.graph import errors
from lab.hosts.graph.authorization import authorize
from lab.hosts.graph.errors import GraphError, RequestIds
from lab.hosts.graph.governance import check_version
from lab.hosts.graph.message import Answer, Request, Target
from lab.hosts.graph.options import parse_options
from lab.hosts.graph.routing import find_operation
from lab.hosts.graph.write_faults import write

if t.TYPE_CHECKING:
    from lab.hosts.entra.tokens import Caller
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory
    from lab.worlds.faults import Fault


def answer(lab: Service, target: Target, caller: Caller, directory: Directory, ids: RequestIds) -> Answer:
    """Return the answer of the operation. Raises GraphError or CutError."""
    check_version(target.path, target.version, lab.state)
    operation, keys = find_operation(target.method, target.version, target.path)
    authorize(operation, keys, caller, directory)
    options = parse_options(target.query, operation.options, operation.graph_only)
    if operation.writes:
        request = Request(lab, target, caller, directory, keys, options)
        given = write(request, operation.handler, lambda done: _record(request, done, ids))
    else:
        shown = directory.late.shown(directory, target.path)
        given = operation.handler(Request(lab, target, caller, shown, keys, options))
    units = max(1, operation.units - options.selected + (options.expand is not None))
    return dataclasses.replace(given, headers={"x-ms-resource-unit": str(units), **given.headers})


def _record(request: Request, given: Answer, ids: RequestIds) -> None:
    """Write a change to the journal, before anything can happen to its answer."""
    target, caller = request.target, request.caller
    request.lab.state.changes += 1
    record = {
        "method": target.method,
        "path": target.path,
        "tenant": request.directory.tenant_id,
        "identity": caller.identity,
        "client_id": caller.client_id,
        "request_id": ids.request_id,
        "client_request_id": ids.client_request_id,
        "status": given.status,
        **(given.note or {}),
    }
    request.lab.journal.write(record)


def refusal(error: GraphError, ids: RequestIds) -> Answer:
    """Return the answer for a refusal."""
    return Answer(errors.body(error, ids), error.status, error.headers)


async def apply_fault(fault: Fault | None, login: str) -> None:
    """Apply a fault before anything is answered: wait, or raise GraphError."""
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds or 0)
    elif fault.kind == "throttle":
        raise errors.throttled(fault.retry_after)
    elif fault.kind == "expired_token":
        raise errors.unauthorized("Lifetime validation failed, the token is expired.", login)
    elif fault.kind == "error":
        raise GraphError(fault.status, _code(fault.status), "The service is temporarily unavailable.", _after(fault))


def _code(status: int) -> str:
    return {503: "ServiceUnavailable", 504: "GatewayTimeout"}.get(status, "UnknownError")


def _after(fault: Fault) -> dict[str, str]:
    return {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
