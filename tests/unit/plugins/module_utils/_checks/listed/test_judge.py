# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a tenant is listed where Microsoft itself lists it."""

from __future__ import annotations

import dataclasses

import pytest
from bodies import data_of, guid
from evidence import (
    OPERATOR_ID,
    TENANT_ID,
    account_evidence,
    b2b_setting,
    case,
    look_up_evidence,
    operator_evidence,
    piece,
    side_evidence,
    unread,
)
from evidence import account as guest
from governance_rows import (
    BACK,
    MAY_NOT_BE_READ,
    governed,
    lists,
)
from hypothesis import given
from hypothesis import strategies as st
from judged import words

from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import (
    judge_listed,
    shape_customers,
    shape_tenants,
    trim_list,
    trim_lists,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE

NEEDED = "identity.operator_needed"


def gdap(listed):
    return piece("delegated_admin_customers", {"listed": listed, "others": 3})


def own(listed):
    return piece("arm_tenants", {"listed": listed, "others": 3})


def account_found(state="Accepted", enabled=True):
    row = {
        "id": "a",
        "upn": "anna_northwind.example#EXT#@contoso",
        "mail": "anna@northwind.example",
        "type": "Guest",
        "enabled": enabled,
        "state": state,
        "issuers": ["ExternalAzureAD"],
    }
    return piece("accounts_by_mail", {"accounts": [row], "left_out": 0})


NO_ACCOUNT = piece("accounts_by_mail", {"accounts": [], "left_out": 0})


NOT_SEEN = unread("arm_tenants", NEEDED)
NO_SUBSTITUTE = (
    "read.failed",
    "read.throttled",
    "read.partial",
    "read.deadline",
    "read.unreachable",
    "read.forbidden",
    "read.wrong_tenant",
    "consent.not_given",
    "sign_in.conditional_access",
    "sign_in.no_answer",
)
FAILURES = ("read", "sign_in", "consent")
OPEN = side_evidence(None, None)
BLOCKED = b2b_setting("blocked")
UNREAD_DEFAULT = {"cross_tenant_access_default": unread("default")}
EMPTY = piece("arm_tenants", {"listed": False, "others": 0})


def as_person(others):
    """The list of customers without the tenant, as the operator read it."""
    return dataclasses.replace(
        piece("delegated_admin_customers", {"listed": False, "others": others}), identity="operator"
    )


@pytest.mark.parametrize(
    ("access", "evidence", "reason", "method"),
    [
        ("gdap", {"gdap_customers": gdap(True)}, "access.listed_gdap", "gdap"),
        ("gdap", {"gdap_customers": gdap(False)}, "access.not_listed_gdap", "gdap"),
        ("gdap", {"gdap_customers": unread("c")}, "read.throttled", "gdap"),
        ("gdap", {}, "read.failed", "gdap"),
        ("b2b", {"arm_tenants": own(True)}, "access.listed_b2b", "b2b"),
        ("b2b", {"arm_tenants": own(False)}, "access.not_listed_b2b", "b2b"),
        ("b2b", {"arm_tenants": own(False), "accounts_by_mail": account_found()}, "access.not_listed_b2b", "b2b"),
        ("b2b", {"arm_tenants": NOT_SEEN}, NEEDED, "b2b"),
        (
            "b2b",
            {"arm_tenants": NOT_SEEN, "accounts_by_mail": account_found(), **OPEN},
            "access.listed_guest_object",
            "b2b",
        ),
        # Settings that were not read, or that block, leave the list what it is: not read.
        ("b2b", {"arm_tenants": NOT_SEEN, "accounts_by_mail": account_found()}, NEEDED, "b2b"),
        *(
            ("b2b", {"arm_tenants": NOT_SEEN, "accounts_by_mail": account_found(), **sides}, NEEDED, "b2b")
            for sides in (side_evidence(BLOCKED, None), side_evidence(None, BLOCKED), {**OPEN, **UNREAD_DEFAULT})
        ),
        # A list that an operator was there to read, and that was not read, has no substitute.
        *(
            ("b2b", {"arm_tenants": unread("a", why), "accounts_by_mail": account_found(), **OPEN}, why, "b2b")
            for why in NO_SUBSTITUTE
        ),
        *(
            (
                "auto",
                {"gdap_customers": gdap(False), "arm_tenants": unread("a", why), **account_evidence(guest())},
                why,
                None,
            )
            for why in NO_SUBSTITUTE
        ),
        ("b2b", {"arm_tenants": EMPTY}, "read.partial", "b2b"),
        ("auto", {"gdap_customers": gdap(False), "arm_tenants": EMPTY}, "read.partial", None),
        # An empty list that was read as a person proves nothing; as the app, or beside a customer, it does.
        ("gdap", {"gdap_customers": as_person(0)}, "access.gdap_not_shown", "gdap"),
        ("gdap", {"gdap_customers": as_person(1)}, "access.not_listed_gdap", "gdap"),
        ("auto", {"gdap_customers": as_person(0), "arm_tenants": own(False)}, "access.gdap_not_shown", None),
        ("auto", {"gdap_customers": as_person(0), "arm_tenants": own(True)}, "access.listed_b2b", "b2b"),
        ("b2b", {"arm_tenants": NOT_SEEN, "accounts_by_mail": NO_ACCOUNT}, "access.not_listed_b2b", "b2b"),
        (
            "b2b",
            {"arm_tenants": NOT_SEEN, "accounts_by_mail": account_found("PendingAcceptance")},
            "access.not_listed_b2b",
            "b2b",
        ),
        ("b2b", {"arm_tenants": NOT_SEEN, "accounts_by_mail": account_found("Odd")}, NEEDED, "b2b"),
        ("b2b", {"arm_tenants": NOT_SEEN, "accounts_by_mail": unread("a")}, NEEDED, "b2b"),
        ("auto", {"gdap_customers": gdap(True), "arm_tenants": own(False)}, "access.listed_gdap", "gdap"),
        ("auto", {"gdap_customers": gdap(False), "arm_tenants": own(True)}, "access.listed_b2b", "b2b"),
        ("auto", {"gdap_customers": gdap(True), "arm_tenants": NOT_SEEN}, "access.listed_gdap", "gdap"),
        ("auto", {"gdap_customers": gdap(False), "arm_tenants": own(False)}, "access.not_listed", None),
        ("auto", {"gdap_customers": unread("c"), "arm_tenants": own(False)}, "read.throttled", None),
        ("auto", {"gdap_customers": gdap(False), "arm_tenants": NOT_SEEN}, NEEDED, None),
        ("governance", {}, "read.failed", "governance"),
    ],
)
def test_listed(access, evidence, reason, method):
    operator = operator_evidence()
    verdict, way = judge_listed(case({"operator": operator, **evidence}, access=access))
    assert (verdict.reason, way) == (reason, method)
    assert verdict.status == ("met" if ".listed" in reason else "unmet" if ".not_listed" in reason else "unknown")


@given(
    st.sampled_from(["b2b", "auto"]),
    st.sampled_from(
        sorted(reason for reason in CATALOGUE.reasons if reason.startswith(("read.", "sign_in.", "consent.")))
    ),
    st.sampled_from([OPEN, side_evidence(BLOCKED, None), {}]),
    st.sampled_from([guest(), guest(state="PendingAcceptance"), guest(enabled=False)]),
)
def test_account_never_stands_in_for_a_list_that_failed(access, why, sides, row):
    """Whatever became of the person's list, only one that nobody could ask for is replaced."""
    evidence = {"gdap_customers": gdap(False), "arm_tenants": unread("a", why), **look_up_evidence(row), **sides}
    assert judge_listed(case(evidence, access=access))[0].status == "unknown"


def test_account_that_stands_for_the_list_has_a_caveat():
    operator = operator_evidence()
    evidence = {"operator": operator, "arm_tenants": NOT_SEEN, "accounts_by_mail": account_found(), **OPEN}
    verdict, _way = judge_listed(case(evidence, access="b2b"))
    assert [caveat.reason for caveat in verdict.caveats] == ["access.list_not_seen"]


@pytest.mark.parametrize(("listed", "found"), [([TENANT_ID, "x"], True), (["x", "y"], False), ([], False)])
def test_list_is_cut_down_to_one_tenant(listed, found):
    for data in ({"tenants": listed}, [{"tenant_id": key, "name": key} for key in listed]):
        cut = trim_list(piece("list", data), TENANT_ID)
        assert cut.data == {"listed": found, "others": len(listed) - found}
    assert trim_list(NOT_SEEN, TENANT_ID) is NOT_SEEN


OPERATOR = operator_evidence()


CUSTOMERS = piece("delegated_admin_customers", {"listed": False, "others": 3})


OWN = piece("arm_tenants", {"listed": False, "others": 3})


@pytest.mark.parametrize(
    ("access", "evidence", "reason", "seen"),
    [
        ("gdap", {"gdap_customers": CUSTOMERS}, "access.not_listed_gdap", (CUSTOMERS,)),
        ("gdap", {"gdap_customers": unread("c")}, "read.throttled", (unread("c"),)),
        ("gdap", {}, "read.failed", ()),
        ("b2b", {"arm_tenants": OWN}, "access.not_listed_b2b", (OWN,)),
        ("b2b", {"arm_tenants": unread("arm_tenants", NEEDED)}, NEEDED, (unread("arm_tenants", NEEDED),)),
        ("b2b", {}, "read.failed", ()),
        ("auto", {"gdap_customers": CUSTOMERS, "arm_tenants": OWN}, "access.not_listed", (CUSTOMERS, OWN)),
        ("governance", {"gdap_customers": CUSTOMERS}, "read.failed", ()),
    ],
)
def test_a_tenant_that_is_not_listed_is_told_with_the_list(access, evidence, reason, seen):
    verdict, _method = judge_listed(case({"operator": OPERATOR, **evidence}, access=access))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("listed", reason, seen)
    words(verdict)


@pytest.mark.parametrize(
    ("row", "reason", "caveats"),
    [
        (guest(), "access.listed_guest_object", ["access.list_not_seen"]),
        (guest(state="PendingAcceptance"), "access.not_listed_b2b", []),
        (guest(state="Odd"), NEEDED, []),
    ],
)
def test_an_account_stands_for_the_list_that_was_not_seen(row, reason, caveats):
    not_seen = unread("arm_tenants", NEEDED)
    looks = {**look_up_evidence(row), **OPEN}
    verdict, _method = judge_listed(case({"operator": OPERATOR, "arm_tenants": not_seen, **looks}, access="b2b"))
    assert (verdict.check, verdict.reason) == ("listed", reason)
    assert [c.reason for c in verdict.caveats] == caveats
    # The look-up that proves it, with the settings that let it in, or all that did not.
    shown = [item.what for item in verdict.evidence]
    settings = ["home_partner", "home_default", "partner", "default"]
    names = ["accounts_by_mail", *settings] if caveats else list(look_up_evidence())
    assert shown == ["arm_tenants", *names]
    assert verdict.object == (row["id"] if caveats else "")
    words(verdict)


def test_customers_by_tenant_id_with_a_name():
    rows = [
        {"id": "X", "tenantId": guid("a").upper(), "displayName": "Birch"},
        {"id": "Y", "tenantId": guid("b").upper(), "displayName": None},
        {"id": "Z", "tenantId": guid("c")},
    ]
    assert data_of(shape_customers, {"value": rows}) == [
        {"tenant_id": guid("a"), "name": "Birch"},
        {"tenant_id": guid("b"), "name": guid("b").upper()},
        {"tenant_id": guid("c"), "name": guid("c")},
    ]


def test_tenants_of_a_person_are_sorted():
    rows = [{"tenantId": guid("b").upper()}, {"tenantId": guid("a")}]
    assert data_of(shape_tenants, {"value": rows}) == {"tenants": sorted([guid("a"), guid("b")])}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([governed()], "access.listed_governance"),
        ([governed("terminationRequestedByGoverningTenant")], "access.listed_governance"),
        ([governed("Terminated")], "access.not_listed_governance"),
        ([governed(**BACK)], "access.not_listed_governance"),
        ([], "access.not_listed_governance"),
        ([governed("odd")], "access.governance_status_unknown"),
        ([governed("odd"), governed()], "access.listed_governance"),
    ],
)
def test_listed_by_governance(rows, reason):
    verdict, method = judge_listed(case(lists(rows), access="governance"))
    assert (verdict.check, verdict.reason, method) == ("listed", reason, "governance")
    assert [item.what for item in verdict.evidence] == ["governance_relationships"]
    no = {name: piece(name, {"listed": False, "others": 3}) for name in ("gdap_customers", "arm_tenants")}
    by_auto, method = judge_listed(case({**no, **lists(rows)}, access="auto"))
    assert by_auto.reason == (reason if verdict.status != "unmet" else "access.not_listed")
    assert method == ("governance" if verdict.status == "met" else None)


