# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the portal's answers, field by field, and what a field of another type does to the whole list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_answers import (
    ADDED,
    ANNA,
    CONTEXT_BODY,
    EFFECTIVE_BODY,
    FRESH_ROW,
    HOME,
    PICKER_BODY,
    SOURCES,
    TAKEN,
    A,
    wrapped,
)

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Answer,
    Owner,
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
    unwrapped,
    view_from_answers,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ExposedTenant,
    OfferedTenant,
    TenantGroup,
)

ID = "aaaaaaaa-0000-4000-8000-00000000000a"
OTHER = "bbbbbbbb-0000-4000-8000-00000000000b"
WHOLE = {"tenantId": ID.upper(), "name": "Birch", "tenantAadEnvironment": 2, "addedOn": ADDED}
BARE = {"tenantId": ID}


def picker(*rows, **more):
    return {"tenantInfoList": list(rows), "responseTypes": {"B2B": "Success"}, **more}


def group(*rows, **more):
    return {"name": "All", "tenantGroupId": "g-1", "exposedTargetTenantsInfo": list(rows), **more}


def test_a_row_of_the_picker():
    rows, sources = parse_picker(picker({**WHOLE, "selected": True, "lostAccess": True}, {"tenantId": OTHER}))
    assert rows == {
        ID: OfferedTenant(ID, "Birch", True, True, 2, ADDED),
        OTHER: OfferedTenant(OTHER, OTHER, False, False, None, None),
    }
    assert list(rows) == [ID, OTHER]
    assert sources == {"B2B": "Success"}


def test_a_row_of_the_effective_group():
    assert parse_effective(group(WHOLE, {"tenantId": OTHER})) == {
        ID: ExposedTenant(ID, "Birch", 2, ADDED),
        OTHER: ExposedTenant(OTHER, OTHER, None, None),
    }


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("name", "", {"name": ID}),
        ("name", None, {"name": ID}),
        ("name", 7, {"name": ID}),
        ("tenantAadEnvironment", True, {"environment": None}),
        ("tenantAadEnvironment", False, {"environment": None}),
        ("tenantAadEnvironment", "1", {"environment": None}),
        ("tenantAadEnvironment", 0, {"environment": 0}),
        ("addedOn", "", {"added_on": None}),
        ("addedOn", None, {"added_on": None}),
        ("addedOn", "any text", {"added_on": "any text"}),
    ],
)
def test_a_field_that_is_odd_or_missing(field, value, read):
    row = {**WHOLE, field: value}
    (offered,) = parse_picker(picker(row))[0].values()
    (exposed,) = list(parse_effective(group(row)).values())
    for made in (offered, exposed):
        assert {name: getattr(made, name) for name in read} == read


@pytest.mark.parametrize(
    "row",
    [
        {**WHOLE, "addedOn": 5},
        {**WHOLE, "addedOn": False},
        {**WHOLE, "tenantId": ID[:-1]},
        {**WHOLE, "tenantId": ID + "0"},
        {**WHOLE, "tenantId": None},
        {"name": "Birch"},
        "text",
        None,
    ],
)
def test_one_row_that_cannot_be_read_spoils_the_whole_list(row):
    assert parse_picker(picker({"tenantId": OTHER}, row)) is None
    assert parse_effective(group({"tenantId": OTHER}, row)) is None
    assert parse_groups([group({"tenantId": OTHER}, row)]) is None


@pytest.mark.parametrize("flag", ["selected", "lostAccess"])
@pytest.mark.parametrize("value", [None, 1, "true"])
def test_a_flag_that_is_not_boolean_spoils_the_picker(flag, value):
    assert parse_picker(picker({**WHOLE, flag: value})) is None


def test_a_tenant_with_two_rows():
    assert list(parse_effective(group(WHOLE, WHOLE))) == [ID]
    assert parse_effective(group(WHOLE, {**WHOLE, "name": "Else"})) is None
    assert parse_picker(picker(BARE, {**BARE, "selected": True})) is None


@pytest.mark.parametrize(
    ("count", "whole"), [(0, True), (1, True), (2, False), (None, True), ("2", True), (True, True)]
)
def test_a_group_that_counts_more_tenants_than_it_shows(count, whole):
    assert (parse_effective(group(WHOLE, allTenantsCount=count)) is not None) is whole


def test_the_effective_group_may_be_a_list_of_one():
    assert list(parse_effective([group(WHOLE)])) == [ID]
    assert parse_effective([group(WHOLE), group(WHOLE)]) is None
    assert parse_effective([]) is None


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"tenantInfoList": None}, picker(responseTypes=["B2B"])])
def test_what_is_not_a_picker(body):
    assert parse_picker(body) is None


def test_a_picker_that_names_no_source():
    assert parse_picker({"tenantInfoList": []}) == ({}, {})
    assert parse_picker(picker(responseTypes={"B2B": 3})) == ({}, {"B2B": "3"})


