# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubts beside a relationship: what ends, what is young, what else there is."""

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
    case,
    gdap_evidence,
    group_rows,
    relationship,
    unread,
)
from judged import access_of as verdict_of
from judged import caveat, words

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access


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
    ("better", "worse"),
    [
        (relationship("approved", None), relationship("approvalPending", None)),
        (relationship("approvalPending", None), relationship("created", None)),
        (relationship("created", None), relationship("expired", -1)),
        (relationship("expired", -1), relationship("terminated", -1)),
        (relationship("active", 10, relationship="SOC"), relationship("active", 500, relationship="MLT_Contoso_1")),
        (
            relationship("active", 10, relationship="mlt_Contoso_1"),
            relationship("active", 500, relationship="SOC", roles=[DIRECTORY_READERS]),
        ),
        (relationship("active", 500, relationship="A"), relationship("active", 10, relationship="B")),
    ],
)
def test_the_nearest_to_access_wins_and_the_others_are_told(better, worse):
    better, worse = {**better, "id": "z"}, {**worse, "id": "a"}
    for rows in ((better, worse), (worse, better)):
        verdict = access_of(*rows)
        assert verdict.object == "z"
        (others,) = [c for c in verdict.caveats if c.reason == "access.gdap_others"]
        assert f"'{worse['relationship']}' ({worse['status']})" in others.message


def test_many_others_are_counted():
    rows = [relationship("expired", -1, id=f"r{n}", relationship=f"Old {n}") for n in range(6)]
    (others,) = [c for c in access_of(relationship(), *rows).caveats if c.reason == "access.gdap_others"]
    assert "and 3 more" in others.message


@pytest.mark.parametrize(
    ("days", "auto_extend", "global_administrator", "warning", "reasons"),
    [
        (12, "PT0S", False, 30, ["access.gdap_expiring"]),
        (12, "P0D", False, 30, ["access.gdap_expiring"]),
        (12, "", False, 30, ["access.gdap_expiring"]),
        (12, "P180D", False, 30, []),
        (12, "P180D", True, 30, ["access.gdap_expiring_global_admin"]),
        (12, "PT0S", True, 30, ["access.gdap_expiring"]),
        (29.9, "PT0S", False, 30, ["access.gdap_expiring"]),
        (30, "PT0S", False, 30, []),
        (30, "PT0S", False, 31, ["access.gdap_expiring"]),
        (12, "PT0S", False, 0, []),
    ],
)
def test_what_ends_soon(days, auto_extend, global_administrator, warning, reasons):
    row = relationship(days=days, auto_extend=auto_extend, global_administrator=global_administrator)
    tenant = judged(row)
    object.__setattr__(tenant, "expiry_warning_days", warning)
    verdict = judge_access(tenant).verdict
    assert [c for c in reasons_of(verdict, actionable=True) if c.startswith("access.gdap_expiring")] == reasons
    (expiry,) = judge_requirements(tenant).expiries
    assert (expiry.what, expiry.days_left) == ("gdap_relationship", int(days))
    assert expiry.auto_extend is (auto_extend == "P180D" and not global_administrator)


@pytest.mark.parametrize(
    ("minutes", "ending"),
    [
        ((40,), True),
        ((60,), True),
        ((61,), False),
        ((None,), False),
        ((40, None), False),
        ((40, 300), False),
        ((), False),
    ],
)
def test_an_activation_that_ends_within_the_hour_is_told(minutes, ending):
    more = {"timed_groups": group_rows("timed_groups", *((GROUP, minute) for minute in minutes))}
    verdict = access_of(relationship(), more=more)
    assert verdict.status == "met"
    assert ("access.activation_ends" in reasons_of(verdict, actionable=True)) is ending


def test_an_activation_is_no_matter_while_another_group_carries():
    more = {"timed_groups": group_rows("timed_groups", (GROUP, 40))}
    both = [assignment(), assignment(group=OTHER_GROUP)]
    verdict = access_of(relationship(), assignments=both, groups=(GROUP, OTHER_GROUP), more=more)
    assert "access.activation_ends" not in reasons_of(verdict)
    ending = {"timed_groups": group_rows("timed_groups", (GROUP, 40), (OTHER_GROUP, 30))}
    verdict = access_of(relationship(), assignments=both, groups=(GROUP, OTHER_GROUP), more=ending)
    (caveat,) = [c for c in verdict.caveats if c.reason == "access.activation_ends"]
    assert "until 12:40 UTC" in caveat.message


