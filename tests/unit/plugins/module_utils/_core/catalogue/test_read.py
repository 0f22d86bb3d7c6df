# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the families identity, check and read: they never claim that something is not met."""

from __future__ import annotations

import pytest
from remedies import actors_of, all_actors, silent

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.read import REASONS

ANSIBLE_ADMIN = "Ansible administrator of the home tenant"


def test_what_was_not_read_is_unknown():
    assert {row.status for row in REASONS.values()} == {"unknown"}


def test_check_that_the_user_left_out_asks_nobody_to_act():
    assert silent(REASONS) == {"check.not_chosen"}


@pytest.mark.parametrize("reason", sorted(reason for reason in REASONS if reason.startswith("read.")))
def test_failed_read_is_for_those_who_run_it_or_for_the_tenant_that_refused(reason):
    refused = reason in ("read.forbidden", "read.role_missing")
    assert ("Administrator of {where}" in actors_of(REASONS[reason].remedy)) is refused
    on_the_way = {"Network administrator of the home tenant"} if reason == "read.foreign_answer" else set()
    assert all_actors({reason: REASONS[reason]}) <= {ANSIBLE_ADMIN, "Administrator of {where}"} | on_the_way


@pytest.mark.parametrize("reason", ["read.failed", "read.unreachable", "read.partial", "read.role_missing"])
def test_service_has_the_last_word(reason):
    assert REASONS[reason].sentence.endswith(": {said}")
