# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP in depth: assignments under way, membership to activate, several relationships, and what is told beside."""

from __future__ import annotations

import datetime as dt

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    SECURITY_READER,
    case,
    gdap_evidence,
    group_rows,
    relationship,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    GLOBAL_ADMINISTRATOR,
    shape_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions

GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


def assignment(status="active", group=GROUP, roles=(SECURITY_READER,), minutes_ago=60 * 24 * 30):
    created = (NOW - dt.timedelta(minutes=minutes_ago)).isoformat()
    return {"status": status, "group": group, "roles": list(roles), "created": created, "other_roles": 0}


def judged(*rows, assignments=None, groups=(GROUP,), more=None, **tenant):
    evidence = gdap_evidence(*rows, assignments=assignments or [assignment()], groups=groups)
    return case({**evidence, **(more or {})}, **tenant)


def access_of(*rows, **options):
    return judge_access(judged(*rows, **options)).verdict


def told(verdict, *, actionable=None):
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
    ],
)
def test_a_reseller_and_what_is_not_known(row, reason):
    assert access_of(row).reason == reason


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
    one = judged(row)
    object.__setattr__(one, "expiry_warning_days", warning)
    verdict = judge_access(one).verdict
    assert [c for c in told(verdict, actionable=True) if c.startswith("access.gdap_expiring")] == reasons
    (expiry,) = judge_requirements(one).expiries
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
    assert ("access.activation_ends" in told(verdict, actionable=True)) is ending


def test_an_activation_is_no_matter_while_another_group_carries():
    more = {"timed_groups": group_rows("timed_groups", (GROUP, 40))}
    both = [assignment(), assignment(group=OTHER_GROUP)]
    verdict = access_of(relationship(), assignments=both, groups=(GROUP, OTHER_GROUP), more=more)
    assert "access.activation_ends" not in told(verdict)
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
    assert ("access.gdap_young" in told(verdict)) is young


def test_a_second_group_that_is_young_takes_nothing_away():
    both = [assignment(), assignment(group=OTHER_GROUP, minutes_ago=1)]
    assert "access.gdap_young" not in told(access_of(relationship(), assignments=both, groups=(GROUP, OTHER_GROUP)))


def test_eligibility_that_was_not_read_is_told_beside_the_no_and_nowhere_else():
    more = {"eligible_groups": unread("eligible_groups", "consent.permission_missing")}
    assert "access.eligibility_not_read" in told(access_of(relationship(), groups=(), more=more))
    assert "access.eligibility_not_read" not in told(access_of(relationship(), more=more))
    assert "access.eligibility_not_read" not in told(access_of(relationship("expired", -1), more=more))


def test_a_relationship_of_lighthouse_that_carries_is_told():
    assert "access.gdap_made_by_microsoft" in told(access_of(relationship(relationship="MLT_Contoso_638211")))
    assert "access.gdap_made_by_microsoft" not in told(access_of(relationship()))


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
    one = judged(relationship(roles=held), assignments=[assignment(roles=assigned)], roles=wanted)
    assert judge_permissions(one, judge_access(one)).reason == reason


def test_a_relationship_that_could_give_the_role_is_told_rather_than_one_that_could_not():
    rows = [relationship(id="a", days=500, roles=[DIRECTORY_READERS]), relationship(id="z", roles=[SECURITY_READER])]
    one = judged(*rows, assignments=[assignment(roles=[DIRECTORY_READERS])])
    verdict = judge_permissions(one, judge_access(one))
    assert (verdict.reason, verdict.object) == ("permissions.gdap_role_not_assigned", "z")


@pytest.mark.parametrize(
    ("roles", "doubt"),
    [([SECURITY_READER], True), ([SECURITY_READER, GLOBAL_READER], False), ([GLOBAL_READER], False)],
)
def test_security_reader_alone_is_a_doubt(roles, doubt):
    one = judged(relationship(roles=roles), assignments=[assignment(roles=roles)])
    verdict = judge_permissions(one, judge_access(one))
    assert verdict.status == "met"
    assert ("permissions.security_reader" in told(verdict)) is doubt


def test_global_administrator_in_a_relationship_is_seen_whatever_is_wanted():
    row = {
        "id": "r",
        "displayName": "R",
        "status": "active",
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": GLOBAL_ADMINISTRATOR.upper()}]},
    }
    assert shape_relationships({"value": [row]})[0]["global_administrator"] is True
    assert shape_relationships({"value": [{**row, "accessDetails": None}]})[0]["global_administrator"] is False
