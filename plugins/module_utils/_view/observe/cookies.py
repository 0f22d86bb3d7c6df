# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read a portal session from a cookie file in any of three common forms. No cookie value is ever part of a message."""

from __future__ import annotations

import dataclasses
import email.utils
import math
import pathlib
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_text
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import is_cookie_value

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# The portal may split a long session into sccauthC1 and so on, as Microsoft's web stack does [guess].
_NAMES: t.Final = re.compile(r"sccauth[A-Za-z0-9]*|XSRF-TOKEN")
# Browsers name the end of a cookie's life in one way, test tools in others.
_ENDS: t.Final = ("expirationDate", "expires", "expiry")
# Seconds do not reach this number before the year 5138: it is milliseconds.
_MILLISECONDS: t.Final = 1e11
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
    return parse_cookies(read_user_text("portal_cookies_file", path, f"give {_FORMS}."), path)


def mode_warning(path: str) -> str | None:
    """Return a warning where users other than the owner may read the file, or None."""
    try:
        mode = pathlib.Path(path).stat().st_mode
    except (OSError, ValueError):
        return None
    if not mode & 0o077:
        return None
    return f"portal_cookies_file: '{path}' holds a session, and other users may read it; run chmod 600 on it."


def parse_cookies(text: str, path: str) -> list[Cookie]:
    """Parse the cookies in a text. Raises OptionError where it is in none of the three forms."""
    try:
        data = parse_json(text)
    except ValueError:
        parsed = [_from_line(line.removeprefix(_HTTP_ONLY)) for line in text.split("\n")]
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
    ends = next((row[key] for key in _ENDS if row.get(key) is not None), None)
    domain = str(row["domain"])
    host_only = row.get("hostOnly")
    return Cookie(
        name=row["name"],
        value=row["value"],
        domain=domain.lstrip(".").lower(),
        host_only=host_only if isinstance(host_only, bool) else not domain.startswith("."),
        expires=None if row.get("session") is True else _seconds(ends),
    )


def _seconds(ends: object) -> float | None:
    """The end of a cookie's life in seconds since 1970; None for a session's cookie: -1, 0, or no time at all."""
    if isinstance(ends, bool) or not isinstance(ends, int | float | str):
        return None
    try:
        number = float(ends)
    except (ValueError, OverflowError):
        return _seconds_of_date(str(ends)) if isinstance(ends, str) else math.inf
    if math.isnan(number) or number <= 0:
        return None
    return number / 1000 if number >= _MILLISECONDS else number


def _seconds_of_date(text: str) -> float | None:
    moment = parse_time(text.strip())
    try:
        return (moment or email.utils.parsedate_to_datetime(text)).timestamp()
    except (ValueError, OverflowError):
        return None


def _from_line(line: str) -> Cookie | None:
    """Parse a line: domain, include subdomains, path, secure, expires, name, value, with tabs between them."""
    fields = line.rstrip("\r").split("\t")
    if len(fields) != _NETSCAPE_FIELDS or not line.strip() or line.startswith("#"):
        return None
    domain, subdomains, _path, _secure, ends, name, value = fields
    return Cookie(name, value, domain.lstrip(".").lower(), subdomains.upper() != "TRUE", _seconds(ends))


def cookies_for(cookies: Iterable[Cookie], host: str, now: float) -> Mapping[str, str]:
    """Values by name of those session cookies that a browser would send to a host now (RFC 6265, 5.1.3 and 5.4)."""
    matching = (cookie for cookie in cookies if _is_sent(cookie, host.lower(), now))
    # The nearer domain comes last and wins.
    return {cookie.name: cookie.value for cookie in sorted(matching, key=lambda cookie: len(cookie.domain))}


def session_state(rows: Iterable[Mapping[str, object]], hosts: Sequence[str], now: float) -> dict[str, object]:
    """Return a Playwright storage state of those cookies that are the session with these hosts, and no other."""
    kept = [
        row
        for row in rows
        if (cookie := _from_json(row)) is not None and any(_is_sent(cookie, host.lower(), now) for host in hosts)
    ]
    return {"cookies": kept, "origins": []}


def _is_sent(cookie: Cookie, host: str, now: float) -> bool:
    ours = _NAMES.fullmatch(cookie.name) and is_cookie_value(cookie.value)
    fresh = cookie.expires is None or cookie.expires > now
    matches = host == cookie.domain or (not cookie.host_only and host.endswith(f".{cookie.domain}"))
    return bool(ours) and fresh and matches
