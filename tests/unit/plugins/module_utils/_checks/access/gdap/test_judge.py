# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP in depth: assignments under way, membership to activate, several relationships, and what is told beside."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from bodies import data_of, guid
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    RELATIONSHIP,
    SECURITY_READER,
    account_evidence,
    assignments_key,
    case,
    gdap_evidence,
    group_rows,
    piece,
    relationship,
    unread,
)
from evidence import account as guest
from hypothesis import given
from hypothesis import strategies as st
from judged import access_of as verdict_of
from judged import shown, words

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import (
    judge_relationships,
    why_not_in_force,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    in_force,
    shape_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions

STATUSES = ["active", "Active", "expiring", "expired", "approved", "activating", "created", "terminated", "odd"]
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


def assignment(status="active", group=GROUP, roles=(SECURITY_READER,), minutes_ago=60 * 24 * 30):
    created = (NOW - dt.timedelta(minutes=minutes_ago)).isoformat()
    return {"status": status, "group": group, "roles": list(roles), "created": created, "other_roles": 0}


def judged(*rows, assignments=None, groups=(GROUP,), more=None, **tenant):
    evidence = gdap_evidence(*rows, assignments=assignments or [assignment()], groups=groups)
    return case({**evidence, **(more or {})}, **tenant)


def access_of(*rows, **options):
    return judge_access(judged(*rows, **options)).verdict


def reasons_of(verdict, *, actionable=None):
    return [c.reason for c in verdict.caveats if actionable is None or c.actionable is actionable]


@pytest.mark.parametrize(
    ("assignments", "groups", "eligible", "reason"),
    [
        pytest.param([assignment("pending")], (GROUP,), (), "access.gdap_assignment_pending", id="pending"),
        pytest.param([assignment("PENDING")], (GROUP,), (), "access.gdap_assignment_pending", id="letter_case"),
        pytest.param([assignment("error")], (GROUP,), (), "access.gdap_assignment_error", id="error"),
        pytest.param([assignment("odd")], (GROUP,), (), "access.gdap_assignment_unknown", id="unknown_status"),
        pytest.param([assignment("deleting")], (GROUP,), (), "access.gdap_no_assignment", id="deleting"),
        pytest.param([assignment("deleted")], (GROUP,), (), "access.gdap_no_assignment", id="deleted"),
        pytest.param(
            [assignment("error"), assignment("pending")],
            (GROUP,),
            (),
            "access.gdap_assignment_pending",
            id="pending_before_error",
        ),
        pytest.param(
            [assignment("odd"), assignment("pending")],
            (GROUP,),
            (),
            "access.gdap_assignment_unknown",
            id="unknown_before_a_no",
        ),
        pytest.param([assignment("odd"), assignment()], (GROUP,), (), "access.gdap_in_force", id="one_is_enough"),
        pytest.param(
            [assignment("pending", OTHER_GROUP)],
            (GROUP,),
            (),
            "access.gdap_operator_not_assigned",
            id="pending_for_another_group",
        ),
        pytest.param(
            [assignment("odd", OTHER_GROUP)],
            (GROUP,),
            (),
            "access.gdap_operator_not_assigned",
            id="another_groups_status_is_no_matter",
        ),
        pytest.param([assignment()], (), ((GROUP, None),), "access.gdap_eligible", id="eligible"),
        pytest.param([assignment()], (), ((GROUP, 5),), "access.gdap_eligible", id="eligible_for_a_while"),
        pytest.param(
            [assignment()], (), ((GROUP, -5),), "access.gdap_operator_not_assigned", id="eligibility_has_ended"
        ),
        pytest.param(
            [assignment("pending")], (), ((GROUP, None),), "access.gdap_operator_not_assigned", id="nothing_to_activate"
        ),
        pytest.param(
            [assignment()], (), ((OTHER_GROUP, None),), "access.gdap_operator_not_assigned", id="eligible_elsewhere"
        ),
        pytest.param([assignment()], (GROUP,), ((GROUP, None),), "access.gdap_in_force", id="activated"),
    ],
)
def test_assignments(assignments, groups, eligible, reason):
    more = {"eligible_groups": group_rows("eligible_groups", *eligible)}
    verdict = access_of(relationship(), assignments=assignments, groups=groups, more=more)
    assert verdict.reason == reason
    if reason in ("access.gdap_eligible", "access.gdap_operator_not_assigned"):
        assert assignments[0]["group"] in verdict.message


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (relationship("approvalPending", None, partner_consent_pending=True), "access.gdap_partner_consent"),
        (relationship("approvalPending", None), "access.gdap_not_active"),
        (relationship("created", None, partner_consent_pending=True), "access.gdap_not_sent"),
        (relationship("unknownFutureValue"), "access.gdap_status_unknown"),
        *(
            (relationship(status, days, partner_consent_pending=True), "access.gdap_partner_consent")
            for status, days in (("approved", None), ("activating", None), ("Active", 300), ("odd", 300))
        ),
        # What has ended is not helped by a review.
        (relationship("expiring", -1, partner_consent_pending=True), "access.gdap_expired"),
        (relationship("active", -1, partner_consent_pending=True), "access.gdap_expired"),
        (relationship("terminated", partner_consent_pending=True), "access.gdap_terminated"),
        # A reseller's that does not say it leaves it open, unless another "no" is certain.
        (relationship(partner_consent_pending=None), "access.gdap_partner_consent_unknown"),
        (relationship("approvalPending", None, partner_consent_pending=None), "access.gdap_not_active"),
        (relationship("expired", -1, partner_consent_pending=None), "access.gdap_expired"),
    ],
)
def test_a_reseller_and_what_is_not_known(row, reason):
    assert access_of(row).reason == reason


