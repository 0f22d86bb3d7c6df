# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ends of access by GDAP."""

from __future__ import annotations

from evidence import (
    GROUP,
    case,
    gdap_evidence,
    group_rows,
    relationship,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import expiries_of


def test_date_that_will_bite_is_about_an_object_and_extends_only_what_extends_itself():
    evidence = {
        **gdap_evidence(relationship(days=3)),
        "timed_groups": group_rows("timed_groups", (GROUP, 0), (GROUP, 9)),
    }
    membership, gdap = expiries_of(case(evidence))
    assert (membership.what, membership.object, membership.auto_extend) == ("group_membership", GROUP, False)
    assert gdap.ends == "2026-11-26T12:00:00Z"


def test_group_that_the_operator_is_not_in_is_named_by_its_id():
    evidence = {
        **gdap_evidence(relationship(), groups=()),
        "eligible_groups": group_rows("eligible_groups", (GROUP, 9)),
    }
    (name,) = [expiry.name for expiry in expiries_of(case(evidence)) if expiry.what == "group_eligibility"]
    assert name == GROUP
