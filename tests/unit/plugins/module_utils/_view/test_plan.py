# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: a table of cases, and what holds for every picture of the view."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Wish, make_plan
from ansible_collections.m365.defender.plugins.module_utils._view.view import (
    ExposedTenant,
    OfferedTenant,
    View,
)

HOME = "home"
ADDED = "2026-05-03T10:11:12.1234567Z"
ALL = {"B2B": "Success", "GDAP": "Success", "TGov": "Success"}


def view(
    registered: t.Iterable[str] = (),
    offered: t.Iterable[str] = (),
    *,
    sources: t.Mapping[str, str] | None = None,
    lost: t.Iterable[str] = (),
    only_picker: t.Iterable[str] = (),
    only_group: t.Iterable[str] = (),
    unseen: t.Iterable[str] = (),
) -> View:
    """A picture in which both answers agree, but for the tenants named last.

    `only_picker`: added by the picker alone; `only_group`: by the group alone; `unseen`: no row
    in the picker.
    """
    rows = {
        **{one: OfferedTenant(one, one, lost_access=one in lost) for one in (*offered, *only_group)},
        **{one: OfferedTenant(one, one, True, one in lost, 1, ADDED) for one in (*registered, *only_picker)},
    }
    group = {one: ExposedTenant(one, one, 1, ADDED) for one in (*registered, *only_group, *unseen)}
    return View("2026-11-24T10:00:00Z", "anna", HOME, rows, group, dict(ALL if sources is None else sources))


def wish(*declared: str, **more: t.Any) -> Wish:
    """A wish in which every declared tenant is eligible, unless told."""
    fields = {"eligible": frozenset(declared), "home_tenant_id": HOME, **more}
    return Wish(declared, **fields)