@pytest.mark.parametrize("why", [*MAY_NOT_BE_READ, "read.throttled"])
def test_list_that_was_not_read(why):
    no = {name: piece(name, {"listed": False, "others": 3}) for name in ("gdap_customers", "arm_tenants")}
    evidence = {**no, "governance_relationships": unread("g", why)}
    verdict, _method = judge_listed(case(evidence, access="auto"))
    assert verdict.reason == (why if why == "read.throttled" else "access.not_listed")
    assert [caveat.reason for caveat in verdict.caveats] == ["access.governance_unread"] * (why in MAY_NOT_BE_READ)
    alone, _method = judge_listed(case(evidence, access="governance"))
    assert (alone.status, alone.reason) == ("unknown", why)
    assert alone.evidence == (evidence["governance_relationships"],)


def test_a_status_of_governance_that_is_not_known_is_told():
    rows = [governed("odd"), governed("Terminated"), governed("Any")]
    verdict, _method = judge_listed(case(lists(rows), access="governance"))
    assert "any, odd, terminated" in words(verdict)


@pytest.mark.parametrize("access", ["gdap", "b2b", "governance", "auto"])
def test_an_operator_who_reaches_no_tenant_is_the_cause_under_every_method(access):
    barred = operator_evidence(enabled=False)
    lists_with_it = {"gdap_customers": gdap(True), "arm_tenants": own(True), **lists([governed()])}
    verdict, method = judge_listed(case({**lists_with_it, "operator": barred}, access=access))
    assert (verdict.check, verdict.reason) == ("listed", "access.operator_disabled")
    assert verdict.object == OPERATOR_ID
    assert verdict.evidence == (barred,)
    assert method == (None if access == "auto" else access)