def test_groups_are_one_or_many():
    expected = TenantGroup("All", "g-1", (ExposedTenant(ID, "Birch", 2, ADDED),))
    assert parse_groups(group(WHOLE)) == (expected,)
    assert parse_groups([group(WHOLE), group(name=None, tenantGroupId=None)]) == (expected, TenantGroup("", "", ()))
    assert parse_groups([]) == ()
    assert [(g.name, g.group_id) for g in parse_groups([group(name=None), group(tenantGroupId=None)])] == [
        ("", "g-1"),
        ("All", ""),
    ]
    for body in (None, "x", 1, [None], ["x"], [group(), {}], {"exposedTargetTenantsInfo": None}):
        assert parse_groups(body) is None


@pytest.mark.parametrize(
    ("auth_info", "read"),
    [
        ({"UserName": "anna", "TenantId": "t"}, ("anna", "t")),
        ({"UserName": "anna"}, ("anna", None)),
        ({"TenantId": "t"}, (None, "t")),
        ({"UserName": "", "TenantId": 5}, (None, None)),
        ([], (None, None)),
    ],
)
def test_whose_session_it_is(auth_info, read):
    assert parse_session({"AuthInfo": auth_info}) == Owner(*read)
    assert parse_session({"isMtoResponse": True, "result": {"AuthInfo": auth_info}}) == Owner(*read)
    assert parse_session([auth_info]) == Owner()


@pytest.mark.parametrize(
    "body", [{"isMtoResponse": False, "result": 1}, {"result": 1}, {"isMtoResponse": True}, {"isMtoResponse": 1}, []]
)
def test_what_is_not_wrapped_stays_as_it_is(body):
    assert unwrapped(body) is body


def test_recorded_shapes():
    rows, sources = parse_picker(PICKER_BODY)
    assert [(row.added_on, row.lost_access, row.environment) for row in rows.values()] == [
        (ADDED, False, 1),
        (None, False, 1),
    ]
    assert sources == SOURCES
    assert parse_picker(wrapped(PICKER_BODY)) == (rows, sources)
    assert parse_picker({"tenantInfoList": []}) == ({}, {})
    assert list(parse_effective(EFFECTIVE_BODY)) == list(parse_effective([EFFECTIVE_BODY])) == [A]
    assert parse_groups([EFFECTIVE_BODY]) == parse_groups(EFFECTIVE_BODY)
    assert parse_session(CONTEXT_BODY) == parse_session(wrapped(CONTEXT_BODY)) == Owner(ANNA, HOME)
    assert parse_session({}) == parse_session(None) == Owner()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"tenantInfoList": None},
        {"tenantInfoList": [None]},
        {"tenantInfoList": [{**FRESH_ROW, "tenantId": "x"}]},
        {"tenantInfoList": [{**FRESH_ROW, "selected": "no"}]},
        {"tenantInfoList": [{**FRESH_ROW, "addedOn": 5}]},
        {"tenantInfoList": [FRESH_ROW, {**FRESH_ROW, "lostAccess": True}]},
        {"tenantInfoList": [], "responseTypes": ["B2B"]},
    ],
)
def test_a_list_that_is_not_wholly_known_is_not_read(body):
    assert parse_picker(body) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        [EFFECTIVE_BODY, EFFECTIVE_BODY],
        {**EFFECTIVE_BODY, "allTenantsCount": 2},
        {**EFFECTIVE_BODY, "exposedTargetTenantsInfo": [{}]},
    ],
)
def test_a_group_that_is_not_wholly_shown_is_not_read(body):
    assert parse_effective(body) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(json_values)
def test_no_answer_breaks_a_reader(body):
    for given_body in (
        body,
        wrapped(body),
        {"tenantInfoList": body, "exposedTargetTenantsInfo": body, "AuthInfo": body},
    ):
        assert isinstance(parse_picker(given_body), tuple | None)
        assert isinstance(parse_effective(given_body), dict | None)
        assert isinstance(parse_groups(given_body), tuple | None)
        assert isinstance(parse_session(given_body), Owner)


def answers(**changed):
    return {"picker": Answer(PICKER_BODY), "effective": Answer(EFFECTIVE_BODY), **changed}


def test_a_view_is_made_of_the_answers():
    view = view_from_answers(TAKEN, answers(groups=Answer([EFFECTIVE_BODY])), Owner(ANNA, HOME))
    assert (view.taken_at, view.operator, view.home_tenant_id) == (TAKEN, ANNA, HOME)
    assert view.offered == parse_picker(PICKER_BODY)[0]
    assert view.exposed == parse_effective(EFFECTIVE_BODY)
    assert view.sources == SOURCES
    assert view.groups == parse_groups([EFFECTIVE_BODY])
    assert view.problems == {}
    assert view_from_answers(TAKEN, answers(), Owner()).groups is None


def test_what_cannot_be_read_is_a_problem_and_not_an_empty_list():
    refused = Problem("registration.forbidden", {"what": "tenant group"})
    session = Problem("read.deadline")
    broken = answers(
        groups=Answer(problem=refused),
        effective=Answer(problem=refused),
        picker=Answer({}),
        session=Answer(problem=session),
    )
    view = view_from_answers(TAKEN, broken, Owner())
    assert (view.offered, view.exposed, view.sources, view.groups) == (None, None, {}, None)
    # In this order, whatever the order of the answers: the first one is reported.
    assert list(view.problems.items()) == [
        ("session", session),
        ("picker", Problem("registration.unreadable", {"what": "list of tenants"})),
        ("effective", refused),
    ]
