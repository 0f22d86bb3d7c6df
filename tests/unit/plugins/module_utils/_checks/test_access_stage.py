# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges of access: tables of cases, and what holds for any evidence."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import SECURITY_READER, case, piece, unread
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    CHECKS,
    judge_access_checks,
    parse_checks,
    unread_access,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import REASON_OF
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import judge_defender
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

NEEDED = "identity.operator_needed"


def gdap(listed):
    return piece("delegated_admin_customers", {"listed": listed, "others": 3})


def own(listed):
    return piece("arm_tenants", {"listed": listed, "others": 3})


def account(state="Accepted", enabled=True):
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


def token(roles=(SECURITY_READER,), *, readable=True):
    told = None if roles is None else list(roles)
    return piece("operator_sign_in", {"readable": readable, "roles": told, "other_roles": 1})


@pytest.mark.parametrize(
    ("evidence", "status", "reason"),
    [
        ({"operator_sign_in": token()}, "met", "sign_in.token_issued"),
        ({"operator_sign_in": unread("t", NEEDED)}, "unknown", NEEDED),
        ({"operator_sign_in": unread("t", "consent.not_given")}, "unknown", "consent.not_given"),
        ({}, "unknown", "read.failed"),
        ({"operator_sign_in": token(readable=False)}, "unknown", "read.failed"),
        (
            {"operator_sign_in": token(readable=False), "operator_organization": unread("o", "read.wrong_tenant")},
            "unknown",
            "read.wrong_tenant",
        ),
        (
            {"operator_sign_in": token(readable=False), "operator_organization": piece("organization", {"id": "t"})},
            "met",
            "sign_in.token_issued",
        ),
    ],
)
def test_sign_in(evidence, status, reason):
    verdict = judge_sign_in(case(evidence))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("number", sorted(REASON_OF))
def test_every_refusal_of_entra_is_advice(number):
    """The status is the catalogue's own, the advice names a tenant or a person, and never an id of a request."""
    reason = REASON_OF[number]
    details = {"said": f"AADSTS{number}: no.", "resource": "Microsoft Graph", "who": "the operator"}
    refused = dataclasses.replace(unread("operator_sign_in"), problem=Problem(reason, details))
    judged = case({"operator_sign_in": refused})
    verdict = judge_sign_in(judged)
    family = reason.split(".")[0]
    assert verdict.status == (CATALOGUE.reasons[reason].status if family == "sign_in" else "unknown")
    assert verdict.status != "met"
    assert "not known)" not in verdict.message + verdict.remedy
    assert verdict.caused_by in (None, "consent", "access")
    defender = judge_defender(judged, verdict)
    assert (defender.status, defender.caused_by) == ("unknown", "sign_in")


@pytest.mark.parametrize(
    ("arm", "caveats"),
    [
        (None, ["sign_in.not_the_portal"]),
        (token(), ["sign_in.not_the_portal"]),
        (unread("t", "sign_in.mfa_required"), ["sign_in.not_the_portal", "sign_in.arm_refused"]),
        (unread("t", "sign_in.conditional_access"), ["sign_in.not_the_portal", "sign_in.arm_refused"]),
        (unread("t", "consent.not_given"), ["sign_in.not_the_portal", "sign_in.arm_not_probed"]),
        (unread("t", "sign_in.transient"), ["sign_in.not_the_portal", "sign_in.arm_not_probed"]),
        (unread("t", "read.deadline"), ["sign_in.not_the_portal", "sign_in.arm_not_probed"]),
    ],
)
def test_sign_in_to_resource_manager_is_a_caveat(arm, caveats):
    evidence = {"operator_sign_in": token(), **({"operator_arm_sign_in": arm} if arm else {})}
    verdict = judge_sign_in(case(evidence))
    assert verdict.status == "met"
    assert [caveat.reason for caveat in verdict.caveats] == caveats
    assert [caveat.reason for caveat in verdict.caveats if caveat.actionable] == [
        c for c in caveats if c.endswith("_refused")
    ]


def forbidden(what="incidents", status="403"):
    problem = Problem(
        "read.forbidden", {"status": status, "said": "no", "what": what, "where": "Contoso", "hint": "look"}
    )
    return dataclasses.replace(unread(what), problem=problem)


