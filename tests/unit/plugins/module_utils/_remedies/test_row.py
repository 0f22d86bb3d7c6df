# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A row of the result, by what became of a remedy."""

from __future__ import annotations

import typing as t

import pytest
from remedy_cases import CUSTOMER, HOME

from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import named_with
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look
from ansible_collections.m365.defender.plugins.module_utils._remedies.row import Row, RowStatus

CHANGE = Look(kind="change", message="Do it.", remedy="Set {mto_}journal.", object="o", before={"a": 1}, after={"a": 2})


def row(status, look=CHANGE, changes=()):
    return Row(
        Tenant(CUSTOMER, "Contoso"), "mfa_trust", HOME, "mfa_trust.not_accepted", status, look, bool(changes), changes
    )


def test_who_was_changed_and_where():
    shown = row("planned").as_dict()
    assert (shown["tenant_id"], shown["where"], shown["object"]) == (CUSTOMER, HOME, "o")
    assert (shown["remedy"], shown["reason"]) == ("mfa_trust", "mfa_trust.not_accepted")
    assert (shown["since"], shown["approval_url"], shown["mail"]) == (None, None, None)


@pytest.mark.parametrize("status", t.get_args(RowStatus))
def test_todo_is_told_unless_the_change_itself_is_it(status):
    with named_with("mto_"):
        todo = row(status).as_dict()["todo"]
    assert todo == ("" if status in ("planned", "changed") else "Set mto_journal.")


@pytest.mark.parametrize(
    ("status", "changes", "shown"),
    [
        ("planned", (), ["o"]),
        ("declined", (), []),
        ("failed", (), []),
        ("changed", (CHANGE,), ["o"]),
        # What was read back counts, whatever became of the rest.
        ("failed", (Look(kind="change", message="First.", object="first"),), ["first"]),
    ],
)
def test_changes_are_those_that_were_read_back_or_would_be_made(status, changes, shown):
    made = row(status, changes=changes)
    assert [change["object"] for change in made.as_dict()["changes"]] == shown
    assert made.as_dict()["changed"] is bool(changes)