@pytest.mark.parametrize(
    ("fields", "pending"),
    [
        ({}, False),
        ({"@odata.type": "#microsoft.graph.delegatedAdminRelationship"}, False),
        ({"isPartnerConsentPending": True}, True),
        (
            {"@odata.type": "#microsoft.graph.resellerDelegatedAdminRelationship", "isPartnerConsentPending": False},
            False,
        ),
        ({"@odata.type": "#microsoft.graph.resellerDelegatedAdminRelationship"}, None),
        ({"isPartnerConsentPending": None}, None),
    ],
)
def test_only_a_resellers_relationship_waits_for_the_partner(fields, pending):
    row = {
        "id": "r",
        "status": "active",
        "customer": {"tenantId": guid("customer")},
        "displayName": "R",
        "accessDetails": {"unifiedRoles": []},
        **fields,
    }
    (shaped,) = data_of(shape_relationships, {"value": [row]})
    assert shaped["partner_consent_pending"] is pending


@given(st.sampled_from(STATUSES), st.none() | st.integers(-400, 400), st.sampled_from([True, False, None]))
def test_only_an_active_and_reviewed_relationship_is_in_force(status, days, pending):
    row = relationship(status, days, partner_consent_pending=pending)
    met = access_of(row).reason == "access.gdap_in_force"
    assert met is (status.lower() == "active" and days is not None and days > 0 and pending is False)
    assert in_force(row, NOW) is met


@pytest.mark.parametrize(
    ("identity", "others", "reason"),
    [
        ("app", 0, "access.gdap_missing"),
        ("operator", 0, "access.gdap_not_shown"),
        ("operator", 3, "access.gdap_missing"),
        ("somebody", 0, "access.gdap_not_shown"),
    ],
)
def test_empty_list_that_a_person_read_proves_nothing(identity, others, reason):
    """Microsoft shows no relationship at all to a person who is not an Admin agent."""
    relationships = piece("gdap_relationships", {"relationships": [], "others": others})
    evidence = {**gdap_evidence(), "gdap_relationships": dataclasses.replace(relationships, identity=identity)}
    verdict = judge_access(case(evidence)).verdict
    assert verdict.reason == reason
    assert ("Admin agents" in verdict.message + verdict.remedy) is (reason == "access.gdap_not_shown")


@pytest.mark.parametrize(
    ("identity", "account", "status"),
    [("app", [], "unmet"), ("operator", [], "unknown"), ("operator", [guest()], "met")],
)
def test_under_auto_a_hidden_list_leaves_open_only_what_nothing_else_proves(identity, account, status):
    relationships = piece("gdap_relationships", {"relationships": [], "others": 0})
    hidden = {"gdap_relationships": dataclasses.replace(relationships, identity=identity)}
    evidence = {**gdap_evidence(), **account_evidence(*account), **hidden}
    assert judge_access(case(evidence, access="auto")).verdict.status == status


