# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract is used only while the portal answers in the form from which it was learned."""

from __future__ import annotations

import pytest
from recorded import Recorded

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import (
    form_of,
    parse_form,
    require_form,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies


def bodies(page=None, **changes):
    page = page or Recorded()
    return AnswerBodies(
        {**page.picker(), **changes.get("picker", {})}, {**page.effective(), **changes.get("group", {})}
    )


FORM = form_of([bodies()])


def test_form_names_fields_and_marks_those_that_only_some_rows_have():
    assert FORM["picker"] == ["responseTypes", "tenantInfoList"]
    assert "addedOn?" in FORM["picker_row"]
    assert "selected" in FORM["picker_row"]
    assert "_etag" in FORM["effective"]
    assert form_of([]) == {}


def test_same_form_with_other_tenants_is_accepted():
    page = Recorded()
    page.view = []
    require_form(FORM, bodies(page))
    require_form({}, AnswerBodies())


@pytest.mark.parametrize(
    ("other", "field"),
    [
        (bodies(group={"newField": 1}), r"effective: newField"),
        (AnswerBodies({"tenantInfoList": []}, Recorded().effective()), r"picker: responseTypes"),
        (bodies(picker={"tenantInfoList": [{"tenantId": "x"}]}), r"picker_row: lostAccess"),
        (bodies(group={"exposedTargetTenantsInfo": [{"tenantId": "x", "id": "y"}]}), r"effective_row: addedOn"),
    ],
)
def test_other_form_is_refused(other, field):
    with pytest.raises(
        MtoError, match=rf"another form than when the contract was recorded \({field}\), so nothing was"
    ):
        require_form(FORM, other)


@pytest.mark.parametrize("data", [[], {"other": []}, {"picker": "x"}, {"picker": [1]}])
def test_form_that_is_none(data):
    with pytest.raises(OptionError, match=r"^portal_contract: answers must hold lists of field names"):
        parse_form(data)
    assert parse_form(None) == {}
    assert parse_form(FORM) == FORM
