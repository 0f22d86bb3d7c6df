# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences about a run: each reads well for one tenant and for many, on one line."""

from __future__ import annotations

import typing as t

import pytest
from portal_answers import ANNA, HOME, A, B, make_connection, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.messages import (
    failure_text,
    instructions,
    problem_text,
    refusal_text,
    sentence_details,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, Refusal, RefusalKind
from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome, WriteFailure

URL = "https://mto.example"
DESIRED = DesiredState((), frozenset(), HOME, max_tenants=7, max_removals=3)
NAMES = {A: "Birch", B: "Oak Inc."}
DETAILS = sentence_details(make_connection(), ANNA, URL, max_tenants=7)


def name_of(tenant_id):
    return NAMES.get(tenant_id, tenant_id)


@pytest.mark.parametrize(
    ("kind", "single", "many"),
    [
        ("not_offered", "does not offer Birch, although", "does not offer Birch and Oak Inc., although"),
        ("lost_access", "lost access to Birch: not added.", "lost access to Birch and Oak Inc.: not added."),
        ("unclear", "Birch is in the multitenant view, so nothing was changed for it.", "are in the multitenant view"),
        ("over_limit", "at most 7 tenants, so Birch does not fit.", "so Birch and Oak Inc. do not fit."),
        ("removal_in_doubt", "about Birch: not removed.", "about Birch and Oak Inc.: not removed."),
        ("removal_partial", "when in doubt: Birch stays in the view.", "Birch and Oak Inc. stay in the view."),
        ("removal_part_of_list", "not declared: Birch stays in the view.", "stay in the view."),
        ("removal_empty_list", "empty the view: Birch stays in the view.", "stay in the view."),
        ("removal_too_many", "1 tenant would be removed, but max_removals is 3", "2 tenants would be removed"),
    ],
)
def test_refusals(kind, single, many):
    assert single in refusal_text(Refusal(kind, (A,)), DESIRED, name_of)
    assert many in refusal_text(Refusal(kind, (A, B)), DESIRED, name_of)


def test_every_refusal_has_a_sentence_without_open_braces():
    for kind in t.get_args(RefusalKind):
        text = refusal_text(Refusal(kind, (A,)), DESIRED, name_of)
        assert text.endswith(".")
        assert "{" not in text


def test_instructions_are_the_steps_of_exactly_this_plan():
    assert instructions(Plan(), name_of, operator=ANNA, url=URL) == []
    assert instructions(Plan((A,), (B,)), name_of, operator=ANNA, url=URL) == [
        f"Sign in to {URL} as {ANNA}.",
        "Select Add tenants, select these tenants, and select Add:",
        f"  Birch ({A})",
        f"On {URL}/mtosettings, select these tenants and select Remove:",
        f"  Oak Inc. ({B})",
    ]
    assert len(instructions(Plan((A,)), name_of, operator=ANNA, url=URL)) == 3


def outcome(before, after, plan, write_failure=None, problem=None):
    return Outcome(Reading(before), Reading(after), plan, problem, write_failure)


def test_a_run_that_reached_its_plan_has_not_failed():
    assert failure_text(outcome(make_view([B], [A]), make_view([A], [B]), Plan((A,), (B,))), name_of, None) == ""


def test_a_failure_names_what_the_portal_does_not_show():
    unchanged = make_view([B, "c"], [A])
    text = failure_text(outcome(unchanged, unchanged, Plan((A,), (B,))), name_of, None)
    assert text == (
        "The portal does not show Birch. The portal still shows Oak Inc."
        " Run again: changes that are already made are not repeated."
    )
    gone = make_view([A], [B, "c"])
    text = failure_text(outcome(unchanged, gone, Plan((A,), (B,)), WriteFailure(500, "it broke")), name_of, None)
    assert text.startswith(
        "Gone from the view, although not removed by this run: c. When the change was sent, it broke."
    )


def test_a_failure_to_read_back_says_why():
    problem = Problem("registration.signed_out", {"status": "401"})
    view = make_view([], [A])
    text = failure_text(outcome(view, view, Plan((A,)), problem=problem), name_of, "The session has ended. ")
    assert text.startswith("The session has ended. The result of the change could not be read back. Run again:")


def test_details_fill_the_sentences_of_the_catalogue():
    text = problem_text(Problem("registration.signed_out", {"status": "401"}), DETAILS)
    assert ANNA in text
    assert "HTTP 401" in text
    assert (DETAILS["settings_url"], DETAILS["max_tenants"]) == (f"{URL}/mtosettings", "7")
    assert DETAILS["defender_portal"] == "https://security.microsoft.com"
