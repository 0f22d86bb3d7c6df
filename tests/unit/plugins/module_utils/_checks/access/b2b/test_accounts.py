# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""B2B beside the account and the settings: deleted accounts, synchronization, and trust of devices."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from evidence import (
    NOW,
    account,
    account_evidence,
    case,
    look_up_evidence,
    operator_evidence,
    piece,
    unread,
)
from evidence import account as guest
from governance_rows import days
from hypothesis import given
from hypothesis import strategies as st
from judged import ANNA, access_of

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem


def deleted(days_ago=5.0, **fields):
    """One deleted account as it stands in evidence."""
    when = (NOW - dt.timedelta(days=days_ago)).isoformat()
    row = {
        "id": "dddddddd-0000-4000-8000-000000000001",
        "upn": "dddddddd000040008000000000000001anna_northwind.example#EXT#@contoso.example",
        "mail": "anna@northwind.example",
        "deleted": when,
    }
    return {**row, **fields}


def deleted_evidence(*rows):
    return {"deleted_by_mail": piece("deleted_by_mail", {"deleted": list(rows)})}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([deleted()], "access.guest_deleted", id="deleted"),
        pytest.param([deleted(mail=None)], "access.guest_deleted", id="known_by_its_name"),
        pytest.param([deleted(upn="")], "access.guest_deleted", id="known_by_its_mail"),
        pytest.param(
            [deleted(mail="x@y.example", upn="x_y.example#EXT#@c.example")], "access.guest_missing", id="other"
        ),
        pytest.param([deleted(31)], "access.guest_missing", id="too_long_ago"),
        pytest.param([deleted(30)], "access.guest_missing", id="to_the_day"),
        pytest.param([deleted(31), deleted(3, id="e")], "access.guest_deleted", id="twice"),
        pytest.param([deleted(deleted=None)], "access.guest_missing", id="no_date"),
        pytest.param([], "access.guest_missing", id="none"),
    ],
)
def test_deleted_account(rows, reason):
    verdict = judge_access(case({**account_evidence(), **deleted_evidence(*rows)}, access="b2b")).verdict
    assert (verdict.status, verdict.reason) == ("unmet", reason)


def test_of_deleted_accounts_the_last_is_told_and_of_two_at_once_the_higher_id():
    rows = [deleted(9, id="z"), deleted(5, id="b"), deleted(5, id="a", mail="Anna@northwind.example")]
    for order in (rows, rows[::-1]):
        verdict = judge_access(case({**account_evidence(), **deleted_evidence(*order)}, access="b2b")).verdict
        assert (verdict.reason, verdict.object) == ("access.guest_deleted", "b")


def test_deleted_account_says_who_restores_it_and_how_long():
    verdict = judge_access(case({**account_evidence(), **deleted_evidence(deleted(5.5))}, access="b2b")).verdict
    assert "deleted on 2026-11-18" in verdict.message
    assert "24 more days" in verdict.message
    assert "(anna_northwind.example#EXT#@contoso.example)" in verdict.message
    assert "User Administrator of Contoso: restore the account" in verdict.remedy
    assert verdict.evidence[-1].what == "deleted_by_mail"


def test_deleted_accounts_that_cannot_be_read_change_nothing():
    evidence = {**account_evidence(), "deleted_by_mail": unread("deleted_by_mail", "read.forbidden")}
    assert judge_access(case(evidence, access="b2b")).verdict.reason == "access.guest_missing"


@given(st.lists(st.builds(deleted, st.floats(-1, 60)), max_size=4), st.sampled_from(["Accepted", "PendingAcceptance"]))
def test_an_account_that_is_there_makes_deleted_ones_nothing(rows, state):
    evidence = {**account_evidence(account(state=state)), **deleted_evidence(*rows)}
    assert judge_accounts(case(evidence, access="b2b")).reason in ("access.guest_accepted", "access.guest_pending")


