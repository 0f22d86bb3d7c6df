# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes that a recording needs: which ones count, in which order, and what begins them again."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.sitting.recipe import Change, Recipe

OFFERED = "abcdef"


def after(*views, offered=OFFERED):
    """The recipe after these readings of the view."""
    recipe = Recipe()
    for view in views:
        recipe.observe(view, [each for each in offered if each not in view])
    return recipe


@pytest.mark.parametrize(
    ("views", "made"),
    [
        (["a"], 0),
        (["a", "a"], 0),
        (["a", "abc"], 1),
        (["a", "abc", "abc", "ac"], 2),
        (["a", "abc", "ac", "a"], 3),
        # Three at once serve as well.
        (["a", "abcd", "acd", "ac"], 3),
        # One, and a third one later, are no two at once.
        (["a", "ab", "abc"], 0),
        (["a", "ab", "abcd"], 1),
        # Both removed at once, or one that is to stay.
        (["a", "abc", "a"], 0),
        (["a", "abc", "bc"], 0),
        (["a", "abc", "ac", "abc"], 0),
        (["a", "abc", "a", "abc", "ab", "a"], 3),
        # The first tenant of an empty view stays.
        (["", "a", "abc", "ab", "a"], 3),
        (["", "ab", "abcd", "abc", "ab"], 3),
    ],
)
def test_changes_that_count(views, made):
    assert len(after(*views).made) == made


def test_change_that_does_not_fit_is_kept_to_be_told():
    assert after("a", "ab").strayed == Change(added=frozenset("b"))
    assert after("a", "ab", "abcd").strayed is None


def test_where_everything_is_in_the_view_the_removals_come_first():
    recipe = after("abc", offered="abc")
    assert (recipe.order, recipe.staying) == (("remove", "remove", "add"), ("a",))
    recipe = after("abc", "ac", "a", "abc", offered="abc")
    assert recipe.complete
    assert recipe.staying == ("a",)


def test_removals_leave_one_that_stays():
    assert len(after("abc", "ac", "", offered="abc").made) == 0


@pytest.mark.parametrize(("view", "offered", "possible"), [("a", "abc", True), ("a", "ab", False), ("", "abc", True)])
def test_three_tenants_are_needed(view, offered, possible):
    assert after(view, offered=offered).possible is possible


def test_complete_recipe_stays_complete():
    recipe = after("a", "abc", "ab", "a")
    assert recipe.observe("ab", "c")
    assert recipe.complete


@hypothesis.given(st.lists(st.frozensets(st.sampled_from("abcd")), max_size=12))
def test_what_is_complete_was_recorded(views):
    """Two tenants were added at once and each removed alone, while another one stayed, in three changes in a row."""
    recipe = after(*("".join(sorted(view)) for view in views), offered="abcd")
    if not recipe.complete:
        return
    add = next(change for change in recipe.made if change.added)
    assert len(add.added) >= 2
    assert all(len(change.removed) == 1 for change in recipe.made if change is not add)
