# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One object's say about a check: its rank by its reason, the order of several, and the verdict of the best."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from evidence import case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import AccountCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import GdapCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import GovernanceCandidate
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Candidate, Rank
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GuestCandidate(Candidate):
    MET = ("access.guest_accepted",)
    UNMET: t.ClassVar = {"access.guest_pending": 1, "access.guest_missing": 2}

    name: str = ""


THROTTLED = Problem("read.throttled", {"said": "HTTP 429"})


@pytest.mark.parametrize(
    ("fields", "rank"),
    [
        ({"reason": "access.guest_accepted"}, Rank.MET),
        ({"reason": "access.guest_pending"}, Rank.UNMET),
        ({"reason": "access.guest_state_unknown"}, Rank.UNKNOWN),
        ({"reason": "access.not_yet_invented"}, Rank.UNKNOWN),
        ({}, Rank.UNKNOWN),
        ({"problem": THROTTLED}, Rank.UNKNOWN),
        ({"problem": THROTTLED, "reason": "access.guest_accepted"}, Rank.UNKNOWN),
        ({"problem": THROTTLED, "reason": "access.guest_missing"}, Rank.UNKNOWN),
    ],
)
def test_rank_follows_from_the_reason_and_is_unknown_in_doubt(fields, rank):
    assert GuestCandidate(**fields).rank is rank


def test_unknown_comes_before_every_no_and_the_nearest_no_before_the_others():
    reasons = ["access.guest_accepted", "access.guest_state_unknown", "access.guest_pending", "access.guest_missing"]
    candidates = [GuestCandidate(reason=reason) for reason in reversed(reasons)]
    assert [item.reason for item in sorted(candidates, key=lambda item: item.order)] == reasons


def test_why_is_the_problem_or_else_the_reason_with_its_details():
    assert GuestCandidate(problem=THROTTLED, reason="access.guest_pending").why is THROTTLED
    details = {"object": "x"}
    assert GuestCandidate(reason="access.guest_pending", details=details).why == Problem(
        "access.guest_pending", details
    )


def test_reason_and_evidence_are_added_to_what_is_there():
    first, second = piece("first", {}), piece("second", {})
    base = GuestCandidate(name="anna", details={"object": "x", "state": "odd"}, evidence=(first,))
    candidate = base.because("access.guest_pending", state="pending").with_evidence(None, second)
    assert candidate == GuestCandidate(
        name="anna",
        reason="access.guest_pending",
        details={"object": "x", "state": "pending"},
        evidence=(first, second),
    )
    assert base.reason == ""


def test_verdict_has_the_reason_the_evidence_and_the_caveats():
    tenant, look_up = case({}), piece("accounts_by_mail", {})
    caveats = [tenant.caveat("access.list_not_seen")]
    candidate = GuestCandidate(reason="access.guest_pending", details={"object": "x"}, evidence=(look_up,))
    verdict = candidate.verdict(tenant, "access", caveats)
    assert (verdict.check, verdict.reason, verdict.object) == ("access", "access.guest_pending", "x")
    assert (verdict.evidence, verdict.caveats) == ((look_up,), tuple(caveats))
    assert GuestCandidate(problem=THROTTLED).verdict(tenant, "access").reason == "read.throttled"


@pytest.mark.parametrize("kind", [GdapCandidate, AccountCandidate, GovernanceCandidate])
def test_ranks_agree_with_the_catalogue(kind):
    assert {CATALOGUE.status(reason) for reason in kind.MET} == {"met"}
    assert {CATALOGUE.status(reason) for reason in kind.UNMET} == {"unmet"}
