# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live read: what each answer of the portal becomes, and what a contract is filled with."""

from __future__ import annotations

import pytest
from portal_answers import ANNA, EFFECTIVE_BODY, HOME, PICKER_BODY, A, B, FakePortal, response, wrapped

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import CONTEXT, EFFECTIVE, GROUPS, PICKER
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading, read_live, refusal_of


def test_a_whole_view():
    portal = FakePortal()
    reading = read_live(portal, groups=True)
    view = reading.view
    assert portal.asked == [CONTEXT, PICKER, EFFECTIVE, GROUPS]
    assert (view.operator, view.home_tenant_id, view.problems) == (ANNA, HOME, {})
    assert (view.registration_state(A), view.registration_state(B)) == ("registered", "not_registered")
    assert [group.name for group in view.groups] == ["My private group"]
    assert (reading.bodies.picker, reading.bodies.effective) == (PICKER_BODY, EFFECTIVE_BODY)
    assert "planted" not in repr(reading)


def test_groups_are_read_only_if_asked_for():
    portal = FakePortal()
    assert read_live(portal).view.groups is None
    assert GROUPS not in portal.asked


@pytest.mark.parametrize(
    ("answer", "reason", "error_text"),
    [
        (UnreachableError("no route"), "read.unreachable", "no route"),
        (DeadlineError("late"), "read.deadline", None),
        (response(b"<html>"), "read.failed", "where the session has ended"),
        (response({}, 429), "read.throttled", "HTTP 429"),
        (response({}, 500), "read.failed", "HTTP 500"),
        (response({}, 302), "registration.signed_out", "HTTP 302"),
        ({}, "registration.unreadable", None),
    ],
)
@pytest.mark.parametrize("name", ["picker", "effective"])
def test_an_answer_that_cannot_be_used(name, answer, reason, error_text):
    view = read_live(FakePortal(**{name: answer})).view
    assert list(view.problems) == [name]
    assert view.problems[name].reason == reason
    assert (error_text or "") in view.problems[name].details.get("said", "")
    assert view.registration_state(A) == "unknown"


def test_groups_that_cannot_be_read_are_no_problem_of_the_view():
    view = read_live(FakePortal(groups=response({}, 500)), groups=True).view
    assert (view.groups, view.problems) == (None, {})


def test_a_session_that_cannot_be_read():
    view = read_live(FakePortal(session=response({}, 401))).view
    assert (view.operator, view.home_tenant_id) == (None, None)
    assert view.problems["session"].reason == "registration.signed_out"


def test_the_feature_is_off_only_where_both_answers_say_so():
    off = response({}, 400)
    problems = read_live(FakePortal(picker=off, effective=off)).view.problems
    assert {problem.reason for problem in problems.values()} == {"registration.feature_off"}
    (problem,) = read_live(FakePortal(picker=off)).view.problems.values()
    assert (problem.reason, problem.details["said"]) == ("read.failed", "HTTP 400")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None),
        (204, None),
        (301, "registration.signed_out"),
        (400, "registration.feature_off"),
        (401, "registration.signed_out"),
        (403, "registration.forbidden"),
        (440, "registration.signed_out"),
        (404, "read.failed"),
    ],
)
def test_refusals_by_status(status, reason):
    problem = refusal_of(response({}, status), "list of tenants")
    assert (problem.reason if problem else None) == reason


@pytest.mark.parametrize("effective", [EFFECTIVE_BODY, [EFFECTIVE_BODY]])
def test_placeholder_values_join_both_rows_of_a_tenant(effective):
    values = read_live(FakePortal(effective=effective)).bodies.placeholder_values(HOME)
    assert values.home_tenant_id == HOME
    assert values.effective == EFFECTIVE_BODY
    assert {*values.rows} == {A, B}
    # The picker's own fields win: its ids are written as the portal offers them.
    assert values.rows[A]["tenantId"] == A
    assert values.rows[A]["selected"] is True


def test_without_bodies_there_is_nothing_to_fill_with():
    view = read_live(FakePortal(picker=wrapped(PICKER_BODY))).view
    assert Reading(view).bodies.placeholder_values(HOME).rows == {}


@pytest.mark.parametrize("body", [None, 5, "x", [], {}, [5], {"tenantInfoList": 5}, {"tenantInfoList": [5]}])
def test_answers_of_any_shape_give_placeholder_values(body):
    reading = read_live(FakePortal(picker=body, effective=body, session=body, groups=body), groups=True)
    assert reading.bodies.placeholder_values(HOME).rows == {}
    assert {"picker", "effective"} <= reading.view.problems.keys()


def test_placeholder_values_come_from_inside_the_wrapper():
    values = read_live(
        FakePortal(picker=wrapped(PICKER_BODY), effective=wrapped(EFFECTIVE_BODY))
    ).bodies.placeholder_values(HOME, (A,))
    assert (values.picker, values.effective) == (PICKER_BODY, EFFECTIVE_BODY)
    assert (values.offered, values.declared) == ((A, B), (A,))
