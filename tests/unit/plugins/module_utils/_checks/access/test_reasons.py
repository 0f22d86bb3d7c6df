# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family access: who opens which way."""

from __future__ import annotations

import pytest
from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.access.reasons import REASONS

PARTNER = "Partner administrator of {home}"
CUSTOMER = "Customer Delegated Admin Relationship Administrator or Global Administrator of {tenant}"
TENANT = "Administrator of {tenant}"


def test_nobody_acts_on_access_that_is_there_or_that_microsoft_activates():
    assert silent(REASONS) == met(REASONS) | {"access.gdap_activating"}


@pytest.mark.parametrize(
    ("reason", "actors"),
    [
        ("gdap_missing", [PARTNER, CUSTOMER]),
        ("gdap_not_active", [CUSTOMER]),
        ("gdap_operator_not_assigned", ["Administrator of {home}", PARTNER]),
        ("gdap_eligible", ["{operator}"]),
        ("guest_missing", [TENANT]),
        ("guest_pending", ["{operator}"]),
        ("guest_deleted", ["User Administrator of {tenant}", TENANT]),
        ("outbound_blocked", ["Security Administrator of {home}"]),
        ("inbound_blocked", ["Security Administrator of {tenant}"]),
        ("none_found", [PARTNER, TENANT]),
        ("tenant_not_found", ["Ansible administrator of the home tenant"]),
    ],
)
def test_actors_of_a_broken_way(reason, actors):
    assert actors_of(REASONS[f"access.{reason}"].remedy) == actors


def test_status_that_is_not_recognized_is_quoted_and_unknown():
    unknown = [row for row in REASONS.values() if "unrecognized" in row.sentence]
    assert [row.status for row in unknown] == ["unknown"] * 2
    assert all("status: '{" in row.sentence for row in unknown)
