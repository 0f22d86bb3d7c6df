# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a check asks: who asks does not read."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask, TargetContext, nothing_more
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead

CONTEXT = TargetContext(case({}), "home", (), frozenset(), as_operator=False, has_app=True)


def test_check_that_needs_nothing_more_asks_for_nothing():
    with pytest.raises(StopIteration) as end:
        next(nothing_more(CONTEXT))
    assert end.value.value is CONTEXT.case


def test_reading_can_be_part_of_another_one():
    """As in the chain of the checks: what is sent to the outer one arrives in the inner one."""

    def outer():
        first = yield Ask([BoundRead(ORGANIZATION)])
        same = yield from nothing_more(CONTEXT)
        return first, same

    reading = outer()
    assert next(reading) == Ask([BoundRead(ORGANIZATION)], None, "")
    with pytest.raises(StopIteration) as end:
        reading.send({"organization": "answer"})
    assert end.value.value == ({"organization": "answer"}, CONTEXT.case)
