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

    # What secrets look like, by what to look for.
    _Known: t.TypeAlias = dict[str, dict[str, None]]

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
# A secret that is cut is known by its beginning, if that is random: no id, name or address begins like it. What follows
# is masked as far as it can belong to the secret.
_BEGINNING: t.Final = 20
_RANDOM: t.Final = re.compile(r"(?!eyJ)(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9_~.+/=-]{20}")
_REST: t.Final = re.compile(r"[A-Za-z0-9_~.+/=%-]*")
_NAMED: t.Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def hide_tokens(text: str) -> str:
    """Return the text without any JSON web token, whoever issued it."""
    return _WRAPPED.sub(HIDDEN, _RUN.sub(lambda run: _without_token(run[0]), text)) if _HEADER in text else text


def _forms_of(secret: str) -> Iterable[str]:
    """Return how a secret can be echoed: as it is, percent-encoded (by .NET with small letters), and in base64."""
    if _is_token(secret):
        # `hide_tokens` knows it as it is. In base64 its beginning is enough, which many tokens have in common.
        return dict.fromkeys(form[:_BEGINNING] for form in _base64_forms(secret[: 2 * _BEGINNING]))
    encoded = (quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace"))
    small = (_ESCAPE.sub(lambda escape: escape[0].lower(), form) for form in encoded)
    return dict.fromkeys((secret, *encoded, *small, *_base64_forms(secret)))


def _is_token(secret: str) -> bool:
    return hide_tokens(secret) == HIDDEN


def _known_by(form: str) -> str:
    """Return what to look for: the beginning, if that is random, else the whole."""
    return form[:_BEGINNING] if _RANDOM.fullmatch(form[:_BEGINNING]) else form


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
    plain = "".join(text.split()).replace("\u00ad", "").replace("\u200b", "")
    # Each code begins with one of these; to look for all codes takes much longer.
    return _CODED.sub(_character, plain) if "%" in plain or "&" in plain or "\\" in plain else plain


def _character(coded: re.Match[str]) -> str:
    json_code, percent, html, decimal, name = coded.groups()
    code = json_code or percent or html
    return chr(int(code, 16)) if code else chr(int(decimal)) if decimal else _NAMED.get((name or "").lower(), "")


def _hidden(text: str, forms: _Known, plain_forms: _Known) -> str:
    starts = _found(forms, text)
    # The longest first: one secret can be a part of another.
    for form in sorted(_whole(forms, starts, text), key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    plain = _plain(text)
    plain_starts = _found(plain_forms, plain)
    # Nobody can tell where in the text it is.
    if _whole(plain_forms, plain_starts, plain):
        return HIDDEN
    for start in (found for found in starts if len(found) == _BEGINNING):
        text = _WRAPPED.sub(HIDDEN, _without_cut(text, start, list(forms[start])))
    if plain_starts and _found(plain_starts, _plain(text)):
        return HIDDEN
    return hide_tokens(text)


def _without_cut(text: str, start: str, forms: list[str]) -> str:
    """Return the text without this beginning: as far as it can belong to a secret, or as one of these goes on."""
    parts, at = [], 0
    while (found := text.find(start, at)) >= 0:
        match = _REST.match(text, found + len(start))
        end = match.end() if match else found + len(start)
        for form in forms:
            size = end - found
            if text.startswith(form[:size], found):
                while size < len(form) and text.startswith(form[size], found + size):
                    size += 1
                end = found + size
        parts += [text[at:found], HIDDEN]
        at = end
    return "".join([*parts, text[at:]])


def _found(known: Iterable[str], text: str) -> list[str]:
    # A copy, here and below: another thread may add meanwhile.
    return [start for start in list(known) if start in text]


def _whole(known: _Known, starts: list[str], text: str) -> list[str]:
    """Return the forms that are in the text as a whole. Those that are no more than a beginning are not among them."""
    forms = (form for start in starts for form in list(known[start]))
    return [form for form in forms if len(form) != _BEGINNING and form in text]


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
        self._forms: _Known = {}
        self._plain: _Known = {}
        self.add(*values)

    def add(self, *values: str | None) -> None:
        """Remember secrets. What is empty or too short to be told from ordinary text is left out."""
        for value in values:
            if value and len(value) >= SHORTEST and value not in self._values:
                self._values[value] = None
                for form in _forms_of(value):
                    self._forms.setdefault(_known_by(form), {})[form] = None
                plain = _plain(value)
                if len(plain) >= SHORTEST and not _is_token(value):
                    self._plain.setdefault(_known_by(plain), {})[plain] = None

    def values(self) -> set[str]:
        """Return all secrets, for the `no_log_values` of a module."""
        return set(self._values)

    def hide(self, text: str) -> str:
        """Return the text without any secret of this run, however an echo writes it, and without any token."""
        return _hidden(text, self._forms, self._plain)