@pytest.mark.parametrize(
    ("held", "assigned", "wanted", "reason"),
    [
        ([SECURITY_READER], [SECURITY_READER], (SECURITY_READER,), "permissions.role_via_gdap"),
        ([SECURITY_READER, GLOBAL_READER], [GLOBAL_READER], (SECURITY_READER,), "permissions.gdap_role_not_assigned"),
        ([GLOBAL_READER], [SECURITY_READER], (SECURITY_READER,), "permissions.gdap_no_role"),
        ([], [SECURITY_READER], (SECURITY_READER,), "permissions.gdap_no_role"),
    ],
)
def test_roles_of_relationship_assignment_and_wish(held, assigned, wanted, reason):
    tenant = judged(relationship(roles=held), assignments=[assignment(roles=assigned)], roles=wanted)
    assert judge_permissions(tenant, judge_access(tenant)).reason == reason


def test_a_relationship_that_could_give_the_role_is_told_rather_than_one_that_could_not():
    rows = [relationship(id="a", days=500, roles=[DIRECTORY_READERS]), relationship(id="z", roles=[SECURITY_READER])]
    tenant = judged(*rows, assignments=[assignment(roles=[DIRECTORY_READERS])])
    verdict = judge_permissions(tenant, judge_access(tenant))
    assert (verdict.reason, verdict.object) == ("permissions.gdap_role_not_assigned", "z")


@pytest.mark.parametrize(
    ("roles", "doubt"),
    [([SECURITY_READER], True), ([SECURITY_READER, GLOBAL_READER], False), ([GLOBAL_READER], False)],
)
def test_security_reader_alone_is_a_doubt(roles, doubt):
    tenant = judged(relationship(roles=roles), assignments=[assignment(roles=roles)])
    verdict = judge_permissions(tenant, judge_access(tenant))
    assert verdict.status == "met"
    assert ("permissions.security_reader" in reasons_of(verdict)) is doubt


ASSIGNED_ELSEWHERE = [{"status": "active", "group": OTHER_GROUP, "roles": [SECURITY_READER], "other_roles": 0}]


ASSIGNMENT_PENDING = [{"status": "pending", "group": GROUP, "roles": [SECURITY_READER], "other_roles": 0}]


@pytest.mark.parametrize(
    ("rows", "options", "reason"),
    [
        pytest.param([relationship("approved", None)], {}, "access.gdap_activating", id="approved"),
        pytest.param([relationship("activating", None)], {}, "access.gdap_activating", id="activating"),
        pytest.param([relationship()], {}, "access.gdap_in_force", id="active"),
        pytest.param([relationship("ACTIVE")], {}, "access.gdap_in_force", id="letter_case"),
        pytest.param([relationship("expiring", 5)], {}, "access.gdap_expired", id="expiring"),
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


def assigned(group=GROUP, status="active", roles=(SECURITY_READER,)):
    return {"status": status, "group": group, "roles": list(roles), "other_roles": 0}


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        (relationship("active"), "access.gdap_in_force", "until 2027-09-19"),
        (relationship("EXPIRING"), "access.gdap_expired", "status EXPIRING, end 2027-09-19"),
        (relationship("active", -1), "access.gdap_expired", "end 2026-11-22"),
        (relationship("expiring", -1), "access.gdap_expired", "end 2026-11-22"),
        (relationship("Expired", None), "access.gdap_expired", "end (no end)"),
        (relationship("active", None), "access.gdap_status_unknown", "'active'"),
        (relationship("Odd"), "access.gdap_status_unknown", "'Odd'"),
        (relationship("terminated"), "access.gdap_terminated", "Contoso SOC"),
        (relationship("terminating"), "access.gdap_terminated", "Contoso SOC"),
        (relationship("terminationRequested"), "access.gdap_terminated", "Contoso SOC"),
        (relationship("approved"), "access.gdap_activating", "Contoso SOC"),
        (relationship("activating"), "access.gdap_activating", "Contoso SOC"),
        (relationship("approvalPending"), "access.gdap_not_active", RELATIONSHIP),
        (relationship("created"), "access.gdap_not_sent", "Contoso SOC"),
    ],
)
def test_a_relationship_is_told_by_its_status_and_end(row, reason, said):
    evidence = gdap_evidence(row)
    verdict = judge_access(case(evidence)).verdict
    assert (verdict.check, verdict.reason, verdict.object) == ("access", reason, RELATIONSHIP)
    assert said in words(verdict)
    first = verdict.evidence[0]
    assert first.data == {"relationships": [row], "left_out": 0}
    more = ["gdap_assignments", "operator_groups"] if reason == "access.gdap_in_force" else []
    assert shown(verdict)[1:] == more


