# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that end in time, whoever is slow or sends without end.

A time-out of `requests` and `urllib3` is one of each socket operation: a server or a proxy that sends a byte now and
then holds its reader forever. Here a request has one budget of time and bytes, and every operation of its sockets takes
from it: name resolution, connecting, a proxy's CONNECT, the TLS handshake, headers, body.
"""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import os
import pathlib
import queue
import re
import socket
import ssl
import threading
import traceback
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.causes import (
    PROXY,
    SERVER,
    BrokenError,
    connect_cause,
    handshake_cause,
    refusal_of,
)

try:
    import requests.utils
    import urllib3
    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool
    from urllib3.util.connection import allowed_gai_family
except ImportError:
    HAS_REQUESTS = False
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_REQUESTS = True
    REQUESTS_IMPORT_ERROR = ""

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from _typeshed import ReadableBuffer, WriteableBuffer

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import Clock

    # Family, kind, protocol, canonical name, and the address itself, whose form depends on the family.
    Address: t.TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, t.Any]

# The status line and headers of an answer, and those of a proxy before it.
MAX_HEAD: t.Final = 1024 * 1024
_HOST: t.Final = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_TUNNEL: t.Final = re.compile(r"Tunnel connection failed: ([0-9]{3})\b")


class Budget:
    """The time and the bytes that one request may take."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.clock = clock
        self.deadline = Deadline(seconds)
        self.size_left = MAX_HEAD

    def seconds_left(self) -> float:
        """Return the time left. Raise TimeoutError where there is none: zero would mean not to wait at all."""
        seconds = self.deadline.remaining()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def take(self, size: int) -> None:
        """Count received bytes. Raise BrokenError if there are too many."""
        self.size_left -= size
        if self.size_left < 0:
            raise BrokenError("the answer is larger than any that the service sends", final=True)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Bind the sockets that this thread uses meanwhile."""
        before = _BUDGET.set(self)
        try:
            yield
        finally:
            _BUDGET.reset(before)


# A request is sent and read by one thread. Pooled connections outlive it, so that they can't hold its budget.
_BUDGET: t.Final[contextvars.ContextVar[Budget]] = contextvars.ContextVar("budget")


class _BoundedSocket(socket.socket):
    """A socket whose every operation takes from the budget of the request."""

    def _bind(self) -> Budget:
        budget = _BUDGET.get()
        self.settimeout(budget.seconds_left())
        return budget

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        budget = self._bind()
        data = super().recv(buflen, flags)
        budget.take(len(data))
        return data

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        budget = self._bind()
        size = super().recv_into(buffer, nbytes or memoryview(buffer).nbytes, flags)
        budget.take(size)
        return size

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        self._bind()
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        self._bind()
        super().sendall(data, flags)


class _BoundedTlsSocket(_BoundedSocket, ssl.SSLSocket):
    """The same for TLS. OpenSSL's own loops end by the time-out that is set before them."""

    def do_handshake(self, block: bool = False) -> None:
        self._bind()
        super().do_handshake(block)


