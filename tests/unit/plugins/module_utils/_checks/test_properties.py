# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the judges, for any evidence: what met implies, and that doubt never turns a verdict into met."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from any_case import (
    cases,
    unread_cases,
)
from evidence import (
    NOW,
    assignments_key,
    unread,
)
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN

if TYPE_CHECKING:
    import random


def statuses(judged):
    return {link: verdict.status for link, verdict in judge_requirements(judged).verdicts.items()}


@given(cases())
def test_met_by_gdap_implies_all_that_gdap_needs(judged):
    verdict = judge_requirements(judged).verdicts["access"]
    if verdict.reason != "access.gdap_in_force":
        return
    rows = {row["id"]: row for row in judged.evidence["gdap_relationships"].data["relationships"]}
    row = rows[verdict.object]
    assert row["status"].lower() == "active"
    assert row["partner_consent_pending"] is False
    assert judged.evidence["operator"].data["enabled"] is True
    assert dt.datetime.fromisoformat(row["ends"]) > NOW
    groups = judged.evidence["operator_groups"].data["groups"]
    given_out = judged.evidence[assignments_key(row["id"])].data["assignments"]
    assert any(a["status"].lower() == "active" and a["group"] in groups for a in given_out)


@given(cases())
def test_met_by_b2b_implies_an_accepted_and_enabled_account(judged):
    verdict = judge_requirements(judged).verdicts["access"]
    if verdict.reason in ("access.guest_accepted", "access.member_enabled"):
        found = {row["id"]: row for row in judged.evidence["accounts_by_mail"].data["accounts"]}[verdict.object]
        assert found["enabled"] is True
        assert found["issuers"] == ["ExternalAzureAD"]
        assert str(found["state"]).lower() == "accepted" or (found["state"] is None and found["type"] == "Member")


@given(cases())
def test_met_licence_implies_a_plan_that_is_on_and_paid(judged):
    verdict = judge_requirements(judged).verdicts["license"]
    if verdict.status == "met":
        assert any(
            row["state"].lower() in ("enabled", "warning")
            and row["units"] > 0
            and any(state.lower() != "disabled" for state in row["plans"].values())
            for row in judged.evidence["subscribed_skus"].data["skus"]
        )


@given(cases())
def test_permissions_are_met_only_with_access_and_a_wanted_role(judged):
    verdicts = judge_requirements(judged).verdicts
    if verdicts["permissions"].status == "met":
        assert verdicts["access"].status == "met"
        assert "Security Reader" in verdicts["permissions"].message


# These say how much was left out of what was read: they are no part of the picture.
COUNTS = ("left_out", "untold", "other_roles", "other_groups", "units")


