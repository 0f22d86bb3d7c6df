# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only HTTP session: TLS, time-outs, retries, and tokens that go only to their own host.

Nothing else in the collection imports `requests`.
"""

from __future__ import annotations

import dataclasses
import email.utils
import os
import pathlib
import random
import re
import time
import traceback
import typing as t
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    MissingLibraryError,
    MtoError,
    OptionError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import hide

try:
    import requests
    import requests.adapters
    import requests.auth
    import requests.utils
except ImportError:
    HAS_REQUESTS = False
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_REQUESTS = True
    REQUESTS_IMPORT_ERROR = ""

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline

# Retrying is safe for reads and for requests that a service refused before it acted.
RETRY_STATUSES: t.Final = frozenset({429, 500, 502, 503, 504})
# A service that throttles has not acted.
REFUSED_STATUSES: t.Final = frozenset({429})
MAX_TRIES: t.Final = 5
MAX_BACKOFF: t.Final = 30.0
MAX_BODY: t.Final = 64 * 1024 * 1024


def require_requests() -> None:
    """Raise MissingLibraryError if `requests` is not installed."""
    if not HAS_REQUESTS:
        raise MissingLibraryError("requests", REQUESTS_IMPORT_ERROR)


# Parsers disagree about a backslash, white space or a user name in an authority: such an address can name two hosts.
_AUTHORITY: t.Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_NEVER: t.Final = re.compile(r"[\\\x00-\x1f\x7f]")


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address as `https://host:443`. Raise MtoError for an ambiguous one."""
    parts = urlsplit(url)
    if _NEVER.search(url) or not _AUTHORITY.fullmatch(parts.netloc):
        raise MtoError(f"refused the address {_NEVER.sub('?', url)[:80]!r}: its host is ambiguous.")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise MtoError(f"refused the address {url[:80]!r}: its port is not valid.") from error
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
    headers: Mapping[str, str]
    body: bytes = dataclasses.field(repr=False)
    # The secrets of the request: an answer that echoes them must not carry them on.
    sent: tuple[str, ...] = dataclasses.field(default=(), repr=False)

    @property
    def text(self) -> str:
        """Return the body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", errors="replace")

    @property
    def request_id(self) -> str:
        """Return the service's own id of this answer, or an empty string."""
        return self.headers.get("request-id") or self.headers.get("x-ms-request-id") or ""

    def json(self) -> t.Any:
        """Return the body as JSON. Raise ServiceError if a proxy or a service answers with something else."""
        try:
            return parse_json(self.body.decode("utf-8"), lambda text: hide(text, self.sent))
        except ValueError:
            kind = self.headers.get("content-type", "no content type")
            raise ServiceError(
                f"{self.method} {_without_query(self.url)} answered HTTP {self.status} with {kind}"
                " where JSON was expected",
                status=self.status,
                request_id=self.request_id,
            ) from None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return how long the service asks to wait, in seconds. It sends a number (also a fraction) or an HTTP date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _seconds_until(value, now)
    return max(0.0, seconds) if seconds < float("inf") else None


def _seconds_until(http_date: str, now: float) -> float | None:
    try:
        return max(0.0, email.utils.parsedate_to_datetime(http_date).timestamp() - now)
    except ValueError:
        return None


def backoff(attempt: int) -> float:
    """Return the seconds to wait before try `attempt` + 1 by default: exponential with jitter."""
    longest: float = min(MAX_BACKOFF, 0.5 * 2.0**attempt)
    return longest * (0.5 + random.random() / 2)


def pause(seconds: float, deadline: Deadline) -> None:
    """Wait, or raise DeadlineError at once if the task has too little time left."""
    if seconds > deadline.remaining():
        raise DeadlineError(f"waiting {seconds:.0f} s more would pass the deadline of {deadline.seconds:.0f} s")
    time.sleep(seconds)


def ca_bundle(ca_path: str | None) -> str | bool:
    """Return the CA bundle for `verify`. An explicit `ca_path` wins over the environment.

    Raise OptionError if the path does not exist.
    """
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    sources = [("ca_path", ca_path), *((f"{name} in the environment", os.environ.get(name)) for name in names)]
    source, path = next(((source, path) for source, path in sources if path), ("", None))
    if path and not pathlib.Path(path).exists():
        raise OptionError(f"{source}: '{path}' does not exist. The option ca_path replaces it.")
    return path or True


