# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the access checks, the trust and the words of a verdict say: sentence, cause, caveats, evidence."""

from __future__ import annotations

import pytest
from evidence import SECURITY_READER, case, gdap_evidence, look_up_evidence, piece, relationship, trust_evidence, unread
from evidence import account as guest

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import judge_defender
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import judge_listed
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import end_once
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES, role_names
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

NEEDED = "identity.operator_needed"
SIGNED_IN = piece("operator_sign_in", {"readable": True, "roles": [SECURITY_READER], "other_roles": 0})
WITHOUT_ROLE = piece("operator_sign_in", {"readable": True, "roles": [], "other_roles": 2})
OPAQUE = piece("operator_sign_in", {"readable": False, "roles": None, "other_roles": 0})
OPERATOR = piece("operator", {"upn": "anna@northwind.example", "mail": None, "other_mails": []})


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


def whats(verdict):
    return [piece.what for piece in verdict.evidence]


def refused(what, status="403", **details):
    problem = Problem("read.forbidden", {"status": status, "said": "HTTP 403 no way", **details})
    return Evidence(what, "u", "operator", "2026-11-23T12:00:00Z", "", "doc", problem=problem)


def met_sign_in(evidence):
    verdict = judge_sign_in(case(evidence))
    assert verdict.status == "met"
    return verdict


INCIDENTS = piece("incidents", {"any": True})
AS_APP = piece("incidents_as_app", {"any": True})


@pytest.mark.parametrize(
    ("token", "operator", "app", "reason", "said"),
    [
        (SIGNED_IN, refused("incidents"), AS_APP, "defender.rbac_refuses", "Security Reader"),
        (SIGNED_IN, refused("incidents"), refused("incidents_as_app"), "defender.not_provisioned", "neither"),
        (SIGNED_IN, refused("incidents"), None, "defender.refused", "does not show why"),
        (SIGNED_IN, refused("incidents"), unread("incidents_as_app"), "defender.refused", "does not show why"),
        (WITHOUT_ROLE, refused("incidents"), AS_APP, "defender.role_missing", role_names(DEFENDER_ROLES)),
        (WITHOUT_ROLE, refused("incidents"), None, "defender.role_missing", role_names(DEFENDER_ROLES)),
        (OPAQUE, refused("incidents"), AS_APP, "defender.refused", "does not show why"),
    ],
)
def test_a_refusal_of_defender_is_told_with_its_cause(token, operator, app, reason, said):
    evidence = {"operator_sign_in": token, "incidents": operator}
    if app is not None:
        evidence["incidents_as_app"] = app
    organization = {"operator_organization": piece("organization", {"id": "x", "name": "Contoso"})}
    verdict = judge_defender(case(evidence), met_sign_in({**evidence, **organization}))
    assert (verdict.check, verdict.reason) == ("defender", reason)
    told = words(verdict)
    assert said in told
    assert "HTTP 403 no way" in told
    assert verdict.evidence == tuple(p for p in (operator, app) if p is not None)


def test_roles_that_the_sign_in_carries_are_told_and_no_others():
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": refused("incidents"), "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert "carries Security Reader." in verdict.message


def test_a_refusal_of_defender_without_words():
    silent = Evidence(
        "incidents", "u", "operator", "t", "", "doc", problem=Problem("read.forbidden", {"status": "403"})
    )
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": silent}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert verdict.message.endswith("show why: ")
    assert "XX" not in words(verdict)


@pytest.mark.parametrize("status", ["401", "404", ""])
def test_another_status_is_no_refusal_by_defender(status):
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": refused("incidents", status), "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert (verdict.status, verdict.reason) == ("unknown", "read.forbidden")
    assert verdict.check == "defender"
    assert whats(verdict) == ["incidents", "incidents_as_app"]


