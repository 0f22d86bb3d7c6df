# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family permissions: whose task a missing role is."""

from __future__ import annotations

import pytest
from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reasons import REASONS

APPROVER = "Customer Delegated Admin Relationship Administrator or Global Administrator of {tenant}"
OPERATOR = ["{operator}"]
TENANT = ["Administrator of {tenant}"]


def test_nobody_acts_on_a_role_that_is_there_or_that_waits_for_access():
    assert silent(REASONS) == met(REASONS) | {"permissions.access_first"}


@pytest.mark.parametrize(
    ("reason", "actors"),
    [
        ("role_eligible", OPERATOR),
        ("group_eligible", OPERATOR),
        ("no_role", TENANT),
        ("role_scoped", TENANT),
        ("limited_information", [*TENANT, "App registration owner of {home}"]),
        ("gdap_role_not_assigned", ["Partner administrator of {home}"]),
        ("gdap_no_role", ["Partner administrator of {home}", APPROVER]),
    ],
)
def test_role_to_activate_is_the_operators_task_and_a_missing_one_is_not(reason, actors):
    assert actors_of(REASONS[f"permissions.{reason}"].remedy) == actors
