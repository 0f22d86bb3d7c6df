# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check `sign_in`: the token that proves it, and its caveats."""

from __future__ import annotations

import pytest
from evidence import SECURITY_READER, case, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

SIGNED_IN = piece("operator_sign_in", {"readable": True, "roles": [SECURITY_READER], "other_roles": 0})


OPAQUE = piece("operator_sign_in", {"readable": False, "roles": None, "other_roles": 0})


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


@pytest.mark.parametrize(
    ("problem", "caveat", "said"),
    [
        (Problem("sign_in.conditional_access", {"said": "AADSTS53003 no"}), "sign_in.arm_refused", "AADSTS53003 no"),
        (Problem("sign_in.conditional_access"), "sign_in.arm_refused", "no reason given"),
        (Problem("sign_in.throttled", {"said": "HTTP 429"}), "sign_in.arm_not_probed", "HTTP 429"),
        (Problem("read.throttled", {"said": "HTTP 429"}), "sign_in.arm_not_probed", "HTTP 429"),
        (Problem("access.guest_missing", {"said": "none"}), "sign_in.arm_not_probed", "none"),
    ],
)
def test_a_token_for_resource_manager_that_is_refused_is_a_caveat(problem, caveat, said):
    arm = Evidence("operator_arm_sign_in", "u", "operator", "t", "", "doc", problem=problem)
    organization = piece("organization", {"id": "x", "name": "Contoso"})
    evidence = {"operator_sign_in": SIGNED_IN, "operator_arm_sign_in": arm, "operator_organization": organization}
    verdict = judge_sign_in(case(evidence))
    assert (verdict.check, verdict.status, verdict.reason) == ("sign_in", "met", "sign_in.token_issued")
    assert [c.reason for c in verdict.caveats] == ["sign_in.not_the_portal", caveat]
    assert said in verdict.caveats[1].message
    assert "Contoso" in words(verdict)
    assert "Microsoft Graph" in verdict.message
    assert verdict.evidence == (SIGNED_IN, organization, arm)


def test_a_token_that_cannot_be_read_needs_the_organization():
    organization = unread("organization")
    verdict = judge_sign_in(case({"operator_sign_in": OPAQUE, "operator_organization": organization}))
    assert (verdict.check, verdict.status, verdict.reason) == ("sign_in", "unknown", "read.throttled")
    assert verdict.evidence == (organization, OPAQUE)
    verdict = judge_sign_in(case({"operator_sign_in": OPAQUE}))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("sign_in", "read.failed", (OPAQUE,))
    verdict = judge_sign_in(case({}))
    assert (verdict.check, verdict.status, verdict.evidence) == ("sign_in", "unknown", ())
    assert "sign_in" in verdict.message.lower()
