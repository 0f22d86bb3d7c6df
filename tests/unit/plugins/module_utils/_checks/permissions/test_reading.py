# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read about the account that gives access, and as whom."""

from __future__ import annotations

import pytest
from evidence import account, account_evidence, case

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reading import follow_up, possible_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext


def answered(reading):
    """Return the result of a reading that gets no answers, and what it asked for."""
    sent = []
    try:
        ask = next(reading)
        while True:
            sent.append({bound.key: bound for bound in ask.reads})
            ask = reading.send({})
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
