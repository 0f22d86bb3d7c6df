# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`access: auto`: which way decides, and what is said of the others."""

from __future__ import annotations

import pytest
from evidence import account, account_evidence, case, gdap_evidence, relationship, side_evidence, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access

IN_FORCE = gdap_evidence(relationship())
EXPIRED = gdap_evidence(relationship("expired", -1))
NO_GDAP = gdap_evidence()
GUEST = {**account_evidence(account()), **side_evidence(None, None)}
PENDING = account_evidence(account(state="PendingAcceptance"))
NO_GUEST = account_evidence()
UNREAD = {key: unread(key) for key in account_evidence()}


def told(evidence, access="auto"):
    verdict = judge_access(case(evidence, access=access)).verdict
    return verdict.reason, [c.message for c in verdict.caveats if c.reason == "access.other_ways"]


@pytest.mark.parametrize(
    ("evidence", "reason", "starts"),
    [
        pytest.param({**IN_FORCE, **GUEST}, "access.gdap_in_force", ["GDAP decides", "B2B: "], id="both_carry"),
        pytest.param({**IN_FORCE, **PENDING}, "access.gdap_in_force", ["GDAP decides", "B2B: "], id="other_begun"),
        pytest.param({**IN_FORCE, **NO_GUEST}, "access.gdap_in_force", [], id="other_not_begun"),
        pytest.param(IN_FORCE, "access.gdap_in_force", [], id="other_not_looked_at"),
        pytest.param({**IN_FORCE, **UNREAD}, "access.gdap_in_force", [], id="other_not_read"),
        pytest.param({**EXPIRED, **NO_GUEST}, "access.gdap_expired", ["GDAP decides", "B2B: "], id="no_and_none"),
        pytest.param({**EXPIRED, **GUEST}, "access.guest_accepted", ["B2B decides", "GDAP: "], id="second_way"),
        pytest.param({**NO_GDAP, **PENDING}, "access.guest_pending", ["B2B decides", "GDAP: "], id="second_begun"),
        pytest.param({**EXPIRED, **UNREAD}, "read.throttled", ["B2B decides", "GDAP: "], id="unknown_first"),
        pytest.param({**NO_GDAP, **NO_GUEST}, "access.none_found", [], id="none"),
    ],
)
def test_other_ways(evidence, reason, starts):
    found, messages = told(evidence)
    assert found == reason
    assert len(messages) == bool(starts)
    for word in starts:
        assert word in messages[0]


@pytest.mark.parametrize("access", ["gdap", "b2b"])
def test_a_declared_way_has_no_others(access):
    assert told({**IN_FORCE, **GUEST}, access)[1] == []
