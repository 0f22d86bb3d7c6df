# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of requirements and access together: first broken link, eligibility, findings told by their root."""

from __future__ import annotations

import pytest
from pages.report_rows import FLEET, NO_CONSENT, caveat, report_of, requirements_row, tenant_id, verdict
from report_cases import CASES
from reports import failing_findings, made_report

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements

UNMET_ACCESS = verdict("unmet", "access.guest_missing")
NOT_LISTED = verdict("unmet", "access.not_listed_b2b")
NO_SIGN_IN = verdict("unmet", "sign_in.conditional_access")
BY_SIGN_IN = verdict("unknown", "sign_in.conditional_access", caused_by="sign_in")
NOT_IN_TENANT = verdict("unmet", "sign_in.user_not_in_tenant", caused_by="access")
NO_ROLE = verdict("unmet", "permissions.no_role")
ROLE_MISSING = verdict("unmet", "defender.role_missing")
NO_LICENCE = verdict("unmet", "license.none")
NOT_PROVISIONED = verdict("unmet", "defender.not_provisioned")
THROTTLED = verdict("unknown", "read.throttled")
LEFT_OUT = verdict("unknown", "check.not_chosen")
TOO_EARLY = verdict("unknown", "permissions.access_first", caused_by="access")
NO_TRUST = verdict("unmet", "mfa_trust.not_accepted")
CONSENT_BY_OPERATOR = {**NO_CONSENT, "reason": "consent.operator", "object": "other"}
ENDS_SOON = verdict(caveats=[caveat("access.gdap_expiring", actionable=True)])

