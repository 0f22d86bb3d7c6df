# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Caveats: who can resolve them."""

from __future__ import annotations

import re

import pytest
from remedies import actors_of, silent

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE


def test_only_these_caveats_name_nobody():
    assert silent(CATALOGUE.caveats) == {
        "access.gdap_others",
        "access.gdap_young",
        "access.governance_unread",
        "access.other_ways",
    }


@pytest.mark.parametrize("reason", ["gdap_expiring", "gdap_expiring_global_admin"])
def test_end_of_a_relationship_is_the_partners_task(reason):
    assert actors_of(CATALOGUE.caveats[f"access.{reason}"].remedy) == ["Partner administrator of {home}"]


@pytest.mark.parametrize(
    ("reason", "permission"),
    [
        ("access.eligibility_not_read", "PrivilegedEligibilitySchedule.Read.AzureADGroup"),
        ("access.cross_cloud_not_read", "Policy.Read.All"),
        ("license.trial_not_told", "Organization.Read.All"),
        ("permissions.eligibility_not_read", "RoleManagement.Read.Directory"),
        ("permissions.custom_role_not_read", "RoleManagement.Read.Defender"),
    ],
)
def test_what_was_not_read_names_the_permission_that_is_missing(reason, permission):
    remedy = CATALOGUE.caveats[reason].remedy
    assert re.search(rf"grant (your app|app \{{app\}}) {re.escape(permission)}", remedy)
    assert remedy.endswith("so that this can be checked.")
