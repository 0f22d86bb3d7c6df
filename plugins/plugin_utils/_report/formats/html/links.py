# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text on the page: on one line, escaped, and https addresses in our own sentences as links. Pure."""

from __future__ import annotations

import typing as t

from markupsafe import Markup, escape

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.addresses import is_address, split_addresses

_LINK: t.Final = Markup('<a href="{}" rel="noreferrer noopener">{}</a>')


def shown(value: object) -> str:
    """Return a value as the template shows it: markup of our own as it is, everything else on one line.

    What is not markup is escaped by the template. None is empty.
    """
    return value if isinstance(value, Markup) else one_line(value)


def link(url: str, label: str = "") -> str:
    """Return a link where the address is an https one with a host, else the address as text."""
    address = one_line(url)
    return _LINK.format(address, label or address) if is_address(address) else address


def sentence(line: str, name: str) -> Markup:
    """Return a sentence in which https addresses are links. One that begins within the tenant's own name stays text."""
    parts = split_addresses(line, name)
    return Markup().join(link(text) if is_link else escape(text) for text, is_link in parts)
