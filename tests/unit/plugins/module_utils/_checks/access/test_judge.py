# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which method gives access, and what goes beside the verdict: the other methods of `auto`, blocks, evidence."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    b2b_setting,
    case,
    gdap_evidence,
    look_up_evidence,
    piece,
    relationship,
    side_evidence,
    unread,
)
from governance_rows import days, governed, lists
from judged import ANNA, access_of, caveat, permissions_of, shown, words

from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access

IN_FORCE = gdap_evidence(relationship())
EXPIRED = gdap_evidence(relationship("expired", -1))
NO_GDAP = gdap_evidence()
GUEST = {**account_evidence(account()), **side_evidence(None, None)}
PENDING = account_evidence(account(state="PendingAcceptance"))
NO_GUEST = account_evidence()
UNREAD = {key: unread(key) for key in account_evidence()}


def decided(evidence, access="auto"):
    verdict = judge_access(case(evidence, access=access)).verdict
    return verdict.reason, [c.message for c in verdict.caveats if c.reason == "access.other_ways"]


@pytest.mark.parametrize(
    ("evidence", "reason", "starts"),
    [
        pytest.param({**IN_FORCE, **GUEST}, "access.gdap_in_force", ["GDAP decides", "B2B: "], id="both_carry"),
        pytest.param({**IN_FORCE, **PENDING}, "access.gdap_in_force", ["GDAP decides", "B2B: "], id="other_begun"),
        pytest.param({**IN_FORCE, **NO_GUEST}, "access.gdap_in_force", [], id="other_not_begun"),
        pytest.param(IN_FORCE, "access.gdap_in_force", [], id="other_not_looked_at"),
        pytest.param({**IN_FORCE, **UNREAD}, "access.gdap_in_force", [], id="other_not_read"),
        pytest.param({**EXPIRED, **NO_GUEST}, "access.gdap_expired", ["GDAP decides", "B2B: "], id="no_and_none"),
        pytest.param({**EXPIRED, **GUEST}, "access.guest_accepted", ["B2B decides", "GDAP: "], id="second_way"),
        pytest.param({**NO_GDAP, **PENDING}, "access.guest_pending", ["B2B decides", "GDAP: "], id="second_begun"),
        pytest.param({**EXPIRED, **UNREAD}, "read.throttled", ["B2B decides", "GDAP: "], id="unknown_first"),
        pytest.param({**NO_GDAP, **NO_GUEST}, "access.none_found", [], id="none"),
    ],
)
def test_other_ways(evidence, reason, starts):
    decided_by, messages = decided(evidence)
    assert decided_by == reason
    assert len(messages) == bool(starts)
    for word in starts:
        assert word in messages[0]


@pytest.mark.parametrize("access", ["gdap", "b2b"])
def test_a_declared_way_has_no_others(access):
    assert decided({**IN_FORCE, **GUEST}, access)[1] == []


@pytest.mark.parametrize(
    ("gdap", "accounts", "reason"),
    [
        pytest.param(gdap_evidence(relationship()), {}, "access.gdap_in_force", id="gdap"),
        pytest.param(gdap_evidence(), account_evidence(account()), "access.guest_accepted", id="b2b"),
        pytest.param(gdap_evidence(), account_evidence(), "access.none_found", id="neither"),
        pytest.param(
            gdap_evidence(relationship("expired", -1)), account_evidence(), "access.gdap_expired", id="gdap_was"
        ),
        pytest.param(
            gdap_evidence(),
            account_evidence(account(state="PendingAcceptance")),
            "access.guest_pending",
            id="b2b_begun",
        ),
        pytest.param(
            {"gdap_relationships": unread("gdap_relationships")},
            account_evidence(),
            "read.throttled",
            id="gdap_unread",
        ),
        pytest.param(
            {"gdap_relationships": unread("gdap_relationships")},
            account_evidence(account()),
            "access.guest_accepted",
            id="gdap_unread_but_b2b",
        ),
    ],
)
def test_auto(gdap, accounts, reason):
    assert judge_access(case({**gdap, **accounts}, access="auto")).verdict.reason == reason


OPERATOR = piece("operator", {"upn": "anna@northwind.example", "mail": None, "other_mails": []})


def test_neither_method_tells_the_evidence_of_both():
    gdap = gdap_evidence()
    looks = look_up_evidence()
    access = judge_access(case({"operator": OPERATOR, **gdap, **looks}, access="auto"))
    assert access.verdict.reason == "access.none_found"
    assert (access.verdict.check, access.gdap, access.account_id, access.open) == ("access", None, None, None)
    assert access.verdict.evidence == (gdap["gdap_relationships"], *looks.values())
    words(access.verdict)


