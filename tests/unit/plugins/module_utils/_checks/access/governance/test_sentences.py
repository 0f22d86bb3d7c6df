# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance word by word: which row is taken, what a verdict says about it, and the evidence it shows."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import (
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    case,
    gdap_evidence,
    relationship,
    unread,
)
from governance_rows import BACK, GIVES, governed, invitation, lists, request
from judged import ANNA, GUEST, access_of, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import governed_states
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


@pytest.mark.parametrize(
    ("rows", "words", "about"),
    [
        ({"relationships": [governed()]}, "is in the group 'Group 1'", "g1"),
        ({"relationships": [governed("terminated")]}, "was ended (status terminated)", "g1"),
        ({"relationships": [governed("odd", id="g7")]}, "odd", "g7"),
        ({"relationships": [governed(**BACK, id="g8")]}, "Contoso governs Northwind", "g8"),
        ({"requests": [request()]}, "which is open until 2026-12-05", "r1"),
        ({"requests": [request(ends=-1)]}, "expired on 2026-11-22", "r1"),
        ({"requests": [request("expired")]}, "expired on 2026-12-05", "r1"),
        ({"requests": [request("Expired")]}, "expired on 2026-12-05", "r1"),
        ({"invitations": [invitation()]}, "(until 2026-12-20)", "i1"),
        ({"invitations": [{**invitation(), "ends": None}]}, "(until an unknown date)", "i1"),
        ({"invitations": [invitation(ends=-1)]}, "expired on 2026-11-22", "i1"),
        ({}, "no governance relationship (preview) in which Northwind governs Contoso", ""),
    ],
)
def test_governance_names_what_it_is_about(rows, words, about):
    verdict = access_of(lists(**rows), "governance")
    assert words in verdict.message
    assert verdict.object == about


def test_governance_names_the_groups_that_are_meant():
    two = [*GIVES, {"group": OTHER_GROUP, "roles": [], "other_roles": 1}]
    verdict = access_of(lists([governed(assignments=two)], groups=()), "governance")
    assert f"({GROUP}, {OTHER_GROUP})" in verdict.message


def test_groups_that_nobody_read_are_named_as_such():
    evidence = lists([governed()])
    del evidence["operator_groups"]
    verdict = access_of(evidence, "governance")
    assert verdict.message == "The groups of the operator in Northwind could not be read: it was not read"


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        # Of two with the same rank, first the one with a wanted role, then the newest, then the id.
        ([governed(id="a", assignments=[{**GIVES[0], "roles": [], "other_roles": 1}]), governed(id="b")], "b"),
        ([governed("terminated", -90, id="a"), governed("terminated", -10, id="b")], "b"),
        ([governed("terminated", -10, id="b"), governed("terminated", -10, id="a")], "a"),
        ([governed(made=-90, id="a"), governed(made=-10, id="b")], "b"),
        # The nearer to access, the further in front.
        ([governed(id="a", assignments=[]), governed(id="b", assignments=[{**GIVES[0], "group": OTHER_GROUP}])], "b"),
        ([governed("terminationRequestedByGoverningTenant", id="a"), governed(id="b", assignments=[])], "b"),
        ([governed("terminated", id="a"), governed(id="b", assignments=[])], "b"),
        ([governed("odd", id="a"), governed(id="b", assignments=[])], "a"),
        ([governed(**BACK, id="b"), governed(**BACK, id="a")], "a"),
    ],
)
@pytest.mark.parametrize("turn", [1, -1])
def test_governance_takes_the_nearest_relationship(rows, first, turn):
    assert access_of(lists(rows[::turn]), "governance").object == first


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({"requests": [request("rejected", -5, id="a"), request("pending", -4, ends=-1, id="b")]}, "b"),
        ({"requests": [request("rejected", -4, id="a"), request("pending", -5, ends=-1, id="b")]}, "a"),
        ({"invitations": [invitation(-4, ends=-1, id="a"), invitation(-5, id="b")]}, "b"),
        # An old step does not hide the one behind it.
        ({"relationships": [governed("terminated", -9)], "requests": [request(made=-20, id="a"), request()]}, "r1"),
        # A step of the same moment belongs to the relationship.
        ({"relationships": [governed("terminated", -9)], "requests": [request(made=-9)]}, "g1"),
        # One without a time is not taken for old.
        ({"relationships": [governed("terminated", -9)], "requests": [{**request(), "made": None}]}, "r1"),
    ],
)
def test_governance_takes_the_nearest_step(rows, reason):
    assert access_of(lists(**rows), "governance").object == reason


