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
    look_up_evidence,
    piece,
    relationship,
    role_evidence,
    role_rows,
    side_evidence,
    sku,
    sku_evidence,
    subscription_evidence,
    trust_evidence,
    unread,
)
from governance_rows import days
from judged import ANNA, GUEST, access_of, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import judge_sides
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import judge_license
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import shape_subscriptions
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
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


@pytest.mark.parametrize(
    ("direction", "owner", "evidence"),
    [("outbound", "Northwind", side_evidence(None, BLOCKED)), ("inbound", "Contoso", side_evidence(BLOCKED, None))],
)
def test_block_beside_an_account_says_whose_it_is(direction, owner, evidence):
    verdict = access_of({**look_up_evidence(account(state="PendingAcceptance")), **evidence})
    told = caveat(verdict, "access.settings_block_too")
    assert told.message == (
        f"The cross-tenant access settings of {owner} also block {direction} B2B collaboration"
        " (partner setting, users and groups)."
    )
    assert told.remedy.startswith(f"Security Administrator of {owner}: allow it for {ANNA}")
    assert shown(verdict)[3:] == (["home_partner"] if direction == "outbound" else ["partner"])


def test_settings_that_nobody_asked_for_are_named():
    home, target = judge_sides(case({}, access="b2b"))
    for side, where in ((home, "Northwind"), (target, "Contoso")):
        what = {"what": "the cross-tenant access settings", "where": where, "said": "not read"}
        assert side.problem == Problem("read.failed", what)


def consenting(outbound, inbound):
    """Settings in which each side's entry tells of automatic redemption."""
    sides = side_evidence(None, None)
    for key, value in (("home_cross_tenant_access_partner", outbound), ("cross_tenant_access_partner", inbound)):
        sides[key] = dataclasses.replace(sides[key], data={**sides[key].data, "consent": value})
    return {**sides, "identity_synchronization": piece("identity_synchronization", {"found": True, "allowed": True})}


@pytest.mark.parametrize("deleted", [False, True])
def test_synchronization_tells_redemption_of_both_sides(deleted):
    row = {"id": ACCOUNT, "upn": account()["upn"], "mail": ANNA, "deleted": days(-3)}
    gone = {"deleted_by_mail": piece("deleted_by_mail", {"deleted": [row] if deleted else []})}
    verdict = access_of({**look_up_evidence(), **gone, **consenting(True, False)})
    assert verdict.reason == ("access.guest_deleted" if deleted else "access.guest_missing")
    assert verdict.object == (ACCOUNT if deleted else "")
    told = caveat(verdict, "access.synchronization")
    assert "(automatic redemption: on in Northwind, off in Contoso)" in told.message
    assert shown(verdict)[0] == "accounts_by_mail"
    assert shown(verdict)[-1] == "identity_synchronization"


def test_newest_of_the_deleted_accounts_is_told():
    rows = [
        {"id": name, "upn": account()["upn"], "mail": ANNA, "deleted": days(-ago)}
        for name, ago in (("a", 9), ("b", 2), ("c", 5))
    ]
    gone = {"deleted_by_upn/1": piece("deleted_by_upn", {"deleted": rows})}
    verdict = access_of({**look_up_evidence(), **gone})
    assert (verdict.reason, verdict.object) == ("access.guest_deleted", "b")


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
    verdict = access_of({**gdap_evidence(relationship(), groups=groups), **more}, "gdap")
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
    verdict = access_of({**gdap_evidence(relationship(), groups=()), "eligible_groups": eligible}, "gdap")
    assert verdict.reason == "access.gdap_operator_not_assigned"
    names = ["gdap_relationships", "gdap_assignments", "operator_groups"]
    assert shown(verdict) == [*names, *(["eligible_groups"] if told else [])]


def test_eligibility_that_was_not_read_says_why():
    evidence = {**gdap_evidence(relationship(), groups=()), "eligible_groups": unread("eligible_groups")}
    assert caveat(access_of(evidence, "gdap"), "access.eligibility_not_read").message.endswith("was not checked: no")


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
    verdict = access_of({**evidence, **more}, "gdap")
    assert verdict.reason == reason
    assert words in verdict.message + verdict.remedy


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (3, "'R1' (terminated), 'R2' (terminated), 'R3' (terminated)."),
        (4, "'R1' (terminated), 'R2' (terminated), 'R3' (terminated) and 1 more."),
    ],
)
def test_other_relationships_are_told_up_to_three(count, words):
    rows = [relationship("terminated", id=f"x{n}", relationship=f"R{n}") for n in range(1, count + 1)]
    told = caveat(access_of(gdap_evidence(relationship(), *rows), "gdap"), "access.gdap_others")
    assert told.message == f"There are other GDAP relationships with Contoso: {words}"


