# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scrubber: every secret that a run issues, reads or sends, kept out of all foreign text.

A service or a proxy can echo a request in its error. What comes from outside therefore passes here before it becomes a
message, evidence or a row.
"""

from __future__ import annotations

import re
import typing as t
from urllib.parse import quote, quote_plus

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HIDDEN: t.Final = "********"
# Ansible's own limit does not exist: a shorter value would corrupt ids and statuses that happen to hold it.
SHORTEST: t.Final = 8
# What a JSON web token is made of, taken as a whole from where it begins: the cost grows with the text, not faster.
_RUN: t.Final = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]+")
# Its header, an object, always begins like this, whoever issued it [doc RFC 7515].
_HEADER: t.Final = "eyJ"
_SHORTEST_HEADER: t.Final = 11
_ESCAPE: t.Final = re.compile(r"%[0-9A-F]{2}")


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without any JSON web token, and without these secrets, also where they are percent-encoded."""
    return scrubber(secrets)(text)


def scrubber(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return `hide` for these secrets, to be used for many texts."""
    forms = [form for secret in secrets for form in _forms_of(secret)]
    return lambda text: _hidden(text, forms)


def _forms_of(secret: str) -> Iterable[str]:
    """Return how a secret can be echoed: as it is, and percent-encoded, which .NET does with small letters."""
    if _without_tokens(secret) == HIDDEN:
        return ()
    encoded = (quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    small = (_ESCAPE.sub(lambda escape: escape[0].lower(), form) for form in encoded)
    return dict.fromkeys((secret, *encoded, *small))


def _hidden(text: str, forms: Iterable[str]) -> str:
    # The longest first: one secret can be a part of another.
    for form in sorted((form for form in forms if form in text), key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return _without_tokens(text)


def _without_tokens(text: str) -> str:
    return _RUN.sub(lambda run: _without_token(run[0]), text) if _HEADER in text else text


def _without_token(run: str) -> str:
    """Return the text up to the first JSON web token in it, which ends where the text does."""
    start = run.find(_HEADER)
    while start >= 0:
        dot = run.find(".", start)
        if dot < 0:
            break
        if dot - start >= _SHORTEST_HEADER:
            return run[:start] + HIDDEN
        start = run.find(_HEADER, dot)
    return run


class Secrets:
    """The secrets of one run. Safe to use from many threads: values are only added."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}
        self._forms: dict[str, None] = {}

    def add(self, *values: str | None) -> None:
        """Remember secrets. What is empty or too short to be told from ordinary text is left out."""
        for value in values:
            if value and len(value) >= SHORTEST and value not in self._values:
                self._values[value] = None
                self._forms.update(dict.fromkeys(_forms_of(value)))

    def values(self) -> set[str]:
        """Return all secrets, for the `no_log_values` of a module."""
        return set(self._values)

    def hide(self, text: str) -> str:
        """Return the text without any secret of this run."""
        # A copy: another thread may add meanwhile.
        return _hidden(text, list(self._forms))