SIGNED_IN = {"operator_sign_in": piece("operator_sign_in", {"readable": True, "roles": [], "other_roles": 0})}


@pytest.mark.parametrize(
    ("sign_in", "cause"),
    [
        (SIGNED_IN, None),
        ({"operator_sign_in": unread("t", "sign_in.conditional_access")}, "sign_in"),
        ({"operator_sign_in": unread("t", "consent.not_given")}, "sign_in"),
        # Without an account the sign-in cannot work: access is the cause. Without an answer nothing is known.
        ({"operator_sign_in": unread("t", "access.guest_missing")}, None),
        ({"operator_sign_in": unread("t", "sign_in.no_answer")}, None),
        ({**SIGNED_IN, "operator_arm_sign_in": unread("t", "sign_in.mfa_required")}, "sign_in"),
        ({**SIGNED_IN, "operator_arm_sign_in": unread("t", "sign_in.no_answer")}, None),
    ],
)
def test_a_refused_sign_in_is_why_the_tenant_is_not_listed(sign_in, cause):
    evidence = {"gdap_customers": gdap(False), **sign_in}
    assert judge_listed(case(evidence, access="gdap"))[0].caused_by is None
    for access in ("b2b", "auto"):
        verdict, _method = judge_listed(case({**evidence, **lists(), "arm_tenants": own(False)}, access=access))
        assert (verdict.status, verdict.caused_by) == ("unmet", cause)
        assert judge_listed(case({**evidence, "arm_tenants": own(True)}, access=access))[0].caused_by is None


