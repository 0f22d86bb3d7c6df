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
    role_evidence,
    sku,
    sku_evidence,
    trust_evidence,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import shape_skus
from ansible_collections.m365.defender.plugins.module_utils._checks.license.service_plans import QUALIFYING
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
    ("rows", "licenses", "reason"),
    [
        pytest.param([sku(MTP="Success")], (), "license.present", id="mtp"),
        pytest.param([sku("SPB", MDE_SMB="Success")], (), "license.present", id="defender_for_business_without_mtp"),
        pytest.param([sku(state="Warning", MTP="Success")], (), "license.present", id="warning"),
        pytest.param([sku(state="Suspended", MTP="Success")], (), "license.suspended", id="suspended"),
        pytest.param([sku(state="LockedOut", MTP="Success")], (), "license.locked_out", id="locked_out"),
        pytest.param([sku(state="Deleted", MTP="Success")], (), "license.deleted", id="deleted"),
        pytest.param([sku(state="Odd", MTP="Success")], (), "license.state_unknown", id="state_not_known"),
        pytest.param([sku(units=0, MTP="Success")], (), "license.no_units", id="no_units"),
        pytest.param([sku(MTP="Disabled")], (), "license.plan_disabled", id="disabled"),
        pytest.param([sku(MTP="disabled")], (), "license.plan_disabled", id="letter_case"),
        pytest.param([sku(MTP="PendingInput")], (), "license.present", id="pending_input"),
        pytest.param([sku(MTP="ErrorStatus")], (), "license.state_unknown", id="plan_in_error"),
        pytest.param([sku(MTP="")], (), "license.state_unknown", id="plan_state_not_told"),
        pytest.param([sku("SPE_E3", MDE_LITE="Success")], (), "license.sufficiency_open", id="endpoint_p1"),
        pytest.param([sku("SPE_E3", MDE_LITE="Success")], ("mde_lite",), "license.present", id="accepted_by_user"),
        pytest.param([sku(MTP="Success")], ("mde_smb",), "license.demanded_missing", id="demanded_missing"),
        pytest.param([sku("SPE_E5", MTP="Success")], ("spe_e5",), "license.present", id="demanded_by_sku"),
        pytest.param([], (), "license.none", id="none"),
        pytest.param(
            [sku("OLD", "Suspended", MTP="Success"), sku("NEW", MDE_SMB="Success")], (), "license.present", id="best"
        ),
        pytest.param(
            [sku("E3", ADALLOM_S_DISCOVERY="Success"), sku("E5", "Suspended", MTP="Success")],
            (),
            "license.sufficiency_open",
            id="unknown_before_no",
        ),
    ],
)
def test_license(rows, licenses, reason):
    assert judge_license(case(sku_evidence(*rows), licenses=licenses)).reason == reason


def test_license_is_unknown_while_subscriptions_are_left_out():
    evidence = sku_evidence(sku(MTP="Disabled"))
    evidence["subscribed_skus"].data["left_out"] = 1
    assert judge_license(case(evidence)).reason == "read.partial"
    assert judge_license(case(evidence, licenses=("mde_smb",))).reason == "read.partial"


def test_license_that_is_wanted_is_never_left_out():
    plans = [{"servicePlanId": plan, "servicePlanName": "X", "provisioningStatus": "Success"} for plan in QUALIFYING]
    units = {"enabled": 5, "warning": 0}
    big = [
        {"skuPartNumber": f"BIG{n}", "capabilityStatus": "Enabled", "prepaidUnits": units, "servicePlans": plans}
        for n in range(9)
    ]
    one = {"skuPartNumber": "SMALL", "capabilityStatus": "Enabled", "prepaidUnits": units, "servicePlans": plans[2:3]}
    for word in ("small", "mde_smb", "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4"):
        data = shape_skus({"value": [*big, one]}, wanted=(word,))
        assert (len(data["skus"]), data["left_out"]) == (8, 2)
    assert shape_skus({"value": [*big, one]}, wanted=("small",))["skus"][0]["sku"] == "SMALL"