def test_young_relationship_is_told_to_the_minute():
    told = caveat(access_of(gdap_evidence(relationship(activated="2026-11-23T11:30:00Z")), "gdap"), "access.gdap_young")
    assert "(since 11:30 UTC)" in told.message


# What ends.


def test_date_that_will_bite_is_about_an_object_and_extends_only_what_extends_itself():
    evidence = {
        **gdap_evidence(relationship(days=3)),
        "timed_groups": group_rows("timed_groups", (GROUP, 0), (GROUP, 9)),
    }
    membership, gdap = expiries_of(case(evidence))
    assert (membership.what, membership.object, membership.auto_extend) == ("group_membership", GROUP, False)
    assert gdap.ends == "2026-11-26T12:00:00Z"


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
    assert account_roles.groups_to_read(case({"account_groups": unread("account_groups")})) == ([], [])


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


def test_trust_shows_the_trust_and_nothing_else():
    verdict = judge_mfa_trust(case(trust_evidence(partner="none", default=True)))
    assert [one.data for one in verdict.evidence] == [
        {"found": False},
        {"found": True, "inbound_trust": {"mfa": True}},
    ]


# What every verdict about access rests on.


@pytest.mark.parametrize("access", ["gdap", "auto"])
def test_list_of_gdap_that_was_not_read_is_shown(access):
    verdict = access_of({"gdap_relationships": unread("gdap_relationships"), **look_up_evidence()}, access)
    assert (verdict.check, verdict.status, shown(verdict)) == ("access", "unknown", ["gdap_relationships"])
    assert access_of({}, "gdap").evidence == ()


def test_account_in_order_is_named_and_shown_with_both_sides():
    verdict = access_of(GUEST)
    assert verdict.object == ACCOUNT
    assert "not known)" not in verdict.message
    sides = ["home_partner", "home_default", "partner", "default"]
    assert shown(verdict) == ["accounts_by_mail", *sides]


SETTINGS = ("cross_tenant_access_partner", "home_cross_tenant_access_partner")


@pytest.mark.parametrize("key", SETTINGS)
def test_settings_that_were_not_read_leave_access_and_roles_open(key):
    evidence = {**GUEST, key: unread(key)}
    verdict = access_of(evidence)
    assert (verdict.check, verdict.status, verdict.reason) == ("access", "unknown", "read.throttled")
    assert f"the requests for {key} in Contoso" in verdict.message
    assert key in shown(verdict)
    roles = permissions_of({**evidence, **gdap_evidence(relationship(), assignments=OTHERS)}, "auto")
    assert (roles.status, roles.reason) == ("unknown", "read.throttled")
    assert f"the requests for {key} in Contoso" in roles.message


def test_block_is_shown_with_the_account():
    verdict = access_of({**look_up_evidence(account()), **side_evidence(BLOCKED, None)})
    assert verdict.reason == "access.inbound_blocked"
    assert shown(verdict) == ["accounts_by_mail", "home_partner", "home_default", "partner"]


def test_second_group_of_somebody_else_makes_a_young_assignment_no_older():
    rows = [
        {**OTHERS[0], "created": "2026-11-23T11:45:00Z"},
        {**OTHERS[0], "group": OTHER_GROUP, "created": "2026-10-01T00:00:00Z"},
    ]
    told = caveat(access_of(gdap_evidence(relationship(), assignments=rows), "gdap"), "access.gdap_young")
    assert "(since 11:45 UTC)" in told.message


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


def test_group_that_the_operator_is_not_in_is_named_by_its_id():
    evidence = {
        **gdap_evidence(relationship(), groups=()),
        "eligible_groups": group_rows("eligible_groups", (GROUP, 9)),
    }
    (name,) = [one.name for one in expiries_of(case(evidence)) if one.what == "group_eligibility"]
    assert name == GROUP
