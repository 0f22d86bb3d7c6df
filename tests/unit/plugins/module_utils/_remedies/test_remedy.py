# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every remedy does unless it says otherwise."""

from __future__ import annotations

import pytest
from remedy_cases import CUSTOMER, HOME, case_of

from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

ENTRY = Entry("example", CUSTOMER, HOME, "o", {}, {})


class Example(Remedy):
    """A remedy that looks at nothing."""

    NAME = "example"
    REASONS = frozenset({"access.x"})
    PERMISSIONS = ("X.ReadWrite.All",)
    BY_HAND = "Administrator of {tenant}: undo it, and tell {home}."

    def look(self, case):
        """See Remedy."""
        return Look(kind="settled", message=case.tenant.name)


class InTarget(Example):
    """One that writes in the customer's tenant."""

    IN_TARGET = True


@pytest.mark.parametrize(("remedy", "where"), [(Example(), HOME), (InTarget(), CUSTOMER)])
def test_written_tenant(remedy, where):
    assert remedy.written_tenant(case_of()) == where


def test_what_cannot_be_taken_back_is_left_to_a_person():
    look = Example().look_back(case_of(), ENTRY)
    assert (look.kind, look.object, look.call) == ("declined", "o", None)
    assert look.message == "Contoso: It is not as it should be. This tool cannot take it back."
    assert look.remedy == "Administrator of Contoso: undo it, and tell Northwind."


@pytest.mark.parametrize(
    ("kind", "arrived"),
    [("change", True), ("settled", False), ("waiting", None), ("declined", None), ("unknown", None)],
)
def test_what_can_be_taken_back_has_arrived(monkeypatch, kind, arrived):
    monkeypatch.setattr(Example, "look_back", lambda *_arguments: Look(kind=kind, message=""))
    assert Example().arrived(case_of(), ENTRY) is arrived
