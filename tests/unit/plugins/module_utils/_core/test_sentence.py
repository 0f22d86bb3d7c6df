# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sentence may name."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext

WORDS = SentenceContext(tenant="Birch", where="Birch")


def test_what_is_not_known_is_left_out():
    assert WORDS.details() == {"tenant": "Birch", "where": "Birch"}


def test_more_specific_details_come_first():
    assert WORDS.details({"where": "Graph", "said": "no"}) == {"tenant": "Birch", "where": "Graph", "said": "no"}


def test_problem_is_completed():
    problem = WORDS.complete(Problem("read.failed", {"where": "Graph"}))
    assert problem == Problem("read.failed", {"tenant": "Birch", "where": "Graph"})
