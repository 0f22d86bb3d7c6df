# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The habits of browsers that write HAR files."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges

URL = "https://mto.example/apiproxy/mtoapi/view?a=1&a=2&empty="


def entry(**changes):
    request = {"method": "put", "url": URL, "headers": [], "postData": {"text": '{"a": [1]}'}}
    made = {"startedDateTime": "2026-11-28T10:00:00Z", "time": 5, "request": request, "response": {"status": 204}}
    request.update(changes.pop("request", {}))
    return {**made, **changes}


def test_request_as_it_was_sent():
    headers = [{"name": ":authority", "value": "x"}, {"name": "If-Match", "value": "1"}, "no header"]
    (row,) = exchanges([entry(request={"headers": headers})])
    assert (row.method, row.host, row.path) == ("PUT", "mto.example:443", "/apiproxy/mtoapi/view")
    assert row.query == (("a", "1"), ("a", "2"), ("empty", ""))
    assert (row.body, row.body_form, row.headers) == ({"a": [1]}, "json", {"if-match": "1"})
    assert row.accepted


@pytest.mark.parametrize(
    ("request_part", "form"),
    [
        ({"postData": None}, "none"),
        ({"postData": {"text": ""}}, "none"),
        ({"postData": {"mimeType": "application/json"}}, "missing"),
        ({"postData": None, "bodySize": 40}, "missing"),
        ({"postData": {"text": "ids=1"}}, "other"),
        ({"postData": {"params": [{"name": "ids"}]}}, "other"),
        ({"postData": {"text": "\ufeff[]"}}, "json"),
    ],
)
def test_form_of_the_body(request_part, form):
    (row,) = exchanges([entry(request=request_part)])
    assert row.body_form == form


def test_order_is_that_of_time_whatever_zone_it_is_written_in():
    rows = [
        entry(startedDateTime="2026-11-28T12:00:02.0000001+02:00", request={"method": "POST"}),
        entry(startedDateTime="2026-11-28T10:00:01Z", request={"method": "PATCH"}),
    ]
    assert [row.method for row in exchanges(rows)] == ["PATCH", "POST"]


def test_order_is_that_of_the_file_where_no_time_can_be_read():
    times = {"PUT": 20260101, "POST": None, "PATCH": "x"}
    rows = [entry(startedDateTime=value, request={"method": method}) for method, value in times.items()]
    assert [row.method for row in exchanges(rows)] == ["PUT", "POST", "PATCH"]


def test_answers_of_the_portal_in_base64():
    body = {"tenantInfoList": [], "responseTypes": {}}
    text = base64.b64encode(json.dumps(body).encode()).decode()
    response = {"status": 200, "content": {"encoding": "base64", "text": text}}
    url = "https://mto.example/apiproxy/mtoapi/tenants/TenantPicker"
    (row,) = exchanges([entry(request={"method": "GET", "url": url}, response=response)])
    assert row.name == "picker"
    assert row.answer.body == body


@pytest.mark.parametrize("bad", [None, 1, {}, {"request": {}}, {"request": {"url": "http://[x"}, "response": {}}])
def test_what_is_no_request_with_an_answer(bad):
    assert exchanges([bad]) == []


@pytest.mark.parametrize("time", [-1, None, "5", 10**12])
def test_durations_that_cannot_be(time):
    (row,) = exchanges([entry(time=time)])
    assert row.start == row.end
