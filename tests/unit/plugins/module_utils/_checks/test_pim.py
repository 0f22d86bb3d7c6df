# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Just-in-time roles of a guest: what may be activated says whom the remedy is for, and never makes anything met."""

from __future__ import annotations

import dataclasses

import pytest
from bodies import data_of, guid
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    case,
    gdap_evidence,
    group_rows,
    in_minutes,
    piece,
    relationship,
    role_evidence,
    role_rows,
    subscription_evidence,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import groups_to_read
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    MAX_ROWS,
    shape_groups,
    shape_roles,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import expiries_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

GUEST = account_evidence(account())
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
UNIT = "/administrativeUnits/1"
DAY = 60 * 24
LATER = "2030-01-01T00:00:00Z"


def judged(*, held=(), assigned=(), **more):
    return case({**GUEST, **role_evidence(tuple(held), tuple(assigned)), **more}, access="b2b")


def permissions_of(**options):
    one = judged(**options)
    return judge_permissions(one, judge_access(one))


def told(verdict):
    return [(c.reason, c.actionable) for c in verdict.caveats]


def roles(*rows, **options):
    return role_rows("eligible_roles", *rows, **options)


def group_roles(*roles_held, scope="/"):
    return piece("group_role_assignments", {"assignments": [{"role": r, "scope": scope} for r in roles_held]})


ELIGIBLE_GROUP = {"account_eligible_groups": group_rows("account_eligible_groups", (GROUP, None))}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param({"eligible_roles": roles((SECURITY_READER, None))}, "permissions.role_eligible", id="eligible"),
        pytest.param({"eligible_roles": roles((SECURITY_READER, 9))}, "permissions.role_eligible", id="for_a_while"),
        pytest.param({"eligible_roles": roles((SECURITY_READER, -9))}, "permissions.no_role", id="ended"),
        pytest.param({"eligible_roles": roles((DIRECTORY_READERS, None))}, "permissions.no_role", id="another_role"),
        pytest.param(
            {"eligible_roles": roles((SECURITY_READER, None), scope=UNIT)}, "permissions.no_role", id="for_a_part_only"
        ),
        pytest.param({"eligible_roles": piece("eligible_roles", {"found": False})}, "permissions.no_role", id="no_pim"),
        pytest.param(
            {f"group_eligible_roles/{GROUP}": roles((SECURITY_READER, None))},
            "permissions.role_eligible",
            id="by_a_group_that_is_eligible",
        ),
        pytest.param(
            {**ELIGIBLE_GROUP, f"group_role_assignments/{GROUP}": group_roles(SECURITY_READER)},
            "permissions.group_eligible",
            id="membership",
        ),
        pytest.param(
            {**ELIGIBLE_GROUP, f"group_role_assignments/{GROUP}": group_roles(SECURITY_READER, scope=UNIT)},
            "permissions.no_role",
            id="membership_for_a_part_only",
        ),
        pytest.param(
            {**ELIGIBLE_GROUP, f"group_role_assignments/{OTHER_GROUP}": group_roles(SECURITY_READER)},
            "permissions.no_role",
            id="membership_elsewhere",
        ),
        pytest.param(
            {**ELIGIBLE_GROUP, f"group_role_assignments/{GROUP}": group_roles(DIRECTORY_READERS)},
            "permissions.no_role",
            id="membership_without_a_wanted_role",
        ),
    ],
)
def test_what_may_be_activated(more, reason):
    verdict = permissions_of(**more)
    assert (verdict.reason, verdict.status) == (reason, "unmet")
    if reason != "permissions.no_role":
        assert "Security Reader" in verdict.message
        assert "Privileged Identity Management" in verdict.remedy


def test_a_role_to_activate_stands_before_one_for_a_part_of_the_tenant():
    more = {"eligible_roles": roles((SECURITY_READER, None))}
    assert permissions_of(assigned=[(SECURITY_READER, UNIT)], **more).reason == "permissions.role_eligible"
    assert permissions_of(assigned=[(SECURITY_READER, UNIT)]).reason == "permissions.role_scoped"


def test_who_is_eligible_and_active_is_active():
    more = {"eligible_roles": roles((SECURITY_READER, None))}
    assert permissions_of(held=[SECURITY_READER], **more).status == "met"


