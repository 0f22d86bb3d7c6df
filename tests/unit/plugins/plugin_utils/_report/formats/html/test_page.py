# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a page: what it shows, and that foreign text stays text."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of, verdict
from report_documents import body
from reports import page_of

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

LEFT_OUT = verdict("unknown", "check.not_chosen", message="The user left this check out.")


def page_data_of(report):
    """The data of the script."""
    return json.loads(body(report).find(".//script[@id='data']").text)


def fill(text, name, tenant_id):
    """The text of a tenant, as the script shows it."""
    return text.replace("\x02", tenant_id).replace("\x01", name)


def told(element):
    """The text of an element on one line."""
    return " ".join("".join(element.itertext()).split())


def test_page_loads_nothing_and_runs_no_script_but_its_own():
    page = page_of(report_of(*FLEET))
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'" in page
    assert page.count("<script") == 2
    assert not re.search(r"<(img|link|iframe|object|embed|form|base|audio|video|svg)\b", page)
    assert not re.search(r"\son\w+=|url\(|@import|\ssrc=|innerHTML|insertAdjacent|document\.write", page)
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
    assert rows[2][-1] == "license license.none: Billing Administrator of Tannenhof Hotels GmbH: buy a license."
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


def alike(*names):
    """Tenants with the same finding in words of their own."""
    rows = [
        verdict("unmet", "license.none", message=f"{name} has none.", remedy=f"Administrator of {name}: buy.")
        for name in names
    ]
    return [(name, {"license": row}) for name, row in zip(names, rows, strict=True)]


def test_findings_are_below_who_acts_and_why():
    """A sentence that is the same for many tenants is there once."""
    other = verdict("unmet", "license.none", remedy="Anna: look.")
    report = report_of(*alike("Contoso", "Fabrikam", "Woodgrove"), ("Tailspin", {"license": other}))
    groups = body(report).findall(".//ul[@class='findings']/li")
    assert [told(group.find("p")) for group in groups] == [
        "Administrator of each tenant license.none 3 findings",
        "Anna license.none 1 finding",
    ]
    assert told(groups[0].find("p[@class='remedy']")) == "Administrator of each tenant: buy. Microsoft's page"
    places = [told(place).rpartition(" ")[0] for place in groups[0].findall("ul/li")]
    assert places == ["Contoso: Contoso has none.", "Fabrikam: the same.", "Woodgrove: the same."]
    ids = {finding["id"] for finding in report["findings"]}
    assert {told(code) for group in groups for code in group.findall("ul/li/code")} == ids


def test_remedy_that_is_a_tenants_own_is_said_for_it():
    remedies = {
        name: f"Administrator of {name}: open https://a.example/{name[0]}."
        for name in ("Contoso", "Fabrikam", "Woodgrove")
    }
    report = report_of(
        *((name, {"license": verdict("unmet", "license.x", remedy=remedy)}) for name, remedy in remedies.items())
    )
    (group,) = body(report).findall(".//ul[@class='findings']/li")
    assert [told(remedy) for remedy in group.findall("p[@class='remedy']")] == [
        f"{remedy} Microsoft's page" for remedy in remedies.values()
    ]


@pytest.mark.parametrize("names", [("T", "U"), ("Ann", "Bob")])
def test_name_as_short_as_a_word_is_not_replaced(names):
    (remedy,) = body(report_of(*alike(*names))).findall(".//ul[@class='findings']/li/p[@class='remedy']")
    assert told(remedy).startswith(f"Administrator of {names[0]}: buy.")


def test_data_holds_every_text_of_every_verdict_once():
    report = report_of(*FLEET, *((f"{name} too", rows) for name, rows in FLEET))
    data = page_data_of(report)
    assert len(set(data["words"])) == len(data["words"])
    assert len(data["verdicts"]) < 8 * len(FLEET)
    for (name, tenant_id, _facts, verdicts), row in zip(data["tenants"], Report.from_dict(report).tenants, strict=True):
        for number, judged in zip(verdicts, row.verdicts.values(), strict=True):
            head, sentences, caveats, evidence = data["verdicts"][number]
            parts = [head, sentences, *caveats, *evidence]
            texts = [[fill(data["words"][part], name, tenant_id) for part in numbers] for numbers in parts]
            assert texts[0][3] == judged.reason
            words = [(part.message, part.remedy, part.doc_url) for part in (judged, *judged.caveats)]
            assert [tuple(part) for part in texts[1 : len(words) + 1]] == words
            assert [part[0] for part in texts[len(words) + 1 :]] == [part.what for part in judged.evidence]


def test_data_cannot_end_its_element():
    page = page_of(report_of(*((name, {"license": verdict("unmet", "x.y", message=name)}) for name in HOSTILE_NAMES)))
    text = page[page.index('id="data">') + 10 : page.rindex("</script>")]
    assert text.isascii()
    assert not re.search("[<>&]", text)
    assert [row[0] for row in json.loads(text)["tenants"]] == [one_line(name) for name in HOSTILE_NAMES]


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


def test_a_thousand_tenants_are_a_small_page():
    """The conversation with a made world asserts the same of Microsoft's own answers."""
    report = report_of(*((f"{FLEET[n % 7][0]} {n}", FLEET[n % 7][1]) for n in range(1000)))
    page = body(report)
    assert len(page.findall(".//table[@class='matrix']/tbody/tr")) == 1000
    assert sum(1 for _element in page.iter()) <= 30_000
    assert len(page_of(report)) <= 3_000_000


@pytest.mark.parametrize(
    ("soon", "shown", "sentence"),
    [(1, 1, "2 ends later than in 90 days"), (101, 100, "3 more"), (0, 0, "2 ends later")],
)
def test_what_ends_late_and_all_that_is_many_is_folded_away(soon, shown, sentence):
    end = {"tenant_id": "t", "tenant_name": "T", "what": "subscription", "object": "o", "name": "E5"}
    end |= {"ends": "2027-01-01T00:00:00Z", "auto_extend": False}
    expiries = [{**end, "days_left": days} for days in (*[7] * soon, 91, 92)]
    report = {**report_of(("Contoso", {})), "expiries": expiries}
    section = body(report).find(".//h2[@id='expiries']").getparent()
    assert len(section.findall("table/tbody/tr")) == shown
    assert told(section.find("details/summary")).startswith(sentence)
    assert len(page_data_of(report)["ends"]) == soon + 2 - shown


def test_who_acts_first_is_above_the_matrix():
    page = body(report_of(*FLEET))
    titles = [told(title) for title in page.findall(".//h2")]
    assert titles.index("Who acts first") < titles.index("Tenants and checks")
    first = page.findall(".//ol[@class='actors']/li")
    assert len(first) == 3
    assert told(first[0]).startswith("Partner administrator of Northwind")
    assert "Who acts first" not in page_of(report_of(FLEET[0]))
