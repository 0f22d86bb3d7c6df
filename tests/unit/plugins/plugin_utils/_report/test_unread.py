# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a run could not read is not resolved: one answer fails at a time, and every finding may still be there."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import (
    GROUP,
    SECURITY_READER,
    account,
    case,
    gdap_evidence,
    group_rows,
    look_up_evidence,
    relationship,
    role_evidence,
    role_rows,
    side_evidence,
    sku,
    sku_evidence,
    subscription_evidence,
    trust_evidence,
    unread,
)
from report_cases import CASES, HEALTHY
from runs import LATER, compared

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHECKS
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows

GUEST = {**side_evidence(None, None), **look_up_evidence(account())}
HELD = role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),))
DAYS = 60 * 24
# Each has a finding that comes from a read which nothing else needs.
ADVICE = {
    "trial": case({**gdap_evidence(relationship()), **HEALTHY, **subscription_evidence({"trial": True})}),
    "in warning": case(
        {**gdap_evidence(relationship()), **HEALTHY, **sku_evidence(sku(MTP="Success", state="Warning"))}
    ),
    "membership ends": case(
        {**gdap_evidence(relationship()), **HEALTHY, "timed_groups": group_rows("timed_groups", (GROUP, 40))}
    ),
    "role ends": case(
        {**GUEST, **HEALTHY, **HELD, "timed_roles": role_rows("timed_roles", (SECURITY_READER, 9 * DAYS))}, access="b2b"
    ),
    "activation ends": case(
        {
            **GUEST,
            **HEALTHY,
            **HELD,
            "timed_roles": role_rows("timed_roles", (SECURITY_READER, 25), kind="activated"),
        },
        access="b2b",
    ),
    "no trust": case({**gdap_evidence(relationship()), **HEALTHY, **trust_evidence(False)}),
}
ALL = {**CASES, **ADVICE}


def report_of(judged, at, **changes):
    """The report of a run of one tenant."""
    row = judge_requirements(dataclasses.replace(judged, **changes)).as_dict()
    run = RunInfo(at, "11111111-0000-4000-8000-000000000001", judged.operator, "public")
    return make_report(run, ModuleRows.from_results({row["tenant_id"]: row}))


@pytest.mark.parametrize("name", ALL)
def test_finding_is_not_resolved_where_a_read_failed(name):
    judged = ALL[name]
    before = compared(report_of(judged, "2026-11-23T12:00:00Z"))
    assert before.findings or name == "healthy"
    for key in judged.evidence:
        evidence = {**judged.evidence, key: unread(key)}
        after = compared(report_of(judged, LATER, evidence=evidence), before)
        assert [finding.reason for finding in after.resolved] == [], key
        known = {finding.id for finding in (*after.findings, *after.unread)}
        assert {finding.id for finding in before.findings} <= known


@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_resolved_where_all_was_read(name):
    before = compared(report_of(ALL[name], "2026-11-23T12:00:00Z"))
    fine = {**GUEST, **HEALTHY, **HELD, **subscription_evidence({}), "timed_roles": role_rows("timed_roles")}
    fine = {**fine, **gdap_evidence(relationship()), "timed_groups": group_rows("timed_groups")}
    evidence = {key: fine.get(key, answer) for key, answer in ALL[name].evidence.items()}
    after = compared(report_of(ALL[name], LATER, evidence=evidence), before)
    assert (after.findings, after.unread) == ((), ())
    assert len(after.resolved) == len(before.findings)


def test_every_check_says_what_its_advice_is_made_from():
    for check in CHECKS:
        actionable = {reason for reason, caveat in check.caveats.items() if caveat.actionable}
        assert {*check.caveat_reads} == actionable, check.name
        assert all(check.caveat_reads.values())