@pytest.mark.parametrize(
    "key", ["eligible_roles", "account_groups", "account_eligible_groups", "group_eligible_roles/g"]
)
def test_what_was_not_read_is_a_doubt_beside_the_no(key):
    verdict = permissions_of(**{key: unread(key.split("/", 1)[0])})
    assert (verdict.reason, told(verdict)) == ("permissions.no_role", [("permissions.eligibility_not_read", False)])


def test_a_tenant_without_premium_leaves_no_doubt():
    assert told(permissions_of(eligible_roles=piece("eligible_roles", {"found": False}))) == []


@pytest.mark.parametrize(
    ("rows", "kind", "caveat"),
    [
        pytest.param([(SECURITY_READER, 40)], "activated", "permissions.activation_ends", id="within_the_hour"),
        pytest.param([(SECURITY_READER, 60)], "activated", "permissions.activation_ends", id="in_an_hour"),
        pytest.param([(SECURITY_READER, 61)], "activated", None, id="a_shift"),
        pytest.param(
            [(SECURITY_READER, 40)], "assigned", "permissions.activation_ends", id="assignment_within_the_hour"
        ),
        pytest.param([(SECURITY_READER, 9 * DAY)], "assigned", "permissions.assignment_ends", id="in_days"),
        pytest.param([(SECURITY_READER, 30 * DAY)], "assigned", None, id="in_a_month"),
        pytest.param([(SECURITY_READER, 9 * DAY)], "activated", None, id="a_long_activation"),
        pytest.param([(SECURITY_READER, None)], "assigned", None, id="for_good"),
        pytest.param([(SECURITY_READER, 40), (SECURITY_READER, None)], "assigned", None, id="for_good_beside"),
        pytest.param([(DIRECTORY_READERS, 40)], "activated", None, id="another_role"),
        pytest.param([], "assigned", None, id="no_row"),
    ],
)
def test_what_ends(rows, kind, caveat):
    verdict = permissions_of(
        held=[SECURITY_READER],
        assigned=[(SECURITY_READER, "/")],
        timed_roles=role_rows("timed_roles", *rows, kind=kind),
    )
    assert (verdict.status, verdict.reason) == ("met", "permissions.role_direct")
    ends = [reason for reason, _to_act_on in told(verdict) if reason != "permissions.security_reader"]
    assert ends == ([caveat] if caveat else [])


def test_another_wanted_role_for_good_makes_the_end_of_one_no_matter():
    options = {"held": [SECURITY_READER, GLOBAL_READER], "timed_roles": role_rows("timed_roles", (SECURITY_READER, 40))}
    assert told(permissions_of(assigned=[(SECURITY_READER, "/"), (GLOBAL_READER, "/")], **options)) == []
    assert told(permissions_of(assigned=[(SECURITY_READER, "/")], **options)) == []


def test_groups_that_are_asked_are_few():
    many = {f"g{n:02d}": "G" for n in range(30)}
    member, eligible = groups_to_read(
        judged(
            account_groups=piece("account_groups", {"groups": many}),
            account_eligible_groups=group_rows("account_eligible_groups", ("x", None), ("y", -1)),
        )
    )
    assert (len(member), member[0], eligible) == (9, "g00", ["x"])


@pytest.mark.parametrize(("count", "doubt"), [(9, []), (10, [("permissions.eligibility_not_read", False)])])
def test_groups_that_were_not_looked_at_are_a_doubt(count, doubt):
    many = piece("account_groups", {"groups": {f"g{n:02d}": "G" for n in range(count)}})
    assert told(permissions_of(account_groups=many)) == doubt
    rows = group_rows("account_eligible_groups", *((f"g{n:02d}", None) for n in range(count)))
    assert told(permissions_of(account_eligible_groups=rows)) == doubt


def test_rows_beyond_what_is_looked_at_are_counted():
    row = {"roleDefinitionId": guid("r"), "principalId": guid("p"), "directoryScopeId": "/"}
    data = data_of(shape_roles, {"value": [row] * (MAX_ROWS + 2)})
    assert (len(data["rows"]), data["left_out"], data["rows"][0]["kind"]) == (MAX_ROWS, 2, "eligible")
    assert told(permissions_of(eligible_roles=piece("eligible_roles", data))) == [
        ("permissions.eligibility_not_read", False)
    ]