def _addresses(host: str, port: int) -> Sequence[Address]:
    """Return the addresses of a host. The resolver takes no time-out: where it is slow, its thread is left behind."""
    done: queue.SimpleQueue[Sequence[Address] | Exception] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            done.put(socket.getaddrinfo(host.strip("[]"), port, allowed_gai_family(), socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001  it is raised below, in the thread of the request
            done.put(error)

    threading.Thread(target=resolve, name="resolve", daemon=True).start()
    try:
        resolved = done.get(timeout=_BUDGET.get().seconds_left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(resolved, Exception):
        raise resolved
    return resolved


def _connected(host: str, port: int) -> socket.socket:
    """Return a connected socket. An address that does not answer leaves the next ones their share of the time."""
    addresses = _addresses(host, port)
    for index, (family, kind, protocol, _name, address) in enumerate(addresses, start=1):
        sock = _BoundedSocket(family, kind, protocol)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(_BUDGET.get().seconds_left() / (len(addresses) - index + 1))
            sock.connect(address)
        except OSError:
            sock.close()
            if index == len(addresses):
                raise
        else:
            return sock
    raise socket.gaierror("no address")


if HAS_REQUESTS:

    class _Connection(HTTPSConnection):
        """A connection that is bound by the budget, and says itself which of its steps failed."""

        # What is not sent yet.
        _held: list[bytes] | None = None

        def _new_conn(self) -> socket.socket:
            try:
                return _connected(self._dns_host, self.port)
            except (OSError, UnicodeError) as error:
                raise connect_cause(error, PROXY if self.proxy else SERVER, f"{self.host}:{self.port}") from None

        def _tunnel(self) -> None:
            # The connection forgets it when it closes.
            target = f"{self._tunnel_host}:{self._tunnel_port}"
            try:
                super()._tunnel()
            except http.client.HTTPException as error:
                raise BrokenError(f"{PROXY} does not answer as a proxy ({type(error).__name__})") from None
            except OSError as error:
                status = _TUNNEL.match(str(error))
                if status is None:
                    raise connect_cause(error, PROXY, f"{self.host}:{self.port}") from None
                raise refusal_of(int(status[1]), target) from None

        def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
            try:
                return super()._connect_tls_proxy(hostname, sock)
            except OSError as error:
                raise handshake_cause(error, PROXY, _BUDGET.get().clock) from None

        def connect(self) -> None:
            try:
                super().connect()
            except OSError as error:
                raise handshake_cause(error, SERVER, _BUDGET.get().clock) from None

        def send(self, data: t.Any) -> None:
            if self._held is None:
                super().send(data)
            else:
                self._held.append(data)

        def exchange(
            self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
        ) -> http.client.HTTPResponse:
            """Send a request in one piece, and return the answer when its headers are there.

            Both are Python's own: what urllib3 wraps around them takes longer than they do.
            """
            self._held = []
            http.client.HTTPConnection.request(self, method, path, body, headers)
            whole, self._held = b"".join(self._held), None
            self.send(whole)
            return http.client.HTTPConnection.getresponse(self)

    class Pool(HTTPSConnectionPool):
        """The connections to one host."""

        ConnectionCls = _Connection

        @contextlib.contextmanager
        def exchange(
            self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
        ) -> Iterator[http.client.HTTPResponse]:
            """Send a request. Only a connection whose answer was read to its end is used again."""
            connection = t.cast("_Connection", self._get_conn())
            is_read = False
            try:
                if self.proxy and connection.is_closed:
                    self._prepare_proxy(connection)
                with connection.exchange(method, path, body, headers) as answer:
                    yield answer
                    is_read = answer.isclosed()
            finally:
                if not is_read:
                    connection.close()
                self._put_conn(connection if is_read else None)


class Connections:
    """The pools of a run: one for each host, or for each host behind a proxy of the environment."""

    def __init__(self, ca_path: str | None, pool: int) -> None:
        self._context = _tls_context(ca_path)
        self._most = max(4, pool)
        self._direct = self._bounded(urllib3.PoolManager(16, maxsize=self._most, ssl_context=self._context))
        # By host: the look-up of a proxy goes through the whole environment.
        self._pools: dict[str, Pool] = {}

    @staticmethod
    def _bounded(manager: urllib3.PoolManager) -> urllib3.PoolManager:
        manager.pool_classes_by_scheme = {"https": Pool}
        return manager

    def to(self, url: str) -> Pool:
        """Return the connections that reach an address. Raise BrokenError for a proxy that can't be used."""
        host = urlsplit(url).netloc
        if host not in self._pools:
            # HTTPS_PROXY, ALL_PROXY, NO_PROXY.
            proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
            manager = self._bounded(self._behind(proxy)) if proxy else self._direct
            self._pools[host] = t.cast("Pool", manager.connection_from_url(url))
        return self._pools[host]

    def _behind(self, proxy: str) -> urllib3.ProxyManager:
        refused = BrokenError(f"{PROXY} is not an http:// or https:// address with a host name", final=True)
        try:
            parsed = urllib3.util.parse_url(proxy if "://" in proxy else f"http://{proxy}")
        except ValueError:
            raise refused from None
        # The SOCKS client of urllib3 brings sockets of its own, which nothing bounds.
        if parsed.scheme not in ("http", "https") or not _HOST.fullmatch(parsed.host or ""):
            raise refused
        user, password = requests.utils.get_auth_from_url(parsed.url)
        headers = urllib3.util.make_headers(proxy_basic_auth=f"{user}:{password}") if user else None
        return urllib3.ProxyManager(
            parsed._replace(auth=None).url,
            proxy_headers=headers,
            proxy_ssl_context=self._context,
            maxsize=self._most,
            ssl_context=self._context,
        )


_CA_WAY_OUT: t.Final = "set ca_path to a file or directory with the certificates of the authorities to trust."


def ca_bundle(ca_path: str | None) -> tuple[str, str]:
    """Return the CA bundle and where its path comes from. An explicit `ca_path` wins over the environment.

    Raise OptionError if the path does not exist.
    """
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    sources = [("ca_path", ca_path), *((f"{name} in the environment", os.environ.get(name)) for name in names)]
    source, path = next(
        ((source, path) for source, path in sources if path), ("requests", requests.utils.DEFAULT_CA_BUNDLE_PATH)
    )
    try:
        pathlib.Path(path).stat()
    except FileNotFoundError:
        raise OptionError(f"{source}: '{path}' does not exist; {_CA_WAY_OUT}") from None
    except OSError as error:
        raise OptionError(f"{source}: '{path}' cannot be read ({error.strerror}); {_CA_WAY_OUT}") from None
    return path, source


def _tls_context(ca_path: str | None) -> ssl.SSLContext:
    """Return the one TLS context of a run: the CA bundle is read once, and a bad one is named at once."""
    path, source = ca_bundle(ca_path)
    context = urllib3.util.create_urllib3_context()
    context.sslsocket_class = _BoundedTlsSocket
    is_directory = pathlib.Path(path).is_dir()
    try:
        context.load_verify_locations(None if is_directory else path, path if is_directory else None)
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise OptionError(
            f"{source}: '{path}' cannot be read as CA certificates in PEM format ({cause}); {_CA_WAY_OUT}"
        ) from None
    return context
