# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons about governance relationships: which of the two tenants has the next step."""

from __future__ import annotations

import pytest
from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reasons import REASONS

HOME = "Tenant Governance Relationship Administrator of {home}"
TARGET = "Tenant Governance Administrator of {tenant}"


def test_nobody_acts_on_what_is_active_or_on_its_way():
    assert silent(REASONS) == met(REASONS) | {"access.governance_accepted"}


@pytest.mark.parametrize(
    ("reason", "actors"),
    [
        ("access.governance_missing", [TARGET, HOME, TARGET]),
        ("access.governance_invited", [HOME, TARGET]),
        ("access.governance_invitation_expired", [TARGET, HOME]),
        ("access.governance_requested", [TARGET]),
        ("access.governance_request_expired", [HOME, TARGET]),
        ("access.governance_ending", ["Ansible administrator of the home tenant", HOME, TARGET]),
        ("permissions.governance_no_role", [HOME, TARGET]),
    ],
)
def test_steps_are_in_the_order_in_which_the_tenants_take_them(reason, actors):
    assert actors_of(REASONS[reason].remedy) == actors