def candidates_of(*rows, assignments=None, **tenant):
    evidence = gdap_evidence(*rows, assignments=assignments)
    return judge_relationships(case(evidence, **tenant), evidence["gdap_relationships"])


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (relationship("active", 10), relationship("odd")),
        (relationship("odd"), relationship("approved")),
        (relationship("approved"), relationship("approvalPending")),
        (relationship("approvalPending"), relationship("created")),
        (relationship("created"), relationship("expired", -1)),
        (relationship("expired", -1), relationship("terminated", -1)),
        (relationship("active", 10), relationship("active", 300, roles=[DIRECTORY_READERS])),
        (relationship("active", 300), relationship("active", 10)),
        (relationship("expired", -1), relationship("expired", -5)),
        (relationship("expired", -1), relationship("expired", None)),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_better_relationship_is_told(better, worse, turned):
    first, second = {**better, "id": "z-better"}, {**worse, "id": "a-worse"}
    rows = [second, first] if turned else [first, second]
    both = [assigned(roles=[SECURITY_READER, DIRECTORY_READERS])]
    candidates = candidates_of(*rows, assignments=both, roles=(SECURITY_READER,))
    assert [candidate.row["id"] for candidate in candidates] == ["z-better", "a-worse"]


def test_of_two_alike_the_id_decides():
    for ids in (("a", "b"), ("b", "a")):
        candidates = candidates_of(*(relationship(id=key) for key in ids))
        assert [candidate.row["id"] for candidate in candidates] == ["a", "b"]


@pytest.mark.parametrize(
    ("assignments", "groups", "reason", "said"),
    [
        ([], (GROUP,), "access.gdap_no_assignment", "Contoso SOC"),
        ([assigned(status="pending")], (GROUP,), "access.gdap_assignment_pending", "Contoso SOC"),
        (
            [assigned(OTHER_GROUP), assigned(GROUP), assigned("x", "deleted")],
            ("y",),
            "access.gdap_operator_not_assigned",
            f"{GROUP}, {OTHER_GROUP}",
        ),
        ([assigned(OTHER_GROUP), assigned(status="ACTIVE")], (GROUP,), "access.gdap_in_force", "'Group 1'"),
    ],
)
def test_an_assignment_has_to_reach_the_operator(assignments, groups, reason, said):
    verdict = judge_access(case(gdap_evidence(relationship(), assignments=assignments, groups=groups))).verdict
    assert verdict.reason == reason
    assert said in words(verdict)
    assert shown(verdict) == [
        "gdap_relationships",
        "gdap_assignments",
        "operator_groups",
    ]


@pytest.mark.parametrize(
    ("key", "title"),
    [
        (assignments_key(RELATIONSHIP), "The access assignments of a GDAP relationship"),
        ("operator_groups", "The groups of the operator"),
        ("gdap_relationships", "The GDAP relationships"),
    ],
)
@pytest.mark.parametrize("how", ["missing", "unread"])
def test_what_was_not_read_leaves_a_relationship_open(key, title, how):
    evidence = gdap_evidence(relationship())
    if how == "missing":
        del evidence[key]
    else:
        evidence[key] = unread("it", "read.deadline")
    access = judge_access(case(evidence))
    assert access.open is not None
    assert access.open.reason == ("read.failed" if how == "missing" else "read.deadline")
    assert access.verdict.status == "unknown"
    if how == "missing":
        assert access.verdict.message.startswith(title)
        assert "in Northwind could not be read: it was not read" in words(access.verdict)


def test_roles_arrive_only_where_the_relationship_holds_them():
    rows = [assigned(roles=[DIRECTORY_READERS, SECURITY_READER]), assigned(roles=["x"]), assigned(OTHER_GROUP)]
    held = relationship(roles=[SECURITY_READER, DIRECTORY_READERS, "y"])
    (candidate,) = candidates_of(held, assignments=rows)
    assert candidate.roles == tuple(sorted([SECURITY_READER, DIRECTORY_READERS]))
    assert candidate.ends == NOW + dt.timedelta(days=300)


