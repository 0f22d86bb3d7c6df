# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict about every state a tenant can be in, and the evidence beside it."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._view.judge import (
    evidence_of,
    hidden_words,
    judge_registration,
    judge_undeclared,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ExposedTenant,
    MultitenantView,
    ObservedView,
    OfferedTenant,
)

ADDED = "2026-05-03T10:11:12.1234567Z"
TAKEN = "2026-11-24T10:00:00Z"
SOURCES = {"B2B": "Success", "GDAP": "Success"}
PARTIAL = {"B2B": "Success", "GDAP": "Timeout", "TGov": "Failed"}
URL = "https://mto.example"
DETAILS = {
    "tenant": "Birch",
    "tenant_id": "a",
    "operator": "anna@northwind.example",
    "portal": "https://mto.example",
    "settings_url": "https://mto.example/settings",
    "defender_portal": "https://security.example",
    "object": "not about an object",
}
EMPTY = MultitenantView(TAKEN, "anna@northwind.example", "home", {}, {}, SOURCES)


def offered(**fields):
    return {"a": OfferedTenant("a", "Birch", **fields)}


def view(**fields):
    return dataclasses.replace(EMPTY, **fields)


GROUP = {"a": ExposedTenant("a", "Birch", 1, ADDED)}
THERE = view(offered=offered(selected=True, added_on=ADDED), exposed=GROUP)
OFFERED = view(offered=offered())
LOST = offered(lost_access=True)
BROKEN = {"picker": Problem("registration.sign_in"), "effective": Problem("read.throttled")}


@pytest.mark.parametrize(
    ("seen", "chances", "status", "reason"),
    [
        (THERE, {}, "met", "registration.registered"),
        (THERE, {"eligible": False}, "met", "registration.registered"),
        (view(offered=offered(selected=True, lost_access=True), exposed=GROUP), {}, None, "registration.lost_access"),
        (OFFERED, {}, "unmet", "registration.not_registered"),
        (OFFERED, {"eligible": False}, None, "registration.not_eligible"),
        (OFFERED, {"eligible": False, "over_limit": True}, None, "registration.not_eligible"),
        (OFFERED, {"over_limit": True}, None, "registration.over_limit"),
        (EMPTY, {}, "unmet", "registration.not_offered"),
        (EMPTY, {"over_limit": True}, None, "registration.over_limit"),
        (view(offered=LOST), {}, "unmet", "registration.not_offered"),
        (view(hidden=2), {}, "unknown", "registration.hidden_tenants"),
        (view(offered=offered(selected=True), exposed=GROUP, hidden=2), {}, "met", "registration.registered"),
        (view(offered=offered(), hidden=2), {}, "unmet", "registration.not_registered"),
        (view(sources=PARTIAL, hidden=2), {}, "unknown", "registration.partial"),
        (view(offered=offered(), exposed=GROUP), {}, "unknown", "registration.differs"),
        (view(offered=offered(selected=True)), {}, "unknown", "registration.differs"),
        (view(sources=PARTIAL), {}, "unknown", "registration.partial"),
        (view(offered=None), {}, "unknown", "registration.partial"),
        (view(exposed=None), {}, "unknown", "registration.partial"),
        (None, {}, "unknown", "registration.no_view"),
    ],
)
def test_every_state_has_its_reason(seen, chances, status, reason):
    verdict = judge_registration("a", ObservedView(seen, url=URL), DETAILS, **{"eligible": True, **chances})
    assert (verdict.check, verdict.reason, verdict.object) == ("registration", reason, "")
    if status is not None:
        assert verdict.status == status
    assert verdict.evidence == evidence_of("a", ObservedView(seen, url=URL))


@pytest.mark.parametrize("seen", [THERE, OFFERED, EMPTY, None])
def test_a_view_that_may_not_be_used_says_why_before_anything_else(seen):
    problem = Problem("read.throttled", {"what": "the list", "where": "the portal"})
    verdict = judge_registration("a", ObservedView(seen, problem, URL), DETAILS, eligible=True)
    assert (verdict.status, verdict.reason) == ("unknown", "read.throttled")
    assert "the list" in verdict.message.lower()
    assert verdict.evidence == evidence_of("a", ObservedView(seen, problem, URL))
    assert ObservedView(seen, problem).usable is None
    assert ObservedView(seen).usable is seen