# What is not met -> first broken link and its reason, then the findings: check, reason, kind.
TABLE = {
    "all is met": ({}, (None, None), []),
    "access, then what it causes": (
        {"access": UNMET_ACCESS, "permissions": TOO_EARLY, "listed": NOT_LISTED, "sign_in": NOT_IN_TENANT},
        ("access", "access.guest_missing"),
        [("access", "access.guest_missing", "access_lost")],
    ),
    "listed alone is access": (
        {"listed": NOT_LISTED},
        ("access", "access.not_listed_b2b"),
        [("access", "access.not_listed_b2b", "access_lost")],
    ),
    "listed could not be read while access is broken": (
        {"access": UNMET_ACCESS, "listed": THROTTLED},
        ("access", "access.guest_missing"),
        [("access", "access.guest_missing", "access_lost"), ("access", "read.throttled", "not_checked")],
    ),
    "access could not be read, and nothing is listed": (
        {"access": THROTTLED, "listed": NOT_LISTED},
        ("access", "read.throttled"),
        [("access", "read.throttled", "not_checked")],
    ),
    "sign-in says access, which is met": (
        {"sign_in": NOT_IN_TENANT},
        ("sign_in", "sign_in.user_not_in_tenant"),
        [("sign_in", "sign_in.user_not_in_tenant", "access_lost")],
    ),
    "sign-in and what it causes": (
        {"sign_in": NO_SIGN_IN, "defender": BY_SIGN_IN, "listed": BY_SIGN_IN},
        ("sign_in", "sign_in.conditional_access"),
        [("sign_in", "sign_in.conditional_access", "access_lost")],
    ),
    "a cause that was left out is told by what it causes": (
        {"sign_in": LEFT_OUT, "license": BY_SIGN_IN},
        ("sign_in", "sign_in.conditional_access"),
        [("sign_in", "sign_in.conditional_access", "not_checked")],
    ),
    "of two that name a link, the one that speaks of it": (
        {"sign_in": LEFT_OUT, "license": {**THROTTLED, "caused_by": "sign_in"}, "permissions": BY_SIGN_IN},
        ("sign_in", "sign_in.conditional_access"),
        [("sign_in", "read.throttled", "not_checked"), ("sign_in", "sign_in.conditional_access", "not_checked")],
    ),
    "role missing while permissions are broken": (
        {"permissions": NO_ROLE, "defender": ROLE_MISSING},
        ("permissions", "permissions.no_role"),
        [("permissions", "permissions.no_role", "not_met")],
    ),
    "role missing alone": (
        {"defender": ROLE_MISSING},
        ("defender", "defender.role_missing"),
        [("defender", "defender.role_missing", "access_lost")],
    ),
    "not provisioned while the licence is missing": (
        {"license": NO_LICENCE, "defender": NOT_PROVISIONED},
        ("license", "license.none"),
        [("license", "license.none", "not_met")],
    ),
    "not provisioned while the licence is not known": (
        {"license": THROTTLED, "defender": NOT_PROVISIONED},
        ("license", "read.throttled"),
        [("license", "read.throttled", "not_checked"), ("defender", "defender.not_provisioned", "access_lost")],
    ),
    "consent of two apps with one remedy": (
        {"license": NO_CONSENT, "mfa_trust": NO_CONSENT, "sign_in": CONSENT_BY_OPERATOR},
        ("consent", "consent.app_not_in_tenant"),
        [("consent", "consent.app_not_in_tenant", "not_checked")],
    ),
    "consent with two remedies": (
        {"license": NO_CONSENT, "sign_in": {**CONSENT_BY_OPERATOR, "remedy": "Another one."}},
        ("consent", "consent.app_not_in_tenant"),
        [
            ("consent", "consent.operator", "not_checked"),
            ("consent", "consent.app_not_in_tenant", "not_checked"),
        ],
    ),
    "recommended only": ({"mfa_trust": NO_TRUST}, (None, None), [("mfa_trust", "mfa_trust.not_accepted", "advice")]),
    "a caveat to act on": ({"listed": ENDS_SOON}, (None, None), [("access", "access.gdap_expiring", "advice")]),
    "left out": ({"listed": LEFT_OUT, "sign_in": LEFT_OUT, "defender": LEFT_OUT}, (None, None), []),
    "left out, with a caveat": ({"listed": {**LEFT_OUT, "caveats": ENDS_SOON["caveats"]}}, (None, None), []),
    "two that name each other": (
        {"access": verdict("unknown", "a.b", caused_by="sign_in"), "sign_in": NOT_IN_TENANT},
        ("access", "a.b"),
        [("sign_in", "sign_in.user_not_in_tenant", "access_lost"), ("access", "a.b", "not_checked")],
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_first_broken_and_findings(name):
    verdicts, first_broken, findings = TABLE[name]
    report = report_of(("Contoso", verdicts))
    row = report["tenants"][0]
    assert (row["first_broken"], row["reason"]) == first_broken
    assert sorted((f["check"], f["reason"], f["kind"]) for f in report["findings"]) == sorted(findings)
    assert report["summary"]["findings"] == len(findings)


@pytest.mark.parametrize(
    ("verdicts", "eligible"),
    [
        ({}, True),
        ({"mfa_trust": NO_TRUST}, True),
        ({"listed": ENDS_SOON}, True),
        ({"sign_in": LEFT_OUT}, True),
        ({"license": NO_LICENCE}, False),
        ({"license": THROTTLED}, False),
        ({"listed": NOT_LISTED}, False),
        ({"defender": THROTTLED}, False),
    ],
)
def test_eligible_is_ready_and_verified(verdicts, eligible):
    report = report_of(("Contoso", verdicts), ("Fabrikam", {}))
    assert report["tenants"][0]["eligible"] is eligible
    assert report["summary"]["eligible"] == 1 + eligible


@pytest.mark.parametrize("status", ["unverified", "unknown", "odd"])
def test_row_that_is_not_verified_is_not_eligible(status):
    report = report_of(("Contoso", {}))
    row = report["tenants"][0]
    run = {"generated_at": "x", "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    told = made_report({row["tenant_id"]: row}, [{**row["access"], "status": status}], **run)
    assert (told["tenants"][0]["eligible"], told["summary"]["eligible"], told["summary"]["verified"]) == (False, 0, 0)


def test_what_was_not_looked_at_is_none():
    report = report_of(("Contoso", {}), access=False)
    assert report["checks"] is None
    assert (report["tenants"][0]["access"], report["tenants"][0]["eligible"]) == (None, None)
    summary = report["summary"]
    assert (summary["ready"], summary["verified"], summary["eligible"], summary["registered"]) == (1, None, None, None)


def test_tenant_without_its_access_row_is_not_eligible():
    rows = {tenant_id(n): requirements_row(n, f"T{n}") for n in (1, 2)}
    report = report_of(("T1", {}))
    access = [report["tenants"][0]["access"]]
    run = {"generated_at": "x", "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    found = made_report(rows, access, **run)
    assert [row["eligible"] for row in found["tenants"]] == [True, None]
    assert (found["summary"]["eligible"], found["summary"]["verified"], found["summary"]["declared"]) == (1, 1, 2)
    only_access = made_report({}, access, **run)
    assert (only_access["tenants"][0]["eligible"], only_access["summary"]["ready"]) == (False, 0)


@pytest.mark.parametrize(
    ("left_out", "given", "checks"),
    [
        ((), None, ["listed", "sign_in", "defender"]),
        (("sign_in", "defender"), None, ["listed"]),
        ((), ["defender", "listed"], ["listed", "defender"]),
    ],
)
def test_checks_that_counted(left_out, given, checks):
    report = report_of(("Contoso", dict.fromkeys(left_out, LEFT_OUT)), checks=given)
    assert report["checks"] == checks


def test_order_is_the_declared_one_then_the_chain():
    wrong = {"defender": ROLE_MISSING, "mfa_trust": NO_TRUST, "license": NO_LICENCE, "sign_in": NO_SIGN_IN}
    report = report_of(("Zeta", wrong), ("Alpha", wrong))
    told = [(f["tenant_name"], f["check"]) for f in report["findings"]]
    chain = ["sign_in", "license", "defender", "mfa_trust"]
    assert told == [(name, check) for name in ("Zeta", "Alpha") for check in chain]


def test_ids_tell_findings_apart_and_stay():
    first, second = report_of(*FLEET), report_of(*FLEET, generated_at="2027-01-01T00:00:00Z")
    ids = [finding["id"] for finding in first["findings"]]
    assert ids == [finding["id"] for finding in second["findings"]]
    assert len(set(ids)) == len(ids) == 6


def test_id_is_the_one_of_earlier_versions():
    """Whoever keeps ids (tickets, drift) must find them again."""
    finding = report_of(("Contoso", {"license": NO_LICENCE}), access=False)["findings"][0]
    assert finding["id"] == "3b128d1a822d604e7d39"


def test_worst_of_two_with_one_root_is_told():
    verdicts = {"license": THROTTLED, "mfa_trust": NO_CONSENT, "permissions": NO_CONSENT}
    findings = report_of(("Contoso", verdicts))["findings"]
    assert [(f["check"], f["severity"]) for f in findings] == [("license", "required"), ("consent", "required")]


def test_worst_is_told_if_it_comes_later():
    same = {"reason": "access.x", "object": "r-1"}
    verdicts = {
        "access": verdict("unknown", severity="recommended", **same),
        "listed": verdict("unmet", **same),
    }
    findings = report_of(("Contoso", verdicts))["findings"]
    assert [(f["severity"], f["status"], f["kind"]) for f in findings] == [("required", "unmet", "access_lost")]


@pytest.mark.parametrize(
    ("fail_on", "checks"),
    [
        (["required"], ["access", "license", "sign_in"]),
        (["unknown"], ["consent"]),
        (["recommended"], ["mfa_trust", "access"]),
        (["registration"], []),
    ],
)
def test_failing(fail_on, checks):
    assert [f["check"] for f in failing_findings(report_of(*FLEET), fail_on)] == checks


@pytest.mark.parametrize("name", CASES)
def test_first_broken_is_what_the_judges_say(name):
    """The same rule as TenantReport, which the requirements module uses."""
    row = judge_requirements(CASES[name]).as_dict()
    run = {"generated_at": "x", "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}
    told = made_report({row["tenant_id"]: row}, **run)["tenants"][0]
    assert (told["first_broken"], told["reason"]) == (row["first_broken"], row["reason"])
