# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of the view: which one is opened, with which session, and whose view is refused."""

from __future__ import annotations

import pytest
from portal_answers import HOME, TAKEN, A, B

from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import (
    owner_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView


@pytest.mark.parametrize(
    ("operator", "home", "asked", "reason"),
    [
        ("Anna@northwind.example", HOME.upper(), "anna@NORTHWIND.example", None),
        ("ben@northwind.example", HOME, "anna@northwind.example", "other_operator"),
        ("anna@northwind.example", A, "anna@northwind.example", "other_tenant"),
        (None, HOME, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", None, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", HOME, B, "whose_unknown"),
    ],
)
def test_whose_view_it_is(operator, home, asked, reason):
    problem = owner_problem(MultitenantView(TAKEN, operator, home, {}, {}), asked, HOME)
    assert (problem.reason if problem else None) == (f"registration.{reason}" if reason else None)
