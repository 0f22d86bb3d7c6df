# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What placeholders are filled with."""

from __future__ import annotations

import pytest
from recorded import HOME, STAYS, Recorded

from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import (
    AnswerBodies,
    first_of,
    rows_by_tenant,
    strings_in,
    unwrapped,
)

OTHER = {"name": "All hospitals", "tenantGroupId": "x"}
OWN = {"name": "My private group", "tenantGroupId": "y"}


@pytest.mark.parametrize(
    ("groups", "row"),
    [(OWN, OWN), ([OTHER, OWN], OWN), ([OTHER], None), ([OWN, OWN], None), (None, None), ([1], None)],
)
def test_row_of_the_same_group(groups, row):
    bodies = AnswerBodies(effective=Recorded().effective(), groups=groups)
    assert bodies.placeholder_values(HOME).answers["group"] == row


@pytest.mark.parametrize(
    ("header", "field", "version"),
    [
        ('"a"', None, "a"),
        ('W/"a"', '"b"', "a"),
        (None, '"b"', "b"),
        (None, None, None),
        (None, 7, None),
        ('""', None, None),
    ],
)
def test_version_is_the_etag_without_quotes(header, field, version):
    bodies = AnswerBodies(effective={"_etag": field}, effective_etag=header)
    assert bodies.placeholder_values(HOME).answers["effective_version"] == version


def test_rows_and_wrappers():
    page = Recorded()
    wrapped = {"result": page.picker(), "isMtoResponse": True}
    assert unwrapped(wrapped) == page.picker()
    assert rows_by_tenant(page.picker(), "tenantInfoList")[STAYS]["selected"] is True
    values = AnswerBodies(wrapped, [page.effective()]).placeholder_values(HOME, (STAYS,))
    assert values.tenant_ids == {HOME, *values.offered}
    assert "addedOn" in values.rows[STAYS]


def test_texts_of_a_value_are_found_at_any_depth_with_the_keys():
    assert strings_in({"a": ["b", 1, None, True], "c": {"d": ("e",)}}) == ["a", "b", "c", "d", "e"]


def test_answer_can_be_a_list_of_one_object():
    assert first_of([{"a": 1}]) == first_of({"a": 1}) == {"a": 1}
    assert first_of([]) == []
