# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: findings by their root, stable ids, lines that say who must do what."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import case, unread
from report_cases import CASES
from reports import failing_findings, made_report, summary_of

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


def report_of(*names):
    rows = {f"{n:08d}-0000-4000-8000-000000000001": CASES[name] for n, name in enumerate(names)}
    facts = {
        key: {**judge_requirements(c).as_dict(), "tenant_id": key, "name": name}
        for (key, c), name in zip(rows.items(), names, strict=True)
    }
    return made_report(facts, generated_at="2026-11-23T12:00:00Z", home_tenant_id="h", operator="Anna", cloud="public")


@pytest.mark.parametrize(
    ("name", "findings"),
    [
        ("healthy", []),
        ("expired", [("access", "required", "unmet", "access.gdap_expired")]),
        ("expiring", [("access", "recommended", "met", "access.gdap_expiring")]),
        ("no_trust", [("mfa_trust", "recommended", "unmet", "mfa_trust.not_accepted")]),
        ("no_consent", [("consent", "required", "unknown", "consent.app_not_in_tenant")]),
        ("throttled", [("license", "required", "unknown", "read.throttled")]),
        ("no_guest", [("access", "required", "unmet", "access.guest_missing")]),
    ],
)
def test_findings(name, findings):
    found = report_of(name)["findings"]
    assert [(f["check"], f["severity"], f["status"], f["reason"]) for f in found] == findings


def test_missing_permissions_are_one_finding_for_each_tenant():
    details = [("home", "A.Read.All"), ("t", "B.Read.All, C.Read.All"), ("t", "B.Read.All, C.Read.All")]
    keys = ("gdap_relationships", "subscribed_skus", "cross_tenant_access_partner")
    evidence = {}
    for key, (place, permissions) in zip(keys, details, strict=True):
        piece = unread(key, "consent.permission_missing")
        problem = Problem(piece.problem.reason, {"object": f"{place}/{permissions}", "permissions": permissions})
        evidence[key] = dataclasses.replace(piece, problem=problem)
    row = {**judge_requirements(case(evidence)).as_dict(), "tenant_id": "t", "name": "T"}
    report = made_report({"t": row}, generated_at="x", home_tenant_id="h", operator="Anna", cloud="public")
    objects = [finding["object"] for finding in report["findings"]]
    assert objects == ["home/A.Read.All", "t/B.Read.All, C.Read.All"]
    assert sum(line.startswith("- ") for line in summary_of(report)) == 2


def test_ids_are_stable_and_told_apart():
    first, second = report_of(*CASES), report_of(*CASES)
    ids = [finding["id"] for finding in first["findings"]]
    assert ids == [finding["id"] for finding in second["findings"]]
    assert len(set(ids)) == len(ids) == first["summary"]["findings"]


def test_what_was_not_looked_at_is_null():
    summary = report_of("healthy")["summary"]
    assert (summary["ready"], summary["verified"], summary["registered"]) == (1, None, None)


@pytest.mark.parametrize(
    ("fail_on", "count"), [(["required"], 2), (["unknown"], 2), (["recommended"], 2), (["registration"], 0), ([], 0)]
)
def test_failing(fail_on, count):
    assert len(failing_findings(report_of(*CASES), fail_on)) == count


def test_summary_names_who_has_to_act():
    lines = summary_of(report_of(*CASES), width=200)
    assert lines[0] == "3 of 7 tenants meet every requirement; 4 do not, 2 have advice."
    assert [line for line in lines[1:] if line and line[0] not in " -"] == [
        "Who acts first: Administrator of Contoso (2 tenants)",
        "Partner administrator of Northwind",
        "Ansible administrator of the home tenant",
        "Advice (2 tenants)",
    ]


def test_summary_keeps_a_hostile_name_on_its_line():
    report = report_of("expired")
    report["findings"][0]["tenant_name"] = "Evil\nNOT MET everybody"
    assert [line[:2] for line in summary_of(report, width=1000)[2:]] == ["Wh", "- "]
