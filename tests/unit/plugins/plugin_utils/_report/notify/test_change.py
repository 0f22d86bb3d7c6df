# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says that a channel does not know: compared with what it was told, not with the run before."""

from __future__ import annotations

import dataclasses

import pytest
from pages.report_rows import GENERATED_AT, NO_LICENSE, tenant_id, verdict
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.change import Told, change_for, known_before
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import parse_routes
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

(ROUTE,) = parse_routes([{"to": "slack", "url": "https://hooks.slack.com/x"}], {})
(LICENSES,) = parse_routes([{"to": "slack", "url": "https://hooks.slack.com/x", "only": {"reason": ["license.*"]}}], {})
NO_ACCESS = verdict("unmet", "access.gdap_missing")
THROTTLED = verdict("unknown", "read.throttled")
BROKEN = compared(judged({1: {"license": NO_LICENSE, "access": NO_ACCESS}}))
TOLD = Told({finding.id: finding for finding in BROKEN.findings})


def reasons(findings):
    return sorted(finding.reason for finding in findings)


@pytest.mark.parametrize(
    ("now", "new", "resolved", "known"),
    [
        ({"license": NO_LICENSE, "access": NO_ACCESS}, [], [], ["access.gdap_missing", "license.none"]),
        ({"license": NO_LICENSE}, [], ["access.gdap_missing"], ["license.none"]),
        ({}, [], ["access.gdap_missing", "license.none"], []),
        ({"license": THROTTLED}, ["read.throttled"], ["access.gdap_missing"], ["license.none", "read.throttled"]),
    ],
)
def test_known_is_what_was_told_and_is_not_over(now, new, resolved, known):
    change = change_for(ROUTE, compared(judged({1: now}, LATER), BROKEN), TOLD)
    assert (reasons(change.new), reasons(change.resolved)) == (new, resolved)
    assert reasons(change.told.findings.values()) == known


def test_channel_is_told_of_what_it_is_for():
    change = change_for(LICENSES, compared(judged({1: {}}, LATER), BROKEN), TOLD)
    assert reasons(change.resolved) == ["license.none"]
    assert reasons(change_for(LICENSES, BROKEN, Told()).new) == ["license.none"]


def test_finding_that_was_gone_meanwhile_is_news_unless_the_report_before_was_lost():
    """Only a report that was compared says since when a finding is there."""
    again = compared(judged({1: {"license": NO_LICENSE}}, LATER), compared(judged({1: {}}, LATER)))
    assert reasons(change_for(ROUTE, again, TOLD).new) == ["license.none"]
    assert reasons(change_for(ROUTE, compared(judged({1: {"license": NO_LICENSE}}, LATER)), TOLD).new) == []


def test_new_channel_knows_what_the_run_before_knew_but_nothing_that_was_accepted():
    now = compared(
        judged({1: {"license": NO_LICENSE, "defender": verdict("unmet", "defender.refused")}}, LATER), BROKEN
    )
    assert reasons(known_before(now).findings.values()) == ["access.gdap_missing", "license.none"]
    accepted = Acceptance("why", "Anna", "2999-01-01")
    resolved = tuple(dataclasses.replace(row, state="accepted", acceptance=accepted) for row in now.resolved)
    assert reasons(known_before(dataclasses.replace(now, resolved=resolved)).findings.values()) == ["license.none"]


@pytest.mark.parametrize(
    ("ends", "auto_extend", "days"),
    [
        ("2026-11-24T11:00:00Z", False, 1),
        ("2026-11-30T11:00:00Z", False, 7),
        ("2026-11-30T13:00:00Z", False, None),
        ("2026-11-24T11:00:00Z", True, None),
        (GENERATED_AT, False, None),
    ],
    ids=["a day", "a week", "more", "extends itself", "over"],
)
def test_end_is_near_by_the_smallest_number_of_days_that_fits(ends, auto_extend, days):
    expiry = Expiry("subscription", "sku", "E5", ends, 1, auto_extend)
    report = dataclasses.replace(judged({1: {}}), expiries=(TenantExpiry(tenant_id(1), "Contoso", expiry),))
    change = change_for(ROUTE, report, Told())
    assert list(change.told.ends.values()) == ([] if days is None else [days])
    assert len(change.expiring) == (days is not None)
    assert change_for(ROUTE, report, change.told).expiring == ()
