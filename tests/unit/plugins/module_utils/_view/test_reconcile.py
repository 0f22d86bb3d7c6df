# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reconciliation with a false portal and a false clock: one write, and nothing claimed that was not read back."""

from __future__ import annotations

import dataclasses

import pytest
from contracts import EACH, SET
from portal_answers import HOME, A, B, make_view, response

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    MtoError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view import reconcile
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import WriteRequest
from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading
from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import (
    ReconcileContext,
    WriteFailure,
    send_request,
)

EMPTY = make_view([], [A, B])
FULL = make_view([A, B])
CONTRACT = parse_contract(EACH)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.pauses = []

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds


class WritePortal:
    """A portal that gives these answers to writes, and remembers them."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def write(self, method, path, headers, body):
        self.sent.append((method, path.rsplit("/", 1)[-1]))
        if not self.answers:
            return response({}, 204)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return response({}, answer)


def context(*views, wait=10.0, refuse=lambda view: None, **desired):
    """Reads these views in turn, the last one for ever."""
    remaining = list(views)
    clock = Clock()
    made = ReconcileContext(
        read=lambda: Reading(remaining.pop(0) if len(remaining) > 1 else remaining[0]),
        refuse=refuse,
        desired=DesiredState((A, B), frozenset((A, B)), HOME, **desired),
        wait=wait,
        clock=lambda: clock.now,
        sleep=clock.sleep,
    )
    return made, clock


def test_look_plans_and_writes_nothing():
    outcome = reconcile.look(context(EMPTY)[0])
    assert outcome.plan.add == (A, B)
    assert outcome.before is outcome.after
    assert (outcome.added(), outcome.removed(), outcome.vanished()) == ((), (), ())


def test_a_view_that_may_not_be_used_is_not_planned():
    problem = Problem("registration.other_operator")
    outcome = reconcile.apply(context(EMPTY, refuse=lambda view: problem)[0], WritePortal(), CONTRACT)
    assert outcome.problem is problem
    assert outcome.plan.empty


def test_a_view_of_which_a_part_could_not_be_read_is_not_planned():
    problem = Problem("read.throttled")
    outcome = reconcile.look(context(dataclasses.replace(EMPTY, problems={"picker": problem}))[0])
    assert outcome.problem is problem


def test_assist_waits_until_a_person_is_done():
    work, clock = context(EMPTY, EMPTY, EMPTY, FULL)
    outcome = reconcile.assist(work)
    assert outcome.added() == (A, B)
    assert clock.pauses == [0.5, 0.75]


def test_assist_gives_up_when_the_time_is_up():
    work, clock = context(EMPTY, wait=3.0)
    outcome = reconcile.assist(work)
    assert outcome.added() == ()
    assert clock.now <= 3.0


def test_pauses_have_a_limit():
    work, clock = context(EMPTY, wait=200.0)
    reconcile.assist(work)
    assert max(clock.pauses) == reconcile.LONGEST_PAUSE


@pytest.mark.parametrize(("views", "wait"), [((EMPTY,), 0), ((FULL,), 10)])
def test_assist_without_time_or_work_reads_once(views, wait):
    work, clock = context(*views, wait=wait)
    outcome = reconcile.assist(work)
    assert outcome.before is outcome.after
    assert clock.pauses == []


def test_apply_sends_each_request_once_and_reads_back():
    portal = WritePortal()
    outcome = reconcile.apply(context(EMPTY, FULL)[0], portal, CONTRACT)
    assert portal.sent == [("POST", A), ("POST", B)]
    assert outcome.added() == (A, B)
    assert outcome.reached()
    assert outcome.write_failure is None


def test_the_full_list_keeps_what_is_in_the_view():
    sent = []

    class Portal(WritePortal):
        def write(self, method, path, headers, body):
            sent.append([row["id"] for row in body])
            return super().write(method, path, headers, body)

    body = {"$each": {"id": "$tenant_id"}}
    contract = parse_contract({"version": 1, "write": {"set": {**SET["write"]["set"], "headers": {}, "body": body}}})
    view = make_view(["x"], [A, B], only_picker=["y"])
    reconcile.apply(context(view, wait=0)[0], Portal(), contract)
    assert sent == [["x", "y", A, B]]


def test_what_is_kept_is_kept_before_the_first_write():
    order = []
    portal = WritePortal()
    portal.write = lambda *request: order.append("write") or response({}, 204)
    work, _clock = context(EMPTY, FULL)
    work = dataclasses.replace(work, keep=lambda reading: order.append("keep"))
    reconcile.apply(work, portal, CONTRACT)
    assert order == ["keep", "write", "write"]


def test_a_backup_that_fails_stops_everything():
    def keep(reading):
        raise MtoError("disk full")

    portal = WritePortal()
    work = dataclasses.replace(context(EMPTY)[0], keep=keep)
    with pytest.raises(MtoError, match="disk full"):
        reconcile.apply(work, portal, CONTRACT)
    assert portal.sent == []


def test_a_refused_write_stops_the_others_and_is_not_waited_for():
    work, clock = context(EMPTY)
    portal = WritePortal(403)
    outcome = reconcile.apply(work, portal, CONTRACT)
    assert portal.sent == [("POST", A)]
    assert outcome.write_failure == WriteFailure(403, "the portal answered HTTP 403")
    assert clock.pauses == []


def test_after_a_server_error_the_view_is_read_until_it_shows_the_change():
    work, clock = context(EMPTY, EMPTY, FULL)
    outcome = reconcile.apply(work, WritePortal(500), CONTRACT)
    assert outcome.added() == (A, B)
    assert clock.pauses == [0.5]


def test_a_change_by_somebody_else_is_planned_again_once():
    other = make_view(["x"], [A, B])
    after = make_view(["x", A, B])
    portal = WritePortal(412)
    outcome = reconcile.apply(context(EMPTY, other, after)[0], portal, CONTRACT)
    assert portal.sent == [("POST", A), ("POST", A), ("POST", B)]
    assert outcome.before.view is other
    assert outcome.added() == (A, B)
    twice = WritePortal(412, 412)
    outcome = reconcile.apply(context(EMPTY)[0], twice, CONTRACT)
    assert len(twice.sent) == 2
    assert outcome.write_failure.status == 412


def test_a_change_half_way_is_not_planned_again():
    portal = WritePortal(204, 412)
    outcome = reconcile.apply(context(EMPTY, make_view([A], [B]))[0], portal, CONTRACT)
    assert outcome.write_failure == WriteFailure(412, "the portal answered HTTP 412", accepted=1)
    assert outcome.added() == (A,)


def test_somebody_else_has_done_it_all():
    portal = WritePortal(412)
    outcome = reconcile.apply(context(EMPTY, FULL)[0], portal, CONTRACT)
    assert len(portal.sent) == 1
    # Only what this run planned on the newer view is claimed.
    assert (outcome.plan.empty, outcome.added(), outcome.write_failure) == (True, (), None)


def test_a_session_that_ends_is_not_waited_for():
    ended = dataclasses.replace(EMPTY, problems={"picker": Problem("registration.signed_out")})
    work, clock = context(EMPTY, ended)
    outcome = reconcile.apply(work, WritePortal(), CONTRACT)
    assert outcome.problem.reason == "registration.signed_out"
    assert (outcome.added(), clock.pauses) == ((), [])


def test_a_tenant_that_vanishes_is_noticed():
    outcome = reconcile.apply(context(make_view(["x"], [A, B]), make_view([A, B], ["x"]))[0], WritePortal(), CONTRACT)
    assert outcome.vanished() == ("x",)


REQUEST = WriteRequest("POST", "/x/planted-etag?y=1", {}, None, (A,))


@pytest.mark.parametrize(("status", "expected"), [(200, None), (204, None), (302, 401), (403, 403), (500, 500)])
def test_what_a_status_means(status, expected):
    failure = send_request(WritePortal(status), REQUEST)
    assert (failure.status if failure else None) == expected


@pytest.mark.parametrize("error", [UnreachableError, DeadlineError])
def test_no_answer_is_status_0_without_the_recorded_path(error):
    failure = send_request(WritePortal(error("POST https://mto.example/x/planted-etag: cut")), REQUEST)
    assert (failure.status, failure.error_text) == (0, "POST https://mto.example/(the recorded path): cut")
    assert not failure.refused


@pytest.mark.parametrize(("status", "refused"), [(0, False), (399, False), (400, True), (499, True), (500, False)])
def test_only_a_client_error_is_a_certain_refusal(status, refused):
    assert WriteFailure(status, "").refused is refused


ECHO = parse_contract(
    {"version": 1, "write": {"add": {**EACH["write"]["add"], "headers": {"If-Match": "$effective._etag"}}}}
)


class EtagPortal(WritePortal):
    """Notes the etag of each write."""

    def write(self, method, path, headers, body):
        super().write(method, path, headers, body)
        self.sent[-1] = headers["If-Match"]
        return response({}, 204)


def with_etags(*views):
    """Reads these views in turn, each with a newer etag."""
    made, _clock = context(*views)
    numbers = iter(range(99))

    def read():
        return dataclasses.replace(made.read(), bodies=AnswerBodies(effective={"_etag": f"etag {next(numbers)}"}))

    return dataclasses.replace(made, read=read)


def test_each_request_echoes_what_the_portal_answered_last():
    portal = EtagPortal()
    assert reconcile.apply(with_etags(EMPTY, make_view([A], [B]), FULL), portal, ECHO).added() == (A, B)
    assert portal.sent == ["etag 0", "etag 1"]


def test_where_the_answer_cannot_be_read_again_the_rest_is_not_sent():
    unread = dataclasses.replace(EMPTY, problems={"picker": Problem("read.throttled")})
    portal = EtagPortal()
    outcome = reconcile.apply(with_etags(EMPTY, unread, make_view([A], [B])), portal, ECHO)
    assert portal.sent == ["etag 0"]
    assert outcome.write_failure.accepted == 1
    assert "could not be read again between two requests" in outcome.write_failure.error_text
    assert outcome.added() == (A,)


def test_where_the_answer_lacks_a_value_later_the_rest_is_not_sent():
    work = with_etags(EMPTY, make_view([A], [B]))
    readings = iter(
        [
            work.read(),
            dataclasses.replace(work.read(), bodies=AnswerBodies(effective={})),
            *(work.read() for _n in range(50)),
        ]
    )
    portal = EtagPortal()
    outcome = reconcile.apply(dataclasses.replace(work, read=lambda: next(readings)), portal, ECHO)
    assert (portal.sent, outcome.write_failure.accepted) == (["etag 0"], 1)
    assert "has no $effective._etag" in outcome.write_failure.error_text
