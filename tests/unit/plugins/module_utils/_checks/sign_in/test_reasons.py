# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family sign_in: whose setting refuses a sign-in."""

from __future__ import annotations

import pytest
from remedies import actors_of, all_actors, met, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reasons import REASONS

LOGIN = "run ansible-playbook m365.defender.login"


def test_nobody_acts_on_a_sign_in_that_works_or_on_a_moments_failure():
    assert silent(REASONS) == met(REASONS) | {"sign_in.transient"}


@pytest.mark.parametrize("part", ["refresh_token_", "device_code_", "code_used", "sign_in_frequency"])
def test_token_and_code_are_the_operators_task(part):
    rows = [row for reason, row in REASONS.items() if reason.startswith(f"sign_in.{part}")]
    assert rows
    assert {actors_of(row.remedy)[0] for row in rows} == {"{operator}"}


@pytest.mark.parametrize("part", ["secret_", "credential_", "refresh_token_", "device_code_", "public_client"])
def test_credential_says_nothing_about_a_tenant(part):
    rows = {reason: row for reason, row in REASONS.items() if reason.startswith(f"sign_in.{part}")}
    assert {row.status for row in rows.values()} == {"unknown"}
    assert not [actor for actor in all_actors(rows) if "{tenant}" in actor]


def test_expired_token_is_renewed_by_the_play():
    assert LOGIN in REASONS["sign_in.refresh_token_expired"].remedy


@pytest.mark.parametrize(("side", "owner"), [("inbound", "{tenant}"), ("outbound", "{home}")])
def test_block_is_for_the_side_that_blocks(side, owner):
    assert actors_of(REASONS[f"sign_in.{side}_blocked"].remedy) == [f"Security Administrator of {owner}"]
