# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments: what is there by group, roles and status, and what may be taken back."""

from __future__ import annotations

import dataclasses

import pytest
from remedy_cases import (
    CUSTOMER,
    ETAG,
    GDAP,
    GROUP,
    HOSTILE,
    OPERATOR,
    OTHER,
    READER,
    TERMS,
    assignment,
    case_of,
    relationship,
)

from ansible_collections.m365.defender.plugins.module_utils._core.model import GroupRoles
from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_assignment import GdapAssignment
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError

ROWS = f"{GDAP}/r1/accessAssignments"
ENTRY = Entry("gdap_assignment", CUSTOMER, "", f"r1/{GROUP}", {}, {"group": GROUP, "roles": [READER]})


def case(*rows, of=None, **more):
    answers = {f"{GDAP}/r1": relationship(**(of or {})), ROWS: list(rows)}
    return case_of(answers, reason="access.gdap_no_assignment", **more)


def look(*rows, **more):
    return GdapAssignment().look(case(*rows, **more))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (None, "change"),
        ({}, "settled"),
        ({"roles": (READER, OPERATOR)}, "settled"),
        ({"roles": (OPERATOR,)}, "declined"),
        ({"status": "pending"}, "waiting"),
        ({"status": "error"}, "declined"),
        ({"status": "somethingNew"}, "declined"),
        ({"status": "deleting"}, "change"),
        ({"status": "deleted"}, "change"),
        ({"group": OTHER}, "change"),
    ],
)
def test_by_what_is_there(row, kind):
    seen = look(*([] if row is None else [assignment(**row)]))
    assert seen.kind == kind
    if kind == "change":
        assert (seen.call.method, seen.call.path) == ("POST", ROWS)
        assert seen.call.body == {
            "accessContainer": {"accessContainerId": GROUP, "accessContainerType": "securityGroup"},
            "accessDetails": {"unifiedRoles": [{"roleDefinitionId": READER}]},
        }


TWO = dataclasses.replace(TERMS, assignments=(GroupRoles(OTHER, (READER,)), GroupRoles(GROUP, (READER,))))


@pytest.mark.parametrize(
    ("first", "second", "kind", "about", "shown"),
    [
        ({"roles": (OPERATOR,)}, None, "change", GROUP, ()),
        ({"status": "pending"}, None, "change", GROUP, (OTHER,)),
        ({"roles": (OPERATOR,)}, {}, "declined", OTHER, (GROUP,)),
        ({"roles": (OPERATOR,)}, {"status": "pending"}, "waiting", GROUP, (GROUP,)),
        ({}, {}, "settled", None, (OTHER, GROUP)),
    ],
)
def test_one_group_does_not_keep_the_other_from_being_assigned(first, second, kind, about, shown):
    """Nor does it make one look as if it were not assigned."""
    rows = [
        assignment(**{**row, "group": group}) for row, group in ((first, OTHER), (second, GROUP)) if row is not None
    ]
    seen = look(*rows, gdap=TWO)
    assert (seen.kind, seen.shows) == (kind, {f"r1/{group}" for group in shown})
    assert about is None or seen.object == f"r1/{about}"


def test_pending_is_worth_another_look():
    assert look(assignment(status="pending")).settling


def test_roles_that_the_relationship_lacks():
    assert look(of={"roles": (OPERATOR,)}).kind == "declined"


@pytest.mark.parametrize("gdap", [None, dataclasses.replace(TERMS, assignments=())])
def test_list_that_names_no_group(gdap):
    asked = case(gdap=gdap)
    assert GdapAssignment().look(asked).kind == "declined"
    assert asked.writer.asked == []


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_only_shown(name):
    seen = look(name=name, of={"displayName": name})
    assert (seen.kind, seen.object) == ("change", f"r1/{GROUP}")


@pytest.mark.parametrize(
    "of",
    [
        {"customer": {"tenantId": OTHER}},
        {"customer": None},
        {"customer": {}},
        {"status": None},
        {"accessDetails": {"unifiedRoles": [{"roleDefinitionId": None}]}},
    ],
)
def test_relationship_of_another_customer_or_of_another_form(of):
    with pytest.raises(UnreadError):
        look(of=of)


@pytest.mark.parametrize("rows", [[{"id": "a1"}], [7], [{**assignment(), "accessContainer": None}]])
def test_assignments_of_another_form(rows):
    with pytest.raises(UnreadError):
        look(*rows)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        ([], "settled"),
        ([assignment()], "change"),
        ([assignment(status="pending")], "change"),
        ([assignment(status="deleting")], "settled"),
        ([assignment(roles=(READER, OPERATOR))], "declined"),
        ([assignment(group=OTHER)], "settled"),
    ],
)
def test_taking_back(rows, kind):
    seen = GdapAssignment().look_back(case(*rows), ENTRY)
    assert seen.kind == kind
    if kind == "change":
        assert (seen.call.method, seen.call.path, seen.call.etag) == ("DELETE", f"{ROWS}/a1", ETAG)


@pytest.mark.parametrize("etag", [None, ""])
def test_nothing_is_removed_without_its_version(etag):
    with pytest.raises(UnreadError):
        GdapAssignment().look_back(case(assignment(**{"@odata.etag": etag})), ENTRY)


def test_entry_that_names_the_relationship_of_another_customer():
    with pytest.raises(UnreadError):
        GdapAssignment().look_back(case(assignment(), of={"customer": {"tenantId": OTHER}}), ENTRY)
