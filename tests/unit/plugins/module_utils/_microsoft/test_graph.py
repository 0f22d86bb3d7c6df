# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph: batches, their items, what is tried again, and the next version where a path is unknown."""

from __future__ import annotations

import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
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


GOOD = {"id": "0", "status": 200, "body": ROWS}
OTHER = {"id": "1", "status": 200, "body": {"value": [2]}}


def answered(*responses):
    """The answers to two requests, of which the second is always good."""
    body = json.dumps({"responses": [*responses, OTHER]}).encode()
    answers = read(Service(whole=(200, {}, body)), "/a", "/b")
    assert answers["/b"].body == {"value": [2]}
    return answers["/a"]


@pytest.mark.parametrize(
    ("responses", "error_text"),
    [
        ([], "lacks this request"),
        (["odd", None, [], 5], "lacks this request"),
        ([{**GOOD, "id": 0}], "lacks this request"),
        ([{**GOOD, "id": None}], "lacks this request"),
        ([{**GOOD, "id": "00"}], "lacks this request"),
        ([{**GOOD, "id": " 0"}], "lacks this request"),
        ([{**GOOD, "id": "7"}], "lacks this request"),
        ([{"status": 200, "body": ROWS}], "lacks this request"),
        ([GOOD, GOOD], "has more than one answer for this request"),
        ([{"id": "0", "status": 403}, GOOD], "has more than one answer for this request"),
        *(
            ([{**GOOD, "status": status}], "has no status for this request")
            for status in (None, True, "200", 200.0, 0, 99, 600, -1, 10**30, [200])
        ),
        ([{"id": "0", "body": ROWS}], "has no status for this request"),
        ([{"id": "0", "status": 200}], "has no body for this request"),
        ([{"id": "0", "status": 200, "body": None}], "has no body for this request"),
        ([{"id": "0", "status": 204}], "has no body for this request"),
    ],
)
def test_malformed_item_is_a_problem_of_its_request_alone(responses, error_text):
    answer = answered(*responses)
    assert error_text in answer.error
    assert (answer.ok, answer.body, answer.code) == (False, None, "")


@pytest.mark.parametrize("headers", ["odd", None, [], 5, {"Retry-After": [1]}, {"request-id": None}])
def test_headers_of_another_form_are_ignored(headers):
    assert answered({**GOOD, "headers": headers}).body == ROWS


def test_refused_item_without_a_body_is_a_refusal_without_words():
    answer = answered({"id": "0", "status": 403})
    assert (answer.status, answer.code, answer.error) == (403, "", "HTTP 403: no reason given")


def test_own_token_that_a_batch_echoes_goes_no_further():
    secrets = Secrets()
    secrets.add("opaque-secret-of-another-request")
    item = {"error": {"code": "x", "message": "refused opaque-secret-of-another-request"}}
    content = json.dumps({"responses": [{"id": "0", "status": 401, "body": item}, OTHER]}).encode()
    service = types.SimpleNamespace(
        deadline=Deadline(60),
        send=lambda method, url, **_options: Response(method, url, 200, {"request-id": "r"}, content, secrets=secrets),
    )
    assert read(service, "/a", "/b")["/a"].error == "HTTP 401 x: refused ********"


NO_SEGMENT = {"error": {"code": "BadRequest", "message": "Resource not found for the segment 'x'."}}


def versions_that(refusals):
    """A client whose versions refuse as told: {(version): (status, body)}. Every address asked is recorded."""
    asked = []

    def send(method, url, **_options):
        asked.append(url.removeprefix(BASE))
        status, body = refusals.get(url.removeprefix(BASE).split("/")[1], (200, {"version": url}))
        return Response(method, url, status, {"request-id": "r"}, json.dumps(body).encode())

    return Graph(types.SimpleNamespace(send=send, deadline=Deadline(60)), BASE), asked


def test_first_version_that_has_the_path_answers():
    versions, asked = versions_that({"v1.0": (400, NO_SEGMENT)})
    answer = versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"]
    assert answer.url == f"{BASE}/beta/x"
    assert asked == ["/v1.0/x", "/beta/x"]


def test_other_refusal_is_the_answer():
    versions, asked = versions_that({"v1.0": (403, {"error": {"code": "Forbidden"}})})
    assert versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"].status == 403
    assert asked == ["/v1.0/x"]


def test_path_that_no_version_has():
    versions, asked = versions_that({"v1.0": (400, NO_SEGMENT), "beta": (404, NO_SEGMENT)})
    assert versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"].status == 404
    assert len(asked) == 2
