# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph: batches, their items, and what is tried again."""

from __future__ import annotations

import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft import graph as graph_module
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import BATCH_LIMIT, Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

BASE = "https://graph.microsoft.com"
ROWS = {"value": [1]}


class Service:
    """Answers `$batch` by the statuses of its paths, one after the other; the last one stays."""

    def __init__(self, statuses=None, whole=None):
        self.deadline = Deadline(60)
        self.statuses = {path: list(found) for path, found in (statuses or {}).items()}
        self.whole = whole
        self.batches = []

    def send(self, method, url, *, body=None, **_options):
        if isinstance(self.whole, Exception):
            raise self.whole
        if method == "GET":
            return Response(method, url, 200, {}, json.dumps(ROWS).encode())
        if self.whole is not None:
            return Response(method, url, *self.whole)
        requests = json.loads(body)["requests"]
        self.batches.append([request["url"] for request in requests])
        items = [self._item(request) for request in requests]
        return Response(method, url, 200, {"request-id": "outer"}, json.dumps({"responses": items}).encode())

    def _item(self, request):
        statuses = self.statuses.get(request["url"], [200])
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        return {"id": request["id"], "status": status, "headers": {"Retry-After": "0"}, "body": ROWS}


def requests_for(*paths):
    return [Request(path, path) for path in paths]


def read(service, *paths):
    return Graph(service, BASE).read(requests_for(*paths), None)


def test_one_request_is_a_get():
    service = Service()
    assert read(service, "/a")["/a"].body == ROWS
    assert service.batches == []


def test_more_than_a_batch_holds():
    service = Service()
    paths = [f"/{number}" for number in range(BATCH_LIMIT + 2)]
    answers = read(service, *paths)
    assert list(answers) == paths
    assert [len(batch) for batch in service.batches] == [BATCH_LIMIT, 2]


def test_throttled_item_is_tried_again_alone():
    service = Service({"/b": [429, 200]})
    answers = read(service, "/a", "/b")
    assert [answer.status for answer in answers.values()] == [200, 200]
    assert service.batches == [["/a", "/b"], ["/b"]]


def test_refused_item_is_not_tried_again():
    service = Service({"/b": [403]})
    assert read(service, "/a", "/b")["/b"].status == 403
    assert len(service.batches) == 1


def test_items_are_tried_again_only_so_often(monkeypatch):
    monkeypatch.setattr(graph_module, "MAX_TRIES", 2)
    service = Service({"/b": [503]})
    assert read(service, "/a", "/b")["/b"].status == 503
    assert len(service.batches) == 2


def test_deadline_ends_the_tries():
    service = Service({"/b": [429]})
    service.deadline = Deadline(0)
    monkeypatched = Graph(service, BASE)
    assert monkeypatched._wait([{"retry-after": "5"}], 0) is False


@pytest.mark.parametrize(
    "whole",
    [UnreachableError("down"), (403, {}, b'{"error": {"code": "Forbidden"}}'), (200, {}, b"{}"), (200, {}, b"<html>")],
)
def test_batch_that_fails_as_a_whole_is_every_answer(whole):
    answers = read(Service(whole=whole), "/a", "/b")
    assert all(answer.error for answer in answers.values())


@pytest.mark.parametrize(
    ("responses", "error_text"),
    [([], "lacks this request"), ([{"id": "0"}, {"id": "1", "status": 200}], "has no status"), (["odd"], "lacks")],
)
def test_item_that_is_missing_or_malformed(responses, error_text):
    body = json.dumps({"responses": responses}).encode()
    assert error_text in read(Service(whole=(200, {}, body)), "/a", "/b")["/a"].error


def test_headers_of_an_unknown_form_are_none():
    service = types.SimpleNamespace(deadline=Deadline(60))
    answer, headers = Graph(service, BASE)._item_answer(
        Request("a", "/a"), {"status": 200, "headers": "odd", "body": ROWS}, Response("POST", "u", 200, {}, b"")
    )
    assert (answer.body, headers) == (ROWS, {})
