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
    assert not re.search(r"<(img|link|iframe|object|embed|base|audio|video)\b", page)
    assert not re.search(r"<[^>]*\son\w+=|url\(|@import|\ssrc=|innerHTML|insertAdjacent|document\.write", page)
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_matrix_has_a_row_for_each_tenant_and_a_status_for_each_check():
    matrix = body(report_of(*FLEET)).find(".//table[@class='matrix']")
    assert [told(cell) for cell in matrix.find("thead/tr")] == [
        "Tenant",
        *("Access", "Listed", "Sign-in", "License", "Permissions", "Defender", "MFA trust"),
        "First broken link, and what to do",
    ]
    rows = {told(row[0]): [told(cell) for cell in row][1:] for row in matrix.find("tbody")}
    names = [name for name, _verdicts in FLEET]
    # What needs work comes first, then what could not be checked.
    assert list(rows) == [names[index] for index in (1, 2, 3, 4, 0, 5, 6)]
    assert rows[names[0]] == [*["✓ met"] * 7, "Nothing broken: eligible"]
    assert rows[names[2]][:-1] == [*["✓ met"] * 3, "✗ unmet", "✓ met", "✗ unmet", "✓ met"]
    assert rows[names[2]][-1] == "License license.none Billing Administrator of Tannenhof Hotels GmbH: buy a license."
    assert rows[names[4]][:-1] == [*["✓ met"] * 3, "? unknown", *["✓ met"] * 2, "? unknown"]
    first = [cell.get("data-label") for cell in matrix.iter("td") if "first" in cell.get("class").split()]
    assert first == ["Access", "License", "Sign-in", "License"]


def test_cell_of_a_check_that_was_left_out_or_not_made():
    report = report_of(("Contoso", {"sign_in": LEFT_OUT}), ("Fabrikam", {}))
    report["tenants"][1]["access"] = None
    rows = {told(row[0]): row for row in body(report).findall(".//table[@class='matrix']/tbody/tr")}
    assert told(rows["Contoso"][3]) == "· not chosen"
    assert [told(rows["Fabrikam"][index]) for index in (2, 3, 6)] == ["· not looked at"] * 3


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


def works_of(report):
    """The rows of the worklist, by what they say."""
    works = body(report).findall(".//details[@class='work']")
    return {told(work.find("summary")): work for work in works}


def test_worklist_says_who_how_many_and_what():
    works = works_of(report_of(*FLEET))
    assert [text.rpartition(" 1 tenant")[0] for text in works] == [
        "Partner administrator of Northwind partner",
        "Conditional Access Administrator of Banco Ribeira S.A. target tenant",
        "Billing Administrator of Tannenhof Hotels GmbH target tenant",
        "Administrator of Nordlys Shipping A/S target tenant",
        "Security Administrator of Northwind home tenant",
        "No action needed now nobody",
    ]
    heads = [told(head) for work in works.values() for head in work.iter("h3")]
    assert {head.partition(":")[0] for head in heads} == {"Access lost", "Not met", "Could not check", "Advice"}
    assert "no action is needed" in told(body(report_of(("Contoso", {}))))


def alike(*names):
    """Tenants with the same finding in words of their own."""
    rows = [
        verdict("unmet", "license.none", message=f"{name} has none.", remedy=f"Administrator of {name}: buy.")
        for name in names
    ]
    return [(name, {"license": row}) for name, row in zip(names, rows, strict=True)]


def test_findings_are_below_who_acts_and_why():
    """A sentence that is the same for many tenants is there once, and each of them has a mail of its own."""
    other = verdict("unmet", "license.none", remedy="Anna: look.")
    report = report_of(*alike("Contoso", "Fabrikam", "Woodgrove"), ("Tailspin", {"license": other}))
    works = works_of(report)
    assert list(works) == [
        "Administrator of each tenant target tenant 3 tenants 3 findings",
        "Anna home tenant 1 tenant 1 finding",
    ]
    work = next(iter(works.values()))
    assert told(work.find(".//p[@class='remedy']")) == "Administrator of each tenant: buy. Microsoft's page"
    places = [told(place).rpartition(" ")[0] for place in work.findall(".//ul/li")]
    assert places == ["Contoso: Contoso has none.", "Fabrikam: the same.", "Woodgrove: the same."]
    ids = {finding["id"] for finding in report["findings"]}
    assert {told(code) for found in works.values() for code in found.findall(".//ul/li/code")} == ids
    mails = [mail.text for mail in work.iter("textarea")]
    assert [[name for name in ("Contoso", "Fabrikam", "Woodgrove") if name in mail] for mail in mails] == [
        ["Contoso"],
        ["Fabrikam"],
        ["Woodgrove"],
    ]


