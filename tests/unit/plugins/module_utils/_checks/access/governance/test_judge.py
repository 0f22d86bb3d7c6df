# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance: what the lists say about access and roles, as tables; and properties that hold for any rows."""

from __future__ import annotations

import dataclasses
import json

import pytest
from evidence import (
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    TENANT_ID,
    account,
    account_evidence,
    case,
    gdap_evidence,
    piece,
    relationship,
    role_evidence,
    unread,
)
from governance_rows import (
    BACK,
    GIVES,
    HOME,
    MAY_NOT_BE_READ,
    governed,
    invitation,
    invitations,
    lists,
    relationships,
    request,
    requests,
)
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import judge_listed
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

NO_GDAP = {**gdap_evidence(), **account_evidence()}


def judged(evidence, access="governance"):
    return judge_access(case(evidence, access=access))


TABLE = [
    ({"relationships": [governed()]}, "access.governance_active"),
    ({"relationships": [governed("Active")]}, "access.governance_active"),
    ({"relationships": [governed("ACTIVE")], "requests": [request("accepted", -95)]}, "access.governance_active"),
    ({"relationships": [governed()], "groups": [OTHER_GROUP]}, "access.governance_operator_not_assigned"),
    ({"relationships": [governed(assignments=[])]}, "access.governance_no_assignment"),
    (
        {"relationships": [governed(assignments=[{"group": GROUP, "roles": [], "other_roles": 0}])]},
        "access.governance_no_assignment",
    ),
    ({"relationships": [governed(assignments=None)]}, "access.governance_roles_not_told"),
    ({"relationships": [governed("terminated")]}, "access.governance_terminated"),
    ({"relationships": [governed("Terminated")]}, "access.governance_terminated"),
    ({"relationships": [governed("terminationRequestedByGoverningTenant")]}, "access.governance_ending"),
    ({"relationships": [governed("odd")]}, "access.governance_status_unknown"),
    ({"relationships": [governed("")]}, "access.governance_status_unknown"),
    ({"relationships": [governed("terminated", id="g0"), governed()]}, "access.governance_active"),
    ({"relationships": [governed(**BACK)]}, "access.governance_reversed"),
    ({"relationships": [governed("terminated", **BACK)]}, "access.governance_missing"),
    ({"relationships": [governed(governing="x")]}, "access.governance_missing"),
    ({"relationships": [governed(governed="x")]}, "access.governance_missing"),
    ({}, "access.governance_missing"),
    ({"requests": [request()]}, "access.governance_requested"),
    ({"requests": [request("Pending")]}, "access.governance_requested"),
    ({"requests": [request(ends=-1)]}, "access.governance_request_expired"),
    ({"requests": [request(ends=0)]}, "access.governance_request_expired"),
    ({"requests": [request("rejected")]}, "access.governance_rejected"),
    ({"requests": [request("rejected", ends=-5)]}, "access.governance_rejected"),
    ({"requests": [request("accepted")]}, "access.governance_accepted"),
    ({"requests": [request("odd")]}, "access.governance_status_unknown"),
    ({"requests": [request(**BACK)]}, "access.governance_missing"),
    ({"invitations": [invitation()]}, "access.governance_invited"),
    ({"invitations": [invitation(ends=-1)]}, "access.governance_invitation_expired"),
    ({"invitations": [invitation(**BACK)]}, "access.governance_missing"),
    ({"invitations": [invitation()], "requests": [request()]}, "access.governance_requested"),
    # An invitation that a request has answered is used up; a newer one is not.
    ({"invitations": [invitation(-5)], "requests": [request("rejected", -4)]}, "access.governance_rejected"),
    ({"invitations": [invitation(-3)], "requests": [request("rejected", -4)]}, "access.governance_invited"),
    # A step that is older than the newest relationship belongs to an earlier story.
    (
        {"relationships": [governed("terminated")], "requests": [request("accepted", -95)]},
        "access.governance_terminated",
    ),
    (
        {"relationships": [governed("terminated")], "requests": [request("rejected", -95)]},
        "access.governance_terminated",
    ),
    ({"relationships": [governed("terminated")], "requests": [request()]}, "access.governance_requested"),
    ({"relationships": [governed("terminated")], "requests": [request("rejected")]}, "access.governance_rejected"),
    ({"relationships": [governed(**BACK)], "requests": [request()]}, "access.governance_requested"),
]


