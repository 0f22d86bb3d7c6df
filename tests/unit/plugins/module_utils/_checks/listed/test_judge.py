# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a tenant is listed where Microsoft itself lists it."""

from __future__ import annotations

import dataclasses

import pytest
from bodies import data_of, guid
from evidence import (
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
    assert (verdict.reason, method) == (reason, "governance")
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
    assert judge_listed(case(evidence, access="governance"))[0].status == "unknown"
