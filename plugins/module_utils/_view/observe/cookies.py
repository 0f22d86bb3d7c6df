# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A portal session out of a cookie file, in the three forms that people have. No value ever stands in a message."""

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
    """A cookie. `expires` is seconds since 1970, None for the length of the browser's session."""

    name: str
    value: str = dataclasses.field(repr=False)
    domain: str
    host_only: bool
    expires: float | None = None


def read_cookies(path: str) -> list[Cookie]:
    """The cookies in a file. Raises OptionError that names `portal_cookies_file` and the way out."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise OptionError(f"portal_cookies_file: '{path}' cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise OptionError(f"portal_cookies_file: '{path}' is not text; give {_FORMS}.") from None
    return parse_cookies(text, path)


def mode_warning(path: str) -> str | None:
    """What to say where others than its owner may read the file."""
    try:
        mode = pathlib.Path(path).stat().st_mode
    except OSError:
        return None
    if not mode & 0o077:
        return None
    return f"portal_cookies_file: others than its owner may read '{path}', and it holds a session; chmod 600 it."


def parse_cookies(text: str, path: str) -> list[Cookie]:
    """The cookies in a text. Raises OptionError where it is none of the three forms."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        found = _netscape(text)
    else:
        rows = data.get("cookies") if isinstance(data, dict) else data
        found = [_from_json(row) for row in rows] if isinstance(rows, list) else []
    cookies = [cookie for cookie in found if cookie is not None]
    if not cookies:
        raise OptionError(f"portal_cookies_file: '{path}' holds no cookies; give {_FORMS}.")
    return cookies


def _from_json(row: t.Any) -> Cookie | None:
    """Playwright says `expires` (-1: session), extensions say `expirationDate` and `hostOnly`."""
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
    """domain, include subdomains, path, secure, expires, name, value; tabs between."""
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != _NETSCAPE_FIELDS:
        return None
    domain, subdomains, _path, _secure, expires, name, value = fields
    timed = expires.isdigit() and int(expires) > 0
    ends = float(expires) if timed else None
    return Cookie(name, value, domain.lstrip(".").lower(), subdomains.upper() != "TRUE", ends)


def cookies_for(cookies: Iterable[Cookie], host: str, now: float) -> Mapping[str, str]:
    """Values by name of the session's cookies that a browser would send to a host now (RFC 6265, 5.1.3 and 5.4)."""
    mine = (one for one in cookies if one.name.startswith(_NAMES[0]) or one.name == _NAMES[1])
    fresh = (one for one in mine if one.value and (one.expires is None or one.expires > now))
    # The nearer domain comes last and wins.
    fitting = sorted((one for one in fresh if _matches(one, host.lower())), key=lambda one: len(one.domain))
    return {one.name: one.value for one in fitting}


def _matches(cookie: Cookie, host: str) -> bool:
    return host == cookie.domain or (not cookie.host_only and host.endswith(f".{cookie.domain}"))
