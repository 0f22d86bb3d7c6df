# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML: what it says of each check, and what its schema refuses."""

from __future__ import annotations

import dataclasses

import junitparser
import pytest
from lxml import etree
from pages.report_rows import (
    BY_ACCESS,
    EXPIRED,
    EXPIRING,
    FLEET,
    HOSTILE_NAMES,
    NO_LICENSE,
    report_of,
    verdict,
)
from report_documents import SCHEMA, junit
from reports import junit_of
from runs import compared, judged

from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

LEFT_OUT = verdict("unknown", "check.not_chosen", message="The user left this check out.")


def test_counts_at_both_levels():
    tree = junit(report_of(*FLEET))
    names = ("tests", "failures", "errors", "skipped")
    assert [int(tree.get(name)) for name in names] == [49, 6, 2, 2]
    for name in names:
        assert sum(int(suite.get(name)) for suite in tree) == int(tree.get(name))
    for suite in tree:
        cases = suite.findall("testcase")
        ended = [sum(1 for case in cases if case.find(tag) is not None) for tag in ("failure", "error", "skipped")]
        assert [int(suite.get(name)) for name in names] == [len(cases), *ended]


@pytest.mark.parametrize(
    ("check", "row", "tag"),
    [
        ("license", verdict("unmet", "license.none"), "failure"),
        ("license", verdict("unknown", "read.throttled"), "error"),
        ("sign_in", LEFT_OUT, "skipped"),
        ("mfa_trust", verdict("unmet", "mfa_trust.not_accepted"), "skipped"),
        ("mfa_trust", verdict("unknown", "mfa_trust.not_told"), "skipped"),
        ("license", verdict("not_applicable", "license.x"), None),
        ("license", verdict(), None),
    ],
)
def test_how_a_case_ends(check, row, tag):
    case = junit(report_of(("Contoso", {check: row}))).find(f"testsuite/testcase[@name='{check}']")
    assert [child.tag for child in case] == ([tag] if tag else [])
    if tag:
        assert case[0].get("message") == row["message"]
        assert case[0].get("type") == (None if tag == "skipped" else row["reason"])


def test_body_says_remedy_page_reason_and_cause():
    row = verdict("unknown", "permissions.access_first", caused_by="access", remedy="Mend\naccess first.")
    failure = junit(report_of(("Contoso", {"permissions": row}))).find(".//error")
    assert failure.text.splitlines() == [
        "Mend access first.",
        row["doc_url"],
        "Reason: permissions.access_first",
        "Cause: access",
    ]


def test_caveat_to_act_on_stands_beside_a_pass():
    case = junit(report_of(("Contoso", {"access": EXPIRING}))).find(".//testcase[@name='access']")
    assert [child.tag for child in case] == ["system-out"]
    assert case[0].text.splitlines()[0] == "The relationship ends in 18 days."
    assert "Sentinel" not in case[0].text


def test_checks_that_nobody_made_have_no_case_and_one_that_is_missing_is_an_error():
    report = report_of(("Contoso", {}), ("Fabrikam", {}))
    del report["tenants"][1]["access"]["defender"]
    assert [case.get("name") for case in junit(report)[1].findall("testcase")].count("defender") == 1
    assert junit(report)[1].find("testcase[@name='defender']/error").get("message") == "Not looked at."
    cases = junit(report_of(("Contoso", {}), access=False)).findall(".//testcase")
    assert [case.get("name") for case in cases] == ["access", "license", "permissions", "mfa_trust"]


def test_suite_says_whose_it_is():
    suite = junit(report_of(*FLEET))[1]
    assert suite.get("name") == "Solberg Havbruk AS"
    assert {row.get("name"): row.get("value") for row in suite.iter("property")} == {
        "tenant_id": "00000002-0000-4000-8000-000000000001",
        "home_tenant_id": "00000000-0000-4000-8000-000000000001",
        "operator": "anna@northwind.example",
        "cloud": "public",
        "first_broken": "access",
        "reason": "access.gdap_expired",
    }


