# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The remedies: each is for findings that exist, and none hides another one."""

from __future__ import annotations

import collections

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._remedies.registry import REMEDIES


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES.keys())
def test_remedy_is_for_what_can_be_found(remedy):
    unmet = {reason for reason, row in CATALOGUE.reasons.items() if row.status == "unmet"}
    advice = {reason for reason, caveat in CATALOGUE.caveats.items() if caveat.actionable}
    assert remedy.REASONS
    assert unmet | advice >= remedy.REASONS


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES.keys())
def test_remedy_says_how_to_take_it_back(remedy):
    """Either this tool can, or a person is told how."""
    can = "look_back" in vars(type(remedy))
    assert can is not bool(remedy.BY_HAND)


@pytest.mark.parametrize("remedy", REMEDIES.values(), ids=REMEDIES.keys())
def test_least_permission_that_writes_comes_first(remedy):
    first, *others = remedy.PERMISSIONS
    assert "Write" in first or "Invite" in first
    assert not first.startswith("Directory.")
    assert first not in others


def test_relationship_that_can_be_extended_is_not_requested_anew():
    """Where two remedies are for one finding, the first that does not decline takes it up."""
    by_reason = collections.defaultdict(list)
    for name, remedy in REMEDIES.items():
        for reason in remedy.REASONS:
            by_reason[reason].append(name)
    shared = {reason: names for reason, names in by_reason.items() if len(names) > 1}
    assert shared == {"access.gdap_expiring": ["gdap_auto_extend", "gdap_request"]}
