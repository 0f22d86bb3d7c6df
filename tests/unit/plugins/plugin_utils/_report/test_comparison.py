# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is new, resolved, or not known: run against run."""

from __future__ import annotations

import dataclasses
import random

import pytest
from pages.report_rows import (
    BY_ACCESS,
    CONDITIONAL_ACCESS,
    EXPIRED,
    GENERATED_AT,
    NO_CONSENT,
    NO_LICENSE,
    NOT_CHOSEN,
    caveat,
    tenant_id,
    verdict,
)
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.plugin_utils._report.comparison import compare, gone_findings
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import PreviousRun
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow, Cell

THROTTLED = verdict("unknown", "read.throttled")
ENDING = verdict(caveats=[caveat("access.gdap_expiring", actionable=True)])
NO_ROLE = verdict("unmet", "permissions.no_role")
LEFT_OUT = verdict(*NOT_CHOSEN)
NO_VIEW = {"registered": None, "registration": verdict("unknown", "registration.no_view")}
OUTSIDE = {"registered": False, "registration": verdict("unmet", "registration.not_registered")}
STRANGER = {
    "tenant_id": tenant_id(9),
    "name": "Stranger",
    "registration": verdict("unmet", "registration.not_declared"),
}


def view(row, *undeclared):
    return {"tenants": [{"tenant_id": tenant_id(1), "name": "Tenant 1", **row}], "undeclared": [*undeclared]}


def fates(before, after):
    """The reasons that are new, resolved, unread and left out."""
    report = compared(after, compared(before))
    new = {finding.reason for finding in report.findings if finding.state == "new"}
    counts = report.changes
    lists = new, {f.reason for f in report.resolved}, {f.reason for f in report.unread}
    assert (counts.new, counts.resolved, counts.unread) == tuple(map(len, lists))
    return *lists, counts.left_out


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"license": NO_LICENSE}, ({"license.none"}, set(), set(), 0)),
        ({"license": NO_LICENSE}, {}, (set(), {"license.none"}, set(), 0)),
        ({"license": NO_LICENSE}, {"license": NO_LICENSE}, (set(), set(), set(), 0)),
        # What could not be read is not gone.
        ({"license": NO_LICENSE}, {"license": THROTTLED}, ({"read.throttled"}, set(), {"license.none"}, 0)),
        ({"permissions": NO_ROLE}, {"access": EXPIRED, "permissions": BY_ACCESS}, None),
        ({"access": ENDING}, {}, (set(), {"access.gdap_expiring"}, set(), 0)),
        ({"access": ENDING}, {"access": THROTTLED}, ({"read.throttled"}, set(), {"access.gdap_expiring"}, 0)),
        # Its own read failed, whatever the verdict.
        (
            {"access": ENDING},
            {"access": verdict(unread=["access.gdap_expiring"])},
            (set(), set(), {"access.gdap_expiring"}, 0),
        ),
        ({"access": ENDING}, {"access": verdict(unread=["access.other"])}, (set(), {"access.gdap_expiring"}, set(), 0)),
        ({"license": NO_CONSENT}, {}, (set(), {"consent.app_not_in_tenant"}, set(), 0)),
        ({"license": NO_CONSENT}, {"sign_in": THROTTLED}, None),
        ({"sign_in": CONDITIONAL_ACCESS}, {"sign_in": LEFT_OUT}, (set(), set(), set(), 1)),
        ({"license": NO_LICENSE}, {"license": verdict("not_applicable", "x.y")}, (set(), {"license.none"}, set(), 0)),
    ],
)
def test_fate_of_a_finding(before, after, expected):
    found = fates(judged({1: before}), judged({1: after}, LATER))
    if expected is None:
        # It may still be there behind what is broken before it.
        assert found[1] == set()
        assert len(found[2]) == 1
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("after", "resolved", "unread", "left_out"),
    [
        (view({"registered": True, "registration": verdict()}, STRANGER), 1, 0, 0),
        (view(NO_VIEW), 0, 2, 0),
        (None, 0, 0, 2),
        (view(OUTSIDE), 1, 0, 0),
    ],
)
def test_fate_of_what_concerns_the_view(after, resolved, unread, left_out):
    before = compared(judged({1: {}}, view=view(OUTSIDE, STRANGER)))
    changes = compared(judged({1: {}}, LATER, view=after), before).changes
    assert (changes.resolved, changes.unread, changes.left_out) == (resolved, unread, left_out)


def test_tenant_that_is_not_declared_any_more_is_no_longer_checked():
    before = compared(judged({1: {"license": NO_LICENSE}, 2: {"license": NO_LICENSE}}))
    after = compared(judged({1: {"license": NO_LICENSE}}, LATER), before)
    assert (after.changes.resolved, after.changes.left_out, after.resolved) == (0, 1, ())
    assert summary_lines(after)[0] == f"Since the report of {GENERATED_AT}: 1 finding no longer checked."


def test_first_run_and_unchanged_world():
    first = compared(judged({1: {"license": NO_LICENSE}, 2: {}}))
    assert [(f.state, f.first_seen) for f in first.findings] == [("new", GENERATED_AT)]
    assert (first.changes.previous_at, first.changes.nothing) == (None, False)
    second = compared(judged({1: {"license": NO_LICENSE}, 2: {}}, LATER), first)
    assert [(f.id, f.state, f.first_seen) for f in second.findings] == [(first.findings[0].id, "open", GENERATED_AT)]
    assert second.changes.nothing
    assert summary_lines(second)[0] == f"Nothing has changed since the report of {GENERATED_AT}."


