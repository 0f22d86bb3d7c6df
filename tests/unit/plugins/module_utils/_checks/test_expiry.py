# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Things that end by themselves."""

from __future__ import annotations

from evidence import (
    SECURITY_READER,
    case,
    gdap_evidence,
    relationship,
    role_rows,
    subscription_evidence,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import expiries_of


def test_dates_that_will_bite_are_about_objects():
    day = 60 * 24
    timed = role_rows("timed_roles", (SECURITY_READER, day))
    evidence = {**gdap_evidence(relationship(days=3)), "timed_roles": timed, **subscription_evidence({})}
    found = {one.what: one.object for one in expiries_of(case(evidence))}
    assert found == {
        "role_assignment": SECURITY_READER,
        "gdap_relationship": relationship()["id"],
        "subscription": "SPE_E5",
    }
