# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries are added to the file that a person keeps; what the person wrote stays."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from pages.report_rows import EXPIRED, NO_LICENSE, report_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import read_baseline
from ansible_collections.m365.defender.plugins.plugin_utils._role.accept import accept_options

REPORT = report_of(("Contoso", {"license": NO_LICENSE}), ("Fabrikam: #1", {"license": NO_LICENSE, "access": EXPIRED}))
IDS = [finding["id"] for finding in REPORT["findings"]]
KEPT = """---
# Ours.
accepted:
  # Sold in May.
  - id: {}
    why: Old.  # as agreed
    owner: Ben
    until: 2026-01-31
  # By pattern.
  - reason: license.suspended
    tenant: Contoso
    why: >-
      Long
      text.
    owner: Ben
    until: "2026-01-31"
# The end.
"""


@pytest.fixture
def accept(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(REPORT), encoding="utf-8")

    def run(*accept, text=None, **values):
        path = tmp_path / "baseline.yml"
        if text is not None:
            path.write_text(text, encoding="utf-8")
        given = {"why": 'A "reason": {{ x }}', "owner": "Anna", "until": "2999-01-31"}
        options = {"baseline": str(path), "report_dir": str(tmp_path), "report_file": None, "accept": [*accept]}
        done = accept_options({**options, **{f"accept_{name}": value for name, value in given.items()}, **values})
        path.write_text(done["baseline_text"], encoding="utf-8")
        return done["baseline_text"], read_baseline("baseline", str(path))

    return run


def test_new_file_has_an_entry_for_each_finding(accept):
    text, entries = accept("license.none")
    assert [entry.id for entry in entries] == [f["id"] for f in REPORT["findings"] if f["reason"] == "license.none"]
    assert {entry.acceptance.why for entry in entries} == {'A "reason": {{ x }}'}
    assert "# Fabrikam: #1: license.none\n" in text
    assert accept("license.none")[0] == text


def test_comments_and_other_entries_stay(accept):
    text, entries = accept(IDS[0], text=KEPT.format(IDS[1]))
    assert text.startswith(KEPT.format(IDS[1]).removesuffix("# The end.\n"))
    assert text.endswith("until: 2999-01-31\n# The end.\n")
    assert [entry.id for entry in entries] == [IDS[1], "", IDS[0]]


def test_entry_of_the_same_finding_is_replaced(accept):
    text, entries = accept(*IDS[:2], text=KEPT.format(IDS[1]), accept_until=dt.date(2999, 1, 31))
    assert [(entry.id, entry.acceptance.until) for entry in entries] == [
        (IDS[1], "2999-01-31"),
        ("", "2026-01-31"),
        (IDS[0], "2999-01-31"),
    ]
    assert "# Sold in May.\n" in text
    assert "# By pattern.\n" in text
    assert "Old." not in text


@pytest.mark.parametrize("text", ["accepted: []\n", "# Ours.\naccepted: []\n", "---\naccepted:\n  []\n"])
def test_empty_list_is_filled(accept, text):
    written, entries = accept(IDS[0], text=text)
    assert [entry.id for entry in entries] == [IDS[0]]
    assert ("# Ours." in written) == ("# Ours." in text)


@pytest.mark.parametrize(
    ("accepted", "values", "words"),
    [
        ([], {}, "accept: the list is empty; give IDs or reasons of findings."),
        (
            ["license.nome"],
            {},
            "accept[0]: 'license.nome' is neither the ID nor the reason of a finding of the report (d",
        ),
        (["license.none"], {"accept_until": "2026-01-01"}, "accept_until: 2026-01-01 is over; give a later day."),
        (["license.none"], {"accept_until": "May"}, "accept_until: it must be a day such as 2027-01-31."),
        (
            ["license.none"],
            {"accept_owner": "A: B"},
            "accept_owner: it must be a person or a team, in at most 100 char",
        ),
        (["license.none"], {"accept_why": " "}, "accept_why: it must be a string that is not empty."),
        (["license.none"], {"report_dir": None}, "report_file: missing; set it to a report.json, or report_dir to the"),
        (
            ["license.none"],
            {"report_file": "/nowhere"},
            "report_file: /nowhere cannot be read (No such file or director",
        ),
        (["license.none"], {"baseline": "/nowhere/b.yml"}, "baseline: /nowhere does not exist; create it first: "),
        (
            ["license.none"],
            {"text": "accepted: [{id: a, why: b, owner: c, until: 2999-01-01}]"},
            "baseline: the list ac",
        ),
        (["license.none"], {"text": "accepted:\n-\n  id: a\n  why: b\n  owner: c\n  until: 2999-01-01\n"}, None),
    ],
)
def test_mistake_is_one_sentence(accept, accepted, values, words):
    if words is None:
        assert accept(*accepted, **values)[1][0].id == "a"
        return
    with pytest.raises(OptionError) as refused:
        accept(*accepted, **values)
    assert str(refused.value).startswith(words)