@pytest.mark.parametrize(("state", "reason"), [("Success", "license.present"), ("Disabled", "license.plan_disabled")])
def test_license_named_by_its_product_says_what_microsoft_says(state, reason):
    plan = {
        "servicePlanId": "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
        "servicePlanName": "X",
        "provisioningStatus": state,
    }
    row = {
        "skuPartNumber": "OWN",
        "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": 5, "warning": 0},
        "servicePlans": [plan],
    }
    data = shape_skus({"value": [row]}, wanted=("own",))
    assert judge_license(case({"subscribed_skus": piece("subscribed_skus", data)}, licenses=("own",))).reason == reason


def test_license_unread_is_unknown():
    assert judge_license(case({"subscribed_skus": unread("subscribed_skus")})).status == "unknown"


def test_license_in_warning_is_told():
    verdict = judge_license(case(sku_evidence(sku(state="Warning", MTP="Success"))))
    assert [c.reason for c in verdict.caveats if c.actionable] == ["license.in_warning"]


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


GUEST = account_evidence(account())


@pytest.mark.parametrize(
    ("roles", "wanted", "reason"),
    [
        pytest.param(
            role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),)), None, "permissions.role_direct", id="direct"
        ),
        pytest.param(role_evidence((SECURITY_READER,)), None, "permissions.role_via_group", id="group"),
        pytest.param(role_evidence(), None, "permissions.no_role", id="none"),
        pytest.param(role_evidence((DIRECTORY_READERS,)), None, "permissions.no_role", id="other_role"),
        pytest.param(
            role_evidence((), ((SECURITY_READER, "/administrativeUnits/1"),)),
            None,
            "permissions.role_scoped",
            id="administrative_unit",
        ),
        pytest.param(role_evidence((DIRECTORY_READERS,)), (DIRECTORY_READERS,), "permissions.role_via_group", id="own"),
    ],
)
def test_permissions_of_a_guest(roles, wanted, reason):
    fields = {"access": "b2b", **({"roles": wanted} if wanted else {})}
    judged = case({**GUEST, **roles}, **fields)
    assert judge_permissions(judged, judge_access(judged)).reason == reason


@pytest.mark.parametrize("key", ["directory_roles", "role_assignments"])
def test_permissions_unread_is_unknown(key):
    judged = case({**GUEST, **role_evidence(), key: unread(key)}, access="b2b")
    assert judge_permissions(judged, judge_access(judged)).status == "unknown"


def test_permissions_limited_information_is_unknown():
    evidence = {**GUEST, **role_evidence()}
    evidence["directory_roles"].data["untold"] = 1
    judged = case(evidence, access="b2b")
    assert judge_permissions(judged, judge_access(judged)).reason == "permissions.limited_information"


@pytest.mark.parametrize(
    ("held", "assigned", "reason"),
    [
        pytest.param([SECURITY_READER], [SECURITY_READER], "permissions.role_via_gdap", id="both"),
        pytest.param([DIRECTORY_READERS], [SECURITY_READER], "permissions.gdap_no_role", id="not_in_relationship"),
        pytest.param(
            [SECURITY_READER], [DIRECTORY_READERS], "permissions.gdap_role_not_assigned", id="not_in_assignment"
        ),
    ],
)
def test_permissions_through_gdap(held, assigned, reason):
    assignments = [{"status": "active", "group": GROUP, "roles": assigned, "other_roles": 0}]
    judged = case(gdap_evidence(relationship(roles=held), assignments=assignments))
    assert judge_permissions(judged, judge_access(judged)).reason == reason


def test_auto_takes_the_role_of_the_account_where_gdap_carries_none():
    assignments = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]
    evidence = {**gdap_evidence(relationship(), assignments=assignments), **GUEST, **role_evidence((SECURITY_READER,))}
    judged = case(evidence, access="auto")
    access = judge_access(judged)
    assert access.verdict.reason == "access.gdap_in_force"
    assert judge_permissions(judged, access).reason == "permissions.role_via_group"