PARTIAL = {**ALL, "GDAP": "Timeout"}
CASES = {
    "nothing to do": (wish("a"), view(["a"]), (), (), []),
    "adds what is offered, in the order of the list": (wish("b", "a"), view([], ["a", "b"]), ("b", "a"), (), []),
    "adds only what is eligible": (wish("a", "b", eligible=frozenset("b")), view([], ["a", "b"]), ("b",), (), []),
    "not eligible, but there: stays, with purge too": (
        wish("a", eligible=frozenset(), purge=True),
        view(["a"]),
        (),
        (),
        [],
    ),
    "not offered": (wish("a"), view(), (), (), ["not_offered"]),
    "not offered while partial": (wish("a"), view(sources=PARTIAL), (), (), ["unclear"]),
    "offered while partial": (wish("a"), view([], ["a"], sources=PARTIAL), ("a",), (), []),
    "access lost": (wish("a"), view([], ["a"], lost=["a"]), (), (), ["lost_access"]),
    "answers differ": (wish("a", "b"), view(only_picker=["a"], only_group=["b"]), (), (), ["unclear"]),
    "in the group, not in the picker": (wish("a"), view(unseen=["a"]), (), (), ["unclear"]),
    "in the group, not in a partial picker": (wish("a"), view(unseen=["a"], sources=PARTIAL), (), (), ["unclear"]),
    "purge of what the picker does not show": (
        wish("a", purge=True),
        view(["a"], unseen=["x"]),
        (),
        (),
        ["removal_in_doubt"],
    ),
    "no purge": (wish("a"), view(["a", "x"]), (), (), []),
    "purge": (wish("a", purge=True), view(["a", "x"]), (), ("x",), []),
    "purge never takes the home tenant": (wish("a", purge=True), view(["a", HOME]), (), (), []),
    "purge while partial": (wish("a", purge=True), view(["a", "x"], sources=PARTIAL), (), (), ["removal_partial"]),
    "purge where no source is named": (
        wish("a", purge=True),
        view(["a", "x"], sources={}),
        (),
        (),
        ["removal_partial"],
    ),
    "purge of a part of the list": (
        wish("a", purge=True, whole_list=False),
        view(["a", "x"]),
        (),
        (),
        ["removal_part_of_list"],
    ),
    "purge with an empty list": (wish(purge=True), view(["x"]), (), (), ["removal_empty_list"]),
    "purge of too many": (wish("a", purge=True), view(["a", *"wxyz"]), (), (), ["removal_too_many"]),
    "purge of as many as allowed": (wish("a", purge=True), view(["a", *"xyz"]), (), ("x", "y", "z"), []),
    "purge in doubt": (wish("a", purge=True), view(["a", "x"], only_picker=["y"]), (), ("x",), ["removal_in_doubt"]),
    "absent": (wish("a", state="absent"), view(["a", "b"]), (), ("a",), []),
    "absent and not there": (wish("a", state="absent"), view(["b"], ["a"]), (), (), []),
    "absent never takes the home tenant": (wish(HOME, state="absent"), view([HOME]), (), (), []),
    "absent while partial": (wish("a", state="absent"), view(["a"], sources=PARTIAL), (), (), ["removal_partial"]),
    "absent and too many": (wish(*"abcd", state="absent"), view([*"abcd"]), (), (), ["removal_too_many"]),
    "absent by a part of the list is named one by one": (
        wish("a", state="absent", whole_list=False),
        view(["a"]),
        (),
        ("a",),
        [],
    ),
    "full": (wish("a", "b", max_tenants=2), view(["x"], ["a", "b"]), ("a",), (), ["over_limit"]),
    "the home tenant takes no room": (wish("a", max_tenants=1), view([HOME], ["a"]), ("a",), (), []),
    "purge makes room": (wish("a", purge=True, max_tenants=1), view(["x"], ["a"]), ("a",), ("x",), []),
    "more there than fits": (
        wish("a", "b", max_tenants=1),
        view(["x", "y"], ["a"]),
        (),
        (),
        ["not_offered", "over_limit"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_plan(case):
    declared, picture, add, remove, refused = CASES[case]
    plan = make_plan(declared, picture)
    assert (plan.add, plan.remove) == (add, remove)
    assert [refusal.kind for refusal in plan.refusals] == refused


@pytest.mark.parametrize("part", ["picker", "effective"])
def test_nothing_is_planned_where_one_answer_is_missing(part):
    whole = view(["a", "x"], ["b"])
    problem = {part: Problem("read.throttled")}
    blind = View(
        whole.taken_at,
        whole.operator,
        HOME,
        None if part == "picker" else whole.offered,
        None if part == "effective" else whole.exposed,
        {} if part == "picker" else whole.sources,
        problems=problem,
    )
    plan = make_plan(wish("a", "b", purge=True), blind)
    assert plan.empty
    assert {refusal.kind for refusal in plan.refusals} == {"unclear", "removal_partial"}


def test_a_limit_of_100_leaves_the_101st_out_by_name():
    ids = [f"{number:03}" for number in range(101)]
    plan = make_plan(wish(*ids), view([], ids))
    assert plan.add == tuple(ids[:100])
    assert [(refusal.kind, refusal.tenant_ids) for refusal in plan.refusals] == [("over_limit", ("100",))]


NAMES = [*"abcdefgh", HOME]
some = st.lists(st.sampled_from(NAMES), unique=True)
words = st.dictionaries(st.sampled_from(["B2B", "GDAP", "TGov"]), st.sampled_from(["Success", "Timeout", ""]))


@st.composite
def views(draw):
    """Any picture, the contradictory and the partial ones included."""
    offered = {
        one: OfferedTenant(one, one, draw(st.booleans()), draw(st.booleans()), 1, draw(st.sampled_from([None, ADDED])))
        for one in draw(some)
    }
    exposed = {one: ExposedTenant(one, one) for one in draw(some)}
    return View(
        "2026-11-24T10:00:00Z",
        "anna",
        HOME,
        draw(st.sampled_from([offered, offered, None])),
        draw(st.sampled_from([exposed, exposed, None])),
        draw(words),
    )


@st.composite
def wishes(draw):
    """Any wish."""
    declared = tuple(draw(some))
    return Wish(
        declared,
        frozenset(draw(some)) & {*declared},
        HOME,
        draw(st.sampled_from(["present", "absent"])),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.integers(1, 9)),
        draw(st.integers(0, 9)),
    )


@given(wishes(), views())
def test_nothing_is_removed_on_a_doubt(asked, picture):
    plan = make_plan(asked, picture)
    for one in plan.remove:
        assert one != HOME
        assert picture.complete
        assert picture.standing(one) == "registered"
        assert one in picture.exposed
        assert one in picture.offered
        assert one in asked.declared if asked.state == "absent" else one not in asked.declared
    assert len(plan.remove) <= asked.max_removals
    if asked.state == "present" and plan.remove:
        assert asked.purge
        assert asked.whole_list
        assert asked.declared


@given(wishes(), views())
def test_only_what_is_eligible_and_offered_is_added(asked, picture):
    plan = make_plan(asked, picture)
    for one in plan.add:
        assert asked.state == "present"
        assert one in asked.eligible
        assert one in asked.declared
        assert one != HOME
        assert picture.standing(one) == "not_registered"
        assert not picture.offered[one].lost_access
    after = {*picture.registered} - {*plan.remove} - {HOME}
    assert not plan.add or len(after) + len(plan.add) <= asked.max_tenants


@given(wishes(), views())
def test_every_eligible_tenant_is_there_added_or_told(asked, picture):
    plan = make_plan(asked, picture)
    told = {one for refusal in plan.refusals for one in refusal.tenant_ids}
    if asked.state == "present":
        for one in asked.eligible - {HOME}:
            assert (picture.standing(one) == "registered") + (one in plan.add) + (one in told) == 1


@given(wishes(), views())
def test_when_the_plan_is_done_nothing_is_left_to_do(asked, picture):
    plan = make_plan(asked, picture)
    done = _done(picture, plan)
    again = make_plan(asked, done)
    assert again.add == ()
    assert again.remove == ()


def _done(picture: View, plan: t.Any) -> View:
    """The picture after the plan; nothing else changes."""
    if plan.empty:
        return picture
    offered = dict(picture.offered or {})
    exposed = {one: row for one, row in (picture.exposed or {}).items() if one not in plan.remove}
    for one in plan.add:
        offered[one] = OfferedTenant(one, one, True, False, 1, ADDED)
        exposed[one] = ExposedTenant(one, one)
    for one in plan.remove:
        if one in offered:
            offered[one] = OfferedTenant(one, one, lost_access=offered[one].lost_access)
    return View(picture.taken_at, picture.operator, HOME, offered, exposed, picture.sources)
