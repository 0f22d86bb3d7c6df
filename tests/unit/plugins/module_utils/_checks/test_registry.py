# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry: everything that is made from the list of checks."""

from __future__ import annotations

from evidence import case, sku, sku_evidence, subscription_evidence

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import (
    ALL_READS,
    CATALOGUE,
    CHECKS,
    checks_of,
    expiries_of,
)


def test_every_check_belongs_to_one_step():
    stages = [checks_of(stage) for stage in ("requirements", "access", "registration")]
    assert sorted(check.name for stage in stages for check in stage) == sorted(check.name for check in CHECKS)


def test_no_reason_is_defined_twice():
    reasons = [reason for check in CHECKS for reason in check.reasons]
    assert len(reasons) == len(set(reasons))
    assert set(reasons) <= set(CATALOGUE.reasons)


def test_every_check_but_the_view_is_judged_without_evidence():
    for check in CHECKS:
        if check.judge is not None:
            assert check.judge(case({})).status == "unknown"


def test_every_read_says_where_it_is_made():
    assert {use.side for use in ALL_READS} <= {"home", "target", "home and target"}


def test_expiries_are_sorted_and_unique():
    rows = ({"ends": "2027-02-01T00:00:00Z"}, {"ends": "2027-01-01T00:00:00Z"}, {"ends": "2027-01-01T00:00:00Z"})
    evidence = {**sku_evidence(sku(MTP="Success")), **subscription_evidence(*rows)}
    assert [expiry.ends for expiry in expiries_of(case(evidence))] == ["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"]
