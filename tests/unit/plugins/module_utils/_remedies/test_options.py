# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the remedies: what is taken, and the one sentence about everything else."""

from __future__ import annotations

import pytest
from remedy_cases import CUSTOMER, OTHER
from sentences import faults_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._remedies.options import parse_remedy_options

TENANTS = [Tenant(CUSTOMER, "Contoso")]


def parse(tmp_path, *, undo=False, **changes):
    params = {
        "remedies": ["mfa_trust"],
        "remedy_confirm": [],
        "remedy_create_partner": False,
        "max_writes": 10,
        "journal": str(tmp_path / "journal.jsonl"),
        "invitations_dir": None,
        "remedy_wait": "30s",
        "expiry_warning_days": 30,
        **changes,
    }
    return parse_remedy_options(params, TENANTS, "https://security.example", undo=undo)


@pytest.mark.parametrize(
    ("changes", "option", "said"),
    [
        ({"remedies": []}, "remedies", "none is named"),
        ({"remedies": None}, "remedies", "none is named"),
        ({"journal": None}, "journal", "missing"),
        ({"journal": ""}, "journal", "missing"),
        ({"journal": "/nowhere/journal.jsonl"}, "journal", "does not exist"),
        ({"invitations_dir": "/nowhere"}, "invitations_dir", "does not exist"),
        ({"remedy_confirm": ["Contoso"]}, "remedy_confirm", "'Contoso' is not a GUID"),
        ({"remedy_confirm": [CUSTOMER, OTHER]}, "remedy_confirm", f"{OTHER} is not in the tenant list"),
        ({"remedy_confirm": ["*"]}, "remedy_confirm", "is not a GUID"),
        ({"remedy_confirm": [True]}, "remedy_confirm", "is not a GUID"),
        ({"max_writes": -1}, "max_writes", "out of range"),
        ({"max_writes": 1001}, "max_writes", "out of range"),
        ({"remedy_wait": "soon"}, "remedy_wait", "not a duration"),
        ({"expiry_warning_days": -1}, "expiry_warning_days", ""),
    ],
)
def test_mistake_gets_one_sentence(tmp_path, changes, option, said):
    with pytest.raises(OptionError) as refused:
        parse(tmp_path, **changes)
    assert said in str(refused.value)
    assert faults_of(str(refused.value), option) == []


def test_confirmed_in_any_spelling(tmp_path):
    assert parse(tmp_path, remedy_confirm=[f" {CUSTOMER.upper()} "]).settings.confirmed == {CUSTOMER}


def test_no_write_at_all_can_be_asked_for(tmp_path):
    assert parse(tmp_path, max_writes=0).max_writes == 0


def test_undo_needs_the_journal_of_the_runs_that_wrote(tmp_path):
    """A mistyped name must not look like a journal in which nothing is to be taken back."""
    parse(tmp_path)
    with pytest.raises(OptionError, match=r"^journal: .* does not exist, .* of the runs that wrote\.$"):
        parse(tmp_path, undo=True)
