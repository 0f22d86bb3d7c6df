# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates of single values: what stays, what is looked up, and what is refused."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import Sample
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.template import (
    TemplateFinder,
    Unexplained,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues

ONE, TWO = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2))
ROWS = {each: {"tenantId": each, "name": f"Name of {each[-1]}", "cloud": 1} for each in (ONE, TWO)}


def samples(*pairs):
    """A sample for each value and the answers (named placeholders) that came before it."""
    made = []
    for number, (value, named) in enumerate(pairs):
        values = PlaceholderValues("", {}, {}, ROWS, (ONE, TWO))
        made.append(Sample(value, values, {"tenants": (ONE, TWO)}, frozenset({ONE}), named, request=number))
    return made


def template(*pairs, names=(), repeated=(), place="body.field"):
    return TemplateFinder(Private(frozenset(names)), frozenset(repeated)).value(samples(*pairs), place)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", {}), ("a", {})], "a"),
        ([(None, {}), (None, {})], None),
        ([(True, {"effective.type": 1}), (True, {"effective.type": 1})], True),
        ([(1, {"effective.field": 1}), (1, {"effective.field": 1})], "$effective.field"),
        ([(1, {"effective.type": 1}), (1, {"effective.type": 1})], 1),
        ([("7", {"effective.version": "7"}), ("8", {"effective.version": "8"})], "$effective.version"),
        ([('"ver7"', {"effective.v": "ver7"}), ('"ver8"', {"effective.v": "ver8"})], '"$effective.v"'),
        ([("costs $5", {}), ("costs $5", {})], "costs $$5"),
        ([([ONE, TWO], {}), ([TWO, ONE], {})], {"$each": "$tenant_id"}),
        ([(["x", 1], {}), (["x", 1], {})], ["x", 1]),
        ([({"a": {"b": None}}, {})], {"a": {"b": None}}),
        ([(40, {"effective.version": 40})], "$effective.version"),
        ([(4000, {"effective.version": 4000})], "$effective.version"),
        ([({"old": 1}, {"picker.field": {"old": 1}})], "$picker.field"),
    ],
)
def test_templates(pairs, expected):
    found = template(*pairs)
    assert found in (expected, "$tenant_ids") if expected == {"$each": "$tenant_id"} else found == expected


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([("a", {}), ("b", {})], "differs from request to request"),
        ([([], {}), ([], {})], "is an empty list in every request"),
        ([([1], {}), ([1, 2], {})], "differs from request to request"),
        ([([ONE], {}), ([ONE], {})], "lists tenants other than those"),
        ([({ONE: 1}, {})], "names tenants other than those"),
        ([({"a": 1}, {}), ({}, {})], "is in some of the requests only"),
        ([("Secret Name", {}), ("Secret Name", {})], "holds a name, or what looks like a secret"),
        ([("Zk4vQ9r2Lm8Xw1Tb6Nc3", {}), ("Zk4vQ9r2Lm8Xw1Tb6Nc3", {})], "holds a name, or what looks like a secret"),
        ([(ONE, {}), (ONE, {})], "holds an id"),
        ([("2026-11-28T10:00:00Z", {})], "was recorded once"),
        ([(4711, {})], "was recorded once"),
        ([(7, {})], "was recorded once"),
        ([("Add 2 tenants", {})], "was recorded once"),
        ([("2026-11-28", {}), ("2026-11-28", {})], "looks like a time"),
        ([(1764324000000, {}), (1764324000000, {})], "looks like a time"),
        ([("Sat, 28 Nov", {}), ("Sat, 28 Nov", {})], "looks like a time"),
        ([(2, {}), (2, {})], "could be a number or a position of tenants"),
    ],
)
def test_what_is_not_explained(pairs, words):
    with pytest.raises(Unexplained, match=words):
        template(*pairs, names=("secret name",))


def test_value_that_another_request_repeats_does_not_change():
    assert template(("form 7", {}), repeated=("form 7",)) == "form 7"
    assert template(("2026-01-01", {}), repeated=("2026-01-01",), place="query.api-version") == "2026-01-01"
