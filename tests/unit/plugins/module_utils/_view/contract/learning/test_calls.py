# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recorded requests as a call of a contract."""

from __future__ import annotations

import pytest
from recorded import FIRST, SECOND, Recorded

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.calls import Described, call_of
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import read_steps
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.template import (
    TemplateFinder,
    Unexplained,
)

BODY = {"ids": [FIRST, SECOND]}


def described(page, url, body=BODY, *, headers=None, method="PUT", **more):
    """Let the page send a request about two tenants, which the view then shows, and return it."""
    page.load()
    page.change([FIRST, SECOND], [], lambda page, _add, _remove: page.send(method, url, body, headers, **more))
    (step,) = read_steps(exchanges(page.entries), "src").steps
    return Described(step.writes[0], {"tenants": (FIRST, SECOND)}, frozenset({FIRST, SECOND}))


def call(url="/view", body=BODY, *, notes=None, **more):
    finder = TemplateFinder(Private())
    made = call_of([described(Recorded(), url, body, **more)], finder)
    if notes is not None:
        notes += finder.notes
    return made


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/view", {"path": "/apiproxy/mtoapi/view"}),
        ("/view?$top=all", {"path": "/apiproxy/mtoapi/view", "query": {"$$top": "all"}}),
        (f"/view?id={FIRST}&id={SECOND}", {"path": "/apiproxy/mtoapi/view", "query": {"id": "$tenant_ids"}}),
        (f"/view?ids={SECOND},{FIRST}", {"path": "/apiproxy/mtoapi/view?ids=$tenant_ids"}),
        ("/view?empty=&a=b", {"path": "/apiproxy/mtoapi/view?empty=&a=b"}),
        (f"/view/{FIRST},{SECOND}/set", {"path": "/apiproxy/mtoapi/view/$tenant_ids/set"}),
        ("/view%20of/all", {"path": "/apiproxy/mtoapi/view%20of/all"}),
    ],
)
def test_address(url, expected):
    assert call(url) == {"method": "PUT", **expected, "body": {"ids": "$tenant_ids"}}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"Content-Type": "application/json", "Accept": "*/*", "Sec-Fetch-Mode": "cors", "mtoproxyurl": "MTO"}, None),
        ({"X-XSRF-TOKEN": "abcdefgh", "Cookie": "a=b", "Content-Length": "7"}, None),
        ({"Content-Type": "application/merge-patch+json"}, {"Content-Type": "application/merge-patch+json"}),
        ({"X-Portal": "mto"}, {"x-portal": "mto"}),
        ({"If-None-Match": "*"}, None),
        ({"If-Match": "*"}, {"if-match": "*"}),
        ({"If-Match": '"etag-00000007"'}, {"if-match": "$effective._etag"}),
    ],
)
def test_headers(headers, kept):
    assert call(headers=headers).get("headers") == kept


def test_header_that_no_answer_gives_is_left_out_and_told():
    notes = []
    assert "headers" not in call(headers={"X-Request": "Zk4vQ9r2Lm8Xw1Tb6Nc3", "X-" + "a" * 70: "1234"}, notes=notes)
    first, second = notes
    assert first.startswith("A header is left out (x-request): ")
    assert second.startswith("A header is left out (its name is long): ")


@pytest.mark.parametrize(
    ("request_part", "place"),
    [
        ({"headers": {"If-Match": '"etag-4711"'}}, "headers.if-match"),
        ({"headers": {"X-Tenant": f"{FIRST} only"}}, "headers.x-tenant"),
        ({"body": None, "text": f"ids={FIRST}"}, "body"),
        ({"url": "/view?kind=a&kind=b"}, "query.kind"),
        ({"url": "/view/20261128"}, "path"),
    ],
)
def test_what_would_be_false_in_the_next_request_is_refused(request_part, place):
    with pytest.raises(Unexplained) as raised:
        call(**request_part)
    assert raised.value.place == place


@pytest.mark.parametrize(
    ("one", "other", "place"),
    [
        ({"url": "/view"}, {"url": "/view/all"}, "path"),
        ({"url": "/view?a=b"}, {"url": "/view"}, "query.a"),
        (
            {"url": "/view", "headers": {"X-Mode": "add"}},
            {"url": "/view", "headers": {"X-Mode": "set"}},
            "headers.x-mode",
        ),
        ({"url": "/view"}, {"url": f"/view?ids={FIRST}", "body": None}, "body"),
    ],
)
def test_requests_that_differ_in_their_form_are_not_one_call(one, other, place):
    requests = [described(Recorded(), **each) for each in (one, other)]
    with pytest.raises(Unexplained) as raised:
        call_of(requests, TemplateFinder(Private()))
    assert raised.value.place == place