def test_what_was_unread_keeps_its_age_and_is_not_new_again():
    first = compared(judged({1: {"license": NO_LICENSE}}))
    second = compared(judged({1: {"license": THROTTLED}}, LATER), first)
    third = compared(judged({1: {"license": NO_LICENSE}}, "2026-11-25T12:00:00Z"), second)
    assert [(f.state, f.first_seen) for f in third.findings] == [("open", GENERATED_AT)]
    assert [f.reason for f in third.resolved] == ["read.throttled"]
    healed = compared(judged({1: {}}, "2026-11-25T12:00:00Z"), second)
    assert {f.reason for f in healed.resolved} == {"license.none", "read.throttled"}


@pytest.mark.parametrize(
    ("before", "after", "trend"),
    [
        ({}, {"license": NO_LICENSE}, "worse"),
        ({"license": NO_LICENSE}, {}, "better"),
        ({"license": NO_LICENSE}, {"access": EXPIRED}, "worse"),
        ({"access": EXPIRED}, {"license": NO_LICENSE}, "better"),
        ({"access": EXPIRED}, {"access": EXPIRED}, None),
        # Nobody knows whether it has become worse.
        ({}, {"access": THROTTLED}, None),
        ({"license": NO_LICENSE}, {"license": THROTTLED}, None),
        ({"license": THROTTLED}, {"license": NO_LICENSE}, "worse"),
        ({"access": EXPIRED}, {"license": THROTTLED}, "better"),
        ({}, {}, None),
    ],
)
def test_trend_of_a_tenant(before, after, trend):
    report = compared(judged({1: after}, LATER), compared(judged({1: before})))
    assert report.tenants[0].trend == trend
    assert (report.changes.worse, report.changes.better) == (int(trend == "worse"), int(trend == "better"))


def test_tenant_that_is_new_has_no_trend():
    report = compared(judged({1: {}, 2: {"access": EXPIRED}}, LATER), compared(judged({1: {}})))
    assert [row.trend for row in report.tenants] == [None, None]
    assert report.changes.new == 1


# What can be wrong with a check of the generated world: a link each, and no link hides another one's finding.
FAULTS = {
    "access": (ENDING, verdict(caveats=[caveat("access.partner_role", actionable=True, object="r")])),
    "license": (NO_LICENSE, verdict("unmet", "license.suspended"), verdict("unmet", "license.none", object="sku")),
    "permissions": (NO_ROLE, verdict("unmet", "permissions.no_role", object="o")),
    "sign_in": (CONDITIONAL_ACCESS, verdict("unmet", "sign_in.mfa_required")),
    "mfa_trust": (verdict("unmet", "mfa_trust.not_accepted"),),
}


def test_seeded_change_to_200_tenants_is_told_exactly():
    """300 changes: the findings of what changed, and no other, are new or resolved."""
    chance = random.Random(18)  # noqa: S311
    choices = {check: (None, *faults) for check, faults in FAULTS.items()}
    state = {n: {c: chance.choice(choices[c]) for c in FAULTS} for n in range(1, 201)}

    def judge(*numbers, at):
        return judged({n: {c: v for c, v in state[n].items() if v} for n in numbers}, at)

    before = compared(judge(*state, at=GENERATED_AT))
    for number in range(300):
        tenant, check = chance.randrange(1, 201), chance.choice([*FAULTS])
        old = state[tenant][check]
        state[tenant][check] = chance.choice([choice for choice in choices[check] if choice is not old])
        # Judging the other 199 again would give the same and take minutes.
        part = judge(tenant, at=f"2027-01-01T00:{number // 60:02d}:{number % 60:02d}Z")
        rows = tuple(part.tenants[0] if row.tenant_id == tenant_id(tenant) else row for row in before.tenants)
        others = tuple(f for f in before.findings if f.tenant_id != tenant_id(tenant))
        now = dataclasses.replace(part, tenants=rows, findings=(*others, *part.findings))
        previous = PreviousRun(
            before.run.generated_at,
            before.run.home_tenant_id,
            before.run.operator,
            before.checks,
            {row.tenant_id: row.first_broken for row in before.tenants},
            before.findings,
        )
        after = compare(now, previous, gone_findings(now, previous))
        new = [f for f in after.findings if f.state == "new"]
        assert {(f.tenant_id, f.check) for f in (*new, *after.resolved)} == {(tenant_id(tenant), check)}
        assert len(new) == (state[tenant][check] is not None)
        assert len(after.resolved) == (old is not None)
        assert not after.unread
        before = after


@pytest.mark.parametrize(
    ("status", "first_broken", "unread", "fate"),
    [
        ("met", None, (), "resolved"),
        ("met", None, ("license.trial_only",), "resolved"),
        ("met", None, ("license.none",), "unread"),
        ("unmet", "license", (), "resolved"),
        ("unmet", "access", (), "unread"),
        ("unknown", None, (), "unread"),
    ],
)
def test_finding_of_a_colleague_is_judged_by_the_colleagues_own_row(status, first_broken, unread, fate):
    before = compared(judged({1: {"license": NO_LICENSE}}))
    theirs = dataclasses.replace(before.findings[0], operator="ben@northwind.example", id="ben")
    before = dataclasses.replace(before, findings=(theirs,))
    cell = Cell(tenant_id(1), "Tenant 1", True, True, first_broken, None, None, None, {"license": status}, unread)
    row = AnalystRow("ben@northwind.example", "Ben", (cell,))
    now = judged({1: {}}, LATER)
    after = compared(dataclasses.replace(now, operators=(row,)), before).changes
    assert (after.resolved, after.unread) == (int(fate == "resolved"), int(fate == "unread"))
    assert compared(now, before).changes.left_out == 1
