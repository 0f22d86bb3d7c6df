# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's account at home: what it does to every way, every check and every tenant."""

from __future__ import annotations

import pytest
from any_case import cases
from bodies import data_of, guid
from evidence import (
    SECURITY_READER,
    account,
    account_evidence,
    case,
    gdap_evidence,
    operator_evidence,
    piece,
    relationship,
    role_evidence,
    sku,
    sku_evidence,
    trust_evidence,
    unread,
)
from governance_rows import governed, lists
from hypothesis import given
from hypothesis import strategies as st
from judged import words

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, judge_access_checks
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    judge_requirements,
    unread_requirements,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import (
    operator_barred,
    operator_problem,
    refused_at_home,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import shape_user
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS, Problem

NOT_FOUND = piece("operator", {"found": False})
# The operator at home, and what it makes of access that is in order otherwise.
STATES = [
    (operator_evidence(), "met", None),
    (operator_evidence(type=""), "met", None),
    (operator_evidence(type="MEMBER"), "met", None),
    (operator_evidence(enabled=False), "unmet", "access.operator_disabled"),
    (operator_evidence(enabled=False, type="Guest"), "unmet", "access.operator_disabled"),
    (NOT_FOUND, "unmet", "access.operator_missing"),
    (operator_evidence(enabled=None), "unknown", "access.operator_state_unknown"),
    (operator_evidence(enabled="false"), "unknown", "access.operator_state_unknown"),
    (piece("operator", {"id": "1", "upn": "anna@northwind.example", "mail": None, "other_mails": []}), "unknown", None),
    (operator_evidence(type="Guest"), "unknown", "access.operator_not_member"),
    (operator_evidence(type="unknownFutureValue"), "unknown", "access.operator_not_member"),
    (unread("operator", "consent.permission_missing"), "unknown", "consent.permission_missing"),
    (unread("operator"), "unknown", "read.throttled"),
]
IN_ORDER = {
    **gdap_evidence(relationship()),
    **account_evidence(account()),
    **lists([governed()]),
    **sku_evidence(sku(MTP="Success")),
    **role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),)),
}
IN_ORDER["cross_tenant_access_partner"] = trust_evidence(True)["cross_tenant_access_partner"]


@pytest.mark.parametrize("access", ACCESS_METHODS)
@pytest.mark.parametrize(("operator", "status", "reason"), STATES)
def test_the_account_at_home_counts_for_every_method(access, operator, status, reason):
    judged = case({**IN_ORDER, "operator": operator}, access=access)
    row = judge_requirements(judged)
    verdict = row.verdicts["access"]
    assert verdict.status == status
    assert reason in (None, verdict.reason)
    assert row.ready is (status == "met")
    if status == "met":
        return
    assert row.as_dict()["first_broken"] == ("consent" if verdict.reason.startswith("consent") else "access")
    assert row.verdicts["permissions"].reason == "permissions.access_first"
    if operator.problem is None:
        assert operator in verdict.evidence
        words(verdict)


@pytest.mark.parametrize("operator", [operator_evidence(enabled=False), NOT_FOUND])
@pytest.mark.parametrize("access", ACCESS_METHODS)
def test_disabled_beats_whatever_else_is_broken(access, operator):
    broken = {**gdap_evidence(relationship("expired", -3)), **account_evidence(account(enabled=False)), **lists()}
    for evidence in ({}, broken, {key: unread(key) for key in broken}):
        verdict = judge_access(case({**evidence, "operator": operator}, access=access)).verdict
        assert (verdict.status, verdict.reason) in (
            ("unmet", "access.operator_disabled"),
            ("unmet", "access.operator_missing"),
        )
        assert "of Northwind" in verdict.remedy


@given(cases(), st.sampled_from([False, None, "unread", "missing", "Guest"]))
def test_without_an_enabled_operator_nothing_is_met(judged, state):
    operators = {
        "unread": {"operator": unread("operator")},
        "missing": {"operator": NOT_FOUND},
        "Guest": {"operator": operator_evidence(type="Guest")},
    }
    operator = operators.get(state) or {"operator": operator_evidence(enabled=state)}
    verdicts = judge_requirements(judged.with_evidence(operator)).verdicts
    assert verdicts["access"].status != "met"
    assert verdicts["permissions"].status == "unknown"
    if state in (False, "missing"):
        assert verdicts["access"].status == "unmet"
        assert verdicts["access"].reason in ("access.operator_disabled", "access.operator_missing")


