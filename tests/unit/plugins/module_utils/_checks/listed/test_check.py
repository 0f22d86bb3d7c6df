# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check listed."""

from __future__ import annotations

import pytest
from evidence import case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.listed.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE


def test_it_belongs_to_the_link_access_and_is_made_as_the_operator():
    assert (CHECK.name, CHECK.link, CHECK.stage, CHECK.as_operator) == ("listed", "access", "access", True)


def test_it_reads_lists_of_the_home_tenant():
    uses = [(use.side, use.read.key, use.read.service) for use in CHECK.reads]
    assert uses == [("home", "gdap_customers", "graph"), ("home", "arm_tenants", "arm")]


@pytest.mark.parametrize(("listed", "status"), [(True, "met"), (False, "unmet")])
def test_it_judges_with_reasons_of_access(listed, status):
    verdict = CHECK.judge(case({"gdap_customers": piece("customers", {"listed": listed, "others": 0})}))
    assert (verdict.check, verdict.status) == ("listed", status)
    assert CHECK.reasons == {}
    assert verdict.reason in CATALOGUE.reasons


def test_what_access_lacks_explains_why_a_list_does_not_hold_the_tenant():
    (explanation,) = CHECK.explanations
    assert (explanation.by, explanation.status) == ("access", "unmet")