@pytest.mark.parametrize("way", ["outbound", "inbound"])
def test_as_the_operator_entra_says_the_block_at_sign_in(way):
    evidence = {"own_account": unread("own_account", f"sign_in.{way}_blocked")}
    verdict = judge_access(case(evidence, access="b2b")).verdict
    assert (verdict.status, verdict.reason) == ("unmet", f"access.{way}_blocked")
    assert "(Microsoft Entra said so at sign-in)" in verdict.message
    assert verdict.caused_by is None


OPERATOR = operator_evidence()
MAYBE = [
    account(id="m"),
    account(id="m", enabled=None),
    account(id="m", state="Odd"),
    account(id="m", issuers=["mail"]),
]
DEAD = [account(id="d", enabled=False), account(id="d", state="PendingAcceptance")]


@pytest.mark.parametrize("second", MAYBE)
def test_of_several_live_accounts_only_the_sign_in_says_which_one_counts(second):
    for rows in ((account(), second), (second, account())):
        candidate = judge_accounts(case({"operator": OPERATOR, **look_up_evidence(*rows)}, access="b2b"))
        assert (candidate.rank.name, candidate.reason) == ("UNKNOWN", "access.guest_ambiguous")
        verdict = judge_access(case(account_evidence(*rows), access="b2b")).verdict
        assert "delete or disable the others" in verdict.remedy
        for row in rows:
            own = {"own_account": piece("own_account", {"accounts": [row], "left_out": 0})}
            found = judge_accounts(case({"operator": OPERATOR, **look_up_evidence(*rows), **own}, access="b2b"))
            assert found.details["object"] == row["id"]
            assert (found.account_id is not None) is (row != second or second == MAYBE[0])


@pytest.mark.parametrize("second", DEAD)
def test_account_that_nobody_signs_in_with_is_no_rival(second):
    candidate = judge_accounts(case({"operator": OPERATOR, **look_up_evidence(second, account())}, access="b2b"))
    assert candidate.account_id == account()["id"]


def test_person_without_an_object_has_no_account_and_settles_nothing():
    """`/me` is 404 for a person by GDAP [community]; two accounts beside it stay two."""
    absent = {"own_account": piece("own_account", {"found": False})}
    assert judge_accounts(case({"operator": OPERATOR, **absent}, access="b2b")).reason == "access.guest_missing"
    both = look_up_evidence(account(), account(id="m"))
    assert judge_accounts(case({**both, **absent}, access="b2b")).reason == "access.guest_ambiguous"


@given(st.lists(st.sampled_from([*MAYBE, *DEAD, account()]), max_size=4), st.randoms(use_true_random=False))
def test_neither_order_nor_ids_of_accounts_decide(rows, shuffler):
    """The same accounts in another order, and with their ids dealt out anew, give the same verdict."""
    names = [f"{number:036}" for number in range(len(rows))]

    def judged():
        numbered = [{**row, "id": name} for row, name in zip(rows, names, strict=True)]
        verdict = judge_access(case(account_evidence(*numbered), access="b2b")).verdict
        return verdict.status, verdict.reason, verdict.message

    before = judged()
    shuffler.shuffle(names)
    shuffler.shuffle(rows)
    assert judged() == before


@pytest.mark.parametrize(
    ("identity", "rows", "reason"),
    [
        ("app", [], "access.guest_missing"),
        ("operator", [], "read.maybe_hidden"),
        ("operator", [account(enabled=False)], "access.guest_disabled"),
        ("operator", [account()], "access.guest_accepted"),
    ],
)
def test_look_up_by_a_person_that_finds_nobody_proves_nothing(identity, rows, reason):
    looks = {key: dataclasses.replace(look, identity=identity) for key, look in look_up_evidence(*rows).items()}
    verdict = judge_access(case({**account_evidence(), **looks}, access="b2b")).verdict
    assert verdict.reason == reason