@pytest.mark.parametrize(
    ("problems", "reason"),
    [
        ({"effective": Problem("read.throttled"), "picker": Problem("read.deadline")}, "read.throttled"),
        ({"picker": Problem("read.deadline")}, "read.deadline"),
        ({"effective": Problem("read.throttled")}, "read.throttled"),
    ],
)
def test_an_answer_that_could_not_be_read_is_the_cause(problems, reason):
    verdict = judge_registration("a", ObservedView(view(exposed=None, problems=problems)), DETAILS, eligible=True)
    assert (verdict.status, verdict.reason) == ("unknown", reason)


def test_an_unread_session_does_not_matter_here():
    seen = dataclasses.replace(THERE, problems={"session": Problem("read.deadline")})
    assert judge_registration("a", ObservedView(seen), DETAILS, eligible=True).reason == "registration.registered"


def test_sources_that_failed_are_named_in_their_order():
    verdict = judge_registration("a", ObservedView(view(sources=PARTIAL)), DETAILS, eligible=True)
    assert "GDAP: Timeout, TGov: Failed" in verdict.message + verdict.remedy
    assert "B2B" not in verdict.message.replace("GDAP: Timeout, TGov: Failed", "")
    verdict = judge_registration("a", ObservedView(view(sources={})), DETAILS, eligible=True)
    assert "(no source is named did not" in verdict.message


@pytest.mark.parametrize(("hidden", "words"), [(1, "1 tenant"), (2, "2 tenants"), (11, "11 tenants")])
def test_hidden_tenants_are_counted_in_words(hidden, words):
    verdict = judge_registration("a", ObservedView(view(hidden=hidden)), DETAILS, eligible=True)
    assert f"anna@northwind.example holds {words} that " in verdict.message
    assert hidden_words(hidden) == words


def test_the_sentence_names_the_tenant():
    for seen in (THERE, OFFERED, EMPTY):
        verdict = judge_registration("a", ObservedView(seen), DETAILS, eligible=True)
        assert "Birch" in verdict.message
        assert "not known" not in verdict.message + verdict.remedy


def test_an_undeclared_tenant_is_a_finding_with_its_evidence():
    verdict = judge_undeclared("a", ObservedView(THERE, url=URL), DETAILS)
    assert (verdict.check, verdict.reason, verdict.object) == ("registration", "registration.not_declared", "")
    assert verdict.evidence == evidence_of("a", ObservedView(THERE, url=URL))
    assert "Birch" in verdict.message


def evidence(what, data, problem=None):
    return Evidence(
        what=what,
        url=URL,
        identity="portal",
        at=TAKEN,
        request_id="",
        provenance="community",
        data=data,
        problem=problem,
    )


WHOSE = {"operator": "anna@northwind.example", "home_tenant_id": "home"}


def test_evidence_is_what_both_answers_hold_about_the_tenant():
    row = {
        "tenant_id": "a",
        "name": "Birch",
        "selected": True,
        "lost_access": False,
        "environment": None,
        "added_on": ADDED,
    }
    exposed = {"tenant_id": "a", "name": "Birch", "environment": 1, "added_on": ADDED}
    assert evidence_of("a", ObservedView(THERE, url=URL)) == (
        evidence("tenant_picker", {**WHOSE, "sources": SOURCES, "row": row}),
        evidence("effective_tenant_group", {**WHOSE, "row": exposed}),
    )


@pytest.mark.parametrize("missing", [{}, None])
def test_evidence_where_an_answer_does_not_hold_the_tenant(missing):
    observed = ObservedView(view(offered=missing, exposed=missing), url=URL)
    assert evidence_of("a", observed) == (
        evidence("tenant_picker", {**WHOSE, "sources": SOURCES, "row": None}),
        evidence("effective_tenant_group", {**WHOSE, "row": None}),
    )
    assert evidence_of("a", ObservedView(None)) == ()


def test_evidence_of_an_answer_that_could_not_be_read():
    observed = ObservedView(view(offered=None, exposed=GROUP, problems={"picker": BROKEN["picker"]}), url=URL)
    first, second = evidence_of("a", observed)
    assert first == evidence("tenant_picker", None, BROKEN["picker"])
    assert second.problem is None
    observed = ObservedView(view(exposed=None, problems={"effective": BROKEN["effective"]}), url=URL)
    first, second = evidence_of("a", observed)
    assert first.problem is None
    assert second == evidence("effective_tenant_group", None, BROKEN["effective"])
