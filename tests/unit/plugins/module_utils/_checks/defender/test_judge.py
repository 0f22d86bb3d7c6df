# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check `defender`: answers, refusals and their causes."""

from __future__ import annotations

import pytest
from evidence import SECURITY_READER, case, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import judge_defender
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES, role_names
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

SIGNED_IN = piece("operator_sign_in", {"readable": True, "roles": [SECURITY_READER], "other_roles": 0})


WITHOUT_ROLE = piece("operator_sign_in", {"readable": True, "roles": [], "other_roles": 2})


OPAQUE = piece("operator_sign_in", {"readable": False, "roles": None, "other_roles": 0})


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


def whats(verdict):
    return [piece.what for piece in verdict.evidence]


def refused(what, status="403", **details):
    problem = Problem("read.forbidden", {"status": status, "said": "HTTP 403 no way", **details})
    return Evidence(what, "u", "operator", "2026-11-23T12:00:00Z", "", "doc", problem=problem)


def met_sign_in(evidence):
    verdict = judge_sign_in(case(evidence))
    assert verdict.status == "met"
    return verdict


AS_APP = piece("incidents_as_app", {"any": True})


@pytest.mark.parametrize(
    ("token", "operator", "app", "reason", "said"),
    [
        (SIGNED_IN, refused("incidents"), AS_APP, "defender.rbac_refuses", "Security Reader"),
        (SIGNED_IN, refused("incidents"), refused("incidents_as_app"), "defender.not_provisioned", "neither"),
        (SIGNED_IN, refused("incidents"), None, "defender.refused", "does not show why"),
        (SIGNED_IN, refused("incidents"), unread("incidents_as_app"), "defender.refused", "does not show why"),
        (WITHOUT_ROLE, refused("incidents"), AS_APP, "defender.role_missing", role_names(DEFENDER_ROLES)),
        (WITHOUT_ROLE, refused("incidents"), None, "defender.role_missing", role_names(DEFENDER_ROLES)),
        (OPAQUE, refused("incidents"), AS_APP, "defender.refused", "does not show why"),
    ],
)
def test_a_refusal_of_defender_is_told_with_its_cause(token, operator, app, reason, said):
    evidence = {"operator_sign_in": token, "incidents": operator}
    if app is not None:
        evidence["incidents_as_app"] = app
    organization = {"operator_organization": piece("organization", {"id": "x", "name": "Contoso"})}
    verdict = judge_defender(case(evidence), met_sign_in({**evidence, **organization}))
    assert (verdict.check, verdict.reason) == ("defender", reason)
    told = words(verdict)
    assert said in told
    assert "HTTP 403 no way" in told
    assert verdict.evidence == tuple(p for p in (operator, app) if p is not None)


def test_roles_that_the_sign_in_carries_are_told_and_no_others():
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": refused("incidents"), "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert "carries Security Reader." in verdict.message


def test_a_refusal_of_defender_without_words():
    silent = Evidence(
        "incidents", "u", "operator", "t", "", "doc", problem=Problem("read.forbidden", {"status": "403"})
    )
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": silent}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert verdict.message.endswith("show why: ")
    assert "XX" not in words(verdict)


@pytest.mark.parametrize("status", ["401", "404", ""])
def test_another_status_is_no_refusal_by_defender(status):
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": refused("incidents", status), "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert (verdict.status, verdict.reason) == ("unknown", "read.forbidden")
    assert verdict.check == "defender"
    assert whats(verdict) == ["incidents", "incidents_as_app"]


@pytest.mark.parametrize(("found", "caveats"), [(True, []), (False, ["defender.no_incidents"])])
def test_defender_answers(found, caveats):
    incidents = piece("incidents", {"any": found})
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": incidents, "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert (verdict.check, verdict.status, verdict.reason) == ("defender", "met", "defender.answers")
    assert [caveat.reason for caveat in verdict.caveats] == caveats
    assert verdict.evidence == (incidents, AS_APP)
    assert "Contoso" in words(verdict)


def test_without_a_sign_in_defender_is_open_for_the_same_cause():
    problem = Problem("sign_in.conditional_access", {"who": "Anna", "said": "AADSTS53003 no"})
    token = Evidence("operator_sign_in", "u", "operator", "t", "", "doc", problem=problem)
    evidence = {"operator_sign_in": token, "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), judge_sign_in(case(evidence)))
    assert (verdict.check, verdict.status, verdict.caused_by) == ("defender", "unknown", "sign_in")
    assert (verdict.reason, verdict.evidence) == ("sign_in.conditional_access", (AS_APP,))
    words(verdict)


def test_without_a_word_about_the_sign_in_defender_is_open_as_well():
    verdict = judge_defender(case({}), judge_sign_in(case({})))
    assert (verdict.status, verdict.reason, verdict.caused_by) == ("unknown", "read.failed", "sign_in")
    assert verdict.evidence == ()
