# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check registration: the view has no judge here, and others explain it."""

from __future__ import annotations

import pytest
from evidence import case

from ansible_collections.m365.defender.plugins.module_utils._checks.registration.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHAIN

NAMES = {"tenant": "Contoso", "tenant_id": "t", "operator": "anna", "home": "Northwind"}
NO_ACCESS = CATALOGUE.verdict("access", "access.gdap_missing", NAMES)
NO_LICENSE = CATALOGUE.verdict("license", "license.none", NAMES)


def test_it_is_judged_by_the_room_that_reads_the_view():
    assert (CHECK.stage, CHECK.judge, CHECK.judged(case({})), CHECK.reads) == ("registration", None, None, ())


@pytest.mark.parametrize(
    ("reason", "others", "root"),
    [
        ("registration.lost_access", {"access": NO_ACCESS}, "access"),
        ("registration.not_offered", {"access": NO_ACCESS}, "access"),
        ("registration.not_offered", {"license": NO_LICENSE}, "registration"),
        ("registration.not_eligible", {"license": NO_LICENSE}, "license"),
        ("registration.over_limit", {"access": NO_ACCESS}, "registration"),
    ],
)
def test_what_another_check_says_is_the_cause_where_it_can_be(reason, others, root):
    verdicts = {**others, "registration": CATALOGUE.verdict("registration", reason, NAMES)}
    assert CHAIN.root_of(verdicts, "registration").check == root
