# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a fault happens: by host, path, batch, count and window."""

from __future__ import annotations

import pytest

from lab.state.faults import FaultPlan, WriteFaultPlan
from lab.worlds.faults import Fault, WriteFault


class Clock:
    """A clock that does not move until it is set."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def kinds(plan: FaultPlan, *, host: str = "graph", path: str = "/users", in_batch: bool = False, times: int = 1):
    faults = [plan.next(host, path, in_batch=in_batch) for _again in range(times)]
    return [None if fault is None else fault.kind for fault in faults]


def test_nothing_without_faults():
    assert kinds(FaultPlan([])) == [None]


def test_always_without_a_count():
    assert kinds(FaultPlan([Fault(kind="error")]), times=3) == ["error"] * 3


def test_count():
    assert kinds(FaultPlan([Fault(kind="error", times=2)]), times=3) == ["error", "error", None]


def test_next_fault_when_the_first_is_spent():
    plan = FaultPlan([Fault(kind="error", times=1), Fault(kind="reset", times=1)])
    assert kinds(plan, times=3) == ["error", "reset", None]


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("/", "/users", True),
        ("/users", "/users/x/transitiveMemberOf", True),
        ("/USERS", "/users", True),
        ("/users$", "/users/x", False),
        ("/.*/accessAssignments", "/tenantRelationships/x/accessAssignments", True),
        ("/organization", "/users", False),
    ],
)
def test_path(pattern, path, hit):
    assert (FaultPlan([Fault(kind="error", path=pattern)]).next("graph", path, in_batch=False) is not None) is hit


def test_host():
    plan = FaultPlan([Fault(kind="error", host="login")])
    assert kinds(plan) == [None]
    assert kinds(plan, host="login") == ["error"]


@pytest.mark.parametrize(("in_batch", "alone", "inside"), [(None, 1, 1), (True, 0, 1), (False, 1, 0)])
def test_batch(in_batch, alone, inside):
    plan = FaultPlan([Fault(kind="error", in_batch=in_batch)])
    assert kinds(plan) == ["error" if alone else None]
    assert kinds(plan, in_batch=True) == ["error" if inside else None]


def test_window_of_a_throttle_begins_with_its_first_hit():
    clock = Clock()
    plan = FaultPlan([Fault(kind="throttle", seconds=1)], clock)
    clock.now = 500.0
    assert kinds(plan, times=2) == ["throttle", "throttle"]
    clock.now = 500.9
    assert kinds(plan) == ["throttle"]
    clock.now = 501.0
    assert kinds(plan) == [None]


def test_seconds_of_a_slow_answer_are_no_window():
    clock = Clock()
    plan = FaultPlan([Fault(kind="slow", seconds=1)], clock)
    assert kinds(plan) == ["slow"]
    clock.now = 900.0
    assert kinds(plan) == ["slow"]


def test_a_fault_of_a_write_comes_before_or_after_it():
    plan = WriteFaultPlan([WriteFault(kind="error"), WriteFault(kind="cut_after")])
    assert [fault.kind for fault in plan.before("POST", "/invitations")] == ["error"]
    assert [fault.kind for fault in plan.after("POST", "/invitations")] == ["cut_after"]
    assert plan.before("POST", "/invitations") == plan.after("POST", "/invitations") == []


def test_some_writes_pass_first():
    plan = WriteFaultPlan([WriteFault(kind="error", method="PATCH", path="/policies", after=1, times=2)])
    assert plan.before("POST", "/policies/x") == plan.before("PATCH", "/users") == []
    assert [len(plan.before("PATCH", "/policies/x")) for _again in range(4)] == [0, 1, 1, 0]


@pytest.mark.parametrize(("kinds", "late"), [(["late"], True), (["cut_after", "error"], False)])
def test_only_a_late_fault_needs_the_tenant_before(kinds, late):
    more = {"late": {"reads": 1}}
    assert WriteFaultPlan([WriteFault(kind=kind, **more.get(kind, {})) for kind in kinds]).has_late is late
