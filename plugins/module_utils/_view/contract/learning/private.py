# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recording holds that no contract may: names of tenants and people, cookies, tokens and etags. Pure."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.doubt import is_secret
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import EXPOSED, UNDASHED
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import (
    first_of,
    rows_by_tenant,
    unwrapped,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import parse_session

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange

_SHORTEST: t.Final = 8
# The words of a name tell it, too; shorter ones are in many texts.
_SHORTEST_WORD: t.Final = 5
_SECRET_HEADERS: t.Final = re.compile(
    r"cookie|authorization|token|secret|xsrf|csrf|etag|if-match|api-?key|session|puid", re.IGNORECASE
)


class Private(t.NamedTuple):
    """What may be told nowhere. `names` and `secrets` are in lower case, `words` are those of the names, as written.

    A secret counts wherever it is, a name as a whole (`group` is not in `tenantGroups`), a word of one only in a text
    of several words: customers are called `Group`, `Members` and `Client`, too.
    """

    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()

    def in_text(self, text: str) -> bool:
        """Return whether a text tells something of it."""
        lower = text.lower()
        if any(secret in lower for secret in self.secrets) or any(_is_whole_in(lower, name) for name in self.names):
            return True
        words = re.findall(r"\w+", text)
        return len(text.split()) > 1 and not self.words.isdisjoint(words)

    def hide(self, text: str) -> str:
        """Return a text of the recording as a message may show it."""
        parts = re.split(r"([\s,/?&='\"()]+)", text)
        hidden = [
            "*" if self.in_text(part) or is_secret(part, "") or UNDASHED.search(part.lower()) else part
            for part in parts
        ]
        return "*" if self.in_text(text) and "*" not in hidden else "".join(hidden)


def _is_whole_in(text: str, name: str) -> bool:
    start = text.find(name)
    while start >= 0:
        around = text[max(0, start - 1) : start] + text[start + len(name) : start + len(name) + 1]
        if not any(character.isalnum() for character in around):
            return True
        start = text.find(name, start + 1)
    return False


def private_in(rows: Sequence[Exchange], entries: Iterable[object]) -> Private:
    """Return what a recording holds that may be told nowhere."""
    names = _names_in(rows)
    words = frozenset(word for name in names for word in re.findall(r"\w+", name) if len(word) >= _SHORTEST_WORD)
    secrets = frozenset(secret.lower() for secret in _secrets_in(entries))
    return Private(frozenset(name.lower() for name in names), words, secrets)


def _names_in(rows: Iterable[Exchange]) -> set[str]:
    """Return the names of tenants in the portal's answers, and whose session it is."""
    names: set[str] = set()
    for row in rows:
        if row.answer is None:
            continue
        body = unwrapped(row.answer.body)
        listed = [*rows_by_tenant(body, "tenantInfoList").values(), *rows_by_tenant(first_of(body), EXPOSED).values()]
        names |= {name for each in listed if isinstance(name := each.get("name"), str)}
        if row.name == "session":
            upn = parse_session(row.answer.body).operator or ""
            # The parts of a user principal name tell who it is as well.
            names |= {upn, *upn.split("@")}
        if row.name == "effective" and row.answer.etag:
            names.add(row.answer.etag)
    return names - {""}


def _secrets_in(entries: Iterable[object]) -> set[str]:
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