NO_ROLE = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


@pytest.mark.parametrize(
    ("evidence", "reason"),
    [
        pytest.param(
            {**account_evidence(), "accounts_by_mail": unread("accounts_by_mail")},
            "read.throttled",
            id="look_up_unread",
        ),
        pytest.param(account_evidence(account(state=None)), "access.guest_state_unknown", id="account_is_open"),
    ],
)
def test_no_role_by_gdap_is_unknown_while_the_account_is(evidence, reason):
    gdap = gdap_evidence(relationship(), assignments=NO_ROLE)
    report = judge_requirements(case({**gdap, **evidence, **sku_evidence(sku(MTP="Success"))}, access="auto"))
    assert report.verdicts["access"].status == "met"
    assert (report.verdicts["permissions"].status, report.verdicts["permissions"].reason) == ("unknown", reason)
    assert (report.first_broken, report.as_dict()["reason"]) == ("permissions", reason)


def test_no_role_by_one_relationship_is_unknown_while_another_is():
    rows = [relationship(id="read"), relationship(id="unread")]
    evidence = gdap_evidence(*rows, assignments=NO_ROLE)
    evidence[assignments_key("unread")] = unread("gdap_assignments")
    judged = case(evidence)
    assert judge_permissions(judged, judge_access(judged)).reason == "read.throttled"


def reasons_without_role(gdap):
    """What `auto` says of an account without a role, beside this GDAP."""
    judged = case({**gdap, **GUEST, **role_evidence()}, access="auto")
    access = judge_access(judged)
    assert access.verdict.reason == "access.guest_accepted"
    verdict = judge_permissions(judged, access)
    return verdict.status, verdict.reason


@pytest.mark.parametrize(
    ("gdap", "reason"),
    [
        pytest.param({"gdap_relationships": unread("gdap_relationships")}, "read.throttled", id="unread"),
        pytest.param(gdap_evidence(relationship("odd")), "access.gdap_status_unknown", id="odd_status"),
    ],
)
def test_no_role_by_the_account_is_unknown_while_gdap_is(gdap, reason):
    assert reasons_without_role(gdap) == ("unknown", reason)


@pytest.mark.parametrize(
    "gdap",
    [
        pytest.param(gdap_evidence(), id="none"),
        pytest.param(gdap_evidence(relationship("terminated")), id="ended"),
        pytest.param({"gdap_relationships": unread("gdap_relationships", "read.not_in_cloud")}, id="not_in_cloud"),
    ],
)
def test_no_role_by_the_account_is_unmet_where_gdap_is_known_not_to_carry(gdap):
    assert reasons_without_role(gdap) == ("unmet", "permissions.no_role")


def test_no_access_makes_permissions_unknown_because_of_it():
    report = judge_requirements(case({**gdap_evidence(), **sku_evidence(), **trust_evidence()}))
    permissions = report.verdicts["permissions"]
    assert (permissions.status, permissions.caused_by) == ("unknown", "access")
    assert report.first_broken == "access"


def test_consent_is_the_root_of_everything_it_hides():
    keys = ("subscribed_skus", "cross_tenant_access_partner", "cross_tenant_access_default", "accounts_by_mail")
    report = judge_requirements(case({key: unread(key, "consent.app_not_in_tenant") for key in keys}, access="b2b"))
    assert {v.status for v in report.verdicts.values()} == {"unknown"}
    assert report.as_dict()["first_broken"] == "consent"
    assert report.as_dict()["reason"] == "consent.app_not_in_tenant"


def test_recommended_is_never_first_broken():
    evidence = {**gdap_evidence(relationship()), **sku_evidence(sku(MTP="Success")), **trust_evidence()}
    report = judge_requirements(case(evidence))
    assert report.verdicts["mfa_trust"].status == "unmet"
    assert (report.ready, report.first_broken) == (True, None)
