# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a check: what one has to bring, and what it may leave out."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext

CONTEXT = TargetContext(case({}), "home", (), frozenset(), as_operator=False, has_app=True)


def test_check_reads_nothing_unless_it_says_so():
    check = Check(name="x", title="X", link="x", stage="requirements", judge=None, reasons={})
    assert (check.reads, check.first_reads(CONTEXT), check.possible_reads(CONTEXT)) == ((), (), ())
    with pytest.raises(StopIteration) as end:
        next(check.follow_up(CONTEXT))
    assert end.value.value is CONTEXT.case
    assert (check.caveats, list(check.expiries(CONTEXT.case))) == ({}, [])
    assert (check.severity, check.as_operator, check.explanations) == ("required", False, ())
