# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only HTTP client: bounded requests and answers, retries, and tokens that go only to their own host.

Nothing else in the collection imports `requests` or `urllib3`, but for `connection.py`, a part of this client. It does
not follow redirects, and sends nothing of a netrc file or a cookie jar.
"""

from __future__ import annotations

import dataclasses
import re
import sys
import time
import typing as t
import zlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    MissingLibraryError,
    MtoError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import SHORTEST, Secrets, hide_tokens
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._microsoft.causes import BrokenError, broken
from ansible_collections.m365.defender.plugins.module_utils._microsoft.connection import (
    HAS_REQUESTS,
    REQUESTS_IMPORT_ERROR,
    Budget,
    Connections,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.waiting import Clock, backoff, pause, retry_after

try:
    import requests
    import urllib3
except ImportError:
    pass  # connection.py says so.

if t.TYPE_CHECKING:
    import http.client

    from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline

    Body: t.TypeAlias = bytes | str | Mapping[str, str] | None

# Retrying is safe for reads and for requests that a service refused before it acted.
RETRY_STATUSES: t.Final = frozenset({429, 500, 502, 503, 504})
# What of a request is sent again. A service that throttles has not acted.
Repeat = t.Literal["failures", "refusals", "nothing"]
_RETRIED: t.Final[dict[Repeat, frozenset[int]]] = {
    "failures": RETRY_STATUSES,
    "refusals": frozenset({429}),
    "nothing": frozenset(),
}
MAX_TRIES: t.Final = 5
# Of an answer, decompressed. Python's objects take several times the size of the JSON that they come from, so that an
# answer with many small values has a limit of its own.
MAX_BODY: t.Final = 16 * 1024 * 1024
MAX_VALUES: t.Final = 400_000
_CHUNK: t.Final = 64 * 1024

# urllib3 1.26 does not notice a body that is cut short; requests 2.32.0 and 2.32.1 are withdrawn, and those before
# 2.32.4 can send the credentials of a netrc file to another host.
_NEEDED: t.Final = {"requests": (2, 32, 4), "urllib3": (2, 0, 2)}


def require_requests() -> None:
    """Raise MissingLibraryError if `requests` is not installed, MtoError if it or its `urllib3` is too old."""
    if not HAS_REQUESTS:
        raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)
    found = {"requests": requests.__version__, "urllib3": str(vars(urllib3)["__version__"])}
    numbers = {name: tuple(map(int, re.findall(r"[0-9]+", version)[:3])) for name, version in found.items()}
    old = [name for name in found if numbers[name] < _NEEDED[name]]
    if old:
        said = " and ".join(f"{name} {found[name]}" for name in old)
        wanted = " ".join(f"'{name}>={'.'.join(map(str, _NEEDED[name]))}'" for name in old)
        raise MtoError(f"{said} can miss a truncated answer. Run: {sys.executable} -m pip install {wanted}")


# Parsers disagree about a backslash, white space or a user name in an authority: such an address can name two hosts.
_AUTHORITY: t.Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_NEVER: t.Final = re.compile(r"[\\\x00-\x1f\x7f\ud800-\udfff]")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address as `https://host:443`. Raise MtoError for an ambiguous one."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        ambiguous = _NEVER.search(url) or not _AUTHORITY.fullmatch(parts.netloc)
    except (ValueError, TypeError, AttributeError):
        # Metadata and links are foreign: what is there need not even be text.
        raise MtoError(f"refused the address {_shown(str(url))!r}: it is not valid.") from None
    if ambiguous:
        raise MtoError(f"refused the address {_shown(url)!r}: its host is ambiguous.")
    return f"{parts.scheme.lower()}://{(parts.hostname or '').lower()}:{port}"


@dataclasses.dataclass(frozen=True, slots=True)
class BearerToken:
    """An access token and the only origin it may be sent to. Its value never shows in a representation."""

    value: str = dataclasses.field(repr=False)
    origin: str
    tenant_id: str
    identity: str
    claims: Mapping[str, object] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Response:
    """A complete answer. Header names are lower case."""

    method: str
    url: str
    status: int
    # Cookies are among them.
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)
    # The secrets of the request: an answer that echoes them must not carry them on.
    sent: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    # Those of the whole run, for what becomes a message.
    secrets: Secrets = dataclasses.field(default_factory=Secrets, repr=False)

    @property
    def text(self) -> str:
        """Return the body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def request_id(self) -> str:
        """Return the service's own id of this answer, or an empty string."""
        found = self.headers.get("request-id") or self.headers.get("x-ms-request-id") or ""
        return shortened(one_line(self.secrets.hide(found)), 100)

    def json(self) -> t.Any:
        """Return the body as JSON. Raise ServiceError if a proxy or a service answers with something else."""
        try:
            if sum(self.body.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
                raise ValueError("it has too many values")
            return parse_json(self.body.decode("utf-8"), Secrets(*self.sent).hide)
        except ValueError:
            kind = shortened(one_line(self.secrets.hide(self.headers.get("content-type", ""))), 80)
            raise ServiceError(
                f"{self.method} {_shown(self.url)} answered HTTP {self.status} with {kind or 'no content type'}"
                " where JSON was expected",
                status=self.status,
                request_id=self.request_id,
            ) from None


class Http:
    """Sends requests. One object serves all threads of a task.

    `timeout` is seconds for one request, from the first packet to the last; `deadline` bounds the whole task, `pool` is
    the number of threads. `secrets` knows every secret that was sent, `clock` whether this machine's time is right.
    """

    def __init__(self, *, ca_path: str | None, timeout: float, deadline: Deadline, pool: int) -> None:
        require_requests()
        self.deadline = deadline
        self.secrets = Secrets()
        self.clock = Clock()
        self._timeout = timeout
        self._connections = Connections(ca_path, pool)

    def send(
        self,
        method: str,
        url: str,
        *,
        token: BearerToken | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body = None,
        repeat: Repeat = "failures",
    ) -> Response:
        """Send a request, retry it if that may help, and return the last answer whatever it is.

        For a request that may have taken effect without an answer, `repeat` names what is retried: of all failures the
        refusals alone, which is HTTP 429, or nothing.
        Raise UnreachableError if no answer arrives, DeadlineError if time runs out, and no other than an MtoError.
        """
        guard_origin(token, url)
        outgoing = _outgoing(method, url, token, headers or {}, body)
        self.secrets.add(*outgoing.secrets)
        repeated = _RETRIED[repeat]
        tries = MAX_TRIES if repeated else 1
        for attempt in range(tries):
            last = attempt == tries - 1
            try:
                response = self._send_once(outgoing)
            except UnreachableError as error:
                wait = backoff(attempt)
                # The cause says more than a passed deadline.
                if last or repeat != "failures" or error.final or wait > self.deadline.remaining():
                    raise
                pause(wait, self.deadline)
                continue
            if response.status not in repeated or last:
                return response
            requested_wait = retry_after(response.headers, time.time())
            if requested_wait is not None and requested_wait > self.deadline.remaining():
                return response
            pause(backoff(attempt) if requested_wait is None else requested_wait, self.deadline)
        raise MtoError("unreachable: the loop above returns or raises")

    def _send_once(self, outgoing: _Outgoing) -> Response:
        seconds = min(self._timeout, self.deadline.remaining())
        if seconds <= 0:
            raise DeadlineError(f"the deadline of {self.deadline.seconds:.0f} s has passed")
        budget = Budget(seconds, self.clock)
        try:
            with budget.applied():
                return self._exchange(outgoing, budget)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  what the libraries raise for foreign bytes has no bound
            cause = broken(error)
            if cause.timed_out and seconds < self._timeout and self.deadline.remaining() < _NO_TIME:
                # Nobody knows whether the service would have answered in its own time.
                raise DeadlineError(f"the deadline of {self.deadline.seconds:.0f} s passed during a request") from None
            text = f"{outgoing.method} {_shown(outgoing.url)}: {cause.cause}"
            raise UnreachableError(self.secrets.hide(text), final=cause.final) from None

    def _exchange(self, outgoing: _Outgoing, budget: Budget) -> Response:
        """Send the request and read its answer, a redirect's like any other."""
        parts = urlsplit(outgoing.url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        request = (outgoing.method, quote(path, _NOT_QUOTED), outgoing.body, outgoing.headers)
        with self._connections.to(outgoing.url).exchange(*request) as answer:
            headers = _headers_of(answer)
            self.clock.learn(headers.get("date", ""), time.time())
            # What is sent on the way, such as the sizes of chunks, counts too.
            budget.size_left = MAX_BODY + _CHUNK
            content = _body_of(answer, headers)
        return Response(outgoing.method, outgoing.url, answer.status, headers, content, outgoing.secrets, self.secrets)


def guard_origin(token: BearerToken | None, url: str) -> None:
    """Raise MtoError for an ambiguous or unencrypted address, or if a token would leave its own host."""
    origin = origin_of(url)
    if token is not None and origin != token.origin:
        raise MtoError(f"refused to follow a link to {origin}: the token is for {token.origin} only.")
    if not origin.startswith("https://"):
        raise MtoError(f"refused the address {_shown(url)!r}: it does not begin with https://.")


@dataclasses.dataclass(frozen=True, slots=True)
class _Outgoing:
    """A request as it is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes | None = dataclasses.field(repr=False)
    secrets: tuple[str, ...] = dataclasses.field(repr=False)


# What separates the parts of a path and a query, and what is quoted already [doc RFC 3986].
_NOT_QUOTED: t.Final = "!$%&'()*+,/:;=?@~"
# Less than any request takes, and more than a time-out is early.
_NO_TIME: t.Final = 0.05
_FORM: t.Final = "application/x-www-form-urlencoded"
# What these hold is a secret, in the headers and forms of OAuth [doc RFC 6749, 7521, 8628] and of the portal.
_SECRET_HEADERS: t.Final = frozenset({"authorization", "x-xsrf-token"})
_SECRET_FIELDS: t.Final = frozenset(
    {"assertion", "client_assertion", "client_secret", "code", "code_verifier", "device_code", "password"}
    | {"access_token", "refresh_token", "subject_token"}
)
_VALUE: t.Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def _outgoing(method: str, url: str, token: BearerToken | None, headers: Mapping[str, str], body: Body) -> _Outgoing:
    """Return the request. Raise MtoError for a header that can't be sent; its value may be secret and is not shown."""
    given = dict(headers) if token is None else {**headers, "Authorization": f"Bearer {token.value}"}
    for name, value in given.items():
        if not _VALUE.fullmatch(value):
            raise MtoError(f"the header {one_line(name)} cannot be sent: its value has characters that HTTP forbids.")
    all_headers = {"user-agent": "m365.defender", "accept": "*/*"}
    all_headers |= {name.lower(): value for name, value in given.items()}
    if isinstance(body, Mapping):
        all_headers["content-type"] = _FORM
    # The size of what is sent is known below; other encodings of the answer than this one have no bound.
    for name in ("content-length", "transfer-encoding"):
        all_headers.pop(name, None)
    all_headers["accept-encoding"] = "gzip"
    return _Outgoing(method, url, all_headers, _encoded(body), tuple(_secrets_in(all_headers, body)))


def _encoded(body: Body) -> bytes | None:
    """Return the body as bytes, a mapping as a form. Raise MtoError for half a surrogate, which has no encoding."""
    try:
        text = urlencode(body) if isinstance(body, Mapping) else body
        return text.encode() if isinstance(text, str) else text
    except UnicodeError:
        raise MtoError("the body cannot be sent: it has characters that cannot be encoded.") from None


def _secrets_in(headers: Mapping[str, str], body: Body) -> list[str]:
    """Return the secrets of a request by the names of its headers and of the fields of its form."""
    secrets = [value.rpartition(" ")[2] for name, value in headers.items() if name in _SECRET_HEADERS]
    secrets += [pair.partition("=")[2].strip() for pair in headers.get("cookie", "").split(";")]
    if body and headers.get("content-type", "").startswith(_FORM):
        form = body.items() if isinstance(body, Mapping) else parse_qsl((_encoded(body) or b"").decode())
        secrets += [value for name, value in form if name in _SECRET_FIELDS]
    return [secret for secret in secrets if len(secret) >= SHORTEST]


def _headers_of(answer: http.client.HTTPResponse) -> dict[str, str]:
    """Return the headers by name, in lower case. What occurs twice is joined, as HTTP allows."""
    headers: dict[str, str] = {}
    for name, value in answer.getheaders():
        key, text = clean(name.lower()), clean(value).strip()
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


# A proxy may have put the same length twice.
_LENGTH: t.Final = re.compile(r"([0-9]{1,18})(?:, ?\1)*")


def _body_of(answer: http.client.HTTPResponse, headers: Mapping[str, str]) -> bytes:
    """Return the body, decompressed in steps of which none can grow beyond the limit."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise BrokenError("the answer has an encoding that was not requested")
    if not answer.chunked and "content-length" in headers:
        length = _LENGTH.fullmatch(headers["content-length"])
        if length is None:
            raise BrokenError("the answer has a length that is not one number, so that it may be truncated")
        # Python takes no list.
        answer.length = int(length[1]) if answer.length is None else answer.length
    gzip = zlib.decompressobj(16 + zlib.MAX_WBITS) if "gzip" in encoding else None
    content = bytearray()
    while chunk := answer.read(_CHUNK):
        content += gzip.decompress(chunk, MAX_BODY + 1 - len(content)) if gzip else chunk
        if len(content) > MAX_BODY:
            raise BrokenError(f"the answer is larger than {MAX_BODY // 1024**2} MB", final=True)
    if answer.length or (gzip and content and (not gzip.eof or gzip.unused_data)):
        raise BrokenError("the answer was truncated")
    return bytes(content)


def _shown(url: str) -> str:
    """Return an address for a message: its query can hold secrets, and it can be foreign."""
    return shortened(one_line(hide_tokens(url.split("?", 1)[0])), 200)
