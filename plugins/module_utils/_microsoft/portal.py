# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of the Defender portal that uses a person's session. Unofficial [community]: the portal may change any day.

Reads are known from public captures (XDRInternals, nodoc). Writes are not: they are sent as the user recorded them.
The session's cookies are kept in memory and sent to the portal's own host alone.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import re
import time
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import origin_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http, Repeat, Response

PICKER: t.Final = "/apiproxy/mtoapi/tenants/TenantPicker"
EFFECTIVE: t.Final = "/apiproxy/mtoapi/tenantGroups/effective/"
GROUPS: t.Final = "/apiproxy/mtoapi/tenantGroups"
CONTEXT: t.Final = "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true"

_MULTITENANT: t.Final = "/apiproxy/mtoapi"

_BAD_REQUEST: t.Final = 400

SESSION_COOKIE: t.Final = "sccauth"
XSRF_COOKIE: t.Final = "XSRF-TOKEN"
_OURS: t.Final = re.compile(r"(?:sccauth[A-Za-z0-9]*|XSRF-TOKEN)")
# Set-Cookie headers arrive joined by commas, and a date holds one as well: the next cookie begins with a name.
_NEXT_COOKIE: t.Final = re.compile(r",\s*(?=[A-Za-z0-9!#$%&'*+.^_`|~-]+=)")
_COOKIE_VALUE: t.Final = re.compile(r"[\x21-\x3a\x3c-\x7e]+")


def is_cookie_value(text: str) -> bool:
    """Return whether a text can be the value of a cookie: printable ASCII without a space or a semicolon."""
    return _COOKIE_VALUE.fullmatch(text) is not None


def is_multitenant(path: str) -> bool:
    """Return whether a path belongs to the multitenant part, which needs one more header [community]."""
    return path.startswith(_MULTITENANT)


def set_cookies(header: str, now: float) -> dict[str, str]:
    """Return the session's cookies in Set-Cookie headers by name. One that is deleted has an empty value."""
    cookies: dict[str, str] = {}
    for text in _NEXT_COOKIE.split(header):
        pair, *attributes = (part.strip() for part in text.split(";"))
        name, _equals, value = pair.partition("=")
        if _OURS.fullmatch(name) and (not value or is_cookie_value(value)):
            cookies[name] = "" if _is_over(attributes, now) else value
    return cookies


def _is_over(attributes: Iterable[str], now: float) -> bool:
    """Return whether a cookie has ended. Max-Age counts more than Expires (RFC 6265, 5.3)."""
    ends: dict[str, str] = {}
    for attribute in attributes:
        key, _equals, value = attribute.partition("=")
        ends[key.strip().lower()] = value.strip()
    if re.fullmatch(r"-?[0-9]{1,18}", ends.get("max-age", "")):
        return int(ends["max-age"]) <= 0
    try:
        return email.utils.parsedate_to_datetime(ends.get("expires", "")).timestamp() <= now
    except (ValueError, OverflowError):
        return False


class Portal:
    """A signed-in session with the portal. `cookies` are values by name; `base` is a URL without a trailing slash.

    `tenant_id` is the tenant of the session. The portal renews its XSRF token with its answers [community]; the newest
    one is used. Not safe for use by several threads.
    """

    def __init__(self, http: Http, base: str, cookies: Mapping[str, str], tenant_id: str) -> None:
        self.base = base
        self._http = http
        self._cookies: dict[str, str] = {}
        self._keep(cookies)
        self._origin = origin_of(base)
        self._tenant_id = tenant_id

    def renew(self) -> None:
        """Ask for a new XSRF token, as the portal's own page does when it opens [community XDRInternals].

        The token in a file is outdated once the session has been used again. A failure is ignored here: the reads that
        follow report it.
        """
        with contextlib.suppress(MtoError):
            self._send("GET", f"/?tid={self._tenant_id}")

    def read(self, path: str) -> Response:
        """Read a path, with retries by policy. Raises UnreachableError and DeadlineError."""
        response = self._send("GET", path)
        if response.status != _BAD_REQUEST:
            return response
        # If an answer is lost on its way, so is the new token in it, and the next request is refused for the old one.
        self.renew()
        return self._send("GET", path)

    def write(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Response:
        """Send a recorded write, once: without an answer only a read shows what happened.

        A refusal for an old XSRF token (HTTP 400 with a new one) did nothing, so it is sent with the new one, once.
        """
        token = self._cookies.get(XSRF_COOKIE)
        response = self._write(method, path, headers, body)
        if response.status == _BAD_REQUEST and self._cookies.get(XSRF_COOKIE) != token:
            response = self._write(method, path, headers, body)
        return response

    def _write(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Response:
        content = {} if body is None else {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        return self._send(method, path, {**content, **headers}, sent, "refusals")

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        repeat: Repeat = "failures",
    ) -> Response:
        """Send a request with the session, and keep what the answer says of it."""
        own = {**(headers or {}), **self._headers(path)}
        response = self._http.send(method, self._url(path), headers=own, body=body, repeat=repeat)
        self._keep(set_cookies(response.headers.get("set-cookie", ""), time.time()))
        return response

    def _url(self, path: str) -> str:
        url = f"{self.base}{path}"
        if not path.startswith("/") or origin_of(url) != self._origin:
            raise MtoError("a path of the portal must begin with / and stay on the portal's host.")
        return url

    def _headers(self, path: str) -> dict[str, str]:
        """The headers of the portal's own page; its multitenant part needs one more [community]."""
        multitenant = {"mtoproxyurl": "MTO"} if is_multitenant(path) else {}
        token = self._cookies.get(XSRF_COOKIE, "")
        decoded = unquote(token)
        return {
            "Accept": "application/json",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            # As the portal's own page does: the value of the cookie, decoded [community], where a header can carry it.
            "X-XSRF-TOKEN": decoded if decoded.isascii() and decoded.isprintable() else token,
            **multitenant,
        }

    def _keep(self, cookies: Mapping[str, str]) -> None:
        """Take over cookies, drop those that were deleted, and let no answer carry their values on."""
        merged = {**self._cookies, **cookies}
        self._cookies = {name: value for name, value in merged.items() if value}
        self._http.secrets.add(*self._cookies.values(), *map(unquote, self._cookies.values()))