def test_step_shows_the_relationships_too_and_the_judged_row_first():
    rows = [request("odd", id=f"x{n}", governed="other") for n in range(5)]
    verdict = access_of(lists([governed(**BACK)], [*rows, request()]), "governance")
    assert shown(verdict) == ["governance_relationships", "governance_requests"]
    data = verdict.evidence[1].data
    assert [row["id"] for row in data["rows"]] == ["r1", "x0", "x1"]
    assert data["left_out"] == 3


def test_relationship_shows_itself_first_and_counts_the_others():
    rows = [governed("terminated", id=f"x{n}", governed="other") for n in range(4)]
    for row in (governed("terminated"), governed()):
        data = access_of(lists([*rows, row]), "governance").evidence[0].data
        assert [row["id"] for row in data["rows"]] == ["g1", "x0", "x1"]
        assert data["left_out"] == 2


def test_assignments_are_shown_up_to_three():
    three = [{**GIVES[0], "group": f"{GROUP[:-1]}{n}"} for n in range(1, 4)]
    row = access_of(lists([governed(assignments=three)]), "governance").evidence[0].data["rows"][0]
    assert "other_assignments" not in row
    four = [{**three[0], "roles": []}, *three]
    row = access_of(lists([governed(assignments=four)]), "governance").evidence[0].data["rows"][0]
    assert (row["assignments"], row["other_assignments"]) == (three, 1)


def test_no_relationship_shows_every_list_that_was_asked():
    evidence = {**lists([governed("x", governed="o") for _row in range(5)]), "governance_requests": unread("r")}
    verdict = access_of(evidence, "governance")
    assert shown(verdict) == ["governance_relationships", "r", "governance_invitations"]
    assert verdict.evidence[0].data["left_out"] == 2
    assert verdict.evidence[1].data is None


def test_states_of_a_list_that_was_not_asked_are_none():
    assert governed_states(case({}, access="governance")) == set()


@pytest.mark.parametrize(
    ("roles", "sentence"),
    [
        (
            [SECURITY_READER],
            f"{ANNA} holds Security Reader in Contoso through the group 'Group 1' of a governance relationship.",
        ),
        ([], None),
    ],
)
def test_roles_by_governance_are_named(roles, sentence):
    assignments = [{"group": GROUP, "roles": roles, "other_roles": 1}]
    verdict = permissions_of(lists([governed(assignments=assignments)]), "governance")
    assert (verdict.check, verdict.object) == ("permissions", "g1")
    assert shown(verdict) == ["governance_relationships"]
    if sentence is None:
        assert "Security Operator" in verdict.message
        assert "not known)" not in verdict.message + verdict.remedy
    else:
        assert verdict.message == sentence


# A preview that was not read, and GDAP beside it.


@pytest.mark.parametrize(
    ("access", "reason", "told"),
    [
        ("governance", "read.not_in_cloud", True),
        ("auto", "read.not_in_cloud", False),
        ("auto", "read.forbidden", True),
    ],
)
def test_list_that_the_cloud_has_not_is_no_doubt_under_auto(access, reason, told):
    failed = unread("governance_relationships", reason)
    verdict = access_of({**gdap_evidence(), **GUEST, "governance_relationships": failed}, access)
    assert ("access.governance_unread" in [caveat.reason for caveat in verdict.caveats]) is told


def test_list_that_was_not_read_is_told_in_the_words_of_its_problem():
    problem = Problem("read.throttled", {"what": "the list", "where": "Northwind", "said": "HTTP 429"})
    failed = dataclasses.replace(unread("governance_relationships"), problem=problem)
    verdict = access_of({**gdap_evidence(), **GUEST, "governance_relationships": failed}, "auto")
    words = case({}).verdict("access", problem.reason, problem.details).message
    assert "the list in Northwind" in words
    assert "not known)" not in words
    doubt = caveat(verdict, "access.governance_unread")
    assert doubt.message == f"Governance relationships (preview) could not be checked: {words}"


@pytest.mark.parametrize("turn", [1, -1])
def test_gdap_beside_governance_is_named(turn):
    rows = [relationship(id=name, relationship=f"SOC {name}") for name in ("a", "b")]
    verdict = access_of({**gdap_evidence(*rows[::turn]), **lists([governed()])}, "governance")
    doubt = caveat(verdict, "access.governance_beside_gdap")
    assert doubt.object == "a"
    assert "GDAP relationship 'SOC a' with Contoso is in force" in doubt.message
