# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that other people chose: in no format are they markup, a link, a formula or a control sequence."""

from __future__ import annotations

import re
import unicodedata

import pytest
from pages.report_rows import HOSTILE_NAMES, report_of, verdict
from report_documents import body, junit
from reports import saved_of, text_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.mails import mails_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist

# A second opinion on our Markdown; the oldest versions that are allowed do without.
MarkdownIt = pytest.importorskip("markdown_it").MarkdownIt

NAMES = (*HOSTILE_NAMES, "=HYPERLINK(1)", "W" * 5000, "[x](javascript:alert(1))", "| a |", "# x", "\u2066a\u2069")
# Control characters other than line ends, marks of direction, and half surrogates.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def report_about(name):
    """A report in which the name is wherever a name can be."""
    words = {"message": f"{name} is broken.", "remedy": f"Administrator of {name}: mend it.", "object": name or "x"}
    report = report_of((name, {"license": verdict("unmet", "license.none", **words)}), home_tenant_name=name)
    end = {"tenant_id": "t", "tenant_name": name, "what": name, "object": name, "name": name, "days_left": 7}
    return {**report, "expiries": [{**end, "ends": "2026-11-30T00:00:00Z", "auto_extend": False}]}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("kind", formats_by_name())
def test_nothing_of_a_name_is_more_than_text(kind, name):
    text = text_of(report_about(name), kind)
    if kind != "csv":
        assert UNFIT.search(text) is None
    assert UNFIT.search(text.removeprefix("\ufeff")) is None
    text.encode()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_readers_read_it(name):
    report = report_about(name)
    assert junit(report).get("failures") == "1"
    assert saved_of(report)["format"] == 1
    assert body(report) is not None
    tokens = [
        token
        for block in MarkdownIt("gfm-like", {"linkify": False}).parse(text_of(report, "markdown"))
        for token in (block, *(block.children or ()))
    ]
    assert {token.type for token in tokens}.isdisjoint({"html_inline", "html_block", "image", "fence", "code_block"})
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    assert {link.split("/")[2] for link in links} <= {"learn.microsoft.com"}


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_mail_has_the_lines_that_it_always_has(name):
    report = Report.from_dict(report_about(name))
    (mail,) = mails_of(worklist(report.findings)[0], report.run)
    assert len(mail.text.splitlines()) == 12
    assert not any(unicodedata.category(letter) == "Cc" for letter in mail.subject + mail.to)
    assert len(mail.subject) < 300
