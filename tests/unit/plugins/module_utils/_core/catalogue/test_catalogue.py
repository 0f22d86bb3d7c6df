# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a reason to a verdict in words."""

from __future__ import annotations

import re

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import end_once
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


def test_words_of_a_verdict():
    assert "(app not known)" in CATALOGUE.words(Problem("consent.app_not_in_tenant"), {"tenant": "x"})[0]
    assert end_once("Birch S.A.. But ... stays.") == "Birch S.A. But ... stays."
    verdict = CATALOGUE.verdict(
        "license", "read.failed", {"what": "the licences", "where": "birch", "said": "no", "object": "o"}
    )
    assert verdict.message.startswith("The licences in birch could not be read: no")
    assert (verdict.object, verdict.severity, verdict.caveats, verdict.evidence) == ("o", "required", (), ())
    assert CATALOGUE.verdict("mfa_trust", "mfa_trust.not_told", {}).severity == "recommended"
    assert CATALOGUE.verdict("license", "check.not_chosen", {}).severity == "recommended"


def test_what_is_passed_on_to_a_tenant_does_not_call_anything_theirs_that_is_not():
    remedies = [row.remedy for row in (*CATALOGUE.reasons.values(), *CATALOGUE.caveats.values())]
    tasks = [task for remedy in remedies for task in re.split(r"(?=\b[A-Z][\w ]* of \{\w+\}: )", remedy)]
    of_tenants = [task for task in tasks if re.match(r"[\w ]* of \{(?:tenant|where)\}: ", task)]
    assert len(of_tenants) > 50
    assert [task for task in of_tenants if re.search(r"\byour\b", task)] == []


def test_a_sentence_begins_with_a_capital_letter_and_a_name_keeps_its_letters():
    def message(reason, **details):
        return CATALOGUE.verdict("access", reason, details).message

    begin = [reason for reason, row in CATALOGUE.reasons.items() if row.sentence.startswith("{operator} ")]
    assert begin
    for reason in begin:
        assert message(reason, operator="the operator").startswith("The operator ")
        assert message(reason, operator="anna@northwind.example").startswith("anna@northwind.example ")
