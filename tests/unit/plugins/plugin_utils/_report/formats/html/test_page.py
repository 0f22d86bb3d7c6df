# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a page: what it shows, and that foreign text stays text."""

from __future__ import annotations

import re

import pytest
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of, verdict
from report_documents import body
from reports import page_of

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line

LEFT_OUT = verdict("unknown", "check.not_chosen", message="The user left this check out.")


def told(element):
    """The text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def test_page_loads_nothing_and_needs_no_script():
    page = page_of(report_of(*FLEET))
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


def test_standing_of_a_tenant_with_advice_does_not_deny_it():
    report = report_of(("Contoso", {"mfa_trust": verdict("unmet", "mfa_trust.not_accepted")}))
    row = body(report).find(".//table[@class='matrix']/tbody/tr")
    assert "Nothing required is broken: eligible" in told(row)


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
    assert "no action is needed" in told(body(report_of(("Contoso", {}))))


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


def test_three_hundred_tenants():
    report = report_of(*((f"{FLEET[n % 7][0]} {n}", FLEET[n % 7][1]) for n in range(300)))
    assert len(body(report).findall(".//table[@class='matrix']/tbody/tr")) == 300
    assert len(page_of(report)) < 5_000_000


def test_who_acts_first_is_above_the_matrix():
    page = body(report_of(*FLEET))
    titles = [told(title) for title in page.findall(".//h2")]
    assert titles.index("Who acts first") < titles.index("Tenants and checks")
    first = page.findall(".//ol[@class='actors']/li")
    assert len(first) == 3
    assert told(first[0]).startswith("Partner administrator of Northwind")
    assert "Who acts first" not in page_of(report_of(FLEET[0]))