@pytest.mark.parametrize(
    ("activated", "assigned", "young"),
    [(60 * 24, 60 * 24, False), (59, 60 * 24, True), (60 * 24, 59, True), (60, 60, False), (5, 1, True)],
)
def test_what_was_just_made_may_not_have_arrived(activated, assigned, young):
    row = relationship(activated=(NOW - dt.timedelta(minutes=activated)).isoformat())
    verdict = access_of(row, assignments=[assignment(minutes_ago=assigned)])
    assert verdict.status == "met"
    assert ("access.gdap_young" in reasons_of(verdict)) is young


def test_a_second_group_that_is_young_takes_nothing_away():
    both = [assignment(), assignment(group=OTHER_GROUP, minutes_ago=1)]
    assert "access.gdap_young" not in reasons_of(
        access_of(relationship(), assignments=both, groups=(GROUP, OTHER_GROUP))
    )


def test_eligibility_that_was_not_read_is_told_beside_the_no_and_nowhere_else():
    more = {"eligible_groups": unread("eligible_groups", "consent.permission_missing")}
    assert "access.eligibility_not_read" in reasons_of(access_of(relationship(), groups=(), more=more))
    assert "access.eligibility_not_read" not in reasons_of(access_of(relationship(), more=more))
    assert "access.eligibility_not_read" not in reasons_of(access_of(relationship("expired", -1), more=more))


def test_a_relationship_of_lighthouse_that_carries_is_told():
    assert "access.gdap_made_by_microsoft" in reasons_of(access_of(relationship(relationship="MLT_Contoso_638211")))
    assert "access.gdap_made_by_microsoft" not in reasons_of(access_of(relationship()))


def test_gdap_expiring_soon_is_told():
    caveats = judge_access(case(gdap_evidence(relationship(days=12)))).verdict.caveats
    assert [c.reason for c in caveats if c.actionable] == ["access.gdap_expiring"]
    assert "in 12 days" in caveats[0].message


def test_gdap_that_extends_itself_is_not_told():
    row = relationship(days=12, auto_extend="P180D")
    assert not [c for c in judge_access(case(gdap_evidence(row))).verdict.caveats if c.actionable]


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


OTHERS = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


def test_eligibility_that_was_not_read_says_why():
    evidence = {**gdap_evidence(relationship(), groups=()), "eligible_groups": unread("eligible_groups")}
    assert caveat(verdict_of(evidence, "gdap"), "access.eligibility_not_read").message.endswith("was not checked: no")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (3, "'R1' (terminated), 'R2' (terminated), 'R3' (terminated)."),
        (4, "'R1' (terminated), 'R2' (terminated), 'R3' (terminated) and 1 more."),
    ],
)
def test_other_relationships_are_told_up_to_three(count, words):
    rows = [relationship("terminated", id=f"x{n}", relationship=f"R{n}") for n in range(1, count + 1)]
    doubt = caveat(verdict_of(gdap_evidence(relationship(), *rows), "gdap"), "access.gdap_others")
    assert doubt.message == f"There are other GDAP relationships with Contoso: {words}"


def test_young_relationship_is_told_to_the_minute():
    doubt = caveat(
        verdict_of(gdap_evidence(relationship(activated="2026-11-23T11:30:00Z")), "gdap"), "access.gdap_young"
    )
    assert "(since 11:30 UTC)" in doubt.message


def test_second_group_of_somebody_else_makes_a_young_assignment_no_older():
    rows = [
        {**OTHERS[0], "created": "2026-11-23T11:45:00Z"},
        {**OTHERS[0], "group": OTHER_GROUP, "created": "2026-10-01T00:00:00Z"},
    ]
    doubt = caveat(verdict_of(gdap_evidence(relationship(), assignments=rows), "gdap"), "access.gdap_young")
    assert "(since 11:45 UTC)" in doubt.message
