# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a tenant in an observed view, by both answers together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_answers import EFFECTIVE_BODY, HOME, PICKER_BODY, SOURCES, TAKEN, A, B, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import parse_effective, parse_picker
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    MultitenantView,
    ObservedView,
    OfferedTenant,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def view(picker=None):
    """A view whose group holds A."""
    rows, sources = parse_picker(picker or PICKER_BODY) or (None, {})
    return MultitenantView(TAKEN, "anna", HOME, rows, parse_effective(EFFECTIVE_BODY).exposed, sources)


@given(
    st.sampled_from(["selected", "addedOn", "lostAccess", "name", "tenantAadEnvironment"]),
    st.sampled_from([A, B]),
    json_values,
)
def test_blurring_a_field_never_makes_a_tenant_registered(field, tenant_id, value):
    rows = [{**row, field: value} if row["tenantId"] == tenant_id else row for row in PICKER_BODY["tenantInfoList"]]
    blurred = view({**PICKER_BODY, "tenantInfoList": rows})
    assert blurred.registration_state(B) != "registered"
    assert blurred.registration_state(A) in ("registered", "differs", "unknown")


@pytest.mark.parametrize(("sources", "state"), [(SOURCES, "differs"), ({**SOURCES, "GDAP": "Timeout"}, "unknown")])
def test_one_answer_alone_never_makes_a_tenant_registered(sources, state):
    """The group holds it and the picker has no row of it: no green tick without the second answer."""
    alone = view({"tenantInfoList": PICKER_BODY["tenantInfoList"][1:], "responseTypes": sources})
    assert alone.registration_state(A) == state


def test_absence_proves_something_only_where_every_source_answered():
    nobody = f"{A[:-1]}f"
    assert view().registration_state(nobody) == "not_registered"
    assert (
        view({**PICKER_BODY, "responseTypes": {**SOURCES, "TGov": "Forbidden"}}).registration_state(nobody) == "unknown"
    )
    assert view({**PICKER_BODY, "responseTypes": {}}).registration_state(nobody) == "unknown"


def test_what_is_in_the_view_by_either_answer_is_kept():
    assert make_view(["c"], ["x"], only_picker=["b"], only_group=["a"], unseen=["d"]).registered == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("fields", "added"), [({}, False), ({"selected": True}, True), ({"added_on": "any time"}, True)]
)
def test_a_row_of_the_picker_says_whether_it_was_added(fields, added):
    assert OfferedTenant("a", "a", **fields).added is added


def test_rows_by_tenant():
    view = make_view(["a"], ["b"])
    assert (view.offered_row("b").tenant_id, view.exposed_row("b")) == ("b", None)
    assert (view.offered_row("c"), view.exposed_row("c")) == (None, None)
    unread = MultitenantView(TAKEN, None, None, None, None)
    assert (unread.offered_row("a"), unread.exposed_row("a"), unread.registered) == (None, None, ())
    assert unread.registration_state("a") == "unknown"


def test_a_view_with_a_problem_is_not_used():
    view = make_view()
    assert ObservedView(view).usable is view
    assert ObservedView(view, Problem("read.deadline")).usable is None
