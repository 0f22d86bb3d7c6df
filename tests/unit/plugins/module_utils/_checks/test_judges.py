# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judges as tables of cases: evidence in, verdict out."""

from __future__ import annotations

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    assignments_key,
    case,
    gdap_evidence,
    piece,
    relationship,
    trust_evidence,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions

ASSIGNED_ELSEWHERE = [{"status": "active", "group": OTHER_GROUP, "roles": [SECURITY_READER], "other_roles": 0}]
ASSIGNMENT_PENDING = [{"status": "pending", "group": GROUP, "roles": [SECURITY_READER], "other_roles": 0}]


@pytest.mark.parametrize(
    ("rows", "options", "reason"),
    [
        pytest.param([relationship("approved", None)], {}, "access.gdap_activating", id="approved"),
        pytest.param([relationship("activating", None)], {}, "access.gdap_activating", id="activating"),
        pytest.param([relationship()], {}, "access.gdap_in_force", id="active"),
        pytest.param([relationship("ACTIVE")], {}, "access.gdap_in_force", id="letter_case"),
        pytest.param([relationship("expiring", 5)], {}, "access.gdap_in_force", id="expiring"),
        pytest.param([relationship("active", -1)], {}, "access.gdap_expired", id="end_passed_status_lags"),
        pytest.param([relationship("active", None)], {}, "access.gdap_status_unknown", id="active_without_end"),
        pytest.param([relationship("expired", -1)], {}, "access.gdap_expired", id="expired"),
        pytest.param([relationship("terminated", 10)], {}, "access.gdap_terminated", id="terminated"),
        pytest.param([relationship("terminationRequested", 10)], {}, "access.gdap_terminated", id="ending"),
        pytest.param([relationship("approvalPending", None)], {}, "access.gdap_not_active", id="approval_pending"),
        pytest.param([relationship("created", None)], {}, "access.gdap_not_sent", id="created"),
        pytest.param([relationship("somethingNew")], {}, "access.gdap_status_unknown", id="status_not_known"),
        pytest.param([relationship()], {"assignments": []}, "access.gdap_no_assignment", id="no_assignment"),
        pytest.param(
            [relationship()],
            {"assignments": ASSIGNMENT_PENDING},
            "access.gdap_assignment_pending",
            id="assignment_pending",
        ),
        pytest.param(
            [relationship()],
            {"assignments": ASSIGNED_ELSEWHERE},
            "access.gdap_operator_not_assigned",
            id="other_group",
        ),
        pytest.param([relationship()], {"groups": ()}, "access.gdap_operator_not_assigned", id="not_a_member"),
        pytest.param([], {}, "access.gdap_missing", id="none"),
        pytest.param(
            [relationship("expired", -9, id="old"), relationship()], {}, "access.gdap_in_force", id="best_wins"
        ),
        pytest.param(
            [relationship("somethingNew", id="odd"), relationship("expired", -9)],
            {},
            "access.gdap_status_unknown",
            id="unknown_before_no",
        ),
    ],
)
def test_gdap(rows, options, reason):
    assert judge_access(case(gdap_evidence(*rows, **options))).verdict.reason == reason


@pytest.mark.parametrize("key", ["gdap_relationships", "operator_groups", assignments_key(relationship()["id"])])
def test_gdap_unread_is_unknown(key):
    evidence = {**gdap_evidence(relationship()), key: unread(key)}
    verdict = judge_access(case(evidence)).verdict
    assert (verdict.status, verdict.reason) == ("unknown", "read.throttled")


def test_gdap_expiring_soon_is_told():
    caveats = judge_access(case(gdap_evidence(relationship(days=12)))).verdict.caveats
    assert [c.reason for c in caveats if c.actionable] == ["access.gdap_expiring"]
    assert "in 12 days" in caveats[0].message


def test_gdap_that_extends_itself_is_not_told():
    row = relationship(days=12, auto_extend="P180D")
    assert not [c for c in judge_access(case(gdap_evidence(row))).verdict.caveats if c.actionable]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([account()], "access.guest_accepted", id="guest"),
        pytest.param([account(type="Member")], "access.guest_accepted", id="member"),
        pytest.param([account(type="Member", state=None)], "access.member_enabled", id="synchronized_member"),
        pytest.param([account(issuers=["MicrosoftAccount"])], "access.guest_identity_unknown", id="microsoft_account"),
        pytest.param([account(issuers=["mail"])], "access.guest_identity_unknown", id="one_time_passcode"),
        pytest.param([account(issuers=[])], "access.guest_identity_unknown", id="identity_not_told"),
        pytest.param(
            [account(mail="somebody@else.example", upn="somebody_else.example#EXT#@contoso.example")],
            "access.guest_identity_unknown",
            id="somebody_else_lists_the_address",
        ),
        pytest.param([account(mail=None)], "access.guest_accepted", id="known_by_upn"),
        pytest.param([account(state=None)], "access.guest_state_unknown", id="no_state"),
        pytest.param([account(state="Odd")], "access.guest_state_unknown", id="state_not_known"),
        pytest.param([account(state="PendingAcceptance")], "access.guest_pending", id="pending"),
        pytest.param([account(state="pendingacceptance")], "access.guest_pending", id="letter_case"),
        pytest.param([account(enabled=False)], "access.guest_disabled", id="disabled"),
        pytest.param([account(enabled=None)], "access.guest_state_unknown", id="enabled_not_told"),
        pytest.param([], "access.guest_missing", id="missing"),
        pytest.param([account(id="0", enabled=False), account()], "access.guest_accepted", id="best_wins"),
    ],
)
def test_b2b(rows, reason):
    assert judge_access(case(account_evidence(*rows), access="b2b")).verdict.reason == reason


