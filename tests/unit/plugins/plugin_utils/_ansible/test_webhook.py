# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A webhook takes a message, or it is said why not, without its address."""

from __future__ import annotations

import http.server
import json
import threading

import pytest

from ansible_collections.m365.defender.plugins.plugin_utils._ansible import webhook


@pytest.fixture
def server():
    """A webhook that answers with the statuses that it is given, then with 202."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(
                (self.path, dict(self.headers), json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            )
            status = served.statuses.pop(0) if served.statuses else 202
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Location", f"{served.url}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    received = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        served.statuses, served.received, served.url = [], received, f"http://127.0.0.1:{served.server_port}"
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


@pytest.mark.parametrize(
    ("statuses", "problem", "requests"),
    [
        ([], "", 1),
        ([200], "", 1),
        ([400], "HTTP 400", 1),
        ([429, 429], "", 3),
        ([429, 429, 429], "HTTP 429", 3),
        # A redirect could take the message elsewhere, and an answer that is lost may have been a "yes".
        ([307], "HTTP 307", 1),
        ([0], "no answer", 1),
    ],
)
def test_statuses(server, monkeypatch, statuses, problem, requests):
    pauses = []
    monkeypatch.setattr(webhook.time, "sleep", pauses.append)
    server.statuses += statuses
    assert webhook.post(f"{server.url}/hook", {"text": "ä"}) == problem
    assert len(server.received) == requests == len(pauses) + 1
    assert {path for path, _headers, _body in server.received} == {"/hook"}
    _path, headers, body = server.received[0]
    assert (headers["Content-Type"], body) == ("application/json", {"text": "ä"})


def test_netrc_is_not_asked(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login anna password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert webhook.post(server.url, {}) == ""
    assert "Authorization" not in server.received[0][1]


def test_nobody_is_there():
    assert webhook.post("http://127.0.0.1:1/hook", {}) == "no answer"