@pytest.mark.parametrize(
    ("groups", "timed", "told"),
    [
        ((GROUP,), group_rows("timed_groups", (GROUP, 300)), True),
        ((GROUP,), group_rows("timed_groups", (OTHER_GROUP, 300)), False),
        ((GROUP,), unread("timed_groups"), True),
        ((GROUP,), None, False),
    ],
)
def test_timed_membership_is_shown_where_it_says_something(groups, timed, told):
    more = {} if timed is None else {"timed_groups": timed}
    verdict = verdict_of({**gdap_evidence(relationship(), groups=groups), **more}, "gdap")
    names = ["gdap_relationships", "gdap_assignments", "operator_groups"]
    assert shown(verdict) == [*names, *(["timed_groups"] if told else [])]


@pytest.mark.parametrize(
    ("eligible", "told"),
    [
        (group_rows("eligible_groups", (GROUP, -5)), True),
        (group_rows("eligible_groups", (OTHER_GROUP, None)), False),
        (unread("eligible_groups"), True),
    ],
)
def test_membership_to_activate_is_shown_where_it_says_something(eligible, told):
    verdict = verdict_of({**gdap_evidence(relationship(), groups=()), "eligible_groups": eligible}, "gdap")
    assert verdict.reason == "access.gdap_operator_not_assigned"
    names = ["gdap_relationships", "gdap_assignments", "operator_groups"]
    assert shown(verdict) == [*names, *(["eligible_groups"] if told else [])]


def both(status):
    return [{"status": status, "group": group, "roles": [], "other_roles": 0} for group in (GROUP, OTHER_GROUP)]


@pytest.mark.parametrize(
    ("status", "groups", "more", "reason", "words"),
    [
        ("pending", (GROUP, OTHER_GROUP), {}, "access.gdap_assignment_pending", f"{GROUP}, {OTHER_GROUP}"),
        ("odd", (GROUP,), {}, "access.gdap_assignment_unknown", "odd"),
        (
            "active",
            (),
            {"eligible_groups": group_rows("eligible_groups", (GROUP, None), (OTHER_GROUP, None))},
            "access.gdap_eligible",
            f"{GROUP}, {OTHER_GROUP}",
        ),
    ],
)
def test_assignments_that_do_not_carry_are_named(status, groups, more, reason, words):
    evidence = gdap_evidence(relationship(), assignments=both(status), groups=groups)
    verdict = verdict_of({**evidence, **more}, "gdap")
    assert verdict.reason == reason
    assert words in verdict.message + verdict.remedy


ENDED = relationship("expired", id="a", relationship="Old", days=-5)
ASKED = relationship("approvalPending", id="b", relationship="Asked")
DRAFT = relationship("created", id="c", relationship="Draft", days=None)


@pytest.mark.parametrize(
    ("rows", "reason", "row"),
    [
        ([ENDED], "access.gdap_expired", ENDED),
        # A step ahead is nearer to access than one that has ended, whatever the order.
        ([ENDED, ASKED, DRAFT], "access.gdap_not_active", ASKED),
        ([DRAFT, ENDED, ASKED], "access.gdap_not_active", ASKED),
        ([ENDED, DRAFT], "access.gdap_not_sent", DRAFT),
        # Of two that are as near, the one that ends last, then the one with the lower id.
        ([ENDED, {**ENDED, "id": "z", "ends": ASKED["ends"]}], "access.gdap_expired", {**ASKED, "id": "z"}),
        ([{**ENDED, "id": "z"}, ENDED], "access.gdap_expired", ENDED),
        # The end is compared with the time that is given.
        ([relationship(days=-0.01)], "access.gdap_expired", relationship(days=-0.01)),
    ],
)
def test_of_relationships_that_are_not_in_force_the_nearest_says_why(rows, reason, row):
    problem = why_not_in_force(rows, NOW)
    assert (problem.reason, problem.details["object"]) == (reason, row["id"])
    assert problem.details["ends"] == (row["ends"][:10] if row["ends"] else "(no end)")


def test_why_a_relationship_is_not_in_force_names_all_that_its_sentence_needs():
    assert why_not_in_force([ENDED], NOW).details == {
        "object": "a",
        "relationship": "Old",
        "status": "expired",
        "ends": "2026-11-18",
        "invitation_url": "https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/"
        "granularAdminRelationships/a",
    }