def test_b2b_look_up_failed_is_unknown():
    evidence = {**account_evidence(), "accounts_by_upn": unread("accounts_by_upn")}
    assert judge_access(case(evidence, access="b2b")).verdict.status == "unknown"


def test_b2b_found_although_another_look_up_failed():
    evidence = {**account_evidence(account()), "accounts_by_upn": unread("accounts_by_upn")}
    assert judge_access(case(evidence, access="b2b")).verdict.status == "met"


def test_b2b_more_accounts_than_looked_at():
    assert (
        judge_access(case(account_evidence(account(enabled=False), left_out=3), access="b2b")).verdict.status
        == "unknown"
    )


def operator_evidence(**fields):
    user = {"id": "1", "upn": "anna@northwind.example", "mail": None, "other_mails": [], **fields}
    return {"operator": piece("operator", user)}


def test_b2b_by_another_mail_of_the_operator():
    row = account(mail="a.berg@old.example", upn="a.berg_old.example#EXT#@contoso.example")
    evidence = {**account_evidence(row), **operator_evidence(other_mails=["A.Berg@old.example"])}
    assert judge_access(case(evidence, access="b2b")).verdict.status == "met"


def test_b2b_is_unknown_while_the_operators_addresses_are():
    evidence = {**account_evidence(), "operator": unread("operator", "consent.permission_missing")}
    report = judge_requirements(case(evidence, access="b2b"))
    assert report.verdicts["access"].reason == "consent.permission_missing"
    assert report.first_broken == "consent"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("sign_in.guest_pending", "access.guest_pending"),
        ("sign_in.account_disabled", "access.guest_disabled"),
        ("sign_in.user_not_in_tenant", "access.guest_missing"),
    ],
)
def test_b2b_as_the_operator_entra_says_it_at_sign_in(said, reason):
    report = judge_requirements(case({"own_account": unread("own_account", said)}, access="b2b"))
    assert (report.first_broken, report.verdicts["access"].reason) == ("access", reason)


def test_gdap_relationship_with_a_wanted_role_is_preferred():
    late = relationship(days=600, id="late", roles=[DIRECTORY_READERS])
    early = relationship(days=100, id="early")
    assignments = [
        {"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS, SECURITY_READER], "other_roles": 0}
    ]
    judged = case(gdap_evidence(late, early, assignments=assignments))
    access = judge_access(judged)
    assert access.verdict.object == "early"
    assert judge_permissions(judged, access).reason == "permissions.role_via_gdap"


def test_gdap_all_relationships_are_judged_and_few_are_shown():
    rows = [relationship(id=f"r{number}") for number in range(9)]
    evidence = gdap_evidence(*rows, assignments=ASSIGNED_ELSEWHERE)
    evidence[assignments_key("r8")] = gdap_evidence(rows[8])[assignments_key("r8")]
    verdict = judge_access(case(evidence)).verdict
    assert (verdict.reason, verdict.object) == ("access.gdap_in_force", "r8")
    shown = verdict.evidence[0].data
    assert (len(shown["relationships"]), shown["left_out"], shown["relationships"][0]["id"]) == (3, 6, "r8")


@pytest.mark.parametrize(
    ("gdap", "accounts", "reason"),
    [
        pytest.param(gdap_evidence(relationship()), {}, "access.gdap_in_force", id="gdap"),
        pytest.param(gdap_evidence(), account_evidence(account()), "access.guest_accepted", id="b2b"),
        pytest.param(gdap_evidence(), account_evidence(), "access.none_found", id="neither"),
        pytest.param(
            gdap_evidence(relationship("expired", -1)), account_evidence(), "access.gdap_expired", id="gdap_was"
        ),
        pytest.param(
            gdap_evidence(),
            account_evidence(account(state="PendingAcceptance")),
            "access.guest_pending",
            id="b2b_begun",
        ),
        pytest.param(
            {"gdap_relationships": unread("gdap_relationships")},
            account_evidence(),
            "read.throttled",
            id="gdap_unread",
        ),
        pytest.param(
            {"gdap_relationships": unread("gdap_relationships")},
            account_evidence(account()),
            "access.guest_accepted",
            id="gdap_unread_but_b2b",
        ),
    ],
)
def test_auto(gdap, accounts, reason):
    assert judge_access(case({**gdap, **accounts}, access="auto")).verdict.reason == reason


@pytest.mark.parametrize(
    ("partner", "default", "reason"),
    [
        pytest.param(True, False, "mfa_trust.by_partner", id="partner"),
        pytest.param(False, True, "mfa_trust.not_accepted", id="partner_wins"),
        pytest.param("none", True, "mfa_trust.by_default", id="default"),
        pytest.param(None, True, "mfa_trust.by_default", id="inherited"),
        pytest.param("none", False, "mfa_trust.not_accepted", id="off"),
        pytest.param("none", None, "mfa_trust.not_told", id="not_told"),
    ],
)
def test_mfa_trust(partner, default, reason):
    assert judge_mfa_trust(case(trust_evidence(partner, default))).reason == reason


def test_mfa_trust_null_within_a_partner_entry_is_not_guessed():
    evidence = trust_evidence("none", True)
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {"mfa": None}})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"


@pytest.mark.parametrize("key", ["cross_tenant_access_partner", "cross_tenant_access_default"])
def test_mfa_trust_unread_is_unknown(key):
    assert judge_mfa_trust(case({**trust_evidence(None, True), key: unread(key)})).status == "unknown"