def test_a_list_without_even_the_home_tenant_is_told_as_partial():
    verdict, _method = judge_listed(case({"arm_tenants": EMPTY}, access="b2b"))
    text = words(verdict)
    assert verdict.evidence == (EMPTY,)
    assert text.startswith("The operator's tenants (Azure Resource Manager) in Northwind was read only in part:")
    assert "not even the home tenant is in it." in text


@pytest.mark.parametrize(
    ("access", "names"),
    [
        ("gdap", ["gdap_customers"]),
        ("b2b", ["arm_tenants"]),
        ("governance", ["governance_relationships"]),
        ("auto", ["gdap_customers", "arm_tenants", "governance_relationships"]),
    ],
)
def test_lists_are_cut_down_to_those_that_count_for_a_tenant(access, names):
    whole = {
        "gdap_customers": piece("delegated_admin_customers", [{"tenant_id": TENANT_ID, "name": "Contoso"}]),
        "arm_tenants": piece("arm_tenants", {"tenants": ["x", "y"]}),
        "governance_relationships": lists([governed(), governed(governed="x")])["governance_relationships"],
        "operator": OPERATOR,
    }
    tenant = case({}, access=access).tenant
    cut = trim_lists(whole, tenant)
    assert cut == {name: trim_list(whole[name], TENANT_ID) for name in names}
    for data in (item.data for name, item in cut.items() if name != "governance_relationships"):
        assert data in ({"listed": True, "others": 0}, {"listed": False, "others": 2})
    assert trim_lists({"operator": OPERATOR}, tenant) == {}