@pytest.mark.parametrize(
    ("generated_at", "timestamp"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00"),
        ("2026-11-23T12:00:00", "2026-11-23T12:00:00"),
        ("2026-11-23T12:00:00.123456+02:00", "2026-11-23T10:00:00"),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
    ],
)
def test_timestamp_has_no_zone(generated_at, timestamp):
    assert junit(report_of(("Contoso", {}), generated_at=generated_at))[0].get("timestamp") == timestamp


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["Contoso", "Fabrikam"], ["mto.Contoso", "mto.Fabrikam"]),
        (["Castellano Vini S.p.A."], ["mto.Castellano Vini S p A"]),
        (["A", "A"], [f"mto.A (0000000{n}-0000-4000-8000-000000000001)" for n in (1, 2)]),
        ([""], ["mto. (00000001-0000-4000-8000-000000000001)"]),
    ],
)
def test_class_names_are_told_apart(names, classes):
    tree = junit(report_of(*((name, {}) for name in names)))
    assert [suite.find("testcase").get("classname") for suite in tree] == classes


def test_name_that_pretends_to_be_a_twin_is_told_apart():
    twin = "A (00000001-0000-4000-8000-000000000001)"
    tree = junit(report_of(("A", {}), ("A", {}), (twin, {})))
    assert len({suite.find("testcase").get("classname") for suite in tree}) == 3


@pytest.mark.parametrize(
    ("found", "put"),
    [
        ('tests="49"', 'tests="many"'),
        ('time="0"', ""),
        ('timestamp="2026-11-23T12:00:00"', 'timestamp="2026-11-23T12:00:00Z"'),
        ('classname="mto.Solberg Havbruk AS"', 'classname=""'),
        ('<testcase name="listed"', '<testcase name="access"'),
        ("</failure>", "</failure><skipped/>"),
        ("failure", "broken"),
    ],
)
def test_schema_refuses(found, put):
    text = junit_of(report_of(*FLEET))
    assert found in text
    assert not SCHEMA.validate(etree.fromstring(text.replace(found, put).encode()))


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_name_is_text(name):
    row = verdict("unmet", "license.none", remedy=f"Ask {name or 'x'}.", object=name or "x")
    assert len(junit(report_of((name, {"license": row})))) == 1


def test_three_hundred_tenants():
    report = report_of(*((f"{FLEET[n % 7][0]} {n}", FLEET[n % 7][1]) for n in range(300)))
    assert junit(report).get("tests") == "2100"


def accepted_report():
    """A report in which the cause of two broken checks is accepted, and a third one is not."""
    before = compared(judged({1: {"access": EXPIRED, "permissions": BY_ACCESS, "license": NO_LICENSE}, 2: {}}))
    why = Acceptance("It is sold in May.", "Anna Berg", "2999-01-31")
    findings = [
        dataclasses.replace(f, state="accepted", acceptance=why) if f.reason == "access.gdap_expired" else f
        for f in before.findings
    ]
    return dataclasses.replace(before, findings=tuple(findings)).as_dict()


def test_what_is_accepted_is_skipped_with_the_why():
    tree = junit(accepted_report())
    skipped = {case.getparent().get("name"): case for case in tree.iter("skipped")}
    assert {*skipped} == {"access", "permissions"}
    for case in skipped.values():
        assert case.get("message") == "Accepted by Anna Berg until 2999-01-31: It is sold in May."
    assert skipped["access"].text.startswith("GDAP relationship 'Solberg SOC'")
    assert [case.getparent().get("name") for case in tree.iter("failure")] == ["license"]


@pytest.mark.parametrize("report", [report_of(*FLEET), accepted_report()], ids=["fleet", "accepted"])
def test_file_is_read_by_a_reader(report, tmp_path):
    path = tmp_path / "report.junit.xml"
    path.write_text(junit_of(report), encoding="utf-8")
    read = junitparser.JUnitXml.fromfile(str(path))
    tree = junit(report)
    counts = ("tests", "failures", "errors", "skipped")
    assert [getattr(read, name) for name in counts] == [int(tree.get(name)) for name in counts]
    cases = [
        (suite.name, case.classname, case.name, [(type(end).__name__.lower(), end.message) for end in case.result])
        for suite in read
        for case in suite
    ]
    assert len(cases) == len({case[1:3] for case in cases}) == read.tests
    written = list(tree.iter("testcase"))
    ends = [[(end.tag, end.get("message")) for end in case if end.tag != "system-out"] for case in written]
    assert [case[3] for case in cases] == ends
    assert {row["tenant_id"] for row in report["tenants"]} == {
        own.value for suite in read for own in suite.properties() if own.name == "tenant_id"
    }