def blurs_of(value, path=()):
    """Every place of a piece of evidence with what is left of it when it cannot be made out."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from blurs_of(child, (*path, key)) if key not in COUNTS else ()
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from blurs_of(child, (*path, index))
    elif isinstance(value, bool):
        yield path, None
    elif isinstance(value, str):
        yield path, None if path[-1] in ("ends", "activated", "created") else "odd"


def blurred(judged, key, path, value):
    data = copy.deepcopy(judged.evidence[key].data)
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    piece = dataclasses.replace(judged.evidence[key], data=data)
    return dataclasses.replace(judged, evidence={**judged.evidence, key: piece})


@given(cases(), st.data())
def test_blurring_a_place_of_a_piece_never_makes_a_verdict_met(judged, data):
    places = [(key, *blur) for key, piece in sorted(judged.evidence.items()) for blur in blurs_of(piece.data)]
    key, path, value = data.draw(st.sampled_from(places))
    before, after = statuses(judged), statuses(blurred(judged, key, path, value))
    for link, status in after.items():
        assert status != "met" or before[link] == "met", (link, key, path)


# Words that Microsoft prints in more than one letter case, or may.
WORDS = ("status", "state", "type", "issuers", "mail", "upn", "plans", "kind")


def recased(value, change, *, word=False):
    if isinstance(value, dict):
        return {key: recased(child, change, word=word or key in WORDS) for key, child in value.items()}
    if isinstance(value, list):
        return [recased(child, change, word=word) for child in value]
    return change(value) if word and isinstance(value, str) else value


@given(cases(), st.sampled_from([str.upper, str.lower, str.swapcase, str.title]))
def test_letter_case_never_changes_a_verdict(judged, change):
    pieces = {
        key: dataclasses.replace(piece, data=recased(piece.data, change)) for key, piece in judged.evidence.items()
    }
    before = judge_requirements(judged).verdicts
    after = judge_requirements(dataclasses.replace(judged, evidence=pieces)).verdicts
    for link, verdict in before.items():
        assert (verdict.status, verdict.reason) == (after[link].status, after[link].reason)


def origin(verdicts, verdict):
    """Where the causes of a verdict begin, followed step by step: the name of a link. What is met causes nothing."""
    steps = [verdict.check]
    while verdict.caused_by is not None and verdict.caused_by not in steps:
        cause = verdicts.get(verdict.caused_by)
        if cause is not None and not cause.breaks:
            break
        steps.append(verdict.caused_by)
        if cause is None:
            break
        verdict = cause
    return steps[-1]


@given(unread_cases())
def test_first_broken_never_names_a_link_whose_cause_lies_earlier(judged):
    report = judge_requirements(judged)
    broken = [verdict for verdict in report.verdicts.values() if verdict.breaks]
    if report.as_dict()["first_broken"] is None:
        assert not broken
        return
    origins = {origin(report.verdicts, verdict) for verdict in broken}
    assert report.as_dict()["first_broken"] == min(origins, key=CHAIN.links.index)
    for verdict in broken:
        # A reason of another link of the way in is that link's matter, wherever it was met.
        family = verdict.reason.split(".", 1)[0]
        if family in ("consent", "sign_in") and family != verdict.check:
            assert verdict.caused_by is not None


@given(unread_cases())
def test_met_is_never_said_of_what_was_not_read(judged):
    verdicts = judge_requirements(judged).verdicts
    needs = {"license": ("subscribed_skus",), "mfa_trust": ("cross_tenant_access_partner",)}
    for link, keys in needs.items():
        if any(judged.evidence[key].data is None for key in keys):
            assert verdicts[link].status != "met"
    if judged.tenant.access == "gdap" and judged.evidence["operator_groups"].data is None:
        assert verdicts["access"].status != "met"


@given(cases())
def test_eligibility_never_makes_anything_met(judged):
    """Without a row of what may be activated, the same verdicts are met."""
    keys = ("eligible_groups", "eligible_roles")
    without = {key: piece for key, piece in judged.evidence.items() if key not in keys}
    after = statuses(dataclasses.replace(judged, evidence=without))
    assert {k: v == "met" for k, v in statuses(judged).items()} == {k: v == "met" for k, v in after.items()}


@given(cases(), st.data())
def test_losing_a_piece_of_evidence_never_makes_a_verdict_met(judged, data):
    before = statuses(judged)
    lost = data.draw(st.sampled_from(sorted(judged.evidence)))
    blurred = {**judged.evidence, lost: unread(lost)}
    removed = {key: piece for key, piece in judged.evidence.items() if key != lost}
    for evidence in (blurred, removed):
        for link, status in statuses(dataclasses.replace(judged, evidence=evidence)).items():
            assert status != "met" or before[link] == "met"


@given(cases(), st.randoms(use_true_random=False))
def test_order_never_changes_a_verdict(judged, shuffler: random.Random):
    rows = judged.evidence["gdap_relationships"].data["relationships"]
    accounts_found = judged.evidence["accounts_by_mail"].data["accounts"]
    bought = judged.evidence["subscribed_skus"].data["skus"]
    before = judge_requirements(judged).as_dict()
    for found in (rows, accounts_found, bought):
        shuffler.shuffle(found)
    after = judge_requirements(judged).as_dict()
    for link, verdict in before["requirements"].items():
        other = after["requirements"][link]
        assert (verdict["status"], verdict["reason"]) == (other["status"], other["reason"])


@given(cases())
def test_first_broken_is_the_root(judged):
    report = judge_requirements(judged)
    if report.as_dict()["first_broken"] is None:
        assert report.ready
        return
    assert not report.ready
    assert report.as_dict()["first_broken"] != "mfa_trust"
    for link, verdict in report.verdicts.items():
        if verdict.breaks and verdict.caused_by is None:
            assert CHAIN.links.index(report.as_dict()["first_broken"]) <= CHAIN.links.index(link)
