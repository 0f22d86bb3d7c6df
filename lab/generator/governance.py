# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""States of governance that the generator draws, how a world has them, and what follows."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import random

Row = dict[str, t.Any]

# The first two are healthy; the second has the letter case of Microsoft's own example.
STATES: t.Final = (
    "active",
    "capital",
    "not_assigned",
    "no_assignment",
    "ending",
    "terminated",
    "reversed",
    "requested",
    "request_expired",
    "rejected",
    "invited",
    "invitation_expired",
    "missing",
)
WORKING: t.Final = ("active", "capital")
ACCESS: t.Final = {
    ("governance", "not_assigned"): "access.governance_operator_not_assigned",
    **{
        ("governance", state): f"access.governance_{state}"
        for state in STATES
        if state not in (*WORKING, "not_assigned")
    },
}

_STATUS: t.Final = {"capital": "Active", "ending": "terminationRequestedByGoverningTenant", "terminated": "terminated"}
_STEPS: t.Final[dict[str, Row]] = {
    "requested": {"governance_request": {"created_days_ago": 2}},
    "request_expired": {"governance_request": {"created_days_ago": 20}},
    "rejected": {"governance_request": {"status": "rejected"}, "governance_invitation": {"created_days_ago": 5}},
    "invited": {"governance_invitation": {"created_days_ago": 3}},
    "invitation_expired": {"governance_invitation": {"created_days_ago": 40}},
    "missing": {},
}


def rows(state: str, role_names: t.Sequence[str], operators: str, bystanders: str, rng: random.Random) -> Row:
    """Return the fields of a tenant that are about governance."""
    if state in _STEPS:
        return _STEPS[state]
    if state == "reversed":
        theirs = {"side": "governing", "roles": ["Security Reader"], "group": "Their own"}
        return {"governance": [theirs], "groups": [{"name": "Their own"}]}
    row: Row = {"status": _STATUS.get(state, "active"), "created_days_ago": rng.randint(5, 300)}
    if state != "no_assignment":
        row |= {"roles": list(role_names), "group": bystanders if state == "not_assigned" else operators}
    return {"governance": [row]}
