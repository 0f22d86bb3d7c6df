# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text on the page: on one line, escaped, and https addresses in our own sentences as links. Pure."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from markupsafe import Markup, escape

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line

# An address in a sentence: printable ASCII, without what ends it in a sentence or in markup.
_ADDRESS: t.Final = re.compile(r"https://[^\s<>\"'`\\^{}|\x00-\x20\x7f-\U0010ffff]+")
_ENDS_A_SENTENCE: t.Final = ".,;:!?)]"
_LINK: t.Final = Markup('<a href="{}" rel="noreferrer noopener">{}</a>')


def shown(value: object) -> str:
    """Return a value as the template shows it: markup of our own as it is, everything else on one line.

    What is not markup is escaped by the template. None is empty.
    """
    return value if isinstance(value, Markup) else one_line(value)


def link(url: str, label: str = "") -> str:
    """Return a link where the address is an https one with a host, else the address as text."""
    address = one_line(url)
    return _LINK.format(address, label or address) if _is_address(address) else address


def sentence(line: str, name: str) -> Markup:
    """Return a sentence in which https addresses are links. One that begins within the tenant's own name stays text."""
    text, end = one_line(line), 0
    names = _occurrences(one_line(name), text)
    markup = Markup()
    for match in _ADDRESS.finditer(text):
        if any(start <= match.start() < stop for start, stop in names):
            continue
        # The full stop that ends the sentence is no part of the address.
        address = match.group().rstrip(_ENDS_A_SENTENCE)
        markup += escape(text[end : match.start()]) + link(address)
        end = match.start() + len(address)
    return markup + escape(text[end:])


def _occurrences(name: str, line: str) -> list[tuple[int, int]]:
    """Return where a name is in the line; nowhere, if it holds no address that could be taken for ours."""
    if "https://" not in name:
        return []
    return [match.span() for match in re.finditer(re.escape(name), line)]


def _is_address(address: str) -> bool:
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError:
        return False
    # What is before an @ only makes a host look like another one.
    return bool(parts.hostname) and "@" not in parts.netloc
