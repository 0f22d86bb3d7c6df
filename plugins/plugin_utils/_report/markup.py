# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Markup that cannot be broken by what it holds: text becomes markup here and nowhere else. Pure."""

from __future__ import annotations

import html
import re
import typing as t
import urllib.parse

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# An address in a sentence: printable ASCII, without what ends it in a sentence or in markup.
_ADDRESS: t.Final = re.compile(r"https://[^\s<>\"'`\\^{}|\x00-\x20\x7f-\U0010ffff]+")
_ENDS_A_SENTENCE: t.Final = ".,;:!?)]"


class Markup:
    """HTML that was made here. It is no `str`, so that no foreign text passes for it."""

    __slots__ = ("_html",)

    def __init__(self, made: str) -> None:
        self._html = made

    def __str__(self) -> str:
        return self._html


def text(value: object) -> Markup:
    """Foreign text on one line, escaped. None is nothing."""
    return Markup(html.escape(one_line(value)))


def words(own: str) -> Markup:
    """Words of our own, with the spaces at their ends."""
    return Markup(html.escape(own))


def joined(*parts: Markup) -> Markup:
    """Markup one after the other."""
    return Markup("".join(map(str, parts)))


def element(tag: str, *parts: Markup, css: str | None = None, **attributes: str) -> Markup:
    """An element with its content. `css` is the class, `aria_label` the attribute `aria-label`."""
    return Markup(f"<{tag}{_attributes(css, attributes)}>{joined(*parts)}</{tag}>")


def _attributes(css: str | None, attributes: Mapping[str, str]) -> str:
    named = {**({} if css is None else {"class": css}), **attributes}
    return "".join(f' {name.replace("_", "-")}="{html.escape(value)}"' for name, value in named.items())


def name_of(row: Mapping[str, t.Any], most: int | None = None) -> Markup:
    """The name of a tenant, kept apart from the direction of the text around it. Without a name it is the id."""
    name = one_line(row["name"]) or one_line(row["tenant_id"])
    return element("bdi", text(name if most is None else shortened(name, most)))


def link(url: object, label: str | None = None) -> Markup:
    """A link where the address is an https one with a host, else the address as text."""
    address = one_line(url)
    if not _is_address(address):
        return text(address)
    return element("a", text(label or address), href=address, rel="noreferrer noopener")


def sentence(line: object, name: str) -> Markup:
    """A sentence in which https addresses are links. One that begins within the tenant's own name stays text."""
    told, end = one_line(line), 0
    names = _occurrences(one_line(name), told)
    parts = []
    for found in _ADDRESS.finditer(told):
        if any(start <= found.start() < stop for start, stop in names):
            continue
        # The full stop that ends the sentence is no part of the address.
        address = found.group().rstrip(_ENDS_A_SENTENCE)
        parts += [words(told[end : found.start()]), link(address)]
        end = found.start() + len(address)
    return joined(*parts, words(told[end:]))


def _occurrences(name: str, line: str) -> list[tuple[int, int]]:
    """Where a name stands in the line; nowhere, if it holds no address that could be taken for ours."""
    if "https://" not in name:
        return []
    return [found.span() for found in re.finditer(re.escape(name), line)]


def _is_address(address: str) -> bool:
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        parts = urllib.parse.urlsplit(address)
    except ValueError:
        return False
    # What stands before an @ only makes a host look like another one.
    return bool(parts.hostname) and "@" not in parts.netloc


def document(*, title: str, policy: str, style: str, body: Markup) -> str:
    """A whole page. `style` is ours, and holds no foreign text."""
    head = joined(
        Markup('<meta charset="utf-8">\n'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">\n'),
        Markup('<meta name="referrer" content="no-referrer">\n'),
        Markup('<meta name="color-scheme" content="light dark">\n'),
        element("title", text(title)),
        Markup(f"\n<style>\n{style}</style>\n"),
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}</head>\n<body>\n{body}\n</body>\n</html>\n'
