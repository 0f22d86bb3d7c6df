# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that send bytes as a test wants them, however slow, wrong or endless, and proxies of the same kind."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable, Iterator

Talk = t.Callable[[socket.socket], None]


class RawServer:
    """Where it listens, and how many connections it took."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.connections = 0
        self.stopped = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/v1.0/organization"


@contextlib.contextmanager
def raw_server(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """Let `talk` have each connection, after the TLS handshake where there is a context."""
    server = RawServer(talk)
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]

    def handle(raw: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(raw.close)
            connection = context.wrap_socket(raw, server_side=True) if context else raw
            stack.callback(connection.close)
            server.talk(connection)

    def accept() -> None:
        while not server.stopped.is_set():
            with contextlib.suppress(OSError):
                connection, _address = listener.accept()
                server.connections += 1
                threading.Thread(target=handle, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", server.port), 1).close()
        thread.join(2)
        listener.close()


def head_of_request(connection: socket.socket) -> bytes:
    """Read a request up to the empty line."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(4096)
        if not data:
            raise ConnectionResetError
        received += data
    return received


def replying(*parts: bytes, pause: float = 0.0) -> Talk:
    """Send these bytes after the request, then end."""

    def talk(connection: socket.socket) -> None:
        head_of_request(connection)
        send_all(connection, parts, pause)

    return talk


def send_all(connection: socket.socket, parts: Iterable[bytes], pause: float) -> None:
    """Send one part after the other, for as long as somebody reads."""
    for part in parts:
        connection.sendall(part)
        time.sleep(pause)


def silent(connection: socket.socket) -> None:
    """Read nothing and send nothing until the client has gone."""
    connection.settimeout(None)
    gone = select.poll()
    gone.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    gone.poll(60_000)


def forwarding(connection: socket.socket) -> None:
    """Be a proxy: answer CONNECT, then pass everything on in both directions."""
    target = head_of_request(connection).split(b" ")[1].decode()
    host, _colon, port = target.rpartition(":")
    with socket.create_connection((host, int(port)), 5) as upstream:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        thread = threading.Thread(target=_copy, args=(upstream, connection), daemon=True)
        thread.start()
        _copy(connection, upstream)
        thread.join(5)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
