# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judges as tables of cases: evidence in, verdict out."""

from __future__ import annotations

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
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
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license, shape_skus
from ansible_collections.m365.defender.plugins.module_utils._checks.license.service_plans import QUALIFYING
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions


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
