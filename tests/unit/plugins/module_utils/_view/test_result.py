# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of mto_tenant: every declared tenant has its row, and only what was read back is claimed."""

from __future__ import annotations

import dataclasses

import pytest
from portal_answers import ANNA, HOME, PARTIAL_SOURCES, TAKEN, A, B, make_connection, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.messages import sentence_details
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ObservedView
from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions, RegistrationOptions
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, make_plan
from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome, WriteFailure
from ansible_collections.m365.defender.plugins.module_utils._view.result import ResultBuilder, registered_or_none

URL = "https://mto.example"
EMPTY = make_view([], [A, B])


def builder(*, applies=False, check_mode=False, **desired):
    tenants = (Tenant(A, "Birch"), Tenant(B, "Oak"))
    wanted = DesiredState((A, B), desired.pop("eligible", frozenset((A, B))), HOME, **desired)
    options = RegistrationOptions(ANNA, PortalOptions(), tenants, wanted, applies)
    return ResultBuilder(options, URL, sentence_details(make_connection(), ANNA, URL, wanted.max_tenants), check_mode)


def looked(view, made, problem=None):
    """The outcome of a run that only looked."""
    reading = Reading(view)
    return Outcome(reading, reading, Plan() if problem else make_plan(made.options.desired, view), problem)


def changed(before, after, made, **fields):
    """The outcome of a run that wrote or waited."""
    return Outcome(Reading(before), Reading(after), make_plan(made.options.desired, before), **fields)


def reasons(result):
    return [row["registration"]["reason"].removeprefix("registration.") for row in result["tenants"]]


def test_without_a_view_everything_is_unknown_and_nothing_is_claimed():
    result = builder().without_view()
    assert reasons(result) == ["no_view", "no_view"]
    assert (result["before"], result["after"], result["changed"], result["taken_at"]) == (None, None, False, None)
    keys = ("added", "removed", "done", "pending_add", "pending_remove", "refused")
    assert [result[key] for key in keys] == [[]] * 6
    assert [row["registered"] for row in result["tenants"]] == [None, None]


def test_a_look_lists_what_is_to_be_done():
    made = builder()
    result = made.result(looked(EMPTY, made))
    assert reasons(result) == ["not_registered", "not_registered"]
    assert (result["before"], result["after"], result["pending_add"]) == ([], [], [A, B])
    assert (result["changed"], result["taken_at"], result["operator"]) == (False, TAKEN, ANNA)
    assert result["instructions"][0] == f"Sign in to {URL} as {ANNA}."
    assert result["diff"]["before"] == ""
    assert result["diff"]["after"] == f"{A}  Birch\n{B}  Oak\n"
    assert "failed" not in result


def test_a_change_that_was_read_back():
    made = builder(applies=True)
    result = made.result(changed(EMPTY, make_view([A, B]), made), backup_file="/tmp/b.json")
    assert (result["changed"], result["added"], result["after"]) == (True, [A, B], [A, B])
    assert result["done"] == ["Added to the view, which shows them: Birch and Oak."]
    assert (result["pending_add"], result["instructions"], result["backup_file"]) == ([], [], "/tmp/b.json")
    assert reasons(result) == ["registered", "registered"]
    assert result["diff"]["after"] == f"{A}  Birch\n{B}  Oak\n"


def test_half_a_change_fails_and_names_the_rest():
    made = builder(applies=True)
    failure = WriteFailure(500, "the portal answered HTTP 500")
    result = made.result(changed(EMPTY, make_view([A], [B]), made, write_failure=failure))
    assert (result["failed"], result["changed"], result["added"]) == (True, True, [A])
    assert result["msg"].startswith("The portal does not show Oak. When the change was sent, the portal answered")
    assert result["diff"]["after"] == f"{A}  Birch\n"


@pytest.mark.parametrize(("applies", "predicted"), [(True, True), (False, False)])
def test_check_mode_predicts_only_what_we_would_do(applies, predicted):
    made = builder(applies=applies, check_mode=True)
    result = made.result(looked(EMPTY, made))
    assert result["changed"] is predicted
    assert result["after"] == []
    assert result["diff"]["after"].startswith(A)
    assert "failed" not in result


