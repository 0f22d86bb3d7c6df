# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP: roles come from active assignments of a relationship in force, and dates follow its status."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import NOW, READER, TARGET, small_state

from lab.state.directory import timestamp


def relationship(fields: str):
    return small_state("{name: Fabrikam SOC,", f"{{name: Fabrikam SOC, {fields},").relationships[0]


def test_gdap_roles_come_from_the_assignment():
    assert small_state().gdap_roles(TARGET, NOW) == {READER}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{group: All,", "{group: Helpdesk,"),
        ("roles: [Security Reader]}]}", "roles: [Security Reader], status: pending}]}"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: expired,"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: approvalPending,"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, days_left: -1,"),
    ],
)
def test_gdap_gives_nothing(before, after):
    assert small_state(before, after).gdap_roles(TARGET, NOW) is None


def test_end_is_activation_and_duration():
    entity = relationship("days_left: 18, created_days_ago: 347").entity
    assert entity["duration"] == "P365D"
    assert entity["endDateTime"] == timestamp(NOW + dt.timedelta(days=18))
    assert entity["activatedDateTime"] == timestamp(NOW - dt.timedelta(days=347))


@pytest.mark.parametrize("status", ["created", "approvalPending", "approved", "activating"])
def test_no_end_before_approval(status):
    entity = relationship(f"status: {status}").entity
    assert entity["activatedDateTime"] is entity["endDateTime"] is None


def test_assignment_without_roles_has_all_of_the_relationship():
    relationship = small_state(", roles: [Security Reader]}]}", "}]}").relationships[0]
    assert relationship.assignments[0]["accessDetails"] == relationship.entity["accessDetails"]


@pytest.mark.parametrize(
    ("fields", "pending"),
    [
        ("status: approvalPending", True),
        ("status: active", False),
        ("status: approvalPending, partner_consent_pending: false", False),
        ("status: active, partner_consent_pending: true", True),
    ],
)
def test_consent_of_the_partner(fields, pending):
    built = small_state("{name: Fabrikam SOC,", f"{{name: Fabrikam SOC, reseller: true, {fields},")
    assert built.relationships[0].entity["isPartnerConsentPending"] is pending


def test_fresh_relationship():
    relationship = small_state("{name: Fabrikam SOC,", "{name: Fabrikam SOC, created_days_ago: 0,").relationships[0]
    assert relationship.entity["activatedDateTime"] == timestamp(NOW)
    assert [row["createdDateTime"] for row in relationship.assignments] == [timestamp(NOW)]
