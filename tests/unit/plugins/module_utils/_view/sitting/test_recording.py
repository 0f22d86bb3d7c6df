# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recording: a HAR as browsers export it, in order, and bounded."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._view.sitting import recording
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recording import Exchange, Recording


def exchange(started_at=0.5, text="{}", **changes):
    """A request and its answer."""
    json = {"content-type": "application/json"}
    given = {"post_data": None, "status": 200, "request_headers": json, "response_headers": json, **changes}
    return Exchange("PUT", "https://mto.example/x", started_at, 12.5, text=text, **given)


def test_entry_is_that_of_a_har():
    entry = Recording().add(exchange(post_data='{"a": 1}'))
    assert entry == {
        "startedDateTime": "1970-01-01T00:00:00.500000+00:00",
        "time": 12.5,
        "request": {
            "method": "PUT",
            "url": "https://mto.example/x",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "postData": {"mimeType": "application/json", "text": '{"a": 1}'},
        },
        "response": {
            "status": 200,
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"mimeType": "application/json", "text": "{}"},
        },
    }
    assert "postData" not in Recording().add(exchange())["request"]


def test_requests_are_in_the_order_in_which_they_were_sent():
    heard = Recording()
    later, earlier = heard.add(exchange(2.0)), heard.add(exchange(1.0))
    assert heard.har() == {"log": {"entries": [earlier, later]}}


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(recording, "MOST_CHARACTERS", 10)
    heard = Recording()
    assert "text" in heard.add(exchange(text="x" * 9))["response"]["content"]
    assert "text" not in heard.add(exchange(text="x" * 9))["response"]["content"]


def test_nothing_of_the_session_is_shown():
    assert "planted" not in repr(exchange(text="planted", post_data="planted", request_headers={"cookie": "planted"}))
