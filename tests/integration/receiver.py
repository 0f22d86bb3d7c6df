# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A webhook that keeps what it is sent."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator


class Receiver(http.server.ThreadingHTTPServer):
    """`received` has path and body of each request, also of those to paths in `refused`, which get a 400."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[str, t.Any]] = []
        self.refused: set[str] = set()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def taken(self) -> list[tuple[str, t.Any]]:
        """What has been sent since the last time that somebody asked."""
        taken, self.received = self.received, []
        return taken


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((self.path, body))
        self.send_response(400 if self.path in self.server.refused else 202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@contextlib.contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Serve while the body runs."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
