# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about an acceptance say what it is about, and who has to correct it."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHAIN, CHECKS
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import CAVEATS, LINK
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import Entry
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

ENTRY = Entry("", "license.none", "Contoso", "", Acceptance("It is sold in May.", "Anna Berg", "2027-05-31"))
DETAILS = {"accepted": str(ENTRY), "object": str(ENTRY), "most": "25", **ENTRY.acceptance.as_dict()}


@pytest.mark.parametrize("reason", CAVEATS)
def test_finding_names_entry_and_owner(reason):
    caveat = CATALOGUE.caveat(reason, DETAILS)
    assert "reason license.none, tenant Contoso" in caveat.message
    assert caveat.remedy.startswith("Anna Berg: ")
    assert "not known" not in caveat.message + caveat.remedy
    assert caveat.actionable


def test_ended_acceptance_says_when_and_why():
    caveat = CATALOGUE.caveat("acceptance.expired", DETAILS)
    assert " ended on 2027-05-31: " in caveat.message
    assert caveat.remedy.endswith(": It is sold in May.")


def test_family_is_no_link_of_the_chain():
    assert LINK not in CHAIN.links
    assert LINK not in {check.name for check in CHECKS}
    assert {reason.split(".")[0] for reason in CAVEATS} == {LINK}
