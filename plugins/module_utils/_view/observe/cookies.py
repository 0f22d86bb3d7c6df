# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a portal session from a cookie file in any of three common forms. No cookie value is ever part of a message."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# The portal may split a long session into sccauthC1 and so on, as Microsoft's web stack does [guess].
_NAMES: t.Final = ("sccauth", "XSRF-TOKEN")
_HTTP_ONLY: t.Final = "#HttpOnly_"
_NETSCAPE_FIELDS: t.Final = 7
_FORMS: t.Final = "a Playwright storage state, a Netscape cookies.txt, or the JSON list of a browser extension"


@dataclasses.dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie. `expires` is in seconds since 1970, None where the cookie lasts as long as the browser's session."""

    name: str
    value: str = dataclasses.field(repr=False)
    domain: str
    host_only: bool
    expires: float | None = None


def read_cookies(path: str) -> list[Cookie]:
    """Read the cookies in a file. Raises OptionError that names `portal_cookies_file` and the way out."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise OptionError(f"portal_cookies_file: '{path}' cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Not chained: the error holds the bytes of the file.
        raise OptionError(f"portal_cookies_file: '{path}' is not a text file; give {_FORMS}.") from None
    return parse_cookies(text, path)


def mode_warning(path: str) -> str | None:
    """Return a warning where users other than the owner may read the file, or None."""
    try:
        mode = pathlib.Path(path).stat().st_mode
    except OSError:
        return None
    if not mode & 0o077:
        return None
    return f"portal_cookies_file: '{path}' holds a session, and other users may read it; run chmod 600 on it."


def parse_cookies(text: str, path: str) -> list[Cookie]:
    """Parse the cookies in a text. Raises OptionError where it is in none of the three forms."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        parsed = _netscape(text)
    else:
        rows = data.get("cookies") if isinstance(data, dict) else data
        parsed = [_from_json(row) for row in rows] if isinstance(rows, list) else []
    cookies = [cookie for cookie in parsed if cookie is not None]
    if not cookies:
        raise OptionError(f"portal_cookies_file: '{path}' holds no cookies; give {_FORMS}.")
    return cookies


def _from_json(row: object) -> Cookie | None:
    """Parse a row of JSON. Playwright writes `expires` (-1: session), extensions `expirationDate` and `hostOnly`."""
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("name", "value", "domain")):
        return None
    expires = row.get("expirationDate", row.get("expires"))
    timed = isinstance(expires, (int, float)) and not isinstance(expires, bool) and expires > 0
    domain = str(row["domain"])
    host_only = row.get("hostOnly")
    return Cookie(
        name=row["name"],
        value=row["value"],
        domain=domain.lstrip(".").lower(),
        host_only=host_only if isinstance(host_only, bool) else not domain.startswith("."),
        expires=float(expires) if timed and isinstance(expires, (int, float)) else None,
    )


def _netscape(text: str) -> list[Cookie | None]:
    lines = (line.removeprefix(_HTTP_ONLY) for line in text.splitlines())
    return [_from_line(line) for line in lines if line.strip() and not line.startswith("#")]


def _from_line(line: str) -> Cookie | None:
    """Parse a line: domain, include subdomains, path, secure, expires, name, value, with tabs between them."""
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != _NETSCAPE_FIELDS:
        return None
    domain, subdomains, _path, _secure, expires, name, value = fields
    timed = expires.isdigit() and int(expires) > 0
    ends = float(expires) if timed else None
    return Cookie(name, value, domain.lstrip(".").lower(), subdomains.upper() != "TRUE", ends)


def cookies_for(cookies: Iterable[Cookie], host: str, now: float) -> Mapping[str, str]:
    """Values by name of those session cookies that a browser would send to a host now (RFC 6265, 5.1.3 and 5.4)."""
    ours = (cookie for cookie in cookies if cookie.name.startswith(_NAMES[0]) or cookie.name == _NAMES[1])
    fresh = (cookie for cookie in ours if cookie.value and (cookie.expires is None or cookie.expires > now))
    matching = (cookie for cookie in fresh if _matches(cookie, host.lower()))
    # The nearer domain comes last and wins.
    return {cookie.name: cookie.value for cookie in sorted(matching, key=lambda cookie: len(cookie.domain))}


def _matches(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain or (not cookie.host_only and host.endswith(f".{cookie.domain}"))
