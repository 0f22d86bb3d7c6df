# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that other people chose: in no format are they markup, a link, a formula or a control sequence."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
import yaml
from pages.report_rows import HOSTILE_NAMES, report_of, verdict
from report_documents import body, junit
from reports import saved_of, text_of

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import read_baseline
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.mails import mails_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.memory import Memory
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import parse_routes
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.step import notify_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist
from ansible_collections.m365.defender.plugins.plugin_utils._role.accept import accept_options

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


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_message_has_one_line_for_a_finding(name, tmp_path):
    """The message of each channel, and the file that says what it was told."""
    entries = [{"to": "teams", "url": "https://a.example/x"}, {"to": "slack", "url": "https://b.example/x"}]
    routes = parse_routes([*entries, {"to": "mail", "mail": ["a@b.example"]}], {})
    report = Report.from_dict(report_about(name))
    result = notify_step(report, routes, Memory("report_dir", tmp_path), lambda _message: "")
    for message in result["messages"]:
        heading, line = message["text"].split("\n")
        assert (heading, line[:2]) == ("New:", "- ")
        assert len(line) <= 510
        assert UNFIT.search(message["text"]) is None
        json.dumps(message["body"]).encode()
    again = notify_step(report, routes, Memory("report_dir", tmp_path), lambda _message: "")
    assert again["messages"] == []


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_lines_for_a_terminal_have_no_control_character(name):
    lines = summary_lines(Report.from_dict(report_about(name)))
    assert UNFIT.search("\n".join(lines)) is None


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_baseline_that_accept_writes_has_one_entry(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.json").write_text(text_of(report_about(name), "json"), encoding="utf-8")
    words = {"accept_why": f"It is {name}.", "accept_owner": "Anna", "accept_until": "2999-01-31"}
    given = {"baseline": "baseline.yml", "report_file": "report.json", "report_dir": "", "accept": ["license.none"]}
    text = accept_options({**given, **words})["baseline_text"]
    assert UNFIT.search(text) is None
    assert max(map(len, text.splitlines())) < 6000
    (entry,) = yaml.safe_load(text)["accepted"]
    assert entry["why"] == one_line(words["accept_why"])
    assert [line for line in text.splitlines() if line.startswith("# ") and "license.none" in line] != []
    (tmp_path / "baseline.yml").write_text(text, encoding="utf-8")
    assert len(read_baseline("baseline", "baseline.yml")) == 1
