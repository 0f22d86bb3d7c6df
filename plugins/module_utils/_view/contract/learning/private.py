# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recording holds that no contract may: names of tenants and people, cookies, tokens and etags. Pure."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import EXPOSED, first_of
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import rows_by_tenant, unwrapped
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import parse_session

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange

_SHORTEST: t.Final = 8
# The words of a name tell it, too; shorter ones are in many texts.
_SHORTEST_WORD: t.Final = 5
_SECRET_HEADERS: t.Final = re.compile(
    r"cookie|authorization|token|secret|xsrf|csrf|etag|if-match|api-?key|session|puid", re.IGNORECASE
)


def names_in(rows: Iterable[Exchange]) -> set[str]:
    """Return the names of tenants in the portal's answers, and whose session it is."""
    names: set[str] = set()
    for row in rows:
        if row.answer is None:
            continue
        body = unwrapped(row.answer.body)
        listed = [*rows_by_tenant(body, "tenantInfoList").values(), *rows_by_tenant(first_of(body), EXPOSED).values()]
        for each in listed:
            name = each.get("name")
            if isinstance(name, str):
                names |= {name, *(word for word in name.split() if len(word) >= _SHORTEST_WORD)}
        if row.name == "session":
            upn = parse_session(row.answer.body).operator or ""
            # The parts of a user principal name tell who it is as well.
            names |= {part for part in (upn, *upn.split("@")) if part}
        if row.name == "effective" and row.answer.etag:
            names.add(row.answer.etag)
    return names


def secrets_in(entries: Iterable[object]) -> set[str]:
    """Return the values of cookies, and of headers that carry a secret or a version."""
    values: set[str] = set()
    for entry in entries:
        for part in ("request", "response"):
            message = entry.get(part) if isinstance(entry, dict) else None
            if isinstance(message, dict):
                values |= {value for value in _secret_values(message) if len(value) >= _SHORTEST}
    return values | {unquote(value) for value in values}


def _secret_values(message: dict[str, object]) -> Iterator[str]:
    cookies, headers = message.get("cookies"), message.get("headers")
    for row in cookies if isinstance(cookies, list) else ():
        if isinstance(row, dict) and isinstance(row.get("value"), str):
            yield row["value"]
    for row in headers if isinstance(headers, list) else ():
        if not isinstance(row, dict) or not isinstance(row.get("value"), str):
            continue
        if _SECRET_HEADERS.search(str(row.get("name"))):
            yield row["value"]
            for pair in re.split(r"[;,]\s*", row["value"]):
                yield pair.partition("=")[2] or pair