@pytest.mark.parametrize(("found", "caveats"), [(True, []), (False, ["defender.no_incidents"])])
def test_defender_answers(found, caveats):
    incidents = piece("incidents", {"any": found})
    evidence = {"operator_sign_in": SIGNED_IN, "incidents": incidents, "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), met_sign_in(evidence))
    assert (verdict.check, verdict.status, verdict.reason) == ("defender", "met", "defender.answers")
    assert [caveat.reason for caveat in verdict.caveats] == caveats
    assert verdict.evidence == (incidents, AS_APP)
    assert "Contoso" in words(verdict)


def test_without_a_sign_in_defender_is_open_for_the_same_cause():
    problem = Problem("sign_in.conditional_access", {"who": "Anna", "said": "AADSTS53003 no"})
    token = Evidence("operator_sign_in", "u", "operator", "t", "", "doc", problem=problem)
    evidence = {"operator_sign_in": token, "incidents_as_app": AS_APP}
    verdict = judge_defender(case(evidence), judge_sign_in(case(evidence)))
    assert (verdict.check, verdict.status, verdict.caused_by) == ("defender", "unknown", "sign_in")
    assert (verdict.reason, verdict.evidence) == ("sign_in.conditional_access", (AS_APP,))
    words(verdict)


def test_without_a_word_about_the_sign_in_defender_is_open_as_well():
    verdict = judge_defender(case({}), judge_sign_in(case({})))
    assert (verdict.status, verdict.reason, verdict.caused_by) == ("unknown", "read.failed", "sign_in")
    assert verdict.evidence == ()


@pytest.mark.parametrize(
    ("problem", "caveat", "said"),
    [
        (Problem("sign_in.conditional_access", {"said": "AADSTS53003 no"}), "sign_in.arm_refused", "AADSTS53003 no"),
        (Problem("sign_in.conditional_access"), "sign_in.arm_refused", "no reason given"),
        (Problem("sign_in.throttled", {"said": "HTTP 429"}), "sign_in.arm_not_probed", "HTTP 429"),
        (Problem("read.throttled", {"said": "HTTP 429"}), "sign_in.arm_not_probed", "HTTP 429"),
        (Problem("access.guest_missing", {"said": "none"}), "sign_in.arm_not_probed", "none"),
    ],
)
def test_a_token_for_resource_manager_that_is_refused_is_a_caveat(problem, caveat, said):
    arm = Evidence("operator_arm_sign_in", "u", "operator", "t", "", "doc", problem=problem)
    organization = piece("organization", {"id": "x", "name": "Contoso"})
    evidence = {"operator_sign_in": SIGNED_IN, "operator_arm_sign_in": arm, "operator_organization": organization}
    verdict = judge_sign_in(case(evidence))
    assert (verdict.check, verdict.status, verdict.reason) == ("sign_in", "met", "sign_in.token_issued")
    assert [c.reason for c in verdict.caveats] == ["sign_in.not_the_portal", caveat]
    assert said in verdict.caveats[1].message
    assert "Contoso" in words(verdict)
    assert "Microsoft Graph" in verdict.message
    assert verdict.evidence == (SIGNED_IN, organization, arm)


def test_a_token_that_cannot_be_read_needs_the_organization():
    organization = unread("organization")
    verdict = judge_sign_in(case({"operator_sign_in": OPAQUE, "operator_organization": organization}))
    assert (verdict.check, verdict.status, verdict.reason) == ("sign_in", "unknown", "read.throttled")
    assert verdict.evidence == (organization, OPAQUE)
    verdict = judge_sign_in(case({"operator_sign_in": OPAQUE}))
    assert (verdict.check, verdict.reason, verdict.evidence) == ("sign_in", "read.failed", (OPAQUE,))
    verdict = judge_sign_in(case({}))
    assert (verdict.check, verdict.status, verdict.evidence) == ("sign_in", "unknown", ())
    assert "sign_in" in verdict.message.lower()


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


def test_evidence_that_was_not_even_asked_for_is_told_as_not_read():
    verdict = case({}).unread("license", None, OWN)
    assert (verdict.check, verdict.status, verdict.reason, verdict.evidence) == (
        "license",
        "unknown",
        "read.failed",
        (OWN,),
    )
    said = words(verdict)
    assert "license" in said.lower()
    assert "Contoso" in said
    assert "it was not read" in said
    without_data = piece("license", None)
    assert case({}).unread("license", without_data).reason == "read.failed"
    assert not readable(without_data)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05.123456+00:00"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05+02:00"),
        ("no time", None),
        (None, None),
        (5, None),
    ],
)
def test_times_of_graph(text, read):
    moment = parse_time(text)
    assert (moment.isoformat() if moment else None) == read


def test_words_of_a_verdict():
    assert "(app not known)" in CATALOGUE.words(Problem("consent.app_not_in_tenant"), {"tenant": "x"})[0]
    assert end_once("Birch S.A.. But ... stays.") == "Birch S.A. But ... stays."
    verdict = CATALOGUE.verdict(
        "license", "read.failed", {"what": "the licences", "where": "birch", "said": "no", "object": "o"}
    )
    assert verdict.message.startswith("The licences in birch could not be read: no")
    assert (verdict.object, verdict.severity, verdict.caveats, verdict.evidence) == ("o", "required", (), ())
    assert CATALOGUE.verdict("mfa_trust", "mfa_trust.not_told", {}).severity == "recommended"
    assert CATALOGUE.verdict("license", "check.not_chosen", {}).severity == "recommended"


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
