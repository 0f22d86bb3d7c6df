# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of writes: before one, in place of one, and between a write and its answer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from lab.hosts.graph import errors
from lab.hosts.graph.errors import GraphError
from lab.state.copies import copy_of
from lab.state.gdap_changes import touch

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Handler, Request
    from lab.state.directory import Directory
    from lab.worlds.faults import WriteFault

_CODES: t.Final = {503: "ServiceUnavailable", 504: "GatewayTimeout"}


class CutError(Exception):
    """The connection is cut instead of an answer."""


def write(request: Request, handler: Handler, journal: t.Callable[[Answer], None]) -> Answer:
    """Return the answer to a write, with the faults of the world. Raises GraphError or CutError."""
    plan, method, path = request.directory.write_faults, request.target.method, request.target.path
    if plan is None:
        return _journaled(handler(request), journal)
    faults = plan.before(method, path)
    for fault in faults:
        _precede(fault, request.directory)
    before = copy_of(request.directory) if plan.has_late else request.directory
    if any(fault.kind == "does_nothing" for fault in faults):
        return handler(dataclasses.replace(request, directory=copy_of(request.directory)))
    given = _journaled(handler(request), journal)
    for fault in plan.after(method, path) if given.note is not None else ():
        given = _follow(fault, request, before, given)
    return given


def _journaled(given: Answer, journal: t.Callable[[Answer], None]) -> Answer:
    if given.note is not None:
        journal(given)
    return given


def _precede(fault: WriteFault, directory: Directory) -> None:
    if fault.kind == "throttle":
        raise errors.throttled(fault.retry_after)
    if fault.kind == "error":
        raise _error(fault)
    if fault.kind == "cut_before":
        raise CutError
    if fault.kind == "changed_meanwhile":
        _change(directory)


def _change(directory: Directory) -> None:
    """Let another administrator write: GDAP gets other entity tags, and trust in compliant devices is turned over."""
    now = dt.datetime.now(dt.UTC)
    for relationship in directory.relationships:
        for row in (relationship.entity, *relationship.assignments):
            touch(relationship, row, now)
    for partner in directory.partners.values():
        if partner["inboundTrust"] is not None:
            trust = partner["inboundTrust"]
            partner["inboundTrust"] = trust | {"isCompliantDeviceAccepted": not trust["isCompliantDeviceAccepted"]}


def _follow(fault: WriteFault, request: Request, before: Directory, given: Answer) -> Answer:
    if fault.kind == "cut_after":
        raise CutError
    if fault.kind == "error_after":
        raise _error(fault)
    if fault.kind == "slow_after":
        return dataclasses.replace(given, delay=fault.seconds or 0)
    request.directory.late.hide(before, request.target.path, fault.reads, fault.seconds)
    return given


def _error(fault: WriteFault) -> GraphError:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    code = _CODES.get(fault.status, "UnknownError")
    return GraphError(fault.status, code, "The service is temporarily unavailable.", headers)
