# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scrubber: every secret that a run issues, reads or sends, kept out of all foreign text.

A service or a proxy can echo a request in its error. What comes from outside therefore passes here before it becomes a
message, evidence or a row.
"""

from __future__ import annotations

import base64
import re
import typing as t
from urllib.parse import quote, quote_plus

if t.TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN: t.Final = "********"
# Ansible's own limit does not exist: a shorter value would corrupt ids and statuses that happen to hold it.
SHORTEST: t.Final = 8
# What a JSON web token is made of, taken as a whole from where it begins: the cost grows with the text, not faster.
_RUN: t.Final = re.compile(r"(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]+")
# Its header, an object, always begins like this, whoever issued it [doc RFC 7515].
_HEADER: t.Final = "eyJ"
_SHORTEST_HEADER: t.Final = 11
_ESCAPE: t.Final = re.compile(r"%[0-9A-F]{2}")
# A token that is wrapped goes on in the next line.
_WRAPPED: t.Final = re.compile(re.escape(HIDDEN) + r"(?:[ \t]{0,4}\r?\n[ \t]{0,4}[A-Za-z0-9_.-]{20,})+")
# How a character can be written in JSON, in an address (also twice) and in HTML.
_CODED: t.Final = re.compile(
    r"\\+(?:u00([0-9a-f]{2}))?|%(?:25)*([0-9a-f]{2})|&#x0{0,4}([0-9a-f]{2});|&#0{0,4}([0-9]{2,3});"
    r"|&(amp|lt|gt|quot|apos);",
    re.IGNORECASE,
)
_NAMED: t.Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def hide_tokens(text: str) -> str:
    """Return the text without any JSON web token, whoever issued it."""
    return _WRAPPED.sub(HIDDEN, _RUN.sub(lambda run: _without_token(run[0]), text)) if _HEADER in text else text


def _forms_of(secret: str) -> Iterable[str]:
    """Return how a secret can be echoed: as it is, percent-encoded (by .NET with small letters), and in base64."""
    if hide_tokens(secret) == HIDDEN:
        return ()
    encoded = (quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    small = (_ESCAPE.sub(lambda escape: escape[0].lower(), form) for form in encoded)
    return dict.fromkeys((secret, *encoded, *small, *_base64_forms(secret)))


def _base64_forms(secret: str) -> Iterable[str]:
    """Return what is the same in base64 whatever stands around the secret, for each of three places to begin."""
    data = secret.encode("utf-8", errors="replace")
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + data).decode("ascii")
        form = whole[(0, 2, 3)[before] : (before + len(data)) * 8 // 6]
        if len(form) >= SHORTEST:
            yield from (form, form.replace("+", "-").replace("/", "_"))


def _plain(text: str) -> str:
    """Return the text without escapes and white space."""
    return _CODED.sub(_character, "".join(text.split()).replace("\u00ad", "").replace("\u200b", ""))


def _character(coded: re.Match[str]) -> str:
    json_code, percent, html, decimal, name = coded.groups()
    code = json_code or percent or html
    return chr(int(code, 16)) if code else chr(int(decimal)) if decimal else _NAMED.get((name or "").lower(), "")


def _hidden(text: str, forms: Iterable[str], plain_forms: list[str]) -> str:
    # The longest first: one secret can be a part of another.
    for form in sorted((form for form in forms if form in text), key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    if plain_forms:
        plain = _plain(text)
        # Nobody can tell where in the text it is.
        if plain != text and any(form in plain for form in plain_forms):
            return HIDDEN
    return hide_tokens(text)


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

    def __init__(self, *values: str) -> None:
        self._values: dict[str, None] = {}
        self._forms: dict[str, None] = {}
        self._plain: dict[str, None] = {}
        self.add(*values)

    def add(self, *values: str | None) -> None:
        """Remember secrets. What is empty or too short to be told from ordinary text is left out."""
        for value in values:
            if value and len(value) >= SHORTEST and value not in self._values:
                self._values[value] = None
                forms = dict.fromkeys(_forms_of(value))
                self._forms.update(forms)
                plain = _plain(value)
                if forms and len(plain) >= SHORTEST:
                    self._plain[plain] = None

    def values(self) -> set[str]:
        """Return all secrets, for the `no_log_values` of a module."""
        return set(self._values)

    def hide(self, text: str) -> str:
        """Return the text without any secret of this run, however an echo writes it, and without any token."""
        # A copy: another thread may add meanwhile.
        return _hidden(text, list(self._forms), list(self._plain))
