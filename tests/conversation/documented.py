# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small HTTPS server that answers what a test gives it, and nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import pathlib
import threading
import typing as t

from lab.tls import make_context

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FIXTURES: t.Final = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "documented"


def fixture(document: str) -> dict[str, t.Any]:
    """A documented body in our own words: `{document, body, evidence: {read: data}}`."""
    found: dict[str, t.Any] = json.loads((FIXTURES / f"{document}.json").read_text(encoding="utf-8"))
    return found


@dataclasses.dataclass(frozen=True)
class Reply:
    """One answer."""

    body: t.Any
    status: int = 200
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


class Server:
    """Replies by path. Several replies to one path are given in their order, the last one for ever."""

    def __init__(self, base: str, ca_path: str) -> None:
        self.base = base
        self.ca_path = ca_path
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, str, t.Any]] = []

    def at(self, path: str, *replies: Reply) -> None:
        """What to answer on a path."""
        self.replies[path] = list(replies)

    def answer(self, method: str, path: str, body: bytes) -> Reply:
        """The next reply to this request; a path that no test named is an error of the test."""
        self.asked.append((method, path, body.decode()))
        waiting = self.replies.get(path)
        if not waiting:
            return Reply({"error": {"code": "testHasNoAnswer", "message": f"{method} {path}"}}, 418)
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@contextlib.contextmanager
def serving(directory: pathlib.Path) -> Iterator[Server]:
    """A server with a certificate authority of its own while the body runs."""
    ca_path = directory / "ca.pem"
    context = make_context(ca_path)
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    server = Server(f"https://127.0.0.1:{httpd.server_address[1]}", str(ca_path))
    httpd.documented = server
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply("GET")

    def do_POST(self) -> None:
        self._reply("POST")

    def _reply(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.documented.answer(method, self.path, body)
        content = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_ignored: t.Any) -> None:
        """Quiet."""