@pytest.mark.parametrize("applies", [True, False])
def test_another_persons_view_is_nobody_s_state(applies):
    made = builder(applies=applies)
    problem = Problem("registration.other_operator", {"answered": "ben@x"})
    result = made.result(looked(make_view([A]), made, problem))
    assert (result["before"], result["after"], result["complete"]) == (None, None, False)
    assert [row["registered"] for row in result["tenants"]] == [None, None]
    assert result["undeclared"] == []
    # With assist the rows say so; apply was to change the view.
    assert result.get("failed", False) is applies
    assert ("ben@x" in result.get("msg", "")) is applies


def test_a_view_that_cannot_be_read_back():
    made = builder(applies=True)
    problem = Problem("registration.signed_out", {"status": "401"})
    after = dataclasses.replace(EMPTY, exposed=None, problems={"effective": problem})
    result = made.result(changed(EMPTY, after, made, problem=problem))
    assert (result["failed"], result["changed"], result["before"], result["after"]) == (True, False, [], None)
    assert result["pending_add"] == [A, B]
    assert "The result of the change could not be read back." in result["msg"]


def test_undeclared_tenants_have_a_row_but_for_the_home_tenant():
    made = builder()
    result = made.result(looked(make_view([A, "x", HOME], [B], only_group=["y"]), made))
    assert [(row["tenant_id"], row["name"]) for row in result["undeclared"]] == [("x", "x")]
    assert result["undeclared"][0]["registration"]["reason"] == "registration.not_declared"
    gone = builder(state="absent")
    assert gone.result(looked(make_view([A, "x"]), gone))["undeclared"] == []


def test_refusals_and_limits():
    made = builder(max_tenants=1, purge=True)
    result = made.result(looked(make_view(["x"], [A, B], sources=PARTIAL_SOURCES), made))
    assert [row["kind"] for row in result["refused"]] == ["over_limit", "removal_partial"]
    assert result["refused"][0]["tenant_ids"] == [A, B]
    assert "Birch and Oak do not fit" in result["refused"][0]["message"]
    assert reasons(result) == ["over_limit", "over_limit"]
    assert result["complete"] is False


@pytest.mark.parametrize(
    ("view", "registered"),
    [
        (make_view([A]), True),
        (make_view([], [A]), False),
        (make_view(only_picker=[A]), None),
        (make_view(unseen=[A], sources=PARTIAL_SOURCES), None),
    ],
)
def test_registered_is_null_where_the_answers_do_not_say(view, registered):
    assert registered_or_none(A, ObservedView(view)) is registered
    assert registered_or_none(A, ObservedView(view, Problem("read.deadline"))) is None
    assert registered_or_none(A, ObservedView(None)) is None


@pytest.mark.parametrize(
    ("check_mode", "applies", "told"),
    [(True, True, "run again without check mode"), (True, False, "purge: true"), (False, True, "purge: true")],
)
def test_undeclared_tenant_that_check_mode_would_remove(check_mode, applies, told):
    tenants = (Tenant(A, "Birch"),)
    wanted = DesiredState((A,), frozenset((A,)), HOME, purge=True)
    options = RegistrationOptions(ANNA, PortalOptions(), tenants, wanted, applies)
    made = ResultBuilder(options, URL, sentence_details(make_connection(), ANNA, URL, 100), check_mode)
    (row,) = made.result(looked(make_view([A, B]), made))["undeclared"]
    assert told in row["registration"]["remedy"]


def test_names_of_what_was_removed():
    made = builder(applies=True, purge=True, eligible=frozenset((A, B)))
    other = dataclasses.replace(made.options.desired, declared=(A,), eligible=frozenset((A,)))
    fewer = dataclasses.replace(made, options=dataclasses.replace(made.options, desired=other))
    result = fewer.result(changed(make_view([A, B]), make_view([A]), fewer))
    assert result["done"] == ["Removed from the view, which does not show them: Oak."]
