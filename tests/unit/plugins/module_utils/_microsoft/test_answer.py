# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers: what a refusal says, and that a collection is whole or says that it is not."""

from __future__ import annotations

import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft import answer as answers
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import (
    Answer,
    Request,
    all_pages,
    answer_of,
    failed,
    get_url,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response


def http(*bodies):
    """A session that gives one answer after the other. An exception is raised, a number is a status."""
    waiting = list(bodies)

    def send(method, url, **_options):
        body = waiting.pop(0)
        if isinstance(body, Exception):
            raise body
        status = body if isinstance(body, int) else 200
        return Response(method, url, status, {}, b"{}" if isinstance(body, int) else json.dumps(body).encode())

    return types.SimpleNamespace(send=send)


def pages(session, **fields):
    first = get_url(session, "u1", None, {})
    return all_pages(session, Request("key", "/path", **fields), first, None, "next")


def test_pages_are_put_together():
    page = pages(http({"value": [1], "next": "u2", "kept": True}, {"value": [2], "next": "u3"}, {"value": [3]}))
    assert page.body == {"value": [1, 2, 3], "kept": True}
    assert page.ok


@pytest.mark.parametrize("second", [503, {"value": "no list"}, UnreachableError("down")])
def test_failed_page_makes_the_answer_partial(second):
    page = pages(http({"value": [1], "next": "u2"}, second))
    assert page.body["value"] == [1]
    assert page.partial
    assert not page.ok


def test_endless_collection_is_partial(monkeypatch):
    monkeypatch.setattr(answers, "MAX_PAGES", 2)
    page = pages(http(*[{"value": [1], "next": "u"}] * 3))
    assert page.partial == "it has more than 2 pages"


def test_first_page_is_enough_for_a_probe():
    page = pages(http({"value": [1], "next": "u2"}), first_page=True)
    assert page.body == {"value": [1], "next": "u2"}


def test_advanced_query_has_its_header():
    assert Request("key", "/path", advanced=True).headers == {"ConsistencyLevel": "eventual"}
    assert Request("key", "/path").headers == {}


@pytest.mark.parametrize(
    ("body", "code", "error", "request_id"),
    [
        (
            {"error": {"code": "Forbidden", "message": "Not\n you."}},
            "Forbidden",
            "HTTP 403 Forbidden: Not you.",
            "outer",
        ),
        ({"error": {"innerError": {"request-id": "in"}}}, "", "HTTP 403: no reason given", "in"),
        ({"error": {"innererror": {"request-id": "in"}}}, "", "HTTP 403: no reason given", "in"),
        ({"error": "text"}, "", "HTTP 403: no reason given", "outer"),
        ("<html>", "", "HTTP 403: no reason given", "outer"),
    ],
)
def test_refusal(body, code, error, request_id):
    answer = answer_of("u", 403, body, "outer")
    assert (answer.code, answer.error, answer.request_id) == (code, error, request_id)
    assert not answer.ok


def test_unknown_segment():
    text = "Resource not found for the segment 'x'."
    assert answer_of("u", 400, {"error": {"message": text}}, "").unknown_segment
    assert not answer_of("u", 500, {"error": {"message": text}}, "").unknown_segment


def test_failures_are_answers():
    assert failed("u", DeadlineError("late")) == Answer(0, "u", error="late", deadline=True)
    assert failed("u", UnreachableError("down")) == Answer(0, "u", error="down")
    assert failed("u", ServiceError("html", status=502, code="c", request_id="r")) == Answer(
        502, "u", error="html", request_id="r"
    )
