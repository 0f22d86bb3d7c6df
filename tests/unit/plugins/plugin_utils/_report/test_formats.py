# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as HTML and as JUnit XML: what they say, and that foreign text stays text."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from pages.report_rows import EXPIRING, FLEET, HOSTILE_NAMES, report_of, verdict
from report_documents import SCHEMA, body, junit

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.html import report_html
from ansible_collections.m365.defender.plugins.plugin_utils._report.junit import report_junit
from ansible_collections.m365.defender.plugins.plugin_utils._report.markup import link, sentence

LEFT_OUT = verdict("unknown", "check.not_chosen", message="The user left this check out.")


def told(element):
    """The text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


# -- JUnit ---------------------------------------------------------------------------------------------------------


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
    row = verdict("unknown", "permissions.access_first", caused_by="access", remedy="Fix\naccess first.")
    failure = junit(report_of(("Contoso", {"permissions": row}))).find(".//error")
    assert failure.text.splitlines() == [
        "Fix access first.",
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
    text = report_junit(report_of(*FLEET))
    assert found in text
    assert not SCHEMA.validate(etree.fromstring(text.replace(found, put).encode()))


# -- HTML ----------------------------------------------------------------------------------------------------------


def test_page_loads_nothing_and_needs_no_script():
    page = report_html(report_of(*FLEET))
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.replace("&#x27;", "'")
    assert not re.search(r"<(script|img|link|iframe|object|embed|form|base|audio|video|svg)\b", page)
    assert not re.search(r"\son\w+=|url\(|@import|\ssrc=", page)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_matrix_has_a_row_for_each_tenant_and_a_status_for_each_check():
    matrix = body(report_of(*FLEET)).find(".//table[@class='matrix']")
    assert [told(cell) for cell in matrix.find("thead/tr")] == [
        "Tenant",
        *("access", "listed", "sign_in", "license", "permissions", "defender", "mfa_trust"),
        "First broken link, and what to do",
    ]
    rows = [[told(cell) for cell in row] for row in matrix.find("tbody")]
    assert [row[0] for row in rows] == [name for name, _verdicts in FLEET]
    assert rows[0][1:] == [*["✓ met"] * 7, "Nothing broken: eligible"]
    assert rows[2][1:-1] == [*["✓ met"] * 3, "✗ unmet", "✓ met", "✗ unmet", "✓ met"]
    assert rows[2][-1] == "license license.noneBilling Administrator of Tannenhof Hotels GmbH: buy a license."
    assert rows[4][1:-1] == [*["✓ met"] * 3, "? unknown", *["✓ met"] * 2, "? unknown"]


def test_cell_of_a_check_that_was_left_out_or_not_made():
    report = report_of(("Contoso", {"sign_in": LEFT_OUT}), ("Fabrikam", {}))
    report["tenants"][1]["access"] = None
    rows = body(report).findall(".//table[@class='matrix']/tbody/tr")
    assert told(rows[0][3]) == "· not chosen"
    assert [told(rows[1][index]) for index in (2, 3, 6)] == ["· not looked at"] * 3


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        ({"eligible": True}, "Nothing broken: eligible"),
        ({"eligible": None, "access": None}, "Every requirement is met; access was not looked at"),
        ({"eligible": False, "ready": False}, "Nothing broken, but not everything was looked at"),
    ],
)
def test_standing_says_no_more_than_was_looked_at(change, standing):
    report = report_of(("Contoso", {}))
    report["tenants"][0].update(change)
    assert standing in told(body(report).find(".//table[@class='matrix']/tbody/tr"))


def test_figures_tell_what_nobody_looked_at():
    figures = [told(item) for item in body(report_of(*FLEET, access=False)).findall(".//ul[@class='figures']/li")]
    assert figures == [
        "7 tenants declared",
        "4 meet every requirement",
        "not looked at have verified access",
        "not looked at eligible",
        "not looked at registered in the view",
        "5 findings",
    ]


def test_findings_stand_below_their_kinds():
    page = body(report_of(*FLEET))
    heads = [told(head) for head in page.find(".//h2[@id='findings']").getparent().findall("h3")]
    assert heads == ["Access lost: 2", "Not met: 1", "Could not check: 1", "Advice: 2"]
    assert "nobody has to act" in told(body(report_of(("Contoso", {}))))


def test_details_hold_every_verdict_with_caveats_and_evidence():
    details = body(report_of(*FLEET)).findall(".//details")
    assert [told(part.find("summary/bdi")) for part in details] == [name for name, _verdicts in FLEET]
    assert all(len(part.findall(".//article")) == 7 for part in details)
    evidence = details[1].find(".//table[@class='evidence']")
    assert [told(cell) for cell in evidence.find("thead/tr")] == [
        *("What was read", "Address", "Identity", "At", "Request id", "Source"),
    ]
    assert told(evidence.find("tbody/tr")[0]) == "gdap_relationships"
    caveats = [told(item) for item in details[6].findall(".//li[@class='caveat']")]
    assert [text.split(".")[0] for text in caveats] == [
        "The relationship ends in 18 days",
        "GDAP does not give access to Microsoft Sentinel data",
    ]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_name_is_text(name):
    """The same elements as with a plain name, and the name as it would be read."""
    rows = {
        key: verdict("unmet", f"{key}.x", remedy=f"Ask {name or 'x'}.", object=name or "x")
        for key in ("access", "license")
    }
    plain = {key: {**row, "remedy": "Ask x.", "object": "x"} for key, row in rows.items()}
    found, usual = body(report_of((name, rows))), body(report_of(("x", plain)))
    assert [(e.tag, e.keys()) for e in found.iter()] == [(e.tag, e.keys()) for e in usual.iter()]
    assert told(found.find(".//summary/bdi")) == (one_line(name) or "00000001-0000-4000-8000-000000000001")
    junit(report_of((name, rows)))


@pytest.mark.parametrize(
    ("line", "name", "links"),
    [
        ("Open https://a.example/x?y=1&z=2, then wait.", "T", ["https://a.example/x?y=1&z=2"]),
        (
            "In Partner Center (https://a.example/list); then (https://b.example).",
            "T",
            ["https://a.example/list", "https://b.example"],
        ),
        ("Open http://a.example or javascript:alert(1) or //b.example.", "T", []),
        ("Open https://.", "T", []),
        ("Open https://good.example@evil.example/ now.", "T", []),
        ("Open https://[broken now.", "T", []),
        ('Open https://a.example/"onclick="x" now.', "T", ["https://a.example/"]),
        (
            "Administrator of https://evil.example/x: open https://a.example/.",
            "https://evil.example/x",
            ["https://a.example/"],
        ),
        ("Administrator of a.example: open https://a.example/.", "a.example", ["https://a.example/"]),
        ("Nothing to do.", "", []),
    ],
)
def test_links_of_a_sentence(line, name, links):
    found = etree.fromstring(f"<p>{sentence(line, name)}</p>")
    assert [a.get("href") for a in found.iter("a")] == links
    assert "".join(found.itertext()) == line


@pytest.mark.parametrize("url", ["", None, "http://a.example", "javascript:alert(1)", "https://", "https://a b"])
def test_only_https_is_linked(url):
    assert "<a" not in str(link(url, "Microsoft's page"))
    assert "<a" in str(link("https://learn.microsoft.com/en-us/x#y", "Microsoft's page"))


def test_three_hundred_tenants():
    report = report_of(*((f"{FLEET[n % 7][0]} {n}", FLEET[n % 7][1]) for n in range(300)))
    assert len(body(report).findall(".//table[@class='matrix']/tbody/tr")) == 300
    assert len(report_html(report)) < 5_000_000
    assert junit(report).get("tests") == "2100"