def test_an_owner_of_a_group_is_no_member():
    rows = [{"groupId": guid("g"), "accessId": access} for access in ("owner", "Member", "member")]
    assert len(data_of(shape_groups, {"value": rows})["rows"]) == 2


def test_every_date_that_will_bite_is_sorted():
    evidence = {
        **gdap_evidence(relationship(days=3, relationship="SOC")),
        "timed_groups": group_rows("timed_groups", (GROUP, 90), (OTHER_GROUP, 5)),
        "eligible_groups": group_rows("eligible_groups", (GROUP, 10 * DAY)),
        "timed_roles": role_rows(
            "timed_roles", (SECURITY_READER, 2 * DAY), (DIRECTORY_READERS, 5), (GLOBAL_READER, None)
        ),
        "eligible_roles": role_rows("eligible_roles", (SECURITY_READER, 20 * DAY), (SECURITY_READER, -5)),
        **subscription_evidence({"ends": in_minutes(40 * DAY)}, {"ends": in_minutes(-DAY)}, {"ends": "odd"}),
    }
    found = [(row.what, row.name, row.days_left) for row in expiries_of(case(evidence))]
    assert found == [
        ("group_membership", "Group 1", 0),
        ("role_assignment", "Security Reader", 2),
        ("gdap_relationship", "SOC", 3),
        ("group_eligibility", "Group 1", 10),
        ("role_eligibility", "Security Reader", 20),
        ("subscription", "SPE_E5", 40),
    ]
    assert expiries_of(case(evidence))[0].as_dict()["ends"] == NOW.replace(hour=13, minute=30).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def test_what_is_not_in_force_has_no_date_that_bites():
    evidence = gdap_evidence(relationship("terminated", 9), relationship("expired", -9, id="x"))
    assert expiries_of(case({**evidence, "timed_groups": group_rows("timed_groups", (GROUP, 90))})) == ()
    assert expiries_of(case({})) == ()


def shape(body):
    return body


SCHEDULE = Read(
    what="what",
    title="the title",
    path="/schedules?$filter=principalId eq '{principal}'",
    app=("Some.Read",),
    delegated=("Some.Read",),
    shape=shape,
    absent_code="AadPremiumLicenseRequired",
    optional=True,
    about=("principalId",),
)


def test_read_of_schedules_is_about_one_principal_and_decides_nothing():
    assert pim._read("what", "the title", "/schedules", ("Some.Read",), shape) == SCHEDULE


def test_own_schedules_need_no_filter_and_no_app():
    path = "/schedules/filterByCurrentUser(on='principal')"
    assert pim._own(SCHEDULE) == dataclasses.replace(SCHEDULE, path=path, app=())


def test_role_schedule_with_all_and_with_little():
    full = {
        "roleDefinitionId": SECURITY_READER.upper(),
        "directoryScopeId": "/",
        "principalId": guid("abcd").upper(),
        "endDateTime": LATER,
        "assignmentType": "Activated",
    }
    least = {"roleDefinitionId": guid("r"), "principalId": guid("p"), "appScopeId": "/"}
    assert data_of(pim.shape_roles, {"value": [full, least]})["rows"] == [
        {"role": SECURITY_READER, "scope": "/", "principal": guid("abcd"), "ends": LATER, "kind": "activated"},
        {"role": guid("r"), "scope": "app:/", "principal": guid("p"), "ends": None, "kind": "eligible"},
    ]


def test_group_schedule_with_all_and_with_little():
    full = {"groupId": GROUP.upper(), "accessId": "Member", "endDateTime": LATER, "assignmentType": "Assigned"}
    least = {"groupId": guid("g"), "accessId": "member"}
    assert data_of(pim.shape_groups, {"value": [full, least, {"groupId": guid("o"), "accessId": "owner"}]}) == {
        "rows": [
            {"group": GROUP, "ends": LATER, "kind": "assigned"},
            {"group": guid("g"), "ends": None, "kind": "eligible"},
        ],
        "left_out": 0,
    }