@pytest.mark.parametrize(("rows", "reason"), TABLE)
def test_access_by_governance(rows, reason):
    access = judged(lists(**rows))
    assert access.verdict.reason == reason
    assert (access.verdict.status == "met") is (reason == "access.governance_active") is access.proven
    assert access.verdict.evidence
    assert "not known)" not in access.verdict.message + access.verdict.remedy


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"governance_relationships": unread("g")}, "read.throttled"),
        ({"governance_relationships": unread("g", "consent.permission_missing")}, "consent.permission_missing"),
        ({"governance_relationships": unread("g", "read.forbidden")}, "read.forbidden"),
        ({"governance_relationships": unread("g", "read.not_offered")}, "read.not_offered"),
        (
            {"governance_relationships": unread("g", "access.governance_not_in_cloud")},
            "access.governance_not_in_cloud",
        ),
        ({"operator_groups": unread("o")}, "read.throttled"),
    ],
)
def test_what_was_not_read_is_unknown(changes, reason):
    access = judged({**lists([governed()]), **changes})
    assert (access.verdict.status, access.verdict.reason, access.proven) == ("unknown", reason, False)
    roles = judge_permissions(case({}, access="governance"), access)
    assert (roles.status, roles.caused_by) == ("unknown", "access")


def test_nothing_asked_is_unknown():
    assert judged({}).verdict.status == "unknown"


@pytest.mark.parametrize("key", ["governance_requests", "governance_invitations"])
def test_steps_that_were_not_read_are_a_caveat(key):
    access = judged({**lists(), key: unread(key, "read.forbidden")})
    assert access.verdict.reason == "access.governance_missing"
    assert [caveat.reason for caveat in access.verdict.caveats] == ["access.governance_unread"]
    assert judged({**lists([governed()]), key: unread(key, "read.forbidden")}).verdict.caveats == ()


@pytest.mark.parametrize(
    ("assignments", "reason"),
    [
        (GIVES, "permissions.role_via_governance"),
        ([{"group": GROUP, "roles": [], "other_roles": 2}], "permissions.governance_no_role"),
        (
            [
                {"group": GROUP, "roles": [], "other_roles": 1},
                {"group": OTHER_GROUP, "roles": [SECURITY_READER], "other_roles": 0},
            ],
            "permissions.governance_no_role",
        ),
    ],
)
def test_roles_by_governance(assignments, reason):
    judged_case = case(lists([governed(assignments=assignments)]), access="governance")
    assert judge_permissions(judged_case, judge_access(judged_case)).reason == reason


@pytest.mark.parametrize("why", MAY_NOT_BE_READ)
@pytest.mark.parametrize(
    ("others", "reason"),
    [
        (NO_GDAP, "access.none_found"),
        ({**gdap_evidence(relationship()), **account_evidence()}, "access.gdap_in_force"),
        ({**gdap_evidence(relationship("expired")), **account_evidence()}, "access.gdap_expired"),
        ({**gdap_evidence(), **account_evidence(account())}, "access.guest_accepted"),
    ],
)
def test_auto_does_without_a_preview_that_may_not_be_read(why, others, reason):
    access = judged({**others, "governance_relationships": unread("g", why)}, "auto")
    assert access.verdict.reason == reason
    assert access.open is None
    assert "access.governance_unread" in [caveat.reason for caveat in access.verdict.caveats]


@pytest.mark.parametrize(
    ("others", "rows", "reason"),
    [
        (NO_GDAP, {"relationships": [governed()]}, "access.governance_active"),
        (NO_GDAP, {"requests": [request()]}, "access.governance_requested"),
        (NO_GDAP, {"relationships": [governed(**BACK)]}, "access.none_found"),
        (NO_GDAP, {}, "access.none_found"),
        ({**NO_GDAP, **account_evidence(account())}, {"relationships": [governed()]}, "access.guest_accepted"),
        ({**gdap_evidence(relationship("expired")), **account_evidence()}, {}, "access.gdap_expired"),
    ],
)
def test_auto_with_governance(others, rows, reason):
    access = judged({**others, **lists(**rows)}, "auto")
    assert access.verdict.reason == reason
    assert "access.governance_unread" not in [caveat.reason for caveat in access.verdict.caveats]


