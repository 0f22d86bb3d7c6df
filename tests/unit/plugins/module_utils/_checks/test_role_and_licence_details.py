# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What verdicts about GDAP, roles and licences say: the sentence without holes, the object, and the evidence."""

from __future__ import annotations

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    RELATIONSHIP,
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
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES, role_names

OPERATOR = piece("operator", {"upn": "anna@northwind.example", "mail": None, "other_mails": []})
ALL_ROLES = role_names(DEFENDER_ROLES)


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


def assigned(group=GROUP, status="active", roles=(SECURITY_READER,)):
    return {"status": status, "group": group, "roles": list(roles), "other_roles": 0}


def permissions(evidence, **tenant):
    one = case(evidence, **tenant)
    return judge_permissions(one, judge_access(one))


def guest(roles):
    return {"operator": OPERATOR, **account_evidence(account()), **roles}


@pytest.mark.parametrize(
    ("held", "reason", "said"),
    [
        ([SECURITY_READER, DIRECTORY_READERS], "permissions.role_via_gdap", "Security Reader"),
        ([DIRECTORY_READERS], "permissions.gdap_no_role", ALL_ROLES),
    ],
)
def test_a_role_by_gdap_names_the_group(held, reason, said):
    evidence = gdap_evidence(relationship(roles=held), assignments=[assigned(roles=held)])
    verdict = permissions(evidence)
    assert (verdict.check, verdict.reason, verdict.object) == ("permissions", reason, RELATIONSHIP)
    assert said in words(verdict)
    assert verdict.evidence == (evidence[assignments_key(RELATIONSHIP)],)
    if reason == "permissions.role_via_gdap":
        assert "'Group 1'" in verdict.message
        assert f"holds {said} in" in verdict.message


@pytest.mark.parametrize(
    ("roles", "reason", "said"),
    [
        (role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),)), "permissions.role_direct", "Security Reader in"),
        (role_evidence((), ((SECURITY_READER, "/"),)), "permissions.role_direct", "Security Reader in"),
        (role_evidence((SECURITY_READER,)), "permissions.role_via_group", "Security Reader in"),
        (role_evidence((DIRECTORY_READERS,)), "permissions.no_role", ALL_ROLES),
        (role_evidence((), ((SECURITY_READER, "/au"),)), "permissions.role_scoped", "holds Security Reader in"),
        (role_evidence((), ((DIRECTORY_READERS, "/au"),)), "permissions.no_role", ALL_ROLES),
    ],
)
def test_a_role_of_the_account_is_told_with_what_was_read(roles, reason, said):
    verdict = permissions(guest(roles), access="b2b")
    assert (verdict.check, verdict.reason) == ("permissions", reason)
    assert said in words(verdict)
    assert [one.what for one in verdict.evidence] == ["directory_roles", "role_assignments"]


def test_a_role_that_is_active_is_met_although_assignments_were_not_read():
    roles = {**role_evidence((SECURITY_READER,)), "role_assignments": unread("role_assignments")}
    verdict = permissions(guest(roles), access="b2b")
    assert (verdict.status, verdict.reason) == ("met", "permissions.role_direct")
    assert [one.what for one in verdict.evidence] == ["directory_roles", "role_assignments"]


@pytest.mark.parametrize("key", ["directory_roles", "role_assignments"])
def test_a_role_is_open_while_something_is_unread(key):
    roles = {**role_evidence(), key: unread(key, "read.deadline")}
    verdict = permissions(guest(roles), access="b2b")
    assert (verdict.check, verdict.status, verdict.reason) == ("permissions", "unknown", "read.deadline")
    other = "role_assignments" if key == "directory_roles" else "directory_roles"
    assert [one.what for one in verdict.evidence] == [key, other]
    roles.pop(key)
    verdict = permissions(guest(roles), access="b2b")
    assert (verdict.reason, [one.what for one in verdict.evidence]) == ("read.failed", [other])
    assert "permissions" in words(verdict).lower()


@pytest.mark.parametrize(("untold", "left_out"), [(1, 0), (0, 1), (2, 3)])
def test_roles_that_are_not_all_told_leave_it_open(untold, left_out):
    roles = {
        "directory_roles": piece("directory_roles", {"roles": [], "untold": untold}),
        "role_assignments": piece("role_assignments", {"assignments": [], "left_out": left_out}),
    }
    verdict = permissions(guest(roles), access="b2b")
    assert (verdict.check, verdict.status, verdict.reason) == (
        "permissions",
        "unknown",
        "permissions.limited_information",
    )
    words(verdict)
    assert [one.what for one in verdict.evidence] == ["directory_roles", "role_assignments"]


def test_without_access_roles_are_open_because_of_it():
    verdict = permissions(gdap_evidence())
    assert (verdict.check, verdict.status, verdict.reason) == ("permissions", "unknown", "permissions.access_first")
    assert (verdict.caused_by, verdict.evidence) == ("access", ())
    words(verdict)


