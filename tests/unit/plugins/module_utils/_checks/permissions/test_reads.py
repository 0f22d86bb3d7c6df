# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of the roles of an account."""

from __future__ import annotations

from bodies import data_of, guid

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    shape_directory_roles,
    shape_role_assignments,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import MAX_ROWS

A, B, C = map(guid, "abc")


def test_directory_roles_by_template_and_how_many_are_untold():
    rows = [{"id": "1", "roleTemplateId": B.upper()}, {"id": "2", "roleTemplateId": A}, {"id": "3"}]
    shaped = data_of(shape_directory_roles, {"value": [*rows, {"id": "4", "roleTemplateId": None}, rows[0]]})
    assert (shaped["roles"], shaped["untold"]) == (sorted([A, B]), 2)


def test_role_assignments_with_their_scope():
    rows = [
        {"roleDefinitionId": A.upper(), "directoryScopeId": "/"},
        {"roleDefinitionId": B, "directoryScopeId": "/administrativeUnits/U", "appScopeId": None},
        {"roleDefinitionId": C, "directoryScopeId": None, "appScopeId": "/"},
    ]
    shaped = data_of(shape_role_assignments, {"value": rows})
    assert [(row["role"], row["scope"]) for row in shaped["assignments"]] == [
        (A, "/"),
        (B, "/administrativeUnits/U"),
        (C, "app:/"),
    ]
    assert shaped["left_out"] == 0
    many = [{"roleDefinitionId": guid(str(number)), "directoryScopeId": "/"} for number in range(MAX_ROWS + 3)]
    shaped = data_of(shape_role_assignments, {"value": many})
    assert (len(shaped["assignments"]), shaped["left_out"]) == (MAX_ROWS, 3)


def row(name, *plans, state="Enabled", **units):
    units = units or {"enabled": 5, "warning": 2, "suspended": 9, "lockedOut": 1}
    return {"skuPartNumber": name, "capabilityStatus": state, "prepaidUnits": units, "servicePlans": list(plans)}
