# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses in our own sentences, which formats show as links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.addresses import is_address, split_addresses


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("https://learn.microsoft.com/en-us/x?y=1#z", True),
        ("https://a.example:8443/", True),
        ("http://a.example/", False),
        ("https://", False),
        ("https:///path", False),
        ("https://good.example@evil.example/", False),
        ("https://[broken", False),
        ("https://a.example/ b", False),
        ("https://\u0430.example/", False),
        (" https://a.example/", False),
    ],
)
def test_only_a_whole_https_address_with_a_host_is_one(text, linked):
    assert is_address(text) is linked


@pytest.mark.parametrize(
    ("line", "name", "parts"),
    [
        ("Open https://a.example/.", "X", [("Open ", False), ("https://a.example/", True), (".", False)]),
        ("Nothing to do.", "X", [("Nothing to do.", False)]),
        ("https://evil.example asks.", "https://evil.example", [("https://evil.example asks.", False)]),
        (
            "https://evil.example: open https://a.example",
            "https://evil.example",
            [("https://evil.example: open ", False), ("https://a.example", True), ("", False)],
        ),
    ],
)
def test_address_within_the_tenants_name_is_text(line, name, parts):
    assert list(split_addresses(line, name)) == parts


@given(st.text("https:/.aex @<\u202e\n"), st.text("https:/.aex"))
def test_parts_are_the_line(line, name):
    parts = list(split_addresses(line, name))
    assert "".join(part for part, _linked in parts) == one_line(line)
    assert all(is_address(part) for part, linked in parts if linked)
