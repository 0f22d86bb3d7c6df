# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What report.json says once: programs find it, and it comes back to the letter, whatever the texts are."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import EXPIRED, FLEET, caveat, evidence, report_of, verdict
from reports import saved_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import marked, restore, shorten

NAMES = st.one_of(st.text(max_size=6), st.sampled_from(["a", "{tenant}", "{tenant_id}", "Contoso", "met"]))
TEXTS = st.lists(st.sampled_from(["{tenant}", "{tenant_id}", "Contoso", " is a", "met", "\ud800", ""]), max_size=4).map(
    "".join
)


def test_sentence_of_many_tenants_is_said_once():
    fleet = [
        (name, {"license": verdict("unmet", "license.none", message=f"{name} has none.")}) for name in ("A1", "B2")
    ]
    saved = saved_of(report_of(*fleet))
    assert [row["requirements"]["license"] for row in saved["tenants"]] == [
        {"status": "unmet", "severity": "required", "reason": "license.none"}
    ] * 2
    assert saved["reasons"]["license.none"]["message"] == "{tenant} has none."
    assert [finding["message"] for finding in saved["findings"]] == ["A1 has none.", "B2 has none."]


def test_what_is_different_is_said_where_it_is():
    dates = ("2027-01-01", "2027-01-01", "2028-02-02")
    fleet = [(f"T{date}", {"access": verdict(reason="access.x", message=f"Until {date}.")}) for date in dates]
    rows = [row["requirements"]["access"] for row in saved_of(report_of(*fleet))["tenants"]]
    assert [row.get("message") for row in rows] == [None, None, "Until 2028-02-02."]


def test_address_of_evidence_is_said_once():
    saved = saved_of(report_of(("Contoso", {"access": EXPIRED}), ("Fabrikam", {"access": EXPIRED})))
    assert saved["tenants"][1]["requirements"]["access"]["evidence"] == [
        {"what": "gdap_relationships", "at": "2026-11-23T12:00:00Z", "request_id": evidence("x")["request_id"]},
        {"what": "operator_groups", "at": "2026-11-23T12:00:00Z"},
    ]
    assert saved["reads"]["gdap_relationships"] == {
        "url": "https://graph.microsoft.com/v1.0/gdap_relationships",
        "identity": "app",
        "provenance": "doc",
    }


def test_caveat_has_the_object_of_its_verdict():
    caveats = [caveat("x.y", actionable=True, object=name) for name in ("r1", "r2", "")]
    saved = saved_of(report_of(("Contoso", {"access": verdict(object="r1", caveats=caveats)})))
    assert [row.get("object") for row in saved["tenants"][0]["requirements"]["access"]["caveats"]] == [None, "r2", ""]


@given(st.lists(st.tuples(NAMES, TEXTS, TEXTS, TEXTS), max_size=4))
def test_it_comes_back_to_the_letter(fleet):
    report = report_of(
        *(
            (name, {"access": {**EXPIRED, "message": text, "object": other}, "license": verdict(remedy=text + more)})
            for name, text, other, more in fleet
        )
    )
    short = json.loads(json.dumps(shorten(copy.deepcopy(report))))
    assert Report.from_dict(restore(short)).as_dict() == report


@pytest.mark.parametrize("report", [None, 7, [], {}, report_of(*FLEET), {"reasons": 7, "tenants": [7, {"access": 7}]}])
def test_anything_else_comes_back_as_it_is(report):
    before = copy.deepcopy(report)
    assert restore(report) == before


def test_marks_of_a_name():
    assert marked("A of id-1", "A", "id-1") == "{tenant} of {tenant_id}"
    assert marked("text", "", "") == "text"
