# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text on the page: which addresses become links."""

from __future__ import annotations

import pytest
from lxml import etree
from markupsafe import Markup

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.links import link, sentence, shown


@pytest.mark.parametrize(
    ("line", "name", "links"),
    [
        ("Open https://a.example/x?y=1&z=2, then wait.", "T", ["https://a.example/x?y=1&z=2"]),
        (
            "In Partner Center (https://a.example/list); then (https://b.example).",
            "T",
            ["https://a.example/list", "https://b.example"],
        ),
        ("Open http://a.example or javascript:alert(1) or //b.example.", "T", []),
        ("Open https://.", "T", []),
        ("Open https://good.example@evil.example/ now.", "T", []),
        ("Open https://[broken now.", "T", []),
        ('Open https://a.example/"onclick="x" now.', "T", ["https://a.example/"]),
        (
            "An administrator of https://evil.example/x opens https://a.example/.",
            "https://evil.example/x",
            ["https://a.example/"],
        ),
        ("An administrator of a.example opens https://a.example/.", "a.example", ["https://a.example/"]),
        ("Nothing to do.", "", []),
    ],
)
def test_links_of_a_sentence(line, name, links):
    found = etree.fromstring(f"<p>{sentence(line, name)}</p>")
    assert [a.get("href") for a in found.iter("a")] == links
    assert "".join(found.itertext()) == line


@pytest.mark.parametrize("url", ["", "http://a.example", "javascript:alert(1)", "https://", "https://a b"])
def test_only_https_is_linked(url):
    assert "<a" not in str(link(url, "Microsoft's page"))
    assert "<a" in str(link("https://learn.microsoft.com/en-us/x#y", "Microsoft's page"))


def test_only_markup_of_our_own_is_shown_as_it_is():
    assert [shown(value) for value in (None, 7, " <b>\n\x00 ")] == ["", "7", "<b>"]
    own = Markup("<b>\n</b>")
    assert shown(own) is own