ANSWER = piece("incidents", {"any": True})


@pytest.mark.parametrize(
    ("token_piece", "incidents", "as_app", "status", "reason"),
    [
        (token(), ANSWER, None, "met", "defender.answers"),
        (token(()), ANSWER, None, "met", "defender.answers"),
        (token(), piece("incidents", {"any": False}), None, "met", "defender.answers"),
        (token(), forbidden(), forbidden(), "unmet", "defender.not_provisioned"),
        (token(()), forbidden(), forbidden(), "unmet", "defender.not_provisioned"),
        (token(), forbidden(), ANSWER, "unmet", "defender.rbac_refuses"),
        (token(()), forbidden(), ANSWER, "unmet", "defender.role_missing"),
        (token(()), forbidden(), None, "unmet", "defender.role_missing"),
        (token(()), forbidden(), unread("i"), "unmet", "defender.refused"),
        (token(()), forbidden(), unread("i", "sign_in.no_answer"), "unmet", "defender.refused"),
        (token(()), forbidden(), unread("i", "consent.permission_missing"), "unmet", "defender.role_missing"),
        (token(()), forbidden(), unread("i", "identity.app_needed"), "unmet", "defender.role_missing"),
        (token(), forbidden(), None, "unmet", "defender.refused"),
        (token(), forbidden(), unread("i", "consent.permission_missing"), "unmet", "defender.refused"),
        (token(None), forbidden(), ANSWER, "unmet", "defender.refused"),
        (token(), forbidden(status="401"), ANSWER, "unknown", "read.forbidden"),
        (token(), unread("i", "consent.permission_missing"), ANSWER, "unknown", "consent.permission_missing"),
        (token(), unread("i"), ANSWER, "unknown", "read.throttled"),
        (token(), None, ANSWER, "unknown", "read.failed"),
        (unread("t", NEEDED), None, ANSWER, "unknown", NEEDED),
        (unread("t", "sign_in.mfa_required"), ANSWER, ANSWER, "unknown", "sign_in.mfa_required"),
    ],
)
def test_defender(token_piece, incidents, as_app, status, reason):
    found = {"operator_sign_in": token_piece, "incidents": incidents, "incidents_as_app": as_app}
    judged = case({key: value for key, value in found.items() if value is not None})
    verdict = judge_defender(judged, judge_sign_in(judged))
    assert (verdict.status, verdict.reason) == (status, reason)


REFUSED = [
    ("sign_in.conditional_access", "sign_in"),
    ("sign_in.mfa_required", "sign_in"),
    ("sign_in.inbound_blocked", "sign_in"),
    ("consent.not_given", "consent"),
]


@pytest.mark.parametrize("access", ["b2b", "auto"])
@pytest.mark.parametrize(("why", "link"), REFUSED)
def test_refused_sign_in_is_the_cause_of_a_list_without_the_tenant(access, why, link):
    """The same link is broken first with the operator, whose list lacks the tenant, and without."""
    refused = {"operator_sign_in": unread("t", why), "operator_arm_sign_in": unread("t", why)}
    lists = {"gdap_customers": gdap(False), "arm_tenants": own(False)}
    row = judge_access_checks(case({**lists, **refused}, access=access), CHECKS).as_dict()
    assert (row["listed"]["status"], row["listed"]["caused_by"]) == ("unmet", "sign_in")
    assert (row["first_broken"], row["reason"]) == (link, why)
    needed = {"arm_tenants": NOT_SEEN, "operator_sign_in": unread("t", NEEDED)}
    alone = judge_access_checks(case({**needed, "gdap_customers": gdap(True)}, access="auto"), CHECKS).as_dict()
    assert alone["first_broken"] == "sign_in"


@pytest.mark.parametrize("why", ["sign_in.user_not_in_tenant", "sign_in.guest_pending", "sign_in.account_disabled"])
def test_sign_in_that_finds_no_account_is_no_cause_of_its_own(why):
    evidence = {"arm_tenants": own(False), "operator_sign_in": unread("t", why)}
    row = judge_access_checks(case(evidence, access="b2b"), CHECKS).as_dict()
    assert (row["first_broken"], row["reason"]) == ("access", "access.not_listed_b2b")


