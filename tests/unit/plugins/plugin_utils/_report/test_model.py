# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The typed report: JSON at the exit and at the door, reports of earlier versions, a check added to the registry."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest
from pages.report_rows import EXPIRED, FLEET, access_row, report_of, requirements_row, tenant_id, verdict
from report_documents import body, junit
from reports import failing_findings, made_report, summary_of

from ansible_collections.m365.defender.plugins.module_utils._checks import registry
from ansible_collections.m365.defender.plugins.module_utils._core.chain import Chain
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report import findings, make, model
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html import page
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FAIL_ON, KINDS, Finding, Report

STRANGER = {"tenant_id": tenant_id(77), "name": "Stranger", "registration": verdict("unmet", "registration.x")}
ENDING = {"what": "subscription", "object": "o", "name": "E5", "ends": "2027-01-01T00:00:00Z", "days_left": 39}


def whole():
    """A report with everything that a report can have."""
    needs = {
        tenant_id(1): {**requirements_row(1, "Contoso", access=EXPIRED), "expiries": [{**ENDING, "auto_extend": True}]}
    }
    view = {
        "tenant_id": tenant_id(1),
        "name": "Contoso",
        "registered": False,
        "registration": verdict("unmet", "registration.y"),
    }
    run = {"generated_at": "2026-11-23T12:00:00Z", "home_tenant_id": tenant_id(0), "operator": "Anna"}
    return made_report(
        needs, [access_row(1, "Contoso")], registration={"tenants": [view], "undeclared": [STRANGER]}, **run
    )


@pytest.mark.parametrize("report", [whole(), report_of(*FLEET), report_of(*FLEET, access=False), report_of()])
def test_report_comes_back_from_its_json(report):
    read = Report.from_dict(json.loads(json.dumps(report)))
    assert json.dumps(read.as_dict()) == json.dumps(report)


def test_keys_are_the_published_ones_in_order():
    report = whole()
    assert list(report) == [
        *("generated_at", "home_tenant_id", "operator", "cloud", "home_tenant_name", "checks", "summary"),
        *("changes", "tenants"),
        *("undeclared", "findings", "resolved", "unread", "expiries", "operators", "suggested_views", "view"),
        "history",
    ]
    assert list(report["summary"]) == [
        *("declared", "ready", "verified", "eligible", "registered", "undeclared", "findings"),
    ]
    assert list(report["tenants"][0]) == [
        *("tenant_id", "name", "ready", "eligible", "first_broken", "reason", "trend", "requirements", "access"),
        "registration",
    ]
    assert list(report["findings"][0]) == [
        *("id", "tenant_id", "tenant_name", "operator", "check", "severity", "status", "reason", "object", "message"),
        *("remedy", "doc_url", "state", "first_seen", "acceptance", "kind", "actor"),
    ]
    assert list(report["expiries"][0])[:3] == ["tenant_id", "tenant_name", "what"]
    assert list(report["tenants"][0]["registration"])[:2] == ["registered", "status"]


OLD_NAMES = {"provenance": "mark", "actionable": "to_act_on", "auto_extend": "extends_itself"}
LATER = (
    *("undeclared", "expiries", "registered", "registration"),
    *("changes", "resolved", "unread", "history", "trend", "state", "first_seen", "acceptance"),
)


def older(value):
    """The report as an earlier version wrote it: other names, and without what came later."""
    if isinstance(value, dict):
        return {OLD_NAMES.get(key, key): older(item) for key, item in value.items() if key not in LATER}
    return [older(item) for item in value] if isinstance(value, list) else value


def test_report_of_an_earlier_version_is_read():
    report = report_of(*FLEET)
    old = older(copy.deepcopy(report))
    assert older(Report.from_dict(old).as_dict()) == older(report)
    assert summary_of(old) == summary_of(report)
    ends = {**older(whole()), "expiries": [{"tenant_id": "t", "tenant_name": "T", **ENDING, "extends_itself": True}]}
    assert [row.expiry.auto_extend for row in Report.from_dict(ends).expiries] == [True]


def test_what_is_not_a_report_is_refused_with_the_place():
    report = whole()
    report["tenants"][0]["access"]["listed"]["status"] = "fine"
    with pytest.raises(OptionError, match=r"^report\.tenants\[0\]\.access\.listed\.status must be one of met, "):
        Report.from_dict(report)
    with pytest.raises(OptionError, match=r"^report must be a dictionary\.$"):
        Report.from_dict("text")


def finding(check, severity, status):
    return Finding("1", "t", "T", "Anna", check, severity, status, "a.b", "", "It is so.", "Change it.", "")


@pytest.mark.parametrize(
    ("check", "severity", "status", "kind", "word"),
    [
        ("access", "required", "unmet", "access_lost", "required"),
        ("defender", "required", "unmet", "access_lost", "required"),
        ("license", "required", "unmet", "not_met", "required"),
        ("license", "required", "unknown", "not_checked", "unknown"),
        ("mfa_trust", "recommended", "unknown", "advice", "recommended"),
        ("registration", "required", "unmet", "registration", "registration"),
        ("registration", "required", "unknown", "not_checked", "registration"),
    ],
)
def test_kind_and_word_of_a_finding(check, severity, status, kind, word):
    told = finding(check, severity, status)
    assert (told.kind, told.fail_word) == (kind, word)
    assert kind in KINDS
    assert word in FAIL_ON
    assert told.as_dict()["kind"] == kind


@pytest.fixture
def new_check(monkeypatch):
    """A check that somebody adds to the registry: of access, behind the sign-in, with a title of its own."""
    listed = next(check for check in registry.CHECKS if check.name == "listed")
    added = dataclasses.replace(listed, name="portal", title="Portal", link="portal", explanations=())
    place = [check.name for check in registry.CHECKS].index("sign_in") + 1
    checks = (*registry.CHECKS[:place], added, *registry.CHECKS[place:])
    monkeypatch.setattr(registry, "CHECKS", checks)
    for user in (findings, make, model, page):
        monkeypatch.setattr(user, "CHAIN", Chain(checks))
    return added.name


def test_check_that_is_added_to_the_registry_is_in_the_report_and_on_the_page(new_check):
    """In its order, without a change to the report: a column, a test case, a finding, the first broken link."""
    access = {**access_row(1, "Contoso"), new_check: verdict("unmet", "portal.closed")}
    run = {"generated_at": "2026-11-23T12:00:00Z", "home_tenant_id": tenant_id(0), "operator": "Anna"}
    report = made_report({tenant_id(1): requirements_row(1, "Contoso")}, [access], **run)
    row = report["tenants"][0]
    assert (row["first_broken"], row["reason"], row["access"][new_check]["status"]) == (
        new_check,
        "portal.closed",
        "unmet",
    )
    assert [told["check"] for told in failing_findings(report, ["required"])] == [new_check]
    columns = [cell.text for cell in body(report).findall(".//table[@class='matrix']/thead/tr/th")]
    assert columns[1:6] == ["Access", "Listed", "Sign-in", new_check.capitalize(), "License"]
    assert junit(report).find(f".//testcase[@name='{new_check}']/failure") is not None
    assert "portal did not count" in summary_of({**report, "checks": ["listed", "sign_in", "defender"]}, width=1000)[0]
