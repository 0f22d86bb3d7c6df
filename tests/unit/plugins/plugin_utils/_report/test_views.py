# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which person's view could hold which tenants, where one view is too small."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell
from ansible_collections.m365.defender.plugins.plugin_utils._report.views import SuggestedViews, suggest_views


def person(operator, ready, tenants="abcdef"):
    cells = (Cell(tenant, f"Tenant {tenant}", tenant in ready, None, None, None, None, None, {}) for tenant in tenants)
    return AnalystRow(operator, operator.title(), tuple(cells))


def placed(views):
    return {operator: "".join(ids) for operator, ids in views.views.items()}, "".join(views.left_over)


@pytest.mark.parametrize(
    ("anna", "ben", "room", "registered", "expected"),
    [
        ("abcdef", "abcdef", 3, "", ({"anna": "abc", "ben": "def"}, "")),
        ("abcd", "", 3, "", ({"anna": "abc", "ben": ""}, "d")),
        # Only Anna can hold d to f, so that Ben gets what both can.
        ("abcdef", "abc", 3, "", ({"anna": "def", "ben": "abc"}, "")),
        ("abcdef", "abcdef", 3, "fd", ({"anna": "adf", "ben": "bce"}, "")),
        ("abcdef", "abcdef", 2, "", ({"anna": "ab", "ben": "cd"}, "ef")),
        ("", "abcd", 3, "", ({"anna": "", "ben": "abc"}, "d")),
    ],
)
def test_tenants_get_a_place_with_somebody_for_whom_they_are_ready(anna, ben, room, registered, expected):
    views = suggest_views([person("anna", anna), person("ben", ben)], room, registered)
    assert placed(views) == expected
    assert SuggestedViews.from_fields(Fields(views.as_dict(), "views")) == views


@pytest.mark.parametrize("ready", ["", "abc"])
def test_nothing_is_suggested_where_one_view_is_enough(ready):
    assert suggest_views([person("anna", ready), person("ben", ready)], 3) is None


@given(st.lists(st.sets(st.sampled_from("abcdefgh")), min_size=1, max_size=4), st.integers(1, 4))
def test_no_view_is_too_full_and_none_holds_a_tenant_twice_or_unready(ready, room):
    team = [person(f"p{number}", own, "abcdefgh") for number, own in enumerate(ready)]
    views, wanted = suggest_views(team, room), set().union(*ready)
    if views is None:
        assert len(wanted) <= room
        return
    held = [tenant for ids in views.views.values() for tenant in ids]
    assert sorted([*held, *views.left_over]) == sorted(wanted)
    for own, ids in zip(ready, views.views.values(), strict=True):
        assert len(ids) <= room
        assert set(ids) <= own
    # What is left over has no room with anybody: each of its people's views is full.
    for tenant in views.left_over:
        assert all(len(ids) == room for own, ids in zip(ready, views.views.values(), strict=True) if tenant in own)
    assert views == suggest_views(team, room)


def test_plan_in_words_names_a_few_tenants_and_what_to_do_about_the_rest():
    views = suggest_views([person("anna", "abcdef"), person("ben", "f")], 4)
    names = {tenant: f"Tenant {tenant}" for tenant in "abcdef"}
    head, anna, ben, rest = views.lines(names)
    assert head.startswith("6 tenants are ready, and one view holds at most 4.")
    assert anna == "anna: 4 tenants (Tenant a, Tenant b, Tenant c and 1 more)"
    assert ben == "ben: 1 tenant (Tenant f)"
    assert rest.startswith("No view has room for 1 tenant (Tenant e). Name more people")
