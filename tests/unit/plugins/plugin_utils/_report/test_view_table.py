# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The multitenant view beside the tenant list: what nobody said stays None."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.view_table import GroupRow, ViewRow, ViewTable

FULL = ViewRow("t-1", "Contoso", True, True, False, None, ("SOC",))
UNKNOWN = ViewRow("t-2", "Fabrikam", None, None, None, None, None)


@pytest.mark.parametrize("groups", [None, (), (GroupRow("SOC", ("t-1",), 2),)], ids=["not read", "none", "one"])
def test_table_is_the_same_when_it_is_read_again(groups):
    table = ViewTable((FULL, UNKNOWN), groups)
    assert ViewTable.from_fields(Fields(json.loads(json.dumps(table.as_dict())), "view")) == table


def result(*rows, groups=()):
    written = ViewTable(rows, groups).as_dict()
    return Fields({"view": written["rows"], "tenant_groups": written["groups"]}, "result")


def test_table_is_made_of_a_view_that_was_read():
    assert ViewTable.from_result(result(FULL, UNKNOWN)) == ViewTable((FULL, UNKNOWN), ())
    # A list of tenants alone says nothing about the view.
    assert ViewTable.from_result(result(UNKNOWN)) is None
    assert ViewTable.from_result(Fields({"view": None}, "result")) is None


def test_masked_view_is_refused():
    masked = ViewRow("********", "Contoso", True, True, True, None, None)
    with pytest.raises(OptionError, match=r"^view: Ansible has masked tenant_id"):
        ViewTable.from_result(result(masked))