@pytest.mark.parametrize(
    ("rows", "licenses", "reason", "said", "named"),
    [
        ([sku(MTP="Success")], (), "license.present", "Microsoft Defender XDR", "SPE_E5"),
        ([sku(MTP="Success", WINDEFATP="Success")], (), "license.present", "Endpoint Plan 2", "SPE_E5"),
        ([sku("B", MTP="Success"), sku("A", MTP="Success")], (), "license.present", "", "A"),
        ([sku("A", "Warning", MTP="Success"), sku("B", MTP="Success")], (), "license.present", "", "B"),
        ([sku("A", WINDEFATP="Success"), sku("B", MTP="Success")], (), "license.present", "", "B"),
        ([sku("A", MDE_LITE="Success"), sku("B", ATA="Success")], (), "license.present", "", "B"),
        ([sku("A", MDE_LITE="Success")], (), "license.sufficiency_open", "", "A"),
        ([sku("A", MDE_LITE="Success")], ("mde_lite",), "license.present", "", "A"),
        ([sku("A", "Odd", MTP="Success")], (), "license.state_unknown", "Odd", "A"),
        ([sku("A", MTP="Error")], (), "license.state_unknown", "Error", "A"),
        ([sku("A", units=0, MTP="Success")], (), "license.no_units", "", "A"),
        ([sku("A", units=-1, MTP="Success")], (), "license.no_units", "", "A"),
        ([sku("A", units=1, MTP="Success")], (), "license.present", "", "A"),
        ([sku("A", MTP="Disabled")], (), "license.plan_disabled", "", "A"),
        ([sku("A", "LockedOut", MTP="Success")], (), "license.locked_out", "", "A"),
        ([sku("A", "Deleted", MTP="Success"), sku("B", MTP="Disabled")], (), "license.plan_disabled", "", "B"),
    ],
)
def test_the_subscription_that_decides_is_named(rows, licenses, reason, said, named):
    evidence = sku_evidence(*rows)
    verdict = judge_license(case(evidence, licenses=licenses))
    assert (verdict.check, verdict.reason, verdict.object) == ("license", reason, named)
    assert said in words(verdict)
    assert verdict.evidence == (evidence["subscribed_skus"],)


def test_products_are_named_up_to_three():
    plans = ("MTP", "WINDEFATP", "MDE_SMB", "ATA", "THREAT_INTELLIGENCE", "THREAT_INTELLIGENCE_GOV")
    three = "Microsoft Defender XDR, Microsoft Defender for Endpoint Plan 2, Microsoft Defender for Business"
    for count, said in ((3, three), (4, f"{three} and 1 more"), (6, f"{three} and 2 more")):
        rows = sku_evidence(sku("A", **dict.fromkeys(plans[:count], "Success")), sku("B", ATA="Success"))
        assert said in words(judge_license(case(rows)))
        assert (" more" in judge_license(case(rows)).message) is (count > 3)


@pytest.mark.parametrize(
    ("licenses", "reason", "said"),
    [((), "license.none", ""), (("mtp", "spe_e5"), "license.demanded_missing", "mtp, spe_e5")],
)
def test_no_licence_says_what_was_demanded(licenses, reason, said):
    evidence = sku_evidence(sku("OTHER"))
    verdict = judge_license(case(evidence, licenses=licenses))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("license", reason, (evidence["subscribed_skus"],))
    assert said in words(verdict)


@pytest.mark.parametrize(("left_out", "rows", "reason"), [(1, [], "read.partial"), (1, [sku(MTP="Success")], None)])
def test_subscriptions_that_are_left_out(left_out, rows, reason):
    one = piece("subscribed_skus", {"skus": rows, "left_out": left_out, "other_skus": []})
    verdict = judge_license(case({"subscribed_skus": one}))
    assert verdict.reason == (reason or "license.present")
    said = words(verdict)
    if reason:
        assert "there are more subscriptions than we look at" in said
        assert "licences" in said
        assert "Contoso" in said
        assert (verdict.check, verdict.evidence) == ("license", (one,))


def test_licences_that_were_not_read():
    verdict = judge_license(case({"subscribed_skus": unread("subscribed_skus")}))
    assert (verdict.check, verdict.reason) == ("license", "read.throttled")
    assert [one.what for one in verdict.evidence] == ["subscribed_skus"]
    verdict = judge_license(case({}))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("license", "read.failed", ())


@pytest.mark.parametrize(("state", "caveats"), [("Warning", ["license.in_warning"]), ("Enabled", [])])
def test_a_subscription_in_its_grace_period(state, caveats):
    verdict = judge_license(case(sku_evidence(sku("A", state, MTP="Success"))))
    assert [caveat.reason for caveat in verdict.caveats] == [*caveats, "license.trial_not_told"]
    assert "A" in words(verdict)
