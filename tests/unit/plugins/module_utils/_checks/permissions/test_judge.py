# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `permissions` as tables of cases."""

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
    operator_evidence,
    piece,
    relationship,
    role_evidence,
    sku,
    sku_evidence,
    trust_evidence,
    unread,
)
from judged import ANNA, GUEST, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES, role_names


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
    assert (report.as_dict()["first_broken"], report.as_dict()["reason"]) == ("permissions", reason)


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
    assert report.as_dict()["first_broken"] == "access"


OPERATOR = operator_evidence()


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


_ELIGIBILITY = "permissions.eligibility_not_read"


def defender_role(principal, **fields):
    row = {"id": "a", "name": "A", "role": "r", "principals": [principal], "scopes": ["/"], **fields}
    return {"defender_role_assignments": piece("defender_role_assignments", {"assignments": [row], "other_rows": 0})}


def test_role_of_defender_shows_all_that_it_rests_on():
    groups = {"account_groups": piece("account_groups", {"groups": {GROUP: "SOC"}})}
    failed = {"eligible_roles": unread("eligible_roles")}
    verdict = permissions_of({**GUEST, **role_evidence(), **defender_role(GROUP), **groups, **failed})
    assert (verdict.check, verdict.status, verdict.object) == ("permissions", "unknown", "r")
    roles = ["directory_roles", "role_assignments"]
    assert shown(verdict) == [*roles, "defender_role_assignments", "account_groups"]
    assert caveat(verdict, _ELIGIBILITY).message.endswith(": no")


OTHERS = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


def test_role_that_the_relationship_holds_and_nobody_assigned_is_named():
    verdict = permissions_of(gdap_evidence(relationship(), assignments=OTHERS), "gdap")
    assert verdict.message == (
        f"GDAP relationship 'Contoso SOC' includes Security Reader, but no assignment gives it to a group of {ANNA}."
    )
    assert "the group 'Group 1'" in verdict.remedy


def test_limited_information_names_the_roles_that_are_wanted():
    few = {
        "directory_roles": piece("directory_roles", {"roles": [], "untold": 1}),
        "role_assignments": piece("role_assignments", {"assignments": [], "left_out": 0}),
    }
    verdict = permissions_of({**GUEST, **few})
    assert verdict.reason == "permissions.limited_information"
    assert "not known)" not in verdict.message + verdict.remedy
    assert shown(verdict) == ["directory_roles", "role_assignments"]