class Http:
    """Sends requests. One object serves all threads of a task.

    `timeout` is seconds for one request, `deadline` bounds the whole task, `pool` is the number of threads.
    """

    def __init__(self, *, ca_path: str | None, timeout: float, deadline: Deadline, pool: int) -> None:
        require_requests()
        self.deadline = deadline
        self._timeout = timeout
        # Passed with every request, because requests lets the environment override the session's value.
        self._verify = ca_bundle(ca_path)
        self._session = requests.Session()
        # No netrc (it would replace our Authorization header) and no bundle from the environment. Proxies are taken
        # from the environment explicitly below.
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = requests.adapters.HTTPAdapter(pool_connections=16, pool_maxsize=max(4, pool))
        self._session.mount("https://", adapter)

    def send(
        self,
        method: str,
        url: str,
        *,
        token: BearerToken | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | Mapping[str, str] | None = None,
        repeat: bool = True,
    ) -> Response:
        """Send a request, retry it if that may help, and return the last answer whatever it is.

        With `repeat` False, for a request that may have taken effect without an answer, only a 429 is retried.
        Raise UnreachableError if no answer arrives, DeadlineError if time runs out.
        """
        guard_origin(token, url)
        repeated = RETRY_STATUSES if repeat else REFUSED_STATUSES
        for attempt in range(MAX_TRIES):
            last = attempt == MAX_TRIES - 1
            try:
                response = self._send_once(method, url, token, headers, body)
            except UnreachableError:
                wait = backoff(attempt)
                # The cause says more than a passed deadline.
                if last or not repeat or wait > self.deadline.remaining():
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

    def _send_once(
        self,
        method: str,
        url: str,
        token: BearerToken | None,
        headers: Mapping[str, str] | None,
        body: bytes | str | Mapping[str, str] | None,
    ) -> Response:
        timeout = min(self._timeout, self.deadline.remaining())
        if timeout <= 0:
            raise DeadlineError(f"the deadline of {self.deadline.seconds:.0f} s has passed")
        try:
            with self._session.request(
                method,
                url,
                headers=dict(headers or {}),
                data=body,
                auth=_Bearer(token),
                timeout=timeout,
                allow_redirects=False,
                verify=self._verify,
                proxies=requests.utils.get_environ_proxies(url),
                stream=True,
            ) as answer:
                content = self._read_body(answer, time.monotonic() + timeout)
                lowered = {key.lower(): value for key, value in answer.headers.items()}
                sent = (token.value,) if token is not None else ()
                return Response(method, url, answer.status_code, lowered, content, sent)
        except requests.RequestException as error:
            raise UnreachableError(f"{method} {_without_query(url)}: {_reason_of(error)}") from None

    def _read_body(self, answer: requests.Response, until: float) -> bytes:
        """Read the body up to the time-out: one that drips would hold its thread forever."""
        chunks: list[bytes] = []
        size = 0
        for chunk in answer.iter_content(64 * 1024):
            chunks.append(chunk)
            size += len(chunk)
            if size > MAX_BODY:
                raise UnreachableError(f"{_without_query(answer.url)}: the answer is larger than {MAX_BODY} bytes")
            if time.monotonic() > until:
                raise UnreachableError(f"{_without_query(answer.url)}: the answer took longer than the time-out")
        return b"".join(chunks)


def guard_origin(token: BearerToken | None, url: str) -> None:
    """Raise MtoError if a token would go to a host that it was not issued for."""
    if token is not None and origin_of(url) != token.origin:
        raise MtoError(f"refused to follow a link to {origin_of(url)}: the token is for {token.origin} only.")


if HAS_REQUESTS:

    class _Bearer(requests.auth.AuthBase):
        """Sets the Authorization header, so that requests does not."""

        def __init__(self, token: BearerToken | None) -> None:
            self._token = token

        def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
            if self._token is not None:
                request.headers["Authorization"] = f"Bearer {self._token.value}"
            return request


def _without_query(url: str) -> str:
    """Return an address for a message: its query can hold secrets."""
    return url.split("?", 1)[0]


_CAUSES: t.Final = (
    ("certificate verify failed", "the server's certificate is not trusted (see the option ca_path)"),
    ("name or service not known", "the host name cannot be resolved"),
    ("failed to resolve", "the host name cannot be resolved"),
    ("connection refused", "the connection was refused"),
    ("connection reset", "the connection was closed"),
    ("timed out", "no answer within the time-out"),
    ("incompleteread", "the answer was truncated"),
    ("connection aborted", "the connection was closed"),
)


def _reason_of(error: requests.RequestException) -> str:
    """Return a short cause instead of the library's nested message."""
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy of the environment (HTTPS_PROXY) does not answer"
    text = str(error).lower()
    return next((cause for pattern, cause in _CAUSES if pattern in text), type(error).__name__)
