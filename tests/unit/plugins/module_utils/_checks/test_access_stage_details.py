# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the access checks, the trust and the words of a verdict say: sentence, cause, caveats, evidence."""

from __future__ import annotations

import pytest
from evidence import account as guest
from evidence import case, gdap_evidence, look_up_evidence, piece, relationship, trust_evidence, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import judge_listed
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

NEEDED = "identity.operator_needed"
OPERATOR = piece("operator", {"upn": "anna@northwind.example", "mail": None, "other_mails": []})


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


def whats(verdict):
    return [piece.what for piece in verdict.evidence]


INCIDENTS = piece("incidents", {"any": True})


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
    looks = look_up_evidence(row)
    verdict, _method = judge_listed(case({"operator": OPERATOR, "arm_tenants": not_seen, **looks}, access="b2b"))
    assert (verdict.check, verdict.reason) == ("listed", reason)
    assert [c.reason for c in verdict.caveats] == caveats
    # The look-up that proves it, or all that did not.
    assert verdict.evidence == (not_seen, *list(looks.values())[: 1 if caveats else None])
    assert verdict.object == (row["id"] if caveats else "")
    words(verdict)


@pytest.mark.parametrize(
    ("fields", "reason", "told"),
    [
        ({}, "access.guest_accepted", {"user_type": "guest", "state": "Accepted", "issuers": "ExternalAzureAD"}),
        ({"type": "Member", "state": None}, "access.member_enabled", {"user_type": "member", "state": "None"}),
        ({"type": ""}, "access.guest_accepted", {"user_type": "guest"}),
        (
            {"issuers": []},
            "access.guest_identity_unknown",
            {"issuers": "nothing that is told"},
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
    found = judge_accounts(case({"operator": OPERATOR, **looks}, access="b2b"))
    assert found.reason == reason
    expected = {"object": row["id"], "account": row["upn"], **told}
    assert {key: found.details[key] for key in expected} == expected
    assert set(found.details) == {"object", "account", "user_type", "state", "issuers"}
    good = reason in ("access.guest_accepted", "access.member_enabled")
    assert found.evidence == tuple(looks.values())[: 1 if good else None]
    assert found.account_id == (row["id"] if good else None)


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
    found = judge_accounts(case({"operator": OPERATOR, **look_up_evidence(guest(**fields))}, access="b2b"))
    assert found.reason == ("access.guest_accepted" if theirs else "access.guest_identity_unknown")


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
        (gdap_evidence(), look_up_evidence(guest(enabled=False)), "access.guest_disabled"),
        (gdap_evidence(relationship("expired", -3)), look_up_evidence(guest(enabled=False)), "access.gdap_expired"),
        (gdap_evidence(), look_up_evidence(guest(state="Odd")), "access.guest_state_unknown"),
        (gdap_evidence(relationship("odd")), look_up_evidence(guest(state="Odd")), "access.gdap_status_unknown"),
        (
            gdap_evidence(relationship("expired", -3)),
            look_up_evidence(guest(state="Odd")),
            "access.guest_state_unknown",
        ),
    ],
)
def test_of_two_ways_that_fail_the_one_that_was_begun_is_told(gdap, looks, reason):
    access = judge_access(case({"operator": OPERATOR, **gdap, **looks}, access="auto"))
    assert access.verdict.reason == reason
    words(access.verdict)


@pytest.mark.parametrize(
    ("partner", "default", "reason", "said", "whose"),
    [
        (True, False, "mfa_trust.by_partner", "partner setting", ["cross_tenant_access_partner"]),
        (False, True, "mfa_trust.not_accepted", "(partner setting)", ["cross_tenant_access_partner"]),
        ("none", True, "mfa_trust.by_default", "default setting", None),
        ("none", False, "mfa_trust.not_accepted", "(default setting)", None),
        (None, True, "mfa_trust.by_default", "default setting", None),
        (None, None, "mfa_trust.not_told", "does not say", None),
        ("yes", True, "mfa_trust.not_told", "does not say", ["cross_tenant_access_partner"]),
    ],
)
def test_trust_names_the_setting_that_applies(partner, default, reason, said, whose):
    evidence = trust_evidence("none" if partner == "yes" else partner, default)
    if partner == "yes":
        odd = {"found": True, "inbound_trust": {"mfa": "yes"}}
        evidence["cross_tenant_access_partner"] = piece("cross_tenant_access_partner", odd)
    verdict = judge_mfa_trust(case(evidence))
    assert (verdict.check, verdict.reason) == ("mfa_trust", reason)
    assert said in words(verdict)
    assert whats(verdict) == (whose or ["cross_tenant_access_partner", "cross_tenant_access_default"])


def test_trust_of_an_empty_entry_is_not_told():
    evidence = trust_evidence(default=True)
    evidence["cross_tenant_access_default"] = piece("d", {"found": True, "inbound_trust": None})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {}})
    assert judge_mfa_trust(case(evidence)).reason == "mfa_trust.not_told"


def test_trust_that_was_not_read_tells_what_was_and_what_was_not():
    evidence = trust_evidence(default=True)
    partner = unread("cross_tenant_access_partner")
    verdict = judge_mfa_trust(case({**evidence, "cross_tenant_access_partner": partner}))
    assert (verdict.check, verdict.status, verdict.reason) == ("mfa_trust", "unknown", "read.throttled")
    assert verdict.evidence == (partner, evidence["cross_tenant_access_default"])
    default = unread("cross_tenant_access_default", "read.deadline")
    verdict = judge_mfa_trust(case({**evidence, "cross_tenant_access_default": default}))
    assert (verdict.check, verdict.status, verdict.reason) == ("mfa_trust", "unknown", "read.deadline")
    assert verdict.evidence == (default, evidence["cross_tenant_access_partner"])


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        (look_up_evidence(left_out=1), "there are more accounts with that name than we look at"),
        ({}, "they were not read"),
    ],
)
def test_accounts_that_were_not_all_seen_are_told_so(looks, said):
    found = judge_accounts(case({"operator": OPERATOR, **looks}, access="b2b"))
    details = {"what": "the operator's accounts", "where": "Contoso", "said": said}
    assert (found.reason, found.problem) == ("", Problem("read.partial", details))
    assert (found.account_id, found.evidence) == (None, tuple(looks.values()))


def test_what_entra_said_at_sign_in_stands_for_the_account():
    problem = Problem("sign_in.account_disabled", {"said": "AADSTS50057 no"})
    look = Evidence("own_account", "u", "operator", "t", "", "doc", problem=problem)
    found = judge_accounts(case({"operator": OPERATOR, "own_account": look}, access="b2b"))
    assert (found.reason, found.problem, found.evidence) == ("access.guest_disabled", None, (look,))
    assert found.details == {
        "said": "AADSTS50057 no",
        "account": "seen at sign-in",
        "setting": "Microsoft Entra said so at sign-in",
    }
    assert found.account_id is None
