# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`$batch`: up to 20 requests in one. Each is routed, authorized, throttled and answered alone, in any order."""

from __future__ import annotations

import asyncio
import random
import typing as t

from lab.hosts.graph.dispatch import answer, apply_fault, refusal
from lab.hosts.graph.errors import GraphError, RequestIds, bad_request
from lab.hosts.graph.message import Answer, Target

if t.TYPE_CHECKING:
    from lab.hosts.entra.tokens import Caller
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory

MAX_ITEMS: t.Final = 20
_METHODS: t.Final = ("GET", "POST", "PATCH", "PUT", "DELETE")
_JSON: t.Final = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

Item = dict[str, t.Any]


class Batch:
    """A batch of a caller."""

    def __init__(self, lab: Service, version: str, caller: Caller, directory: Directory, ids: RequestIds) -> None:
        self._lab = lab
        self._version = version
        self._caller = caller
        self._directory = directory
        self._ids = ids

    async def run(self, items: t.Sequence[Item]) -> list[Item]:
        """Return the responses in random order. Raises GraphError for a malformed batch."""
        done: dict[str, Item] = {}
        waiting = list(items)
        while waiting:
            ready = [item for item in waiting if {word.lower() for word in item.get("dependsOn", ())} <= done.keys()]
            answers = await asyncio.gather(*(self._respond(item, done) for item in ready))
            done |= {item["id"].lower(): response for item, response in zip(ready, answers, strict=True)}
            waiting = [item for item in waiting if item["id"].lower() not in done]
        responses = list(done.values())
        random.shuffle(responses)
        return responses

    async def _respond(self, item: Item, done: t.Mapping[str, Item]) -> Item:
        failed = [word for word in item.get("dependsOn", ()) if done[word.lower()]["status"] >= 400]
        try:
            if failed:
                raise GraphError(424, "FailedDependency", f"The request {failed[0]} that this one depends on failed.")
            given = await self._answer(item)
        except GraphError as error:
            given = refusal(error, self._ids)
        headers = {"Cache-Control": "no-cache", **given.headers}
        if given.body is None:
            return {"id": item["id"], "status": given.status, "headers": headers}
        headers["Content-Type"] = _content_type(given)
        return {"id": item["id"], "status": given.status, "headers": headers, "body": given.body}

    async def _answer(self, item: Item) -> Answer:
        target = self._target(item)
        faults = self._directory.faults
        fault = faults.next("graph", target.path, in_batch=True) if faults else None
        await apply_fault(fault, self._lab.endpoints["login"])
        if target.path.lower() == "/$batch":
            raise bad_request("A batch inside a batch is not allowed.")
        given = answer(self._lab, target, self._caller, self._directory, self._ids)
        await asyncio.sleep(given.delay)
        return given

    def _target(self, item: Item) -> Target:
        # A fragment is never sent: an unencoded '#' ends the address, as it does outside a batch.
        path, _mark, query = item["url"].partition("#")[0].partition("?")
        headers = {str(name).lower(): str(value) for name, value in (item.get("headers") or {}).items()}
        return Target(item["method"].upper(), self._version, "/" + path.strip("/"), query, headers, item.get("body"))


def _content_type(given: Answer) -> str:
    return _JSON if given.status < 400 else "application/json"


def check_items(body: t.Any) -> list[Item]:
    """Return the items of a well-formed batch. Raises GraphError."""
    items = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_request("Invalid batch payload format.")
    if len(items) > MAX_ITEMS:
        raise bad_request(f"Number of batch request steps exceeds the max value of {MAX_ITEMS}.")
    for item in items:
        _check_item(item)
    _check_ids(items)
    return items


def _check_item(item: Item) -> None:
    if not all(isinstance(item.get(field), str) and item[field] for field in ("id", "method", "url")):
        raise bad_request("Invalid batch payload format: a request needs id, method and url.")
    if item["method"].upper() not in _METHODS:
        raise bad_request(f"Request id : {item['id']} has an unsupported method.")
    if "://" in item["url"].partition("?")[0]:
        raise bad_request(f"Request id : {item['id']} has a url that is not relative.")
    names = {str(name).lower() for name in item.get("headers") or {}}
    if item.get("body") is not None and "content-type" not in names:
        raise bad_request(f"Write request id : {item['id']} does not contain Content-Type header or body.")


def _check_ids(items: t.Sequence[Item]) -> None:
    """Check that ids are unique in any letter case, and that dependencies exist and form no cycle."""
    ids = [item["id"].lower() for item in items]
    if len(set(ids)) != len(ids):
        raise bad_request("Request ids in a batch must be unique.")
    waits = {item["id"].lower(): {str(word).lower() for word in item.get("dependsOn") or ()} for item in items}
    if not set().union(*waits.values()) <= set(ids):
        raise bad_request("A request depends on an id that is not in the batch.")
    while waits:
        free = {name for name, needed in waits.items() if not needed & waits.keys()}
        if not free:
            raise bad_request("Requests of a batch depend on each other in a ring.")
        waits = {name: needed for name, needed in waits.items() if name not in free}
