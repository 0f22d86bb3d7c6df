# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats of the check access: who acts on them, and what each is made from."""

from __future__ import annotations

import pytest
from remedies import actors_of

from ansible_collections.m365.defender.plugins.module_utils._checks.access.caveats import CAVEATS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHECKS

ACTIONABLE = {reason for reason, text in CAVEATS.items() if text.actionable}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_caveat_that_somebody_has_to_act_on_says_what_it_is_made_from(check):
    """Else it would count as settled in a run that could not read it."""
    told = {reason for reason, text in check.caveats.items() if text.actionable}
    assert check.caveat_reads.keys() == told
    assert all(check.caveat_reads.values())


@pytest.mark.parametrize("reason", sorted(ACTIONABLE))
def test_somebody_acts_on_what_is_actionable(reason):
    assert actors_of(CAVEATS[reason].remedy)


@pytest.mark.parametrize(
    ("reason", "actors"),
    [
        ("access.cross_cloud_home", ["Security Administrator of {home}"]),
        ("access.cross_cloud_target", ["Security Administrator of {tenant}"]),
        ("access.settings_block_too", ["Security Administrator of {owner}"]),
        ("access.synchronization", ["Administrator of {home}"]),
        ("access.gdap_carries_no_sentinel", ["Administrator of {tenant}"]),
        ("access.activation_ends", ["{operator}"]),
    ],
)
def test_setting_is_changed_by_those_whose_it_is(reason, actors):
    assert actors_of(CAVEATS[reason].remedy) == actors


def test_check_brings_all_of_them():
    assert CHECK.caveats is CAVEATS
