# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page could have made a recorded value of."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import (
    Sample,
    is_same,
    placeholders_of,
    tenants_in,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues

ONE, TWO = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2))
ROWS = {ONE: {"tenantId": ONE, "cloud": {"number": 1}}, TWO: {"tenantId": TWO}}


def test_placeholders_are_the_fields_of_the_answers_without_their_rows():
    deep = {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}
    effective = {"type": 0, "exposedTargetTenantsInfo": [{"tenantId": ONE}], "not a name": 1, "größe": 1, **deep}
    named = placeholders_of(PlaceholderValues("home", {"tenantInfoList": []}, effective, ROWS, effective_etag='"7"'))
    assert named["effective.type"] == 0
    assert (named["home_tenant_id"], named["effective_etag"], named["effective_version"]) == ("home", '"7"', "7")
    assert "effective.a.b.c.d.e" in named
    assert not [name for name in named if "Info" in name or "größe" in name or " " in name or name.endswith(".f")]


def test_nothing_is_named_that_no_answer_gave():
    assert placeholders_of(PlaceholderValues("", None, None, {})) == {}


def test_value_about_one_tenant_can_be_made_of_its_row():
    whole = Sample("x", PlaceholderValues("", {}, {}, ROWS), {}, frozenset({ONE}), {"effective.type": 0}, request=3)
    one, two = (whole.about("part", each) for each in (ONE, TWO))
    assert (one.value, one.tenant_id, one.request) == ("part", ONE, 3)
    assert (one.named["tenant_id"], one.named["tenant.cloud.number"], one.named["selected"]) == (ONE, 1, True)
    assert (two.named["tenant_id"], "tenant.cloud" in two.named, two.named["selected"]) == (TWO, False, False)
    assert one.named["effective.type"] == two.named["effective.type"] == 0
    assert whole.named == {"effective.type": 0}


def test_tenants_are_found_in_any_text_of_a_value():
    assert tenants_in({f"x{TWO.upper()}": [f"/a/{ONE}", {"id": ONE}]}, {ONE, TWO}) == [ONE, TWO]
    assert tenants_in([ONE, TWO], {TWO}) == [TWO]
    assert tenants_in([1, None, ONE.replace("-", "")], {ONE}) == []


@pytest.mark.parametrize(
    ("value", "other", "same"),
    [
        (1, 1, True),
        (1, True, False),
        (0, False, False),
        ([1], [True], False),
        ({"a": [0]}, {"a": [False]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ("a", "A", False),
        (None, None, True),
    ],
)
def test_same_json(value, other, same):
    assert is_same(value, other) is is_same(other, value) is same
