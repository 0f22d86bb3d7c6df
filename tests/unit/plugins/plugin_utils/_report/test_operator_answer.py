# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Defender's answer to the operator settles: it proves a role of Defender itself, and removes one doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import GENERATED_AT, access_row, caveat, requirements_row, tenant_id, verdict
from reports import made_report

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
from ansible_collections.m365.defender.plugins.plugin_utils._report.operator_answer import proven, settled
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import AccessRow

CUSTOM = verdict("unknown", "permissions.custom_role", object="role-1")
RUN = {"generated_at": GENERATED_AT, "home_tenant_id": "h", "operator": "Anna", "cloud": "public"}


def report_row(requirements, access):
    key = tenant_id(1)
    rows = None if access is None else [access_row(1, "Contoso", **access)]
    report = made_report({key: requirements_row(1, "Contoso", **requirements)}, rows, **RUN)
    return report, report["tenants"][0]


def test_answer_of_defender_to_the_operator_proves_the_role():
    report, row = report_row({"permissions": CUSTOM}, {})
    told = row["requirements"]["permissions"]
    assert (told["status"], told["reason"], told["object"]) == ("met", "permissions.custom_role_proven", "role-1")
    assert "Anna holds a role of Microsoft Defender's own in Contoso" in told["message"]
    assert (row["ready"], row["eligible"], row["first_broken"], row["reason"]) == (True, True, None, None)
    assert report["summary"]["ready"] == 1
    assert report["findings"] == []


@pytest.mark.parametrize(
    ("requirements", "access", "first_broken"),
    [
        ({}, None, "permissions"),
        ({}, {"defender": verdict("unknown", "read.throttled")}, "permissions"),
        ({}, {"defender": verdict("unknown", "check.not_chosen")}, "permissions"),
        ({}, {"defender": verdict("unmet", "defender.role_missing")}, "permissions"),
        ({}, {"defender": verdict("not_applicable", "defender.odd")}, "permissions"),
    ],
)
def test_without_that_answer_nothing_is_proven(requirements, access, first_broken):
    _report, row = report_row({"permissions": CUSTOM, **requirements}, access)
    assert row["requirements"]["permissions"]["reason"] == "permissions.custom_role"
    assert (row["ready"], row["first_broken"]) == (False, first_broken)
    assert row["eligible"] in (None, False)


@pytest.mark.parametrize(
    ("requirements", "first_broken"),
    [
        ({"license": verdict("unknown", "read.throttled")}, "license"),
        ({"license": verdict("unmet", "license.none")}, "license"),
        ({"access": verdict("unknown", "read.forbidden")}, "access"),
    ],
)
def test_proof_of_one_is_no_proof_of_another(requirements, first_broken):
    _report, row = report_row({"permissions": CUSTOM, **requirements}, {})
    assert row["requirements"]["permissions"]["status"] == "met"
    assert (row["ready"], row["eligible"], row["first_broken"]) == (False, False, first_broken)


def test_requirement_that_was_not_judged_is_not_ready():
    row = requirements_row(1, "Contoso", permissions=CUSTOM)
    del row["requirements"]["license"]
    told = made_report({tenant_id(1): row}, [access_row(1, "Contoso")], **RUN)["tenants"][0]
    assert (told["ready"], told["eligible"]) == (False, False)


@pytest.mark.parametrize("reason", ["permissions.no_role", "permissions.access_first", "read.throttled"])
def test_other_reasons_stay_what_they_are(reason):
    status = "unmet" if reason == "permissions.no_role" else "unknown"
    _report, row = report_row({"permissions": verdict(status, reason)}, {})
    assert row["requirements"]["permissions"]["reason"] == reason
    assert row["ready"] is False


STATUSES = st.sampled_from(["met", "unmet", "unknown", "not_applicable"])


@given(
    statuses=st.fixed_dictionaries(dict.fromkeys(("access", "license"), STATUSES)),
    held=st.sampled_from(["permissions.custom_role", "permissions.no_role", "read.forbidden"]),
    probe=STATUSES,
)
def test_ready_means_every_required_verdict_is_met(statuses, held, probe):
    verdicts = {check: verdict(status, f"{check}.x") for check, status in statuses.items()}
    verdicts["permissions"] = verdict("unknown", held)
    _report, row = report_row(verdicts, {"defender": verdict(probe, "defender.x")})
    proven = held == "permissions.custom_role" and probe == "met"
    assert (row["requirements"]["permissions"]["status"] == "met") is proven
    allowed = {"met", "not_applicable"}
    assert row["ready"] is (proven and set(statuses.values()) <= allowed)
    if row["eligible"]:
        assert row["first_broken"] is None


def typed(row):
    return Verdict.from_fields("permissions", Fields(row, "row"))


def access(status):
    return AccessRow.from_fields(Fields(access_row(1, "Contoso", defender=verdict(status, "defender.x")), "row"))


@pytest.mark.parametrize(("answer", "left"), [(access("met"), ["x.y"]), (access("unknown"), None), (None, None)])
def test_doubt_about_security_reader_is_removed_by_an_answer(answer, left):
    doubts = ["permissions.security_reader", "x.y"]
    row = typed(verdict(caveats=[caveat(reason, actionable=True) for reason in doubts]))
    (judged,) = settled({"permissions": row}, answer).values()
    assert [doubt.reason for doubt in judged.caveats] == (left or doubts)


def test_proof_keeps_what_was_read():
    row = typed({**CUSTOM, "caveats": [caveat("x.y", actionable=False)]})
    judged = proven({"permissions": row}, access("met"), {"tenant": "T", "operator": "Anna"})["permissions"]
    assert (judged.status, judged.object, judged.caveats) == ("met", row.object, row.caveats)