@pytest.mark.parametrize(
    ("fields", "reason", "told"),
    [
        ({}, "access.guest_accepted", {"user_type": "guest", "state": "Accepted", "issuers": "ExternalAzureAD"}),
        ({"type": "Member", "state": None}, "access.member_enabled", {"user_type": "member", "state": "None"}),
        ({"type": ""}, "access.guest_accepted", {"user_type": "guest"}),
        (
            {"issuers": []},
            "access.guest_identity_unknown",
            {"issuers": "an unknown issuer"},
        ),
        ({"issuers": ["a", "b"]}, "access.guest_identity_unknown", {"issuers": "a, b"}),
        ({"enabled": False}, "access.guest_disabled", {}),
        ({"enabled": None}, "access.guest_state_unknown", {}),
        ({"upn": "", "state": "PendingAcceptance"}, "access.guest_pending", {"account": guest()["id"]}),
    ],
)
def test_what_is_told_of_an_account(fields, reason, told):
    row = guest(**fields)
    looks = look_up_evidence(row)
    candidate = judge_accounts(case({"operator": OPERATOR, **looks}, access="b2b"))
    assert candidate.reason == reason
    expected = {"object": row["id"], "account": row["upn"], **told}
    assert {key: candidate.details[key] for key in expected} == expected
    assert set(candidate.details) == {"object", "account", "user_type", "state", "issuers"}
    good = reason in ("access.guest_accepted", "access.member_enabled")
    assert candidate.evidence == tuple(looks.values())[: 1 if good else None]
    assert candidate.account_id == (row["id"] if good else None)


@pytest.mark.parametrize(
    ("fields", "theirs"),
    [
        ({"mail": "else@x.example"}, True),
        ({"upn": "else_x#EXT#@c", "mail": "ANNA@northwind.example"}, True),
        ({"upn": "ANNA_NORTHWIND.EXAMPLE#ext#@c", "mail": None}, True),
        ({"upn": "else_x#EXT#@c", "mail": "else@x.example"}, False),
        ({"upn": "else_x#EXT#@c", "mail": None}, False),
        ({"upn": "", "mail": ""}, False),
        ({"issuers": ["EXTERNALAZUREAD"]}, True),
        ({"issuers": ["mail"]}, False),
    ],
)
def test_whose_account_it_is(fields, theirs):
    candidate = judge_accounts(case({"operator": OPERATOR, **look_up_evidence(guest(**fields))}, access="b2b"))
    assert candidate.reason == ("access.guest_accepted" if theirs else "access.guest_identity_unknown")


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        (look_up_evidence(left_out=1), "there are more accounts with that name than we look at"),
        ({}, "they were not read"),
    ],
)
def test_accounts_that_were_not_all_seen_are_told_so(looks, said):
    candidate = judge_accounts(case({"operator": OPERATOR, **looks}, access="b2b"))
    details = {"what": "the operator's accounts", "where": "Contoso", "said": said}
    assert (candidate.reason, candidate.problem) == ("", Problem("read.partial", details))
    assert (candidate.account_id, candidate.evidence) == (None, tuple(looks.values()))


def test_what_entra_said_at_sign_in_stands_for_the_account():
    problem = Problem("sign_in.account_disabled", {"said": "AADSTS50057 no"})
    look = Evidence("own_account", "u", "operator", "t", "", "doc", problem=problem)
    candidate = judge_accounts(case({"operator": OPERATOR, "own_account": look}, access="b2b"))
    assert (candidate.reason, candidate.problem, candidate.evidence) == ("access.guest_disabled", None, (look,))
    assert candidate.details == {
        "said": "AADSTS50057 no",
        "account": "seen at sign-in",
        "setting": "Microsoft Entra said so at sign-in",
    }
    assert candidate.account_id is None


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([account()], "access.guest_accepted", id="guest"),
        pytest.param([account(type="Member")], "access.guest_accepted", id="member"),
        pytest.param([account(type="Member", state=None)], "access.member_enabled", id="synchronized_member"),
        pytest.param([account(issuers=["MicrosoftAccount"])], "access.guest_identity_unknown", id="microsoft_account"),
        pytest.param([account(issuers=["mail"])], "access.guest_identity_unknown", id="one_time_passcode"),
        pytest.param([account(issuers=[])], "access.guest_identity_unknown", id="identity_not_told"),
        pytest.param(
            [account(mail="somebody@else.example", upn="somebody_else.example#EXT#@contoso.example")],
            "access.guest_identity_unknown",
            id="somebody_else_lists_the_address",
        ),
        pytest.param([account(mail=None)], "access.guest_accepted", id="known_by_upn"),
        pytest.param([account(state=None)], "access.guest_state_unknown", id="no_state"),
        pytest.param([account(state="Odd")], "access.guest_state_unknown", id="state_not_known"),
        pytest.param([account(state="PendingAcceptance")], "access.guest_pending", id="pending"),
        pytest.param([account(state="pendingacceptance")], "access.guest_pending", id="letter_case"),
        pytest.param([account(enabled=False)], "access.guest_disabled", id="disabled"),
        pytest.param([account(enabled=None)], "access.guest_state_unknown", id="enabled_not_told"),
        pytest.param([], "access.guest_missing", id="missing"),
        pytest.param([account(id="0", enabled=False), account()], "access.guest_accepted", id="best_wins"),
    ],
)
def test_b2b(rows, reason):
    assert judge_access(case(account_evidence(*rows), access="b2b")).verdict.reason == reason


