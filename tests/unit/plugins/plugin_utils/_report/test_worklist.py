# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to do what: the order of the actors, and a sentence about many tenants once."""

from __future__ import annotations

import dataclasses

import pytest
from report_findings import finding

from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist

PARTNER, BILLING = "Partner administrator of Northwind", "Billing Administrator of each tenant"


def missing(number):
    return dataclasses.replace(finding(number, "access.gdap_missing"), status="unmet")


def remedy(number, text, **changes):
    return dataclasses.replace(finding(number), remedy=text, **changes)


@pytest.mark.parametrize(
    ("findings", "titles"),
    [
        # One actor alone keeps four tenants waiting; three do not change the order.
        ([missing(9), *(remedy(number, "Anna: look.") for number in range(4))], ["Anna", PARTNER]),
        ([missing(9), *(remedy(number, "Anna: look.") for number in range(3))], [PARTNER, "Anna"]),
        # Access comes before a license, however many tenants lack one: each of them has an actor of its own.
        ([*map(finding, range(5)), missing(9)], [PARTNER, BILLING]),
        # Advice is not urgent, and what nobody can do anything about comes last.
        (
            [
                remedy(1, "No action needed. Run again in an hour."),
                remedy(2, "Anna: look.", severity="recommended"),
                remedy(3, "Ben: look."),
                remedy(4, "Look."),
            ],
            ["Ben", "Anna", "Microsoft", "No action needed now"],
        ),
    ],
)
def test_first_who_keeps_many_waiting_then_the_urgent(findings, titles):
    assert [work.title for work in worklist(findings)] == titles


def test_what_is_accepted_is_not_work():
    accepted = dataclasses.replace(missing(1), state="accepted", acceptance=Acceptance("why", "Anna", "2999-01-01"))
    assert worklist([accepted]) == []


def test_work_counts_tenants_findings_and_what_is_new_and_urgent():
    old = dataclasses.replace(missing(1), state="open", first_seen="2026-11-01T00:00:00Z")
    expiring = finding(2, "access.gdap_expiring", relationship="SOC", ends="2026-12-01", days="9")
    (work,) = worklist([old, missing(2), expiring])
    assert (work.tenants, len(work.findings), work.urgent, work.new) == (2, 3, 2, 2)
    assert (work.organization, work.since) == ("partner", "2026-11-01T00:00:00Z")
    assert [(group.kind, group.reason, group.number) for group in work.groups] == [
        ("Access lost", "access.gdap_missing", 2),
        ("Advice", "access.gdap_expiring", 1),
    ]


def test_sentence_that_differs_in_the_name_alone_is_there_once():
    rows = [finding(number) for number in (1, 2)]
    rows.append(dataclasses.replace(finding(3), message="Tenant 3 Ltd has only trials."))
    (work,) = worklist(rows)
    (group,) = work.groups
    (one,) = group.remedies
    assert (one.name, one.text.partition(":")[0]) == ("", BILLING)
    assert [place.message for place in one.places] == [rows[0].message, "", rows[2].message]
    own = finding(4, name="IT")
    assert worklist([own])[0].groups[0].remedies[0][:2] == (own.remedy, "IT")