def test_remedy_that_is_a_tenants_own_is_said_for_it():
    remedies = {
        name: f"Administrator of {name}: open https://a.example/{name[0]}."
        for name in ("Contoso", "Fabrikam", "Woodgrove")
    }
    report = report_of(
        *((name, {"license": verdict("unmet", "license.x", remedy=remedy)}) for name, remedy in remedies.items())
    )
    (work,) = works_of(report).values()
    assert [told(remedy) for remedy in work.findall(".//p[@class='remedy']")] == [
        f"{remedy} Microsoft's page" for remedy in remedies.values()
    ]


@pytest.mark.parametrize("names", [("T", "U"), ("Ann", "Bob")])
def test_name_as_short_as_a_word_is_not_replaced(names):
    (work,) = works_of(report_of(*alike(*names))).values()
    assert told(work.find(".//p[@class='remedy']")).startswith(f"Administrator of {names[0]}: buy.")


def test_accepted_finding_is_folded_and_not_work():
    report = report_of(*alike("Contoso", "Fabrikam"))
    accepted = {"why": "They leave us.", "owner": "Anna", "until": "2027-01-31"}
    report["findings"][0].update(state="accepted", acceptance=accepted)
    assert [text.split(" target")[0] for text in works_of(report)] == ["Administrator of Fabrikam"]
    folded = told(body(report).find(".//details[@class='folded']"))
    assert folded.startswith("Accepted 1 finding Contoso: Contoso has none. Accepted by Anna until 2027-01-31: They")


def test_what_is_new_and_how_long_the_rest_is_open():
    report = report_of(*alike("Contoso", "Fabrikam"))
    report["changes"] = {**report["changes"], "previous_at": "2026-11-22T12:00:00Z", "new": 1}
    report["findings"][0].update(state="new", first_seen="2026-11-23T12:00:00Z")
    report["findings"][1].update(state="open", first_seen="2026-11-13T12:00:00Z")
    (text,) = works_of(report)
    assert text.endswith("2 tenants 2 findings open for 10 days 1 new")


@pytest.mark.parametrize("name", ["state", "actor", "reason", "method"])
def test_each_choice_of_a_filter_has_its_rule_and_its_rows(name):
    """Without a script: the rule hides every row that does not have the class of the choice."""
    report = report_of(*FLEET)
    report["tenants"][0]["access"]["method"] = "b2b"
    page, rows = page_of(report), body(report).findall(".//table[@class='matrix']/tbody/tr")
    options = body(report).findall(f".//select[@name='{name}']/option")[1:]
    assert len(options) > 1
    for option in options:
        token, number = option.get("value"), int(option.text.rpartition("(")[2].rstrip(")"))
        assert f'main:has(option[value="{token}"]:checked) tr[data-number]:not(.{token}) {{ display: none; }}' in page
        assert sum(1 for row in rows if token in row.get("class").split()) == number


def test_data_holds_every_text_of_every_verdict_once():
    report = report_of(*FLEET, *((f"{name} too", rows) for name, rows in FLEET))
    data = page_data_of(report)
    assert len(set(data["words"])) == len(data["words"])
    assert len(data["verdicts"]) < 8 * len(FLEET)
    for (name, tenant_id, _facts, verdicts, _first), row in zip(
        data["tenants"], Report.from_dict(report).tenants, strict=True
    ):
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
    assert told(found.find(".//section[@class='each']//summary/bdi")) == (
        one_line(name) or "00000001-0000-4000-8000-000000000001"
    )


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
    assert len(section.findall(".//ul[@class='ends']/li")) == shown
    assert told(section.find("details/summary")).startswith(sentence)
    assert len(page_data_of(report)["ends"]) == soon + 2 - shown


def test_page_begins_with_three_sentences_then_the_worklist():
    page = body(report_of(*FLEET))
    titles = [told(title) for title in page.findall(".//h2")]
    assert titles[:3] == ["At a glance", "Who acts", "What ends when"]
    lead = [told(line) for line in page.findall(".//section[@class='lead']/p")]
    assert lead[:2] == [
        "3 of 7 tenants are in order: 3 need work and 1 could not be checked.",
        "There is no earlier run to compare with.",
    ]
    assert lead[2].startswith("First: Partner administrator of Northwind. GDAP relationship 'Solberg SOC'")


def test_pictures_repeat_what_is_beside_them():
    report = report_of(*FLEET)
    run = {"home_tenant_id": "h", "operator": "o", "findings": {}, "accepted": 0, "new": 0, "resolved": 0}
    report["history"] = [
        {**run, "at": f"2026-11-2{day}T12:00:00Z", "declared": 7, "in_order": day} for day in (1, 2, 3)
    ]
    figures = [told(figure) for figure in body(report).iter("figure")]
    assert figures[0] == "Tenants by access method GDAP needs work: 3could not be checked: 1in order: 3"
    assert figures[1].endswith("2026-11-21: 1 of 7. 2026-11-23: 3 of 7.")
