# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verdict says and shows, word by word: names, ends, causes, what it is about, and the evidence it needs."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    b2b_setting,
    case,
    gdap_evidence,
    group_rows,
    piece,
    relationship,
    role_evidence,
    role_rows,
    sku,
    sku_evidence,
    subscription_evidence,
    unread,
)
from judged import ANNA, GUEST, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import (
    judge_license,
    shape_subscriptions,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import (
    account_roles,
    defender_rbac,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import expiries_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

ACCOUNT = account()["id"]
GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


# Cross-tenant access.

BLOCKED = b2b_setting("blocked")


# Roles that may be activated, and that end.


def test_end_of_an_activation_is_told_to_the_minute():
    timed = role_rows("timed_roles", (SECURITY_READER, 25), (GLOBAL_READER, 40), kind="activated")
    held = role_evidence((SECURITY_READER, GLOBAL_READER), ((SECURITY_READER, "/"), (GLOBAL_READER, "/")))
    verdict = permissions_of({**GUEST, **held, "timed_roles": timed})
    told = caveat(verdict, "permissions.activation_ends")
    assert told.message == f"{ANNA} holds Global Reader, Security Reader in Contoso only until 12:40 UTC."
    assert told.object == "/".join(sorted((SECURITY_READER, GLOBAL_READER)))
    assert shown(verdict) == ["directory_roles", "role_assignments", "timed_roles"]


def test_end_of_an_assignment_is_told_by_its_day_and_kind_of_the_last():
    timed = role_rows("timed_roles", (SECURITY_READER, 60 * 24 * 9 + 5), kind="assigned")
    held = role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),))
    told = caveat(permissions_of({**GUEST, **held, "timed_roles": timed}), "permissions.assignment_ends")
    assert told.message == f"The assignment of Security Reader to {ANNA} in Contoso ends on 2026-12-02, in 9 days."


def test_what_does_not_end_soon_needs_no_evidence_of_ends():
    held = role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),))
    timed = role_rows("timed_roles", (SECURITY_READER, None))
    assert shown(permissions_of({**GUEST, **held, "timed_roles": timed})) == ["directory_roles", "role_assignments"]


def test_role_through_a_group_is_taken_to_stay():
    timed = role_rows("timed_roles", (SECURITY_READER, 25), kind="activated")
    verdict = permissions_of({**GUEST, **role_evidence((SECURITY_READER,)), "timed_roles": timed})
    assert "permissions.activation_ends" not in [one.reason for one in verdict.caveats]


MEMBERSHIPS = group_rows("account_eligible_groups", (GROUP, None), (OTHER_GROUP, None))


def test_memberships_to_activate_are_named_and_shown():
    held = piece("group_role_assignments", {"assignments": [{"role": SECURITY_READER, "scope": "/"}]})
    evidence = {
        **GUEST,
        **role_evidence(),
        "account_eligible_groups": MEMBERSHIPS,
        f"group_role_assignments/{GROUP}": held,
        f"group_role_assignments/{OTHER_GROUP}": held,
    }
    verdict = permissions_of(evidence)
    assert f"holds Security Reader ({GROUP}, {OTHER_GROUP})" in verdict.message
    assert (verdict.check, verdict.reason) == ("permissions", "permissions.group_eligible")
    roles = ["directory_roles", "role_assignments"]
    assert shown(verdict) == [*roles, "account_eligible_groups", *["group_role_assignments"] * 2]


def test_group_that_was_not_read_offers_nothing():
    key = f"group_role_assignments/{GROUP}"
    evidence = {**GUEST, **role_evidence(), "account_eligible_groups": MEMBERSHIPS, key: unread(key)}
    assert permissions_of(evidence).reason == "permissions.no_role"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("eligible_roles", "permissions.eligibility_not_read"),
        ("defender_role_assignments", "permissions.custom_role_not_read"),
    ],
)
@pytest.mark.parametrize(("said", "words"), [("throttled", "throttled"), (None, "read.throttled")])
def test_doubt_says_why_it_was_not_read(key, reason, said, words):
    failed = dataclasses.replace(unread(key), problem=Problem("read.throttled", {"said": said} if said else {}))
    verdict = permissions_of({**GUEST, **role_evidence(), key: failed})
    assert caveat(verdict, reason).message.endswith(f": {words}")


def test_too_many_rows_are_the_reason_of_a_doubt():
    many = piece("eligible_roles", {"rows": [], "left_out": 3})
    told = caveat(permissions_of({**GUEST, **role_evidence(), "eligible_roles": many}), _ELIGIBILITY)
    assert told.message.endswith(": there are more rows than we look at")


_ELIGIBILITY = "permissions.eligibility_not_read"


