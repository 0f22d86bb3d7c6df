# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: a table of cases, and what holds for every view of the view."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_answers import ADDED, PARTIAL_SOURCES, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ExposedTenant,
    MultitenantView,
    OfferedTenant,
)
from ansible_collections.m365.defender.plugins.module_utils._view.plan import make_plan

HOME = "home"


def desire(*declared: str, **more: t.Any) -> DesiredState:
    """A desired state in which every declared tenant is eligible, unless given."""
    fields = {"eligible": frozenset(declared), "home_tenant_id": HOME, **more}
    return DesiredState(declared, **fields)


CASES = {
    "nothing to do": (desire("a"), make_view(["a"]), (), (), []),
    "adds what is offered, in the order of the list": (desire("b", "a"), make_view([], ["a", "b"]), ("b", "a"), (), []),
    "adds only what is eligible": (
        desire("a", "b", eligible=frozenset("b")),
        make_view([], ["a", "b"]),
        ("b",),
        (),
        [],
    ),
    "not eligible, but there: stays, with purge too": (
        desire("a", eligible=frozenset(), purge=True),
        make_view(["a"]),
        (),
        (),
        [],
    ),
    "not offered": (desire("a"), make_view(), (), (), ["not_offered"]),
    "not offered while partial": (desire("a"), make_view(sources=PARTIAL_SOURCES), (), (), ["unclear"]),
    "offered while partial": (desire("a"), make_view([], ["a"], sources=PARTIAL_SOURCES), ("a",), (), []),
    "access lost": (desire("a"), make_view([], ["a"], lost=["a"]), (), (), ["lost_access"]),
    "hidden tenants take room": (
        desire("a", "b", max_tenants=3),
        make_view([], ["a", "b"], hidden=2),
        ("a",),
        (),
        ["over_limit"],
    ),
    "hidden tenants, a difference is sent": (
        desire("a", purge=True),
        make_view(["x"], ["a"], hidden=1),
        ("a",),
        ("x",),
        [],
    ),
    "hidden tenants, the full list is sent": (
        desire("a", purge=True, sends_full_list=True),
        make_view(["x"], ["a"], hidden=1),
        (),
        (),
        ["hidden_tenants"],
    ),
    "hidden tenants, the full list would be sent to remove": (
        desire("a", state="absent", sends_full_list=True),
        make_view(["a"], hidden=1),
        (),
        (),
        ["hidden_tenants"],
    ),
    "no hidden tenants, the full list is sent": (
        desire("a", purge=True, sends_full_list=True),
        make_view(["x"], ["a"]),
        ("a",),
        ("x",),
        [],
    ),
    "not shown, and tenants are hidden": (desire("a"), make_view(hidden=1), (), (), ["unclear"]),
    "answers differ": (desire("a", "b"), make_view(only_picker=["a"], only_group=["b"]), (), (), ["unclear"]),
    "in the group, not in the picker": (desire("a"), make_view(unseen=["a"]), (), (), ["unclear"]),
    "in the group, not in a partial picker": (
        desire("a"),
        make_view(unseen=["a"], sources=PARTIAL_SOURCES),
        (),
        (),
        ["unclear"],
    ),
    "purge of what the picker does not show": (
        desire("a", purge=True),
        make_view(["a"], unseen=["x"]),
        (),
        (),
        ["removal_in_doubt"],
    ),
    "no purge": (desire("a"), make_view(["a", "x"]), (), (), []),
    "purge": (desire("a", purge=True), make_view(["a", "x"]), (), ("x",), []),
    "purge never takes the home tenant": (desire("a", purge=True), make_view(["a", HOME]), (), (), []),
    "purge while partial": (
        desire("a", purge=True),
        make_view(["a", "x"], sources=PARTIAL_SOURCES),
        (),
        (),
        ["removal_partial"],
    ),
    "purge where no source is named": (
        desire("a", purge=True),
        make_view(["a", "x"], sources={}),
        (),
        (),
        ["removal_partial"],
    ),
    "purge of a part of the list": (
        desire("a", purge=True, whole_list=False),
        make_view(["a", "x"]),
        (),
        (),
        ["removal_part_of_list"],
    ),
    "purge with an empty list": (desire(purge=True), make_view(["x"]), (), (), ["removal_empty_list"]),
    "purge of too many": (desire("a", purge=True), make_view(["a", *"wxyz"]), (), (), ["removal_too_many"]),
    "purge of as many as allowed": (desire("a", purge=True), make_view(["a", *"xyz"]), (), ("x", "y", "z"), []),
    "purge in doubt": (
        desire("a", purge=True),
        make_view(["a", "x"], only_picker=["y"]),
        (),
        ("x",),
        ["removal_in_doubt"],
    ),
    "absent": (desire("a", state="absent"), make_view(["a", "b"]), (), ("a",), []),
    "absent and not there": (desire("a", state="absent"), make_view(["b"], ["a"]), (), (), []),
    "absent never takes the home tenant": (desire(HOME, state="absent"), make_view([HOME]), (), (), []),
    "absent while partial": (
        desire("a", state="absent"),
        make_view(["a"], sources=PARTIAL_SOURCES),
        (),
        (),
        ["removal_partial"],
    ),
    "absent and too many": (desire(*"abcd", state="absent"), make_view([*"abcd"]), (), (), ["removal_too_many"]),
    "absent by a part of the list is named one by one": (
        desire("a", state="absent", whole_list=False),
        make_view(["a"]),
        (),
        ("a",),
        [],
    ),
    "full": (desire("a", "b", max_tenants=2), make_view(["x"], ["a", "b"]), ("a",), (), ["over_limit"]),
    "the home tenant takes no room": (desire("a", max_tenants=1), make_view([HOME], ["a"]), ("a",), (), []),
    "purge makes room": (desire("a", purge=True, max_tenants=1), make_view(["x"], ["a"]), ("a",), ("x",), []),
    "more than fits": (
        desire("a", "b", max_tenants=1),
        make_view(["x", "y"], ["a"]),
        (),
        (),
        ["not_offered", "over_limit"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_plan(case):
    desired, view, add, remove, refused = CASES[case]
    plan = make_plan(desired, view)
    assert (plan.add, plan.remove) == (add, remove)
    assert [refusal.kind for refusal in plan.refusals] == refused


@pytest.mark.parametrize("part", ["picker", "effective"])
def test_nothing_is_planned_where_one_answer_is_missing(part):
    whole = make_view(["a", "x"], ["b"])
    problem = {part: Problem("read.throttled")}
    blind = MultitenantView(
        whole.taken_at,
        whole.operator,
        HOME,
        None if part == "picker" else whole.offered,
        None if part == "effective" else whole.exposed,
        {} if part == "picker" else whole.sources,
        problems=problem,
    )
    plan = make_plan(desire("a", "b", purge=True), blind)
    assert plan.empty
    assert {refusal.kind for refusal in plan.refusals} == {"unclear", "removal_partial"}


def test_a_limit_of_100_leaves_the_101st_out_by_name():
    ids = [f"{number:03}" for number in range(101)]
    plan = make_plan(desire(*ids), make_view([], ids))
    assert plan.add == tuple(ids[:100])
    assert [(refusal.kind, refusal.tenant_ids) for refusal in plan.refusals] == [("over_limit", ("100",))]


NAMES = [*"abcdefgh", HOME]
some = st.lists(st.sampled_from(NAMES), unique=True)
words = st.dictionaries(st.sampled_from(["B2B", "GDAP", "TGov"]), st.sampled_from(["Success", "Timeout", ""]))


@st.composite
def views(draw):
    """Any view, the contradictory and the partial ones included."""
    offered = {
        tenant_id: OfferedTenant(
            tenant_id, tenant_id, draw(st.booleans()), draw(st.booleans()), 1, draw(st.sampled_from([None, ADDED]))
        )
        for tenant_id in draw(some)
    }
    exposed = {tenant_id: ExposedTenant(tenant_id, tenant_id) for tenant_id in draw(some)}
    return MultitenantView(
        "2026-11-24T10:00:00Z",
        "anna",
        HOME,
        draw(st.sampled_from([offered, offered, None])),
        draw(st.sampled_from([exposed, exposed, None])),
        draw(words),
    )


@st.composite
def desired_states(draw):
    """Any desired state."""
    declared = tuple(draw(some))
    return DesiredState(
        declared,
        frozenset(draw(some)) & {*declared},
        HOME,
        draw(st.sampled_from(["present", "absent"])),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.integers(1, 9)),
        draw(st.integers(0, 9)),
    )


@given(desired_states(), views())
def test_nothing_is_removed_when_in_doubt(desired, view):
    plan = make_plan(desired, view)
    for tenant_id in plan.remove:
        assert tenant_id != HOME
        assert view.complete
        assert view.registration_state(tenant_id) == "registered"
        assert tenant_id in view.exposed
        assert tenant_id in view.offered
        assert tenant_id in desired.declared if desired.state == "absent" else tenant_id not in desired.declared
    assert len(plan.remove) <= desired.max_removals
    if desired.state == "present" and plan.remove:
        assert desired.purge
        assert desired.whole_list
        assert desired.declared


@given(desired_states(), views())
def test_only_what_is_eligible_and_offered_is_added(desired, view):
    plan = make_plan(desired, view)
    for tenant_id in plan.add:
        assert desired.state == "present"
        assert tenant_id in desired.eligible
        assert tenant_id in desired.declared
        assert tenant_id != HOME
        assert view.registration_state(tenant_id) == "not_registered"
        assert not view.offered[tenant_id].lost_access
    after = {*view.registered} - {*plan.remove} - {HOME}
    assert not plan.add or len(after) + len(plan.add) <= desired.max_tenants


@given(desired_states(), views())
def test_every_eligible_tenant_is_registered_added_or_refused(desired, view):
    plan = make_plan(desired, view)
    refused = {tenant_id for refusal in plan.refusals for tenant_id in refusal.tenant_ids}
    if desired.state == "present":
        for tenant_id in desired.eligible - {HOME}:
            assert (view.registration_state(tenant_id) == "registered") + (tenant_id in plan.add) + (
                tenant_id in refused
            ) == 1


@given(desired_states(), views())
def test_when_the_plan_is_done_nothing_is_left_to_do(desired, view):
    plan = make_plan(desired, view)
    done = _done(view, plan)
    again = make_plan(desired, done)
    assert again.add == ()
    assert again.remove == ()


def _done(view: MultitenantView, plan: t.Any) -> MultitenantView:
    """The view after the plan; nothing else changes."""
    if plan.empty:
        return view
    offered = dict(view.offered or {})
    exposed = {tenant_id: row for tenant_id, row in (view.exposed or {}).items() if tenant_id not in plan.remove}
    for tenant_id in plan.add:
        offered[tenant_id] = OfferedTenant(tenant_id, tenant_id, True, False, 1, ADDED)
        exposed[tenant_id] = ExposedTenant(tenant_id, tenant_id)
    for tenant_id in plan.remove:
        if tenant_id in offered:
            offered[tenant_id] = OfferedTenant(tenant_id, tenant_id, lost_access=offered[tenant_id].lost_access)
    return MultitenantView(view.taken_at, view.operator, HOME, offered, exposed, view.sources)
