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
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Answer,
    EffectiveGroup,
    Owner,
    bodies_of,
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
    unwrapped,
    view_from_answers,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    PRIVATE_GROUP,
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
    assert parse_effective(group(WHOLE, {"tenantId": OTHER})).exposed == {
        ID: ExposedTenant(ID, "Birch", 2, ADDED),
        OTHER: ExposedTenant(OTHER, OTHER, None, None),
    }


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("name", "", {"name": ID}),
        ("name", None, {"name": ID}),
        ("tenantAadEnvironment", None, {"environment": None}),
        ("tenantAadEnvironment", 0, {"environment": 0}),
        ("addedOn", None, {"added_on": None}),
    ],
)
def test_a_field_that_is_odd_or_missing(field, value, read):
    row = {**WHOLE, field: value}
    (offered,) = parse_picker(picker(row))[0].values()
    (exposed,) = parse_effective(group(row)).exposed.values()
    for made in (offered, exposed):
        assert {name: getattr(made, name) for name in read} == read


@pytest.mark.parametrize(
    "row",
    [
        {**WHOLE, "name": 7},
        {**WHOLE, "tenantAadEnvironment": True},
        {**WHOLE, "tenantAadEnvironment": "1"},
        {**WHOLE, "tenantAadEnvironment": 1.0},
        {**WHOLE, "tenantAadEnvironment": -1},
        {**WHOLE, "addedOn": ""},
        {**WHOLE, "addedOn": "any text"},
        {**WHOLE, "addedOn": "0000-01-01T00:00:00Z"},
        {**WHOLE, "addedOn": 5},
        {**WHOLE, "addedOn": False},
        {**WHOLE, "tenantId": ID[:-1]},
        {**WHOLE, "tenantId": ID + "0"},
        {**WHOLE, "tenantId": None},
        {**WHOLE, "tenantId": [ID]},
        {**WHOLE, "tenantId": f"{ID}\n"},
        {**WHOLE, "tenantId": ID.replace("a", "\uff41")},
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
    assert list(parse_effective(group(WHOLE, WHOLE)).exposed) == [ID]
    assert parse_effective(group(WHOLE, {**WHOLE, "name": "Else"})) is None
    assert parse_picker(picker(BARE, {**BARE, "selected": True})) is None


@pytest.mark.parametrize(
    ("count", "hidden"), [(0, 0), (1, 0), (2, 1), (9, 8), (None, 0), ("2", None), (True, None), (-1, None), (1.0, None)]
)
def test_a_group_that_counts_more_tenants_than_it_shows(count, hidden):
    body = group(WHOLE, allTenantsCount=count)
    parsed, groups = parse_effective(body), parse_groups([body])
    assert (parsed and parsed.hidden) == hidden
    assert (groups and groups[0].hidden) == hidden


def test_the_effective_group_may_be_a_list_of_one():
    assert list(parse_effective([group(WHOLE)]).exposed) == [ID]
    assert parse_effective([group(WHOLE), group(WHOLE)]) is None
    assert parse_effective([]) is None


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"tenantInfoList": None}, picker(responseTypes=["B2B"])])
def test_what_is_not_a_picker(body):
    assert parse_picker(body) is None


def test_a_picker_that_names_no_source():
    assert parse_picker({"tenantInfoList": []}) == ({}, {})
    for odd in ([], "", 0, False, {"B2B": 3}, {"B2B": None}):
        assert parse_picker(picker(responseTypes=odd)) is None


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
    assert parse_effective(EFFECTIVE_BODY) == parse_effective([EFFECTIVE_BODY])
    assert list(parse_effective(EFFECTIVE_BODY).exposed) == [A]
    assert parse_effective(EFFECTIVE_BODY).identity.private
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
        assert isinstance(parse_effective(given_body), EffectiveGroup | None)
        assert isinstance(parse_groups(given_body), tuple | None)
        assert isinstance(parse_session(given_body), Owner)


def answers(**changed):
    return {"picker": Answer(PICKER_BODY), "effective": Answer(EFFECTIVE_BODY), **changed}


def test_a_view_is_made_of_the_answers():
    view = view_from_answers(TAKEN, answers(groups=Answer([EFFECTIVE_BODY])), Owner(ANNA, HOME))
    assert (view.taken_at, view.operator, view.home_tenant_id) == (TAKEN, ANNA, HOME)
    assert view.offered == parse_picker(PICKER_BODY)[0]
    assert view.exposed == parse_effective(EFFECTIVE_BODY).exposed
    assert (view.group, view.hidden) == (PRIVATE_GROUP, 0)
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


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "SOC West"},
        {"name": "my private group"},
        {"name": None},
        {"name": ""},
        {"type": 1},
        {"type": None},
        {"entityType": "TenantGroup"},
        {"entityType": None},
        {"tenantGroupId": "00000000-0000-0000-0000-000000000001"},
        {"entityType": "TenantGroup", "name": "SOC West", "type": 2, "tenantGroupId": "g-1"},
    ],
)
def test_another_tenant_group_is_not_the_view(changes):
    view = view_from_answers(TAKEN, answers(effective=Answer({**EFFECTIVE_BODY, **changes})), Owner(ANNA, HOME))
    assert view.problems["effective"].reason == "registration.other_group"
    assert view.problems["effective"].details == {"group": changes.get("name", "My private group") or "without a name"}
    assert (view.exposed, view.hidden) == (None, 0)
    assert view.registration_state(A) == "unknown"


@pytest.mark.parametrize("changes", [{"name": 5}, {"type": "0"}, {"type": False}, {"entityType": []}, {"type": 0.0}])
def test_a_group_of_an_odd_shape_is_unreadable(changes):
    view = view_from_answers(TAKEN, answers(effective=Answer({**EFFECTIVE_BODY, **changes})), Owner(ANNA, HOME))
    assert view.problems["effective"].reason == "registration.unreadable"


def test_a_group_that_says_nothing_about_itself_is_taken_from_earlier_files_only():
    bare = answers(effective=Answer({"exposedTargetTenantsInfo": EFFECTIVE_BODY["exposedTargetTenantsInfo"]}))
    live = view_from_answers(TAKEN, bare, Owner(ANNA, HOME))
    assert live.problems["effective"].reason == "registration.other_group"
    saved = view_from_answers(TAKEN, bare, Owner(ANNA, HOME), unnamed_group=True)
    assert (saved.problems, saved.group, saved.registration_state(A)) == ({}, None, "registered")


def test_hidden_tenants_leave_absence_open():
    hidden = answers(effective=Answer({**EFFECTIVE_BODY, "allTenantsCount": 3}))
    view = view_from_answers(TAKEN, hidden, Owner(ANNA, HOME))
    assert (view.hidden, view.complete, view.answered, view.problems) == (2, False, True, {})
    assert view.registration_state(A) == "registered"
    assert view.registration_state(f"{A[:-1]}f") == "unknown"


def test_bodies_of_answers_fill_a_contract():
    all_four = {name: Answer(f"the {name}") for name in ("picker", "groups", "session")}
    effective = Answer("the effective", etag="W/1")
    expected = AnswerBodies("the picker", "the effective", "the groups", "the session", "W/1")
    assert bodies_of({**all_four, "effective": effective}) == expected
    assert bodies_of(all_four) == AnswerBodies("the picker", None, "the groups", "the session", None)
    assert bodies_of({}) == AnswerBodies()