# A role of Microsoft Defender itself.


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


# GDAP.

OTHERS = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


def test_role_that_the_relationship_holds_and_nobody_assigned_is_named():
    verdict = permissions_of(gdap_evidence(relationship(), assignments=OTHERS), "gdap")
    assert verdict.message == (
        f"GDAP relationship 'Contoso SOC' includes Security Reader, but no assignment gives it to a group of {ANNA}."
    )
    assert "the group 'Group 1'" in verdict.remedy


# What ends.


# What is cut down for a row.


def test_slice_of_defenders_roles_counts_what_it_leaves_out():
    permissions = [f"x/{n:02d}" for n in range(defender_rbac.MAX_ROWS + 2)]
    scopes = [f"/{n}" for n in range(defender_rbac.MAX_ROWS + 2)]
    found = {
        **defender_role(ACCOUNT, scopes=scopes),
        "defender_role_definitions": piece("d", {"roles": {"r": {"name": "SOC", "permissions": permissions}}}),
    }
    told = defender_rbac.trim_defender_roles(case({}), ACCOUNT, found)
    (row,) = told["defender_role_assignments"].data["assignments"]
    assert (row["principals"], row["scopes"]) == ([ACCOUNT], scopes[: defender_rbac.MAX_ROWS])
    role = told["defender_role_definitions"].data["roles"]["r"]
    assert role == {"name": "SOC", "permissions": permissions[: defender_rbac.MAX_ROWS], "left_out": 2}


def test_groups_that_were_not_read_are_not_asked_about():
    assert account_roles.groups_to_ask(case({"account_groups": unread("account_groups")})) == ([], [])


def test_limited_information_names_the_roles_that_are_wanted():
    few = {
        "directory_roles": piece("directory_roles", {"roles": [], "untold": 1}),
        "role_assignments": piece("role_assignments", {"assignments": [], "left_out": 0}),
    }
    verdict = permissions_of({**GUEST, **few})
    assert verdict.reason == "permissions.limited_information"
    assert "not known)" not in verdict.message + verdict.remedy
    assert shown(verdict) == ["directory_roles", "role_assignments"]


def test_role_to_activate_shows_the_roles_that_are_there():
    eligible = role_rows("eligible_roles", (SECURITY_READER, None))
    verdict = permissions_of({**GUEST, **role_evidence(), "eligible_roles": eligible})
    assert verdict.message == f"{ANNA} can activate Security Reader in Contoso but has not done so."
    assert (verdict.check, shown(verdict)) == (
        "permissions",
        ["directory_roles", "role_assignments", "eligible_roles"],
    )


# Licences and trust.

E5 = sku_evidence(sku(MTP="Success"))


@pytest.mark.parametrize(
    ("more", "evidence"),
    [
        ({}, ["subscribed_skus"]),
        (subscription_evidence({}), ["subscribed_skus"]),
        (subscription_evidence({"trial": True}), ["subscribed_skus", "subscriptions"]),
        ({"subscriptions": unread("subscriptions")}, ["subscribed_skus", "subscriptions"]),
    ],
)
def test_subscriptions_are_shown_where_they_say_something(more, evidence):
    assert shown(judge_license(case({**E5, **more}))) == evidence


@pytest.mark.parametrize(
    ("more", "words"),
    [({"subscriptions": unread("subscriptions")}, "read.throttled"), ({}, "it was not asked")],
)
def test_trial_that_is_not_told_says_why(more, words):
    assert words in caveat(judge_license(case({**E5, **more})), "license.trial_not_told").message


def test_subscription_keeps_its_end_and_its_state():
    rows = [
        {"skuPartNumber": "SPE_E5", "status": "Enabled", "isTrial": False, "nextLifecycleDateTime": "later"},
        {"skuPartNumber": "SPE_E3", "status": None, "isTrial": None, "nextLifecycleDateTime": None},
    ]
    less, told = shape_subscriptions({"value": rows}, ("spe_e3", "spe_e5"))["subscriptions"]
    assert (told["sku"], told["state"], told["ends"]) == ("SPE_E5", "Enabled", "later")
    assert (less["sku"], less["state"], less["ends"]) == ("SPE_E3", "", None)


# What every verdict about access rests on.


def test_dates_that_will_bite_are_about_objects():
    day = 60 * 24
    timed = role_rows("timed_roles", (SECURITY_READER, day))
    evidence = {**gdap_evidence(relationship(days=3)), "timed_roles": timed, **subscription_evidence({})}
    found = {one.what: one.object for one in expiries_of(case(evidence))}
    assert found == {
        "role_assignment": SECURITY_READER,
        "gdap_relationship": relationship()["id"],
        "subscription": "SPE_E5",
    }
