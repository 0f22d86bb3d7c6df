# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work for many tenants."""

from __future__ import annotations

import types

from ansible_collections.m365.defender.plugins.module_utils._collect.walk import walk
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError


def run(work, seconds=10):
    session = types.SimpleNamespace(concurrency=2, deadline=Deadline(seconds))
    return walk(session, ["a", "b"], work, lambda item, problem: (item, problem.reason, problem.details["said"]))


def test_one_failure_leaves_the_other_result():
    def work(item):
        if item == "a":
            raise MtoError("our words")
        return item.upper()

    assert run(work) == [("a", "read.failed", "our words"), "B"]


def test_foreign_words_do_not_get_into_a_problem():
    def work(_item):
        raise ValueError("secret")

    assert run(work)[0] == ("a", "read.failed", "an unexpected ValueError")


def test_deadline_is_a_problem_of_its_own():
    assert [reason for _item, reason, _text in run(str.upper, seconds=0)] == ["read.deadline", "read.deadline"]