def test_b2b_look_up_failed_is_unknown():
    evidence = {**account_evidence(), "accounts_by_upn": unread("accounts_by_upn")}
    assert judge_access(case(evidence, access="b2b")).verdict.status == "unknown"


def test_look_up_that_failed_could_hold_another_account():
    evidence = {**account_evidence(account()), "accounts_by_upn": unread("accounts_by_upn")}
    assert judge_access(case(evidence, access="b2b")).verdict.reason == "read.throttled"
    more = account_evidence(account(), left_out=1)
    assert judge_access(case(more, access="b2b")).verdict.reason == "read.partial"


def test_b2b_more_accounts_than_looked_at():
    assert (
        judge_access(case(account_evidence(account(enabled=False), left_out=3), access="b2b")).verdict.status
        == "unknown"
    )


def test_b2b_by_another_mail_of_the_operator():
    row = account(mail="a.berg@old.example", upn="a.berg_old.example#EXT#@contoso.example")
    evidence = {**account_evidence(row), "operator": operator_evidence(other_mails=["A.Berg@old.example"])}
    assert judge_access(case(evidence, access="b2b")).verdict.status == "met"


def test_b2b_is_unknown_while_the_operators_addresses_are():
    evidence = {**account_evidence(), "operator": unread("operator", "consent.permission_missing")}
    report = judge_requirements(case(evidence, access="b2b"))
    assert report.verdicts["access"].reason == "consent.permission_missing"
    assert report.as_dict()["first_broken"] == "consent"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("sign_in.guest_pending", "access.guest_pending"),
        ("sign_in.account_disabled", "access.guest_disabled"),
        ("sign_in.user_not_in_tenant", "access.guest_missing"),
    ],
)
def test_b2b_as_the_operator_entra_says_it_at_sign_in(said, reason):
    report = judge_requirements(case({"own_account": unread("own_account", said)}, access="b2b"))
    assert (report.as_dict()["first_broken"], report.verdicts["access"].reason) == ("access", reason)


ACCOUNT = account()["id"]


def test_newest_of_the_deleted_accounts_is_told():
    rows = [
        {"id": name, "upn": account()["upn"], "mail": ANNA, "deleted": days(-ago)}
        for name, ago in (("a", 9), ("b", 2), ("c", 5))
    ]
    gone = {"deleted_by_upn/1": piece("deleted_by_upn", {"deleted": rows})}
    verdict = access_of({**look_up_evidence(), **gone})
    assert (verdict.reason, verdict.object) == ("access.guest_deleted", "b")


def test_users_that_may_be_hidden_from_a_person_are_named():
    seen = {key: dataclasses.replace(item, identity="operator") for key, item in look_up_evidence().items()}
    verdict = judge_access(case({**account_evidence(), **seen}, access="b2b")).verdict
    assert (verdict.status, verdict.reason) == ("unknown", "read.maybe_hidden")
    assert "the list of users in Contoso" in f"{verdict.message[:1].lower()}{verdict.message[1:]}"
