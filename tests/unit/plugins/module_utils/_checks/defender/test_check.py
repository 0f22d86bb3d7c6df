# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check defender: what explains a refusal."""

from __future__ import annotations

import pytest
from evidence import case, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHAIN

NAMES = {"tenant": "Contoso", "tenant_id": "t", "operator": "anna", "said": "no"}


def test_it_needs_the_operators_own_sign_in():
    assert (CHECK.stage, CHECK.as_operator, CHECK.link) == ("access", True, "defender")
    judged = CHECK.judge(case({"operator_sign_in": unread("operator_sign_in", "identity.operator_needed")}))
    assert (judged.reason, judged.caused_by) == ("identity.operator_needed", "sign_in")


@pytest.mark.parametrize(
    ("reason", "others", "root"),
    [
        ("defender.role_missing", {"permissions": "permissions.no_role"}, "permissions"),
        ("defender.role_missing", {"permissions": "permissions.limited_information"}, "permissions"),
        ("defender.role_missing", {"license": "license.none"}, "defender"),
        ("defender.not_provisioned", {"license": "license.none"}, "license"),
        # A license that could not be read explains nothing.
        ("defender.not_provisioned", {"license": "license.sufficiency_open"}, "defender"),
        ("defender.rbac_refuses", {"permissions": "permissions.no_role"}, "defender"),
    ],
)
def test_what_another_check_says_is_the_cause_where_it_can_be(reason, others, root):
    verdicts = {check: CATALOGUE.verdict(check, own, NAMES) for check, own in others.items()}
    verdicts["defender"] = CATALOGUE.verdict("defender", reason, NAMES)
    assert CHAIN.root_of(verdicts, "defender").check == root
