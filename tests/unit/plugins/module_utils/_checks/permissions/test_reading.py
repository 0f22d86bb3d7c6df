# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read about the account that gives access, and as whom."""

from __future__ import annotations

import pytest
from evidence import (
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    case,
    group_rows,
    piece,
    role_evidence,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_ASSIGNMENTS,
    DEFENDER_DEFINITIONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reading import follow_up, possible_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext


def answered(reading, *answers):
    """Return the result of a reading that gets these answers and then none, and what it asked for."""
    sent, given = [], iter(answers)
    try:
        ask = next(reading)
        while True:
            sent.append({bound.key: bound for bound in ask.reads})
            ask = reading.send(next(given, {}))
    except StopIteration as end:
        return end.value, sent


def context(evidence, *, access="b2b", as_operator=False):
    return TargetContext(case(evidence, access=access), "home", (), frozenset(), as_operator=as_operator, has_app=True)


@pytest.mark.parametrize(("access", "needed"), [("b2b", True), ("gdap", False)])
def test_reads_are_due_where_an_account_is_looked_for(access, needed):
    assert bool(possible_reads(context({}, access=access))) is needed


def test_nothing_is_read_without_an_account():
    unchanged = context(account_evidence())
    result, sent = answered(follow_up(unchanged))
    assert result is unchanged.case
    assert not sent


@pytest.mark.parametrize(("as_operator", "path"), [(False, "/users/{account}"), (True, "/me")])
def test_roles_of_the_account_come_first_and_defenders_own_later(as_operator, path):
    _case, (first, later) = answered(follow_up(context(account_evidence(account()), as_operator=as_operator)))
    assert first["directory_roles"].read.path.startswith(path)
    assert {bound.key: bound.fields for bound in first.values()} == dict.fromkeys(
        first, dict.fromkeys(("account", "principal", "operator"), account()["id"])
    )
    assert list(later) == ["organization", "defender_role_assignments", "defender_role_definitions"]


def test_a_role_that_is_held_needs_no_more():
    held = {**account_evidence(account()), **role_evidence((SECURITY_READER,))}
    judged, (first,) = answered(follow_up(context(held)))
    assert "directory_roles" in first
    assert judged.evidence.keys() == context(held).case.evidence.keys()


def test_defenders_own_roles_are_cut_down_to_the_account():
    read = context({**account_evidence(account()), **role_evidence()})
    rows = [
        {"id": key, "name": key, "role": "r", "principals": [holder], "scopes": ["/"]}
        for key, holder in (("theirs", account()["id"]), ("another's", "z"))
    ]
    answers = {
        DEFENDER_ASSIGNMENTS.key: piece("defender_role_assignments", {"assignments": rows, "other_rows": 0}),
        DEFENDER_DEFINITIONS.key: piece("defender_role_definitions", {"roles": {}}),
    }
    judged, _sent = answered(follow_up(read), {}, answers)
    data = judged.evidence[DEFENDER_ASSIGNMENTS.key].data
    assert ([row["id"] for row in data["assignments"]], data["other_rows"]) == (["theirs"], 1)


def test_groups_are_asked_for_what_they_bring_or_could_bring():
    groups = {
        **role_evidence(),
        "account_groups": piece("account_groups", {"groups": {GROUP: "SOC"}}),
        "account_eligible_groups": group_rows("account_eligible_groups", (OTHER_GROUP, None)),
    }
    _case, (_first, later) = answered(follow_up(context({**account_evidence(account()), **groups})))
    asked = [(bound.read.stored_as, bound.key, bound.fields) for bound in later.values()][1:3]
    assert asked == [
        ("group_eligible_roles", f"group_eligible_roles/{GROUP}", {"principal": GROUP}),
        ("group_role_assignments", f"group_role_assignments/{OTHER_GROUP}", {"account": OTHER_GROUP}),
    ]