TOKEN = piece("operator_sign_in", {"readable": True, "roles": [SECURITY_READER], "other_roles": 0})


@pytest.mark.parametrize("access", ACCESS_METHODS)
@pytest.mark.parametrize("token", [TOKEN, unread("operator_sign_in", "sign_in.account_disabled")])
@pytest.mark.parametrize("checks", [CHECKS, ("listed",), ("sign_in",), ("defender",)])
def test_disabled_operator_verifies_nothing(access, token, checks):
    """Also where the sign-in says 50057, and where it does not say it yet."""
    seen = {
        "gdap_customers": piece("delegated_admin_customers", {"listed": True, "others": 3}),
        "arm_tenants": piece("arm_tenants", {"listed": True, "others": 3}),
        "operator_sign_in": token,
        "incidents": piece("incidents", {"any": True}),
        **lists([governed()]),
    }
    row = judge_access_checks(case({**seen, "operator": operator_evidence(enabled=False)}, access=access), checks)
    assert row.status == ("unverified" if "listed" in checks else "unknown")
    assert (row.as_dict()["first_broken"], row.as_dict()["reason"]) == ("access", "access.operator_disabled")
    for check in checks:
        assert row.verdicts[check].reason == "access.operator_disabled"
        assert "User Administrator of Northwind: enable the account" in row.verdicts[check].remedy


def test_refusal_of_the_home_tenant_is_about_the_account_there():
    problem = refused_at_home(Problem("sign_in.account_disabled", {"tenant": "x"}))
    assert problem == Problem("access.operator_disabled")
    assert refused_at_home(Problem("sign_in.mfa_required")) == Problem("sign_in.mfa_required")
    row = unread_requirements(case({}), problem, "sign_in")
    assert (row.verdicts["access"].status, row.as_dict()["first_broken"]) == ("unmet", "access")
    assert {check: verdict.status for check, verdict in row.verdicts.items() if check != "access"} == {
        "license": "unknown",
        "permissions": "unknown",
        "mfa_trust": "unknown",
    }


@pytest.mark.parametrize(
    ("fields", "enabled", "user_type"),
    [
        ({"accountEnabled": True, "userType": "Member"}, True, "Member"),
        ({"accountEnabled": False, "userType": None}, False, ""),
        ({"accountEnabled": None}, None, ""),
        ({}, None, ""),
    ],
)
def test_what_is_kept_of_the_account(fields, enabled, user_type):
    user = data_of(shape_user, {"id": guid("anna"), "userPrincipalName": "anna@northwind.example", **fields})
    assert (user["enabled"], user["type"]) == (enabled, user_type)


@pytest.mark.parametrize(
    ("operator", "problem", "barred"),
    [
        (operator_evidence(), None, False),
        (operator_evidence(type="member"), None, False),
        (operator_evidence(type=""), None, False),
        (operator_evidence(type=None), None, False),
        (piece("operator", {"found": False}), Problem("access.operator_missing"), True),
        (operator_evidence(id="o", enabled=False), Problem("access.operator_disabled", {"object": "o"}), True),
        (operator_evidence(id="o", enabled=None), Problem("access.operator_state_unknown", {"object": "o"}), False),
        (operator_evidence(id=None, enabled=None), Problem("access.operator_state_unknown", {"object": ""}), False),
        (operator_evidence(type="Guest"), Problem("access.operator_not_member", {"type": "Guest"}), False),
        (unread("operator"), unread("operator").problem, False),
    ],
)
def test_what_an_account_at_home_says(operator, problem, barred):
    judged = case({"operator": operator})
    assert operator_problem(judged) == problem
    assert operator_barred(judged) == (problem if barred else None)


def test_an_account_at_home_that_was_not_asked_for_is_named():
    problem = operator_problem(case({"operator": None}))
    assert (problem.reason, problem.details["where"]) == ("read.failed", "Northwind")
    assert "operator" in problem.details["what"]