@pytest.mark.parametrize(
    ("gdap", "looks", "reason"),
    [
        (gdap_evidence(relationship("expired", -3)), look_up_evidence(), "access.gdap_expired"),
        (gdap_evidence(), look_up_evidence(account(enabled=False)), "access.guest_disabled"),
        (gdap_evidence(relationship("expired", -3)), look_up_evidence(account(enabled=False)), "access.gdap_expired"),
        (gdap_evidence(), look_up_evidence(account(state="Odd")), "access.guest_state_unknown"),
        (gdap_evidence(relationship("odd")), look_up_evidence(account(state="Odd")), "access.gdap_status_unknown"),
        (
            gdap_evidence(relationship("expired", -3)),
            look_up_evidence(account(state="Odd")),
            "access.guest_state_unknown",
        ),
    ],
)
def test_of_two_ways_that_fail_the_one_that_was_begun_is_told(gdap, looks, reason):
    access = judge_access(case({"operator": OPERATOR, **gdap, **looks}, access="auto"))
    assert access.verdict.reason == reason
    words(access.verdict)


ACCOUNT = account()["id"]


BLOCKED = b2b_setting("blocked")


OTHERS = [{"status": "active", "group": GROUP, "roles": [DIRECTORY_READERS], "other_roles": 0}]


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


def synchronized(allowed, *, inbound=None, outbound=None):
    def consent(value):
        return piece("p", {"found": True, "consent": value})

    return {
        "identity_synchronization": piece("s", {"found": True, "allowed": allowed}),
        "cross_tenant_access_partner": consent(None),
        "cross_tenant_access_default": consent(inbound),
        "home_cross_tenant_access_partner": consent(outbound),
    }


def test_synchronization_is_told_where_the_operator_is_missing():
    evidence = {**account_evidence(), **synchronized(True, inbound=False, outbound=True)}
    (caveat,) = judge_access(case(evidence, access="b2b")).verdict.caveats
    assert caveat.reason == "access.synchronization"
    assert "on in Northwind, off in Contoso" in caveat.message
    assert not caveat.actionable


@pytest.mark.parametrize("allowed", [False, None])
def test_synchronization_that_is_off_is_not_told(allowed):
    evidence = {**account_evidence(), **synchronized(allowed)}
    assert judge_access(case(evidence, access="b2b")).verdict.caveats == ()


def test_consent_that_no_side_tells_is_not_known():
    (caveat,) = judge_access(case({**account_evidence(), **synchronized(True)}, access="b2b")).verdict.caveats
    assert "not known in Northwind, not known in Contoso" in caveat.message


@pytest.mark.parametrize(
    ("direction", "owner", "evidence"),
    [("outbound", "Northwind", side_evidence(None, BLOCKED)), ("inbound", "Contoso", side_evidence(BLOCKED, None))],
)
def test_block_beside_an_account_says_whose_it_is(direction, owner, evidence):
    verdict = access_of({**look_up_evidence(account(state="PendingAcceptance")), **evidence})
    doubt = caveat(verdict, "access.settings_block_too")
    assert doubt.message == (
        f"The cross-tenant access settings of {owner} also block {direction} B2B collaboration"
        " (partner setting, users and groups)."
    )
    assert doubt.remedy.startswith(f"Security Administrator of {owner}: allow it for {ANNA}")
    assert shown(verdict)[3:] == (["home_partner"] if direction == "outbound" else ["partner"])


def consenting(outbound, inbound):
    """Settings in which each side's entry tells of automatic redemption."""
    sides = side_evidence(None, None)
    for key, value in (("home_cross_tenant_access_partner", outbound), ("cross_tenant_access_partner", inbound)):
        sides[key] = dataclasses.replace(sides[key], data={**sides[key].data, "consent": value})
    return {
        **sides,
        "identity_synchronization": piece("identity_synchronization", {"found": True, "allowed": True}),
    }


@pytest.mark.parametrize("deleted", [False, True])
def test_synchronization_tells_redemption_of_both_sides(deleted):
    row = {"id": account()["id"], "upn": account()["upn"], "mail": ANNA, "deleted": days(-3)}
    gone = {"deleted_by_mail": piece("deleted_by_mail", {"deleted": [row] if deleted else []})}
    verdict = access_of({**look_up_evidence(), **gone, **consenting(True, False)})
    assert verdict.reason == ("access.guest_deleted" if deleted else "access.guest_missing")
    assert verdict.object == (account()["id"] if deleted else "")
    doubt = caveat(verdict, "access.synchronization")
    assert "(automatic redemption: on in Northwind, off in Contoso)" in doubt.message
    assert shown(verdict)[0] == "accounts_by_mail"
    assert shown(verdict)[-1] == "identity_synchronization"


def test_a_relationship_of_either_kind_carries_its_roles():
    governance = lists([governed()])
    for access, evidence in (("gdap", IN_FORCE), ("governance", governance)):
        judged = judge_access(case(evidence, access=access))
        assert judged.proven
        assert judged.carries([DIRECTORY_READERS, SECURITY_READER])
        assert not judged.carries([DIRECTORY_READERS])
    assert not judge_access(case(GUEST, access="b2b")).carries([SECURITY_READER])
