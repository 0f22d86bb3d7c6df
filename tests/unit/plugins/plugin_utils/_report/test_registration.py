# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report with the multitenant view: the last link of the chain, its findings, and what nobody declares."""

from __future__ import annotations

import pathlib

import pytest
from lxml import etree
from pages.report_rows import GENERATED_AT, access_row, requirements_row, tenant_id, verdict
from reports import failing_findings, junit_of, made_report, page_of, summary_of

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import end_once

SCHEMA = etree.XMLSchema(etree.parse(pathlib.Path(__file__).resolve().parents[4] / "schemas" / "junit.xsd"))
NO_GDAP = {"access": verdict("unmet", "access.gdap_expired")}
THERE, MISSING = verdict(reason="registration.registered"), verdict("unmet", "registration.not_registered")
STRANGER = {
    "tenant_id": tenant_id(77),
    "name": "Stranger <b>",
    "registration": verdict("unmet", "registration.not_declared"),
}


def report_of(broken, seen, registered, undeclared=()):
    """The report of one tenant whose verdict about the view is `seen`."""
    rows = [{"tenant_id": tenant_id(1), "name": "Contoso", "registered": registered, "registration": seen}]
    return made_report(
        {tenant_id(1): requirements_row(1, "Contoso", **broken)},
        [access_row(1, "Contoso")],
        registration={"tenants": rows, "undeclared": list(undeclared)},
        generated_at=GENERATED_AT,
        home_tenant_id=tenant_id(0),
        operator="anna@northwind.example",
        cloud="public",
    )


# What is broken, the verdict about the view -> eligible, first broken link, findings: check, reason, kind.
TABLE = {
    "registered": ({}, THERE, True, (True, None), []),
    "eligible and not there": (
        {},
        MISSING,
        False,
        (True, "registration"),
        [("registration", "registration.not_registered", "registration")],
    ),
    "not there because of access": (
        NO_GDAP,
        verdict("unmet", "registration.not_eligible"),
        False,
        (False, "access"),
        [("access", "access.gdap_expired", "access_lost")],
    ),
    "there, though access is broken": (
        NO_GDAP,
        THERE,
        True,
        (False, "access"),
        [("access", "access.gdap_expired", "access_lost")],
    ),
    "lost, which access explains": (
        NO_GDAP,
        verdict("unmet", "registration.lost_access"),
        True,
        (False, "access"),
        [("access", "access.gdap_expired", "access_lost")],
    ),
    "lost, which nothing explains": (
        {},
        verdict("unmet", "registration.lost_access"),
        True,
        (True, "registration"),
        [("registration", "registration.lost_access", "registration")],
    ),
    "nobody looked": (
        {},
        verdict("unknown", "registration.no_view"),
        None,
        (True, "registration"),
        [("registration", "registration.no_view", "not_checked")],
    ),
    "not eligible for a reason that is not told": (
        {},
        verdict("unmet", "registration.not_eligible"),
        False,
        (True, "registration"),
        [("registration", "registration.not_eligible", "registration")],
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_the_view_is_the_last_link(case):
    broken, seen, registered, (eligible, first), findings = TABLE[case]
    report = report_of(broken, seen, registered)
    row = report["tenants"][0]
    assert (row["eligible"], row["first_broken"]) == (eligible, first)
    assert [(f["check"], f["reason"], f["kind"]) for f in report["findings"]] == findings
    assert report["summary"]["registered"] == (None if registered is None else int(registered))
    about_the_view = [f for f in report["findings"] if f["check"] == "registration"]
    assert failing_findings(report, ["registration"]) == about_the_view
    SCHEMA.assertValid(etree.fromstring(junit_of(report).encode()))


def test_what_nobody_declares_is_told_everywhere():
    report = report_of({}, THERE, True, [STRANGER])
    assert report["summary"]["undeclared"] == 1
    (finding,) = report["findings"]
    assert (finding["tenant_id"], finding["kind"]) == (STRANGER["tenant_id"], "registration")
    page = page_of(report)
    assert "In the view, and not declared" in page
    assert "Stranger <b>" not in page
    assert "with 1 more that nobody declares" in " ".join(summary_of(report))
    tree = etree.fromstring(junit_of(report).encode())
    SCHEMA.assertValid(tree)
    assert tree.find("testsuite[@name='In the view, not declared']/testcase/failure") is not None


def test_view_that_was_not_read_has_no_number_that_looks_good():
    report = report_of({}, verdict("unknown", "registration.no_view"), None)
    summary = report["summary"]
    assert (summary["registered"], summary["undeclared"], report["undeclared"]) == (None, None, None)
    lines = " ".join(summary_of(report))
    assert "are eligible, the view was not read: 1 meet" in lines
    assert "registered in the view" not in lines
    assert "<strong>0</strong> <span>registered" not in page_of(report)


def test_all_is_well():
    assert summary_of(report_of({}, THERE, True), width=100) == [
        "The one tenant is eligible and registered: every requirement is met, access is verified."
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [("of Banco S.A.. Then", "of Banco S.A. Then"), ("of Contoso.", "of Contoso."), ("and so on...", "and so on...")],
)
def test_one_full_stop_is_enough(text, told):
    assert end_once(text) == told


def test_no_sentence_ends_twice():
    found = CATALOGUE.verdict(
        "registration", "registration.not_declared", {"tenant": "X", "operator": "Banco Ribeira S.A."}
    )
    assert ".." not in found.message
