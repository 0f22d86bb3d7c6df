# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three sentences that a report begins with."""

from __future__ import annotations

import dataclasses

import pytest
from pages.report_rows import FLEET, NO_LICENSE, NO_TRUST, NOT_CHOSEN, report_of, verdict
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import headline, state_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

THROTTLED = verdict("unknown", "read.throttled")


def sentences(*tenants, **options):
    return headline(Report.from_dict(report_of(*tenants, **options)))


@pytest.mark.parametrize(
    ("verdicts", "access", "state"),
    [
        ({}, True, "met"),
        ({"mfa_trust": NO_TRUST}, True, "met"),
        ({"license": NO_LICENSE}, True, "unmet"),
        ({"license": THROTTLED}, True, "unknown"),
        ({"access": THROTTLED, "license": NO_LICENSE}, True, "unknown"),
        ({}, False, "partly"),
    ],
)
def test_state_is_that_of_the_first_broken_link(verdicts, access, state):
    report = Report.from_dict(report_of(("Contoso", verdicts), access=access))
    assert state_of(report.tenants[0]) == state


@pytest.mark.parametrize(
    ("tenants", "access", "sentence"),
    [
        ((), True, "No tenant is declared."),
        (({},), True, "The tenant is in order."),
        (({"license": NO_LICENSE},), True, "The tenant needs work."),
        (({"license": THROTTLED},), True, "The tenant could not be checked."),
        (({},), False, "Nothing is broken in the tenant, but not everything was looked at."),
        (({}, {}), True, "All 2 tenants are in order."),
        (({}, {"license": NO_LICENSE}), True, "1 of 2 tenants are in order: 1 needs work."),
        (({}, {}), False, "0 of 2 tenants are in order: 2 were looked at in part."),
    ],
)
def test_how_many_are_in_order(tenants, access, sentence):
    named = ((f"Tenant {number}", verdicts) for number, verdicts in enumerate(tenants, 1))
    assert sentences(*named, access=access)[0] == sentence


def test_what_changed_is_counted_by_its_kind():
    before = compared(judged({1: {"license": NO_LICENSE}, 2: {"sign_in": verdict("unmet", "sign_in.refused")}}))
    now = {1: {"access": verdict("unmet", "access.gdap_missing")}, 2: {"sign_in": verdict(*NOT_CHOSEN)}}
    report = compared(judged(now, LATER), before)
    assert headline(report)[1] == (
        "Since the run of 2026-11-23 12:00 UTC: findings: 1 new and 1 resolved; tenants: 1 worse and 1 better;"
        " no longer looked for: 1."
    )
    assert headline(compared(judged({1: {}}, LATER), compared(judged({1: {}}))))[1].endswith(", nothing changed.")
    changes = dataclasses.replace(report.changes, not_compared="It is of another operator.")
    assert headline(dataclasses.replace(report, changes=changes))[1] == "It is of another operator."


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        ({}, "No action is needed."),
        ({"mfa_trust": NO_TRUST}, "Nothing is urgent; there is advice below."),
        (dict(FLEET)["Tannenhof Hotels GmbH"], "First: Billing Administrator of Tannenhof Hotels GmbH. Tannenhof"),
    ],
)
def test_what_to_do_first(verdicts, sentence):
    assert sentences(("Tannenhof Hotels GmbH", verdicts))[2].startswith(sentence)
