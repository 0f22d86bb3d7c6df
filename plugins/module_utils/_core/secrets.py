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
    from collections.abc import Iterable

HIDDEN: t.Final = "********"
# Ansible's own limit does not exist: a shorter value would corrupt ids and statuses that happen to hold it.
SHORTEST: t.Final = 8
# A JSON web token, whoever issued it: the header, an object, always begins like this [doc RFC 7515].
_JSON_WEB_TOKEN: t.Final = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*")


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text without any JSON web token, and without these secrets, also where they are percent-encoded."""
    for secret in secrets:
        for form in {secret, quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(form, HIDDEN)
    return _JSON_WEB_TOKEN.sub(HIDDEN, text) if "eyJ" in text else text


class Secrets:
    """The secrets of one run. Safe to use from many threads: values are only added."""

    def __init__(self) -> None:
        self._values: dict[str, None] = {}

    def add(self, *values: str | None) -> None:
        """Remember secrets. What is empty or too short to be told from ordinary text is left out."""
        self._values.update(dict.fromkeys(value for value in values if value and len(value) >= SHORTEST))

    def values(self) -> set[str]:
        """Return all secrets, for the `no_log_values` of a module."""
        return set(self._values)

    def hide(self, text: str) -> str:
        """Return the text without any secret of this run."""
        # The longest first: one secret can be a part of another.
        return hide(text, sorted(self._values, key=len, reverse=True))
