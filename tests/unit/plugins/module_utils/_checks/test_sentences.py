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
    account,
    b2b_setting,
    case,
    gdap_evidence,
    group_rows,
    look_up_evidence,
    piece,
    relationship,
    side_evidence,
    trust_evidence,
    unread,
)
from governance_rows import days
from judged import ANNA, GUEST, access_of, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import judge_sides
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import expiries_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

ACCOUNT = account()["id"]


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


# A role of Microsoft Defender itself.


# GDAP.

OTHERS = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


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


# Licences and trust.


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


def test_group_that_the_operator_is_not_in_is_named_by_its_id():
    evidence = {
        **gdap_evidence(relationship(), groups=()),
        "eligible_groups": group_rows("eligible_groups", (GROUP, 9)),
    }
    (name,) = [one.name for one in expiries_of(case(evidence)) if one.what == "group_eligibility"]
    assert name == GROUP
