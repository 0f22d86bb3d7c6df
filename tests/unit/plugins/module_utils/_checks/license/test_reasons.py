# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family license: who buys, who switches on."""

from __future__ import annotations

from remedies import actors_of, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.license.reasons import REASONS

BUYER = "Billing Administrator of {tenant}"


def test_nobody_acts_where_the_license_is_there():
    assert met(REASONS) == silent(REASONS) == {"license.present"}


def test_what_is_missing_is_for_the_buyer_and_what_is_off_is_not():
    unmet = {reason for reason, row in REASONS.items() if row.status == "unmet"}
    for_the_buyer = {reason for reason in unmet if actors_of(REASONS[reason].remedy)[0] == BUYER}
    assert unmet - for_the_buyer == {"license.plan_disabled"}
    assert actors_of(REASONS["license.plan_disabled"].remedy) == ["License Administrator of {tenant}"]


def test_row_of_the_tenant_list_can_be_what_is_wrong():
    assert actors_of(REASONS["license.demanded_missing"].remedy) == [BUYER, "Ansible administrator of the home tenant"]