@pytest.mark.parametrize(("status", "left_out"), [("400", True), ("404", True), ("500", False), ("200", False)])
def test_auto_does_without_a_preview_that_refuses(status, left_out):
    failed = unread("g", "read.failed")
    failed = dataclasses.replace(failed, problem=Problem("read.failed", {**failed.problem.details, "status": status}))
    verdict = judged({**NO_GDAP, "governance_relationships": failed}, "auto").verdict
    assert verdict.reason == ("access.none_found" if left_out else "read.failed")


@pytest.mark.parametrize(
    ("cloud", "reason"),
    [
        ("gcc_high", "access.governance_not_in_cloud"),
        ("dod", "access.governance_not_in_cloud"),
        ("gcc", "access.governance_missing"),
        (None, "access.governance_missing"),
    ],
)
def test_tenant_of_a_cloud_without_governance(cloud, reason):
    judged_case = case({**NO_GDAP, **lists()}, access="governance", cloud=cloud)
    assert judge_access(judged_case).verdict.reason == reason
    listed = reason.replace("governance_missing", "not_listed_governance")
    assert judge_listed(judged_case)[0].reason == listed
    by_auto = case({**NO_GDAP, **lists()}, access="auto", cloud=cloud)
    assert judge_access(by_auto).verdict.reason == "access.none_found"


def test_auto_with_a_list_that_failed_in_passing_is_unknown():
    failed = {"governance_relationships": unread("g")}
    assert judged({**NO_GDAP, **failed}, "auto").verdict.reason == "read.throttled"
    met = {**gdap_evidence(relationship(roles=[]), assignments=None), **account_evidence(), **failed}
    access = judged(met, "auto")
    assert access.verdict.reason == "access.gdap_in_force"
    assert judge_permissions(case(met, access="auto"), access).reason == "read.throttled"


def test_auto_takes_the_role_that_any_way_gives():
    evidence = {**lists([governed()]), **account_evidence(account()), **role_evidence()}
    evidence["gdap_relationships"] = gdap_evidence()["gdap_relationships"]
    judged_case = case(evidence, access="auto")
    access = judge_access(judged_case)
    assert access.verdict.reason == "access.guest_accepted"
    assert judge_permissions(judged_case, access).reason == "permissions.role_via_governance"


@pytest.mark.parametrize(
    ("identity", "rows", "others", "reason"),
    [
        ("app", [], 0, "access.governance_missing"),
        ("operator", [], 0, "read.maybe_hidden"),
        ("operator", [], 2, "access.governance_missing"),
        ("operator", [governed(**BACK)], 0, "access.governance_reversed"),
    ],
)
def test_empty_list_that_a_person_read_proves_nothing(identity, rows, others, reason):
    found = lists(rows)
    key = "governance_relationships"
    data = {**found[key].data, "others": others}
    evidence = {**found, key: dataclasses.replace(found[key], identity=identity, data=data)}
    verdict = judged(evidence, "governance").verdict
    assert verdict.reason == reason
    if reason == "read.maybe_hidden":
        assert "governance relationships (preview) in Northwind" in verdict.message
        assert "not known)" not in verdict.message + verdict.remedy
    by_auto = judged({**gdap_evidence(), **account_evidence(), **evidence}, "auto").verdict
    assert by_auto.reason == "access.none_found"
    unread = [caveat.reason for caveat in by_auto.caveats]
    assert ("access.governance_unread" in unread) is (reason == "read.maybe_hidden")
    # Beside another way that carries, a list that may be hidden concerns nobody.
    met = judged({**gdap_evidence(relationship()), **account_evidence(), **evidence}, "auto").verdict
    assert met.status == "met"
    assert "access.governance_unread" not in [caveat.reason for caveat in met.caveats]


