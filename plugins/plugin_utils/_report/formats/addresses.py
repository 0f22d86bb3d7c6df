# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The https addresses in our own sentences, which formats show as links. Pure."""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# An address in a sentence: printable ASCII, without what ends it in a sentence or in markup.
_ADDRESS: t.Final = re.compile(r"https://[^\s<>\"'`\\^{}|\x00-\x20\x7f-\U0010ffff]+")
_ENDS_A_SENTENCE: t.Final = ".,;:!?)]"


def split_addresses(line: str, name: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a sentence, each with whether it is an address of ours.

    One that begins within the tenant's own name is text. So is one that only looks like an address.
    """
    text, own, end = one_line(line), one_line(name), 0
    # A name that holds no address cannot be taken for ours.
    names = [match.span() for match in re.finditer(re.escape(own), text)] if "https://" in own else []
    for match in _ADDRESS.finditer(text):
        if any(start <= match.start() < stop for start, stop in names):
            continue
        # The full stop that ends the sentence is no part of the address.
        address = match.group().rstrip(_ENDS_A_SENTENCE)
        yield text[end : match.start()], False
        yield address, is_address(address)
        end = match.start() + len(address)
    yield text[end:], False


def is_address(address: str) -> bool:
    """Tell whether a text is an https address with a host, and nothing before it that looks like one."""
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError:
        return False
    # What is before an @ only makes a host look like another one.
    return bool(parts.hostname) and "@" not in parts.netloc