@pytest.mark.parametrize(
    ("why", "listed", "reason"),
    [
        ("sign_in.mfa_required", False, "sign_in.arm_keeps_off_list"),
        ("consent.not_given", False, "sign_in.arm_keeps_off_list"),
        ("sign_in.mfa_required", True, "sign_in.token_issued"),
        ("consent.not_given", True, "sign_in.token_issued"),
        ("sign_in.transient", False, "sign_in.transient"),
        ("read.deadline", False, "read.deadline"),
    ],
)
def test_refused_token_for_resource_manager_counts_where_it_hides_the_tenant(why, listed, reason):
    evidence = {"arm_tenants": own(listed), "operator_sign_in": token(), "incidents": ANSWER}
    judged = case({**evidence, "operator_arm_sign_in": unread("t", why)}, access="b2b")
    row = judge_access_checks(judged, CHECKS).as_dict()
    assert row["sign_in"]["reason"] == reason
    assert row["defender"]["status"] == "met"
    hidden = reason == "sign_in.arm_keeps_off_list"
    assert row["listed"]["caused_by"] == ("sign_in" if hidden else None)
    assert row["first_broken"] == ("sign_in" if hidden else None if listed else "access")


PIECES = {
    "gdap_customers": [gdap(True), gdap(False), unread("c")],
    "arm_tenants": [own(True), own(False), NOT_SEEN],
    "operator_sign_in": [
        token(),
        token(()),
        token(readable=False),
        unread("t", NEEDED),
        unread("t", "consent.not_given"),
    ],
    "operator_arm_sign_in": [token(), unread("t", "sign_in.mfa_required")],
    "incidents": [ANSWER, forbidden(), unread("i")],
    "incidents_as_app": [ANSWER, forbidden(), unread("i")],
}
any_evidence = st.fixed_dictionaries({}, optional={key: st.sampled_from(pieces) for key, pieces in PIECES.items()})
any_checks = st.lists(st.sampled_from(CHECKS), min_size=1, unique=True).map(parse_checks)


@given(any_evidence, any_checks, st.sampled_from(["gdap", "b2b", "auto"]))
def test_verified_only_by_what_was_read(evidence, checks, access):
    """Verified means: every check that counts rests on an answer of Microsoft; without the operator two never are."""
    found = judge_access_checks(case(evidence, access=access), checks)
    row = found.as_dict()
    assert set(CHECKS) <= set(row)
    if row["status"] == "verified":
        assert all(row[check]["status"] == "met" for check in checks)
        assert row["first_broken"] is None
        listed = [evidence.get(key) for key in ("gdap_customers", "arm_tenants")]
        assert "listed" not in checks or any(one is not None and one.data and one.data["listed"] for one in listed)
        signed_in = evidence.get("operator_sign_in")
        assert checks == ("listed",) or (signed_in is not None and signed_in.data is not None)
        assert "defender" not in checks or evidence["incidents"].data == {"any": True}
    else:
        assert row["first_broken"] is not None
    assert all(row[check]["reason"] == "check.not_chosen" for check in CHECKS if check not in checks)


@given(any_evidence, st.sampled_from(sorted(PIECES)), st.sampled_from(["gdap", "b2b", "auto"]))
def test_less_evidence_never_makes_verified(evidence, lost, access):
    if lost == "operator_arm_sign_in":
        return
    whole = judge_access_checks(case(evidence, access=access), CHECKS).status
    less = {key: value for key, value in evidence.items() if key != lost}
    if whole != "verified":
        assert judge_access_checks(case(less, access=access), CHECKS).status != "verified"


def test_row_of_a_tenant_that_could_not_be_read():
    row = unread_access(case({}), Problem("read.deadline", {}), CHECKS).as_dict()
    assert (row["status"], row["first_broken"], row["reason"]) == ("unknown", "sign_in", "read.deadline")


@pytest.mark.parametrize(
    ("names", "found"),
    [(None, CHECKS), (["defender", "listed"], ("listed", "defender")), (["sign_in"], ("sign_in",))],
)
def test_checks(names, found):
    assert parse_checks(names) == found


@pytest.mark.parametrize("names", [["portal"], []])
def test_checks_that_are_none(names):
    with pytest.raises(OptionError, match=r"checks: .* choose among listed, sign_in, defender"):
        parse_checks(names)
