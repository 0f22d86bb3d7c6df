# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the families of the catalogue share."""

from __future__ import annotations

import dataclasses

import pytest
from remedies import actors_of

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

PAGES = {
    name: value
    for name, value in vars(pages).items()
    if name.isupper() and isinstance(value, str) and value.startswith(pages.LEARN)
}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_one_of_microsofts_and_in_no_fixed_version(name):
    assert PAGES[name].startswith("https://learn.microsoft.com/en-us/")
    assert "?" not in PAGES[name]


def test_shared_actors_are_read_as_actors():
    assert actors_of(pages.ANSIBLE_ADMIN + "run again.") == ["Ansible administrator of the home tenant"]
    assert actors_of(pages.SIGN_IN_AGAIN) == ["{operator}"]
    assert actors_of(pages.NO_ACTION) == []


def test_row_of_the_catalogue_cannot_be_changed():
    row = pages.Reason("met", "It is so.", pages.NO_ACTION, pages.LEARN)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.status = "unmet"


@pytest.mark.parametrize("status", ["met", "unmet", "unknown"])
def test_page_makes_the_reasons_that_it_documents(status):
    reason = getattr(pages.GDAP, status)("It is so.", "Somebody: act.")
    assert reason == pages.Reason(status, "It is so.", "Somebody: act.", pages.GDAP)


def test_nobody_has_to_act_on_what_is_met():
    assert pages.GDAP.met("It is so.").remedy == pages.NO_ACTION


@pytest.mark.parametrize("actionable", [True, False])
def test_page_makes_the_caveats_that_it_documents(actionable):
    caveat = pages.GDAP.caveat("It may be so.", "Somebody: look.", actionable=actionable)
    assert caveat == pages.CaveatText("It may be so.", "Somebody: look.", pages.GDAP, actionable)


def test_caveat_is_not_actionable_unless_said():
    assert not pages.GDAP.caveat("It may be so.", pages.NO_ACTION).actionable
