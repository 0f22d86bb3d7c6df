# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary roles: what may be activated, and what ends."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import (
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    case,
    group_rows,
    piece,
    role_evidence,
    role_rows,
    unread,
)
from judged import ANNA, GUEST, caveat, permissions_of, shown

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import (
    account_roles,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"


def test_end_of_an_activation_is_told_to_the_minute():
    timed = role_rows("timed_roles", (SECURITY_READER, 25), (GLOBAL_READER, 40), kind="activated")
    held = role_evidence((SECURITY_READER, GLOBAL_READER), ((SECURITY_READER, "/"), (GLOBAL_READER, "/")))
    verdict = permissions_of({**GUEST, **held, "timed_roles": timed})
    told = caveat(verdict, "permissions.activation_ends")
    assert told.message == f"{ANNA} holds Security Reader, Global Reader in Contoso only until 12:40 UTC."
    assert told.object == "/".join(sorted((SECURITY_READER, GLOBAL_READER)))
    assert shown(verdict) == ["directory_roles", "role_assignments", "timed_roles"]


def test_end_of_an_assignment_is_told_by_its_day_and_kind_of_the_last():
    timed = role_rows("timed_roles", (SECURITY_READER, 60 * 24 * 9 + 5), kind="assigned")
    held = role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),))
    told = caveat(permissions_of({**GUEST, **held, "timed_roles": timed}), "permissions.assignment_ends")
    assert told.message == f"The assignment of Security Reader to {ANNA} in Contoso ends on 2026-12-02, in 9 days."


def test_what_does_not_end_soon_needs_no_evidence_of_ends():
    held = role_evidence((SECURITY_READER,), ((SECURITY_READER, "/"),))
    timed = role_rows("timed_roles", (SECURITY_READER, None))
    assert shown(permissions_of({**GUEST, **held, "timed_roles": timed})) == ["directory_roles", "role_assignments"]


def test_role_through_a_group_is_taken_to_stay():
    timed = role_rows("timed_roles", (SECURITY_READER, 25), kind="activated")
    verdict = permissions_of({**GUEST, **role_evidence((SECURITY_READER,)), "timed_roles": timed})
    assert "permissions.activation_ends" not in [one.reason for one in verdict.caveats]


MEMBERSHIPS = group_rows("account_eligible_groups", (GROUP, None), (OTHER_GROUP, None))


def test_memberships_to_activate_are_named_and_shown():
    held = piece("group_role_assignments", {"assignments": [{"role": SECURITY_READER, "scope": "/"}]})
    evidence = {
        **GUEST,
        **role_evidence(),
        "account_eligible_groups": MEMBERSHIPS,
        f"group_role_assignments/{GROUP}": held,
        f"group_role_assignments/{OTHER_GROUP}": held,
    }
    verdict = permissions_of(evidence)
    assert f"holds Security Reader ({GROUP}, {OTHER_GROUP})" in verdict.message
    assert (verdict.check, verdict.reason) == ("permissions", "permissions.group_eligible")
    roles = ["directory_roles", "role_assignments"]
    assert shown(verdict) == [*roles, "account_eligible_groups", *["group_role_assignments"] * 2]


def test_group_that_was_not_read_offers_nothing():
    key = f"group_role_assignments/{GROUP}"
    evidence = {**GUEST, **role_evidence(), "account_eligible_groups": MEMBERSHIPS, key: unread(key)}
    assert permissions_of(evidence).reason == "permissions.no_role"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("eligible_roles", "permissions.eligibility_not_read"),
        ("defender_role_assignments", "permissions.custom_role_not_read"),
    ],
)
@pytest.mark.parametrize(("said", "words"), [("not allowed", "not allowed"), (None, "read.forbidden")])
def test_doubt_says_why_it_was_not_read(key, reason, said, words):
    failed = dataclasses.replace(unread(key), problem=Problem("read.forbidden", {"said": said} if said else {}))
    verdict = permissions_of({**GUEST, **role_evidence(), key: failed})
    assert caveat(verdict, reason).message.endswith(f": {words}")


def test_too_many_rows_are_the_reason_of_a_doubt():
    many = piece("eligible_roles", {"rows": [], "left_out": 3})
    told = caveat(permissions_of({**GUEST, **role_evidence(), "eligible_roles": many}), _ELIGIBILITY)
    assert told.message.endswith(": there are more rows than are kept in evidence")


_ELIGIBILITY = "permissions.eligibility_not_read"


def test_groups_that_were_not_read_are_not_asked_about():
    assert account_roles.groups_to_read(case({"account_groups": unread("account_groups")})) == ([], [])


def test_role_to_activate_shows_the_roles_that_are_there():
    eligible = role_rows("eligible_roles", (SECURITY_READER, None))
    verdict = permissions_of({**GUEST, **role_evidence(), "eligible_roles": eligible})
    assert verdict.message == f"{ANNA} can activate Security Reader in Contoso but has not done so."
    assert (verdict.check, shown(verdict)) == (
        "permissions",
        ["directory_roles", "role_assignments", "eligible_roles"],
    )
