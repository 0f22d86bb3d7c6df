# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws that hold for the text of the code: the right answers stay with the tests; the catalogue is whole."""

from __future__ import annotations

import pathlib
import re
import string

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE

ROOT = pathlib.Path(__file__).resolve().parents[3]
PRODUCT = [
    path
    for folder in ("plugins", "roles", "playbooks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".yml", ".yaml", ".j2")
]


def test_nothing_of_the_product_reads_the_right_answers():
    assert len(PRODUCT) > 30
    readers = [str(path) for path in PRODUCT if re.search(r"""["'.]expect\b|\bexpect["':]""", path.read_text("utf-8"))]
    assert readers == []


def test_every_reason_in_the_code_is_in_the_catalogue():
    families = {reason.split(".")[0] for reason in CATALOGUE.reasons}
    used = set()
    for path in PRODUCT:
        if path.suffix == ".py" and "module_utils" in path.parts:
            used |= set(re.findall(rf'"((?:{"|".join(families)})\.[a-z0-9_]+)"', path.read_text("utf-8")))
    assert used - set(CATALOGUE.reasons) - set(CATALOGUE.caveats) == set()


@pytest.mark.parametrize("reason", sorted(CATALOGUE.reasons))
def test_reason_is_worded(reason):
    row = CATALOGUE.reasons[reason]
    assert row.status in ("met", "unmet", "unknown", "not_applicable")
    assert row.sentence.endswith((".", "{said}"))
    assert row.remedy
    assert row.doc_url.startswith("https://learn.microsoft.com/")
    fields = {part[1] for part in string.Formatter().parse(row.sentence + row.remedy) if part[1]} - {"mto_"}
    verdict = CATALOGUE.verdict("license", reason, {name: f"<{name}>" for name in fields})
    assert all(f"<{name}>" in verdict.message + verdict.remedy for name in fields)
    assert "not known)" not in verdict.message + verdict.remedy


def test_detail_that_nobody_gave_is_told_and_fails_nothing():
    assert "(tenant not known)" in CATALOGUE.verdict("license", "license.none", {}).message


def test_name_with_braces_stays_a_name():
    assert "{operator}" in CATALOGUE.verdict("license", "license.none", {"tenant": "{operator}"}).message


@pytest.mark.parametrize("reason", sorted(CATALOGUE.caveats))
def test_caveat_is_worded(reason):
    assert CATALOGUE.caveat(reason, {}).actionable is CATALOGUE.caveats[reason].actionable


@pytest.mark.parametrize("family", ["consent", "access", "sign_in"])
def test_reason_of_an_earlier_link_makes_a_later_one_unknown(family):
    for reason in (reason for reason in CATALOGUE.reasons if reason.startswith(family + ".")):
        verdict = CATALOGUE.verdict("license", reason, {})
        assert (verdict.status, verdict.caused_by) == ("unknown", family)
