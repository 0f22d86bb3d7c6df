# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loopback port to which Microsoft Entra redirects the browser after a sign-in (RFC 8252, section 7.3).

It listens on 127.0.0.1 and on ::1, because a browser may resolve `localhost` to either. If only one of them were ours,
another program on this machine could have the other one.
"""

from __future__ import annotations

import contextlib
import errno
import hmac
import queue
import socket
import socketserver
import threading
import typing as t
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import error_text_of
from ansible_collections.m365.defender.plugins.module_utils._auth.login import page as login_page
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_LOOPBACKS: t.Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
# This machine has no such address, so no browser on it can use one.
_NO_SUCH_ADDRESS: t.Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_LARGEST: t.Final = 65536
_FORM: t.Final = "application/x-www-form-urlencoded"
_PORTS_TO_TRY: t.Final = 20


class PortTaken(MtoError):
    """The port is not available; the text says why."""


class _Answers:
    """Accepts exactly one answer: the first that carries the state of the sign-in."""

    def __init__(self, state: str) -> None:
        self._state = state.encode()
        self._lock = threading.Lock()
        self._accepted = False
        self.queue: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()

    def offer(self, answer: dict[str, str]) -> tuple[int, bytes]:
        """Return HTTP status and page for an answer. One that is not accepted changes nothing."""
        if not hmac.compare_digest(answer.get("state", "").encode(), self._state):
            return 400, login_page.UNEXPECTED
        if not answer.get("code") and not answer.get("error"):
            return 400, login_page.UNEXPECTED
        with self._lock:
            if self._accepted:
                return 400, login_page.ALREADY_ANSWERED
            self._accepted = True
        self.queue.put(answer)
        return 200, login_page.refused(error_text_of(answer)) if answer.get("error") else login_page.ANSWERED


class _Handler(BaseHTTPRequestHandler):
    # A browser opens connections that it never uses; they must not stay open.
    timeout = 10.0
    server: _Server

    def do_GET(self) -> None:
        """Handle an answer in the query, and anything else that a browser requests."""
        parts = urlsplit(self.path)
        self._answer(parts.path, parts.query)

    def do_POST(self) -> None:
        """Handle an answer as a form, the mode we ask for: an address would end up in the browser's history."""
        length = self.headers.get("Content-Length", "")
        form = self.headers.get_content_type() == _FORM and length.isdecimal() and int(length) <= _LARGEST
        body = self.rfile.read(int(length)).decode("ascii", errors="replace") if form else ""
        self._answer(urlsplit(self.path).path, body)

    def _answer(self, path: str, encoded: str) -> None:
        try:
            fields = dict(parse_qsl(encoded, max_num_fields=50))
        except ValueError:
            fields = {}
        status, page = self.server.answers.offer(fields) if path == "/" else (404, login_page.UNEXPECTED)
        self.send_response(status)
        for name, value in {**login_page.HEADERS, "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is Python's)
        """Log nothing: the request can hold the code."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, family: socket.AddressFamily, address: tuple[str, int], answers: _Answers) -> None:
        self.address_family = family
        self.answers = answers
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind to ::1 without 127.0.0.1, which has its own socket."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: a browser may go away, and a traceback could hold the code."""


class Listener:
    """An open port."""

    def __init__(self, port: int, answers: _Answers) -> None:
        self.port = port
        self._answers = answers

    def wait(self, seconds: float) -> dict[str, str] | None:
        """Return the fields of the answer (`code` or `error`, and `state`), or None if none arrived in time."""
        try:
            return self._answers.queue.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None


@contextlib.contextmanager
def listening(port: int, state: str) -> Iterator[Listener]:
    """Listen on `port` while the body runs; 0 chooses a free one. Raise PortTaken."""
    answers = _Answers(state)
    servers = _servers(port, answers)
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield Listener(servers[0].server_address[1], answers)
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            server.server_close()
            thread.join()


def free_port(port: int) -> int:
    """Return a port that is free now: `port`, or any for 0. Raise PortTaken."""
    servers = _servers(port, _Answers(""))
    for server in servers:
        server.server_close()
    return int(servers[0].server_address[1])


def _servers(port: int, answers: _Answers) -> list[_Server]:
    """Bind one server per address. For port 0, try ports until one is free on both."""
    for _try in range(_PORTS_TO_TRY):
        try:
            return _bind(port, answers)
        except PortTaken:
            if port:
                raise
    raise PortTaken("no port is free on both 127.0.0.1 and ::1.")


def _bind(port: int, answers: _Answers) -> list[_Server]:
    servers: list[_Server] = []
    try:
        for family, host in _LOOPBACKS:
            chosen = servers[0].server_address[1] if servers else port
            with _unless_absent(family):
                servers.append(_Server(family, (host, chosen), answers))
    except OSError as error:
        for server in servers:
            server.server_close()
        raise PortTaken(f"cannot listen on port {chosen} of {host}: {error.strerror}.") from error
    return servers


@contextlib.contextmanager
def _unless_absent(family: socket.AddressFamily) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if family != socket.AF_INET6 or error.errno not in _NO_SUCH_ADDRESS:
            raise
