# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers: what a refusal says, and that a collection is whole or says that it is not."""

from __future__ import annotations

import json
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
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
    page = pages(http(*[{"value": [1], "next": f"u{number}"} for number in range(3)]))
    assert page.partial == "it has more than 2 pages"
    assert page.body["value"] == [1, 1]


def test_pages_that_lead_in_a_circle_are_partial():
    page = pages(http({"value": [1], "next": "u2"}, {"value": [2], "next": "u3"}, {"value": [3], "next": "u2"}))
    assert page.partial == "its pages repeat"


def test_pages_are_bounded_together(monkeypatch):
    monkeypatch.setattr(answers, "MAX_COLLECTION", 50)
    page = pages(http(*[{"value": ["x" * 20], "next": f"u{number}"} for number in range(9)]))
    assert page.partial == "its pages are larger than any that the service sends"
    assert page.body["value"] == ["x" * 20] * 2


@pytest.mark.parametrize("link", ["", 5, True, False, ["u2"], {"href": "u2"}, 0])
def test_link_that_is_not_an_address_is_partial(link):
    page = pages(http({"value": [1], "next": link}))
    assert page.partial == "the link to its next page is not an address"
    assert not page.ok


@pytest.mark.parametrize("second", [[], None, "text", {"value": {}}, {"value": None}, {"rows": []}])
def test_page_of_another_form_is_partial(second):
    page = pages(http({"value": [1], "next": "u2"}, second))
    assert page.partial == "a page was not a list"


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
        ({"error": {"code": "", "message": "Not you."}}, "", "HTTP 403: Not you.", "outer"),
        ({"error": {"code": "Forbidden", "message": ""}}, "Forbidden", "HTTP 403 Forbidden: no reason given", "outer"),
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
    own = {"error": {"code": "BadRequest", "message": text}}
    assert answer_of("u", 400, own, "r").unknown_segment
    assert not answer_of("u", 500, own, "r").unknown_segment
    # Nobody but the service sends its code and its request id.
    assert not answer_of("u", 400, {"error": {"message": text}}, "r").unknown_segment
    assert not answer_of("u", 400, own, "").unknown_segment


# What a proxy, a portal or a broken service could send: none of it is the service's own word.
NO_WORD = [
    None,
    [],
    {},
    "Forbidden",
    {"error": None},
    {"error": "Forbidden"},
    {"error": ["Forbidden"]},
    {"error": {}},
    {"error": {"code": "Forbidden"}},
    {"error": {"code": 403, "message": "Forbidden"}},
    {"error": {"code": True, "message": "Forbidden"}},
    {"error": {"code": None, "message": "Forbidden"}},
    {"error": {"code": " \t\u200b", "message": "Forbidden"}},
    {"error": {"code": ["Forbidden"], "message": "Forbidden"}},
    {"error": {"code": "Forbidden", "message": None}},
    {"error": {"code": "Forbidden", "message": {"value": "Forbidden"}}},
    {"code": "Forbidden", "message": "Forbidden"},
    [{"error": {"code": "Forbidden", "message": "Forbidden"}}],
]


@pytest.mark.parametrize("status", [101, 302, 400, 401, 403, 404, 429, 503, 600, 999])
@pytest.mark.parametrize("body", NO_WORD)
def test_anything_else_has_no_code(status, body):
    answer = answer_of("u", status, body, "r")
    assert (answer.code, answer.ok, answer.unknown_segment) == ("", False, False)
    assert answer.error.startswith(f"HTTP {status}: ")


@pytest.mark.parametrize("status", [100, 302, 304, 399, 600, 999])
def test_status_that_refuses_nothing_has_no_code(status):
    assert answer_of("u", status, {"error": {"code": "Forbidden", "message": "No."}}, "r").code == ""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 503])
@pytest.mark.parametrize("inner", [{}, {"request-id": ""}, {"request-id": " \n"}, {"request-id": 7}, {"date": "now"}])
def test_code_without_a_request_id_is_a_proxys(status, inner):
    """Every answer of Microsoft's has one, in a header or in the refusal; a proxy can imitate all but that."""
    body = {"error": {"code": "PROXY_BLOCKED", "message": "Blocked by your organization.", "innerError": inner}}
    assert answer_of("u", status, body, "").code == ""
    assert answer_of("u", status, body, "r").code == "PROXY_BLOCKED"
    body["error"]["innerError"] = {"request-id": "in"}
    assert answer_of("u", status, body, "").code == "PROXY_BLOCKED"


def test_words_of_a_refusal_are_short_and_hold_no_secret():
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature"
    message = f"Bearer {token} is\nnot\x1b[31m accepted, nor is opaque-secret. " + "x" * 64_000
    refusal = {"error": {"code": f"C{token}" + "c" * 500, "message": message, "innerError": {"request-id": "r" * 500}}}
    answer = answer_of("u", 401, refusal, "", Secrets("opaque-secret").hide)
    assert "eyJ" not in answer.error + answer.code
    assert "opaque" not in answer.error
    assert "\n" not in answer.error
    assert "\x1b" not in answer.error
    assert len(answer.error) < 620
    assert len(answer.code) <= 100
    assert len(answer.request_id) <= 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "code", "message", "innerError", "value"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.integers(100, 999), JSON, st.sampled_from(["", "r"]))
def test_code_is_only_what_the_service_says(status, body, request_id):
    answer = answer_of("u", status, body, request_id)
    refusal = body.get("error") if isinstance(body, dict) else None
    if answer.code:
        assert 400 <= status < 600
        assert isinstance(refusal["code"], str)
        assert isinstance(refusal["message"], str)
        assert answer.request_id
    assert answer.ok == (200 <= status < 300)


def test_failures_are_answers():
    assert failed("u", DeadlineError("late")) == Answer(0, "u", error="late", deadline=True)
    assert failed("u", UnreachableError("down")) == Answer(0, "u", error="down")
    assert failed("u", ServiceError("html", status=502, request_id="r")) == Answer(
        502, "u", error="html", request_id="r"
    )
