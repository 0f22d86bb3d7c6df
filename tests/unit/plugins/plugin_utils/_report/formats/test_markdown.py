# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown: what a reader of it finds, in what order, and that it stays small."""

from __future__ import annotations

import pytest
from pages.report_rows import FLEET, report_of, verdict
from reports import text_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.markdown import MOST_BYTES, plain

# A second opinion on our Markdown; the oldest versions that are allowed do without.
MarkdownIt = pytest.importorskip("markdown_it").MarkdownIt

READER = MarkdownIt("gfm-like", {"linkify": False})
HOSTILE = [
    "<script>alert(1)</script>",
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example/x",
    "www.evil.example",
    "a | b | c",
    "`code` *em* _em_ ~~gone~~ $x$",
    "# heading",
    "- list",
    "+ list",
    "1. list",
    "12) list",
    "=====",
    "> quote",
    "&lt;b&gt; &amp;",
    "\\*not\\*",
    "@everyone",
    "<https://evil.example>",
]


def tokens_of(text):
    """All tokens of a text, those within lines as well."""
    return [token for block in READER.parse(text) for token in (block, *(block.children or ()))]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", ["{}\n", "- {}\n", "| a |\n| --- |\n| {} |\n"])
def test_foreign_text_is_text(name, form):
    """The same tokens as with a word, and the text as it was."""
    found, usual = (tokens_of(form.format(text)) for text in (plain(name), "word"))
    kinds = [token.type for token in found if token.type != "text_special"]
    assert [*dict.fromkeys(kinds)] == [*dict.fromkeys(token.type for token in usual)]
    texts = [token.content for token in found if token.type in ("text", "text_special")]
    assert "".join(texts).endswith(name)


def test_most_important_is_first():
    text = text_of(report_of(*FLEET), "markdown")
    headings = [token.content for token in tokens_of(text) if token.type == "inline" and token.level == 1]
    assert headings[:2] == [
        "Microsoft Defender multitenant management",
        "3 of 7 tenants are in order: 3 need work and 1 could not be checked.",
    ]
    assert text.index("## Who acts") < text.index("### Partner administrator") < text.index("## Tenants that are not")
    assert "<https://partner.microsoft.com/commerce/granularadminaccess/list>" in text


def test_what_has_no_room_is_counted():
    rows = [(f"Tenant {n}", {"license": verdict("unmet", f"license.x{n}", message="m" * 500)}) for n in range(500)]
    text = text_of(report_of(*rows), "markdown")
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith(" more parts are left out here: see report.html or report.json.\n")
