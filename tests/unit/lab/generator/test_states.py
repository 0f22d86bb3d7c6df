# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""States: every one of them is drawn."""

from __future__ import annotations

import random

import pytest

from lab.generator import states

RNG = random.Random(5)  # noqa: S311 - a world, not a secret
DRAWS = [states.draw(RNG, calm=False) for _number in range(3000)]
STATES = [
    *(("access", "gdap", state) for state in states.GDAP),
    *(("access", "b2b", state) for state in states.B2B),
    *(("roles", "gdap", state) for state in states.GDAP_ROLES),
    *(("roles", "b2b", state) for state in states.B2B_ROLES),
    *(("license", "gdap", state) for state in states.LICENSE),
    *(("role_names", "b2b", state) for state in states.ROLE_NAMES),
    ("entra_p2", "b2b", True),
    ("entra_p2", "b2b", False),
]


@pytest.mark.parametrize(("field", "method", "state"), STATES)
def test_every_state_is_drawn(field, method, state):
    assert [row for row in DRAWS if row.method == method and getattr(row, field) == state]


def test_what_needs_pim_has_it():
    assert {row.entra_p2 for row in DRAWS if row.roles in ("eligible", "activated", "group_eligible")} == {True}


def test_every_policy_is_drawn():
    assert {row.policy for row in DRAWS} == set(states.POLICY)
