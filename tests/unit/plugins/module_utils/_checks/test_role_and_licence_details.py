# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What verdicts about GDAP, roles and licences say: the sentence without holes, the object, and the evidence."""

from __future__ import annotations

import datetime as dt

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    RELATIONSHIP,
    SECURITY_READER,
    assignments_key,
    case,
    gdap_evidence,
    relationship,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import judge_relationships
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


def assigned(group=GROUP, status="active", roles=(SECURITY_READER,)):
    return {"status": status, "group": group, "roles": list(roles), "other_roles": 0}


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        (relationship("active"), "access.gdap_in_force", "until 2027-09-19"),
        (relationship("EXPIRING"), "access.gdap_in_force", "until 2027-09-19"),
        (relationship("active", -1), "access.gdap_expired", "expired on 2026-11-22"),
        (relationship("expiring", -1), "access.gdap_expired", "expired on 2026-11-22"),
        (relationship("Expired", None), "access.gdap_expired", "expired on (no end)"),
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
    assert [piece.what for piece in verdict.evidence[1:]] == more


def test_a_relationship_ends_at_its_end():
    row = relationship("active")
    end = dt.datetime.fromisoformat(row["ends"])
    assert in_force(row, end - dt.timedelta(seconds=1))
    assert not in_force(row, end)


def finding(*rows, **more):
    return judge_relationships(case(gdap_evidence(*rows, **more)))


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
    found = judge_relationships(
        case(
            gdap_evidence(*rows, assignments=[assigned(roles=[SECURITY_READER, DIRECTORY_READERS])]),
            roles=(SECURITY_READER,),
        )
    )
    assert [one.row["id"] for one in found] == ["z-better", "a-worse"]


def test_of_two_alike_the_id_decides():
    for ids in (("a", "b"), ("b", "a")):
        assert [f.row["id"] for f in finding(*(relationship(id=one) for one in ids))] == ["a", "b"]


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
    assert [one.what for one in verdict.evidence] == ["gdap_relationships", "gdap_assignments", "operator_groups"]


@pytest.mark.parametrize("key", [assignments_key(RELATIONSHIP), "operator_groups", "gdap_relationships"])
@pytest.mark.parametrize("how", ["missing", "unread"])
def test_what_was_not_read_leaves_a_relationship_open(key, how):
    evidence = gdap_evidence(relationship())
    if how == "missing":
        del evidence[key]
    else:
        evidence[key] = unread("it", "read.deadline")
    (found,) = judge_relationships(case(evidence))
    assert found.unknown
    assert found.why is found.problem
    assert found.problem.reason == ("read.failed" if how == "missing" else "read.deadline")
    verdict = judge_access(case(evidence)).verdict
    assert verdict.status == "unknown"
    if how == "missing":
        assert "they were not read" in words(verdict)
        assert "Northwind" in verdict.message
        assert "GDAP relationships" in verdict.message


def test_roles_arrive_only_where_the_relationship_holds_them():
    rows = [assigned(roles=[DIRECTORY_READERS, SECURITY_READER]), assigned(roles=["x"]), assigned(OTHER_GROUP)]
    (found,) = finding(relationship(roles=[SECURITY_READER, DIRECTORY_READERS, "y"]), assignments=rows)
    assert found.roles == tuple(sorted([SECURITY_READER, DIRECTORY_READERS]))
    assert found.ends == NOW + dt.timedelta(days=300)


@pytest.mark.parametrize(
    ("days", "extends", "caveat"),
    [
        (30 - 0.5, "PT0S", str(30 - 1)),
        (30 - 0.5, "", str(30 - 1)),
        (30 - 0.5, "P0D", str(30 - 1)),
        (30 - 0.5, "P180D", None),
        (30 + 0.5, "PT0S", None),
    ],
)
def test_an_end_that_is_near_is_a_caveat(days, extends, caveat):
    verdict = judge_access(case(gdap_evidence(relationship(days=days, auto_extend=extends)))).verdict
    words(verdict)
    expiring = [c for c in verdict.caveats if c.reason == "access.gdap_expiring"]
    assert bool(expiring) is (caveat is not None)
    if expiring:
        assert f"in {caveat} days" in expiring[0].message
        assert (expiring[0].object, expiring[0].actionable) == (RELATIONSHIP, True)
    assert [c.reason for c in verdict.caveats][-1] == "access.gdap_carries_no_sentinel"
