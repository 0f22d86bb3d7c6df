# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of saved evidence: every read has one, and it is what the read returns."""

from __future__ import annotations

import pytest
from any_case import cases
from hypothesis import given

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS
from ansible_collections.m365.defender.plugins.module_utils._collect.saved_forms import data_forms
from ansible_collections.m365.defender.plugins.module_utils._core.forms import misfit

FORMS = data_forms()


def test_every_read_of_every_check_has_a_form():
    assert {use.read.key for use in ALL_READS} <= FORMS.keys()


@pytest.mark.parametrize("value", [None, 7, "x", True, [7], {}, {"found": 0}])
def test_every_form_says_what_has_to_be_there(value):
    assert [key for key, form in FORMS.items() if misfit(value, form, key) is None] == []


def test_what_may_be_missing_may_be_not_found():
    assert misfit({"found": False}, FORMS[OPERATOR.key], "") is None
    assert misfit({"found": False}, FORMS["incidents"], "") == ".any"


@given(cases())
def test_evidence_of_the_judges_tables_has_its_form(judged):
    misfits = [misfit(item.data, FORMS[key.partition("/")[0]], key) for key, item in judged.evidence.items()]
    assert set(misfits) == {None}