@pytest.mark.parametrize("access", ["governance", "auto", "gdap"])
@pytest.mark.parametrize(
    ("status", "gdap", "told"),
    [
        ("Active", "active", True),
        ("active", "expiring", False),
        ("active", "terminated", False),
        ("terminated", "active", False),
    ],
)
def test_governance_beside_gdap(access, status, gdap, told):
    evidence = {**account_evidence(), **gdap_evidence(relationship(gdap)), **lists([governed(status)])}
    caveats = [c for c in judged(evidence, access).verdict.caveats if c.reason == "access.governance_beside_gdap"]
    assert [(caveat.object, caveat.actionable) for caveat in caveats] == [(relationship()["id"], True)] * told


def test_evidence_is_small_however_much_there_is():
    many = [{"group": f"{number:036}", "roles": [], "other_roles": 9} for number in range(50)]
    rows = [governed("terminated", id=f"{number:036}", assignments=[*many, *GIVES]) for number in range(20)]
    judged_case = case(lists([*rows, governed(assignments=[*many, *GIVES])]), access="governance")
    access = judge_access(judged_case)
    verdicts = (access.verdict, judge_permissions(judged_case, access))
    assert [verdict.status for verdict in verdicts] == ["met", "met"]
    (first, *_others) = access.verdict.evidence[0].data["rows"]
    assert GIVES[0] in first["assignments"]
    assert first["other_assignments"] == 48
    rows = [item.as_dict() for verdict in verdicts for item in verdict.evidence]
    assert len(json.dumps(rows, separators=(",", ":"))) <= 4096


# Properties: what met implies, and that doubt, letter case and order change nothing for the better.
everything = st.builds(
    lists, relationships, requests, invitations, st.lists(st.sampled_from([GROUP, OTHER_GROUP]), unique=True)
)


@given(everything)
def test_met_implies_an_active_relationship_of_our_side_and_the_operators_group(evidence):
    access = judged(evidence)
    if access.verdict.status != "met":
        assert not access.proven
        return
    groups = evidence["operator_groups"].data["groups"]
    giving = [
        row
        for row in evidence["governance_relationships"].data["rows"]
        if row["status"].lower() == "active"
        and (row["governing"], row["governed"]) == (HOME, TENANT_ID)
        and any(a["group"] in groups and (a["roles"] or a["other_roles"]) for a in row["assignments"] or ())
    ]
    assert giving
    wanted = {role for row in giving for a in row["assignments"] if a["group"] in groups for role in a["roles"]}
    assert set(access.governance.roles) <= wanted


@given(
    everything,
    st.sets(st.sampled_from([*(read.key for read in READS), "operator_groups"])),
    st.sampled_from(["read.failed", *MAY_NOT_BE_READ]),
)
def test_doubt_never_makes_met(evidence, keys, why):
    before = judged(evidence).verdict.status
    for access in ("governance", "auto"):
        base = evidence if access == "governance" else {**NO_GDAP, **evidence}
        blurred = judged({**base, **{key: unread(key, why) for key in keys}}, access)
        assert blurred.verdict.status != "met" or before == "met"
        assert blurred.proven is (blurred.verdict.status == "met")
    if "governance_relationships" in keys:
        assert judged({**evidence, "governance_relationships": unread("g", why)}).verdict.status == "unknown"


@given(everything, st.randoms())
def test_letter_case_and_order_change_no_verdict(evidence, rng):
    other = dict(evidence)
    for key in [read.key for read in READS]:
        rows = [
            {**row, "status": rng.choice([row["status"].upper(), row["status"].lower()])} if "status" in row else row
            for row in evidence[key].data["rows"]
        ]
        rng.shuffle(rows)
        other[key] = piece(key, {**evidence[key].data, "rows": rows})
    one, two = judged(evidence), judged(other)
    assert one.verdict.reason == two.verdict.reason
    assert one.verdict.object == two.verdict.object
    assert judge_permissions(case(evidence), one).reason == judge_permissions(case(other), two).reason
    assert judge_listed(case(evidence, access="governance"))[0].reason == (
        judge_listed(case(other, access="governance"))[0].reason
    )
