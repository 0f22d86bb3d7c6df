# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second step of the guide: which checks count, and what a row says."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    CHECKS,
    judge_access_checks,
    parse_checks,
    unread_access,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import NOT_CHOSEN, Problem


@pytest.mark.parametrize(
    ("names", "checks"), [(None, CHECKS), (["defender", "listed"], ("listed", "defender")), (["sign_in"], ("sign_in",))]
)
def test_checks_are_taken_in_their_order(names, checks):
    assert parse_checks(names) == checks


@pytest.mark.parametrize(("names", "text"), [(["lists"], "'lists' is not a check"), ([], "the list is empty")])
def test_checks_that_make_no_sense_are_refused(names, text):
    with pytest.raises(OptionError, match=text):
        parse_checks(names)


def test_check_that_was_left_out_counts_for_nothing():
    row = judge_access_checks(case({}), ("listed",))
    assert row.status == "unknown"
    assert {check for check, verdict in row.verdicts.items() if verdict.reason == NOT_CHOSEN} == {"sign_in", "defender"}


def test_unread_tenant_is_unknown_because_of_the_sign_in():
    row = unread_access(case({}), Problem("read.deadline"), CHECKS)
    assert (row.status, row.method) == ("unknown", None)
    assert {check: verdict.caused_by for check, verdict in row.verdicts.items()} == {
        "listed": "sign_in",
        "sign_in": None,
        "defender": "sign_in",
    }
    assert list(row.as_dict())[:4] == ["tenant_id", "name", "status", "method"]
