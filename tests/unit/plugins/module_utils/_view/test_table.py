# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The view beside the declared list, and the groups that hold a tenant."""

from __future__ import annotations

from portal_answers import HOME, A, B, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ExposedTenant,
    ObservedView,
    TenantGroup,
)
from ansible_collections.m365.defender.plugins.module_utils._view.table import group_rows, view_rows

C = "30000000-0000-4000-8000-00000000000a"
GROUP = TenantGroup("Hospitals", "1", (ExposedTenant(A, "A"),), hidden=2)


def test_declared_tenants_come_first_and_what_nobody_said_is_null():
    rows = view_rows(ObservedView(make_view([A], [B])), HOME, [GROUP], [Tenant(C, "Contoso"), Tenant(A, "Adatum")])
    columns = ("tenant_id", "name", "declared", "offered", "registered", "lost_access", "groups")
    assert [tuple(row[name] for name in columns) for row in rows] == [
        (C, "Contoso", True, False, False, None, []),
        (A, A, True, True, True, False, ["Hospitals"]),
        (B, B, False, True, False, False, []),
    ]


def test_without_a_view_everything_but_the_list_is_null():
    (row,) = view_rows(ObservedView(None), HOME, None, [Tenant(A, "Adatum")])
    assert (row["declared"], row["name"]) == (True, "Adatum")
    assert {row[name] for name in ("offered", "registered", "lost_access", "groups")} == {None}


def test_groups_count_what_is_hidden():
    assert group_rows(None) is None
    assert group_rows([GROUP]) == [{"name": "Hospitals", "group_id": "1", "tenant_ids": [A], "hidden": 2}]
