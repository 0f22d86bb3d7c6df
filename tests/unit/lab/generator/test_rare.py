# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rare states: all are drawn, seldom, and another cloud has no part in this one."""

from __future__ import annotations

import random

from lab_worlds import large_world

from lab.generator import rare, states
from lab.generator.generate import generate

RNG = random.Random(5)  # noqa: S311 - a world, not a secret
DRAWS = [states.draw(RNG, calm=False) for _number in range(3000)]


def in_cloud(world, *clouds):
    return [row for row in world.tenants if row.declare.cloud in clouds]


def test_every_rare_state_is_drawn_and_stays_rare():
    assert {row.cloud for row in DRAWS} == {None, *rare.CLOUDS}
    assert {row.roles for row in DRAWS if row.method == "b2b"} >= set(rare.DEFENDER_ROLES)
    assert {(row.extra_account, row.method, row.declared) for row in DRAWS if row.extra_account} == {
        (state, "gdap", "auto") for state in rare.EXTRA_ACCOUNT
    }
    common = [row for row in DRAWS if not (row.cloud or row.extra_account or row.roles in rare.DEFENDER_ROLES)]
    assert 0.85 < len(common) / len(DRAWS) < 0.95


def test_calm_world_has_none_of_them():
    for row in generate(200, 3, calm=True).tenants:
        assert row.declare.cloud is None
        assert not (row.gdap and row.guests)
        assert not [guest for guest in row.guests if guest.defender_roles]


def test_another_cloud_has_no_part_in_this_one():
    """The directory of a tenant in another cloud is a trap: nobody may read it from here."""
    rows = in_cloud(large_world(), *rare.OTHER_CLOUDS)
    assert {row.expect.reason for row in rows} == {"read.other_cloud", "access.governance_not_in_cloud"}
    for row in rows:
        assert not [*row.gdap, *row.governance]
        assert (row.governance_request, row.governance_invitation, row.arm_listed) == (None, None, False)
    assert [row for row in rows if row.guests]
    assert {row.declare.access for row in rows} == {"gdap", "b2b", "governance", "auto"}


def test_gcc_is_judged_as_the_public_cloud_is():
    rows = in_cloud(large_world(), "gcc")
    assert len({row.expect.first_broken for row in rows}) > 2
    assert not [row for row in rows if row.expect.reason == "read.other_cloud"]
