# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loopback port to which Microsoft Entra sends the browser back after a sign-in (RFC 8252, section 7.3).

It listens on 127.0.0.1 and on ::1, because a browser may take `localhost` for either. Where only one of them is ours,
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

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import said_by
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._login import page as login_page

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_LOOPBACKS: t.Final = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
# This machine has no such address: then no browser on it can use it either.
_NO_SUCH_ADDRESS: t.Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_LARGEST: t.Final = 65536
_FORM: t.Final = "application/x-www-form-urlencoded"
_PORTS_TO_TRY: t.Final = 20


class PortTaken(MtoError):
    """The port cannot be listened on; the text says why."""


class _Answers:
    """Takes exactly one answer: the first that carries the state of the sign-in."""

    def __init__(self, state: str) -> None:
        self._state = state.encode()
        self._lock = threading.Lock()
        self._taken = False
        self.queue: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()

    def offer(self, answer: dict[str, str]) -> tuple[int, bytes]:
        """HTTP status and page for it. An answer that is not taken changes nothing."""
        if not hmac.compare_digest(answer.get("state", "").encode(), self._state):
            return 400, login_page.NOT_AWAITED
        if not answer.get("code") and not answer.get("error"):
            return 400, login_page.NOT_AWAITED
        with self._lock:
            if self._taken:
                return 400, login_page.ANSWERED_BEFORE
            self._taken = True
        self.queue.put(answer)
        return 200, login_page.refused(said_by(answer)) if answer.get("error") else login_page.ANSWERED


class _Handler(BaseHTTPRequestHandler):
    # A browser opens connections that it never uses; these must not stay for ever.
    timeout = 10.0
    server: _Server

    def do_GET(self) -> None:
        """An answer in the query, and whatever else a browser asks for."""
        parts = urlsplit(self.path)
        self._answer(parts.path, parts.query)

    def do_POST(self) -> None:
        """An answer as a form: what we ask for, because an address ends up in the history of the browser."""
        length = self.headers.get("Content-Length", "")
        form = self.headers.get_content_type() == _FORM and length.isdecimal() and int(length) <= _LARGEST
        body = self.rfile.read(int(length)).decode("ascii", errors="replace") if form else ""
        self._answer(urlsplit(self.path).path, body)

    def _answer(self, path: str, encoded: str) -> None:
        try:
            fields = dict(parse_qsl(encoded, max_num_fields=50))
        except ValueError:
            fields = {}
        status, page = self.server.answers.offer(fields) if path == "/" else (404, login_page.NOT_AWAITED)
        self.send_response(status)
        for name, value in {**login_page.HEADERS, "Content-Length": str(len(page))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002  (the name is Python's)
        """Nothing: the request can hold the code."""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, family: socket.AddressFamily, address: tuple[str, int], answers: _Answers) -> None:
        self.address_family = family
        self.answers = answers
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """::1 and 127.0.0.1 are two sockets."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Nothing: a browser that goes away is no error, and a traceback could hold the code."""


class Listener:
    """A port that is being listened on."""

    def __init__(self, port: int, answers: _Answers) -> None:
        self.port = port
        self._answers = answers

    def wait(self, seconds: float) -> dict[str, str] | None:
        """The fields of the answer (`code` or `error`, and `state`), or None where none came in time."""
        try:
            return self._answers.queue.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None


@contextlib.contextmanager
def listening(port: int, state: str) -> Iterator[Listener]:
    """Listens on `port` while the body runs; 0 chooses a free one. Raises PortTaken."""
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
    """A port that can be listened on now: `port`, or any for 0. Raises PortTaken."""
    servers = _servers(port, _Answers(""))
    for server in servers:
        server.server_close()
    return int(servers[0].server_address[1])


def _servers(port: int, answers: _Answers) -> list[_Server]:
    """Port 0 is chosen on 127.0.0.1; where the same port of ::1 is taken, another one is tried."""
    for _try in range(_PORTS_TO_TRY):
        try:
            return _bound(port, answers)
        except PortTaken:
            if port:
                raise
    raise PortTaken("no port is free on both 127.0.0.1 and ::1.")


def _bound(port: int, answers: _Answers) -> list[_Server]:
    found: list[_Server] = []
    try:
        for family, host in _LOOPBACKS:
            chosen = found[0].server_address[1] if found else port
            with _unless_absent(family):
                found.append(_Server(family, (host, chosen), answers))
    except OSError as error:
        for server in found:
            server.server_close()
        raise PortTaken(f"cannot listen on port {chosen} of {host}: {error.strerror}.") from None
    return found


@contextlib.contextmanager
def _unless_absent(family: socket.AddressFamily) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if family != socket.AF_INET6 or error.errno not in _NO_SUCH_ADDRESS:
            raise
