# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows of the governance lists, and all that governance is judged by."""

from __future__ import annotations

import datetime as dt

from evidence import (
    GROUP,
    NOW,
    OTHER_GROUP,
    SECURITY_READER,
    TENANT_ID,
    piece,
)
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS,
)

# Why the lists of a preview may not be read, for as long as nobody acts.
MAY_NOT_BE_READ = [
    "consent.permission_missing",
    "read.forbidden",
    "read.not_offered",
    "access.governance_not_in_cloud",
]


HOME = "99999999-0000-4000-8000-000000000001"


OURS = {"governing": HOME, "governed": TENANT_ID}


BACK = {"governing": TENANT_ID, "governed": HOME}


GIVES = [{"group": GROUP, "roles": [SECURITY_READER], "other_roles": 0}]


def days(number: float) -> str:
    return (NOW + dt.timedelta(days=number)).isoformat()


def governed(status="active", made=-90, **fields):
    return {"id": "g1", **OURS, "status": status, "made": days(made), "assignments": GIVES, **fields}


def request(status="pending", made=-2, ends=12, **fields):
    return {"id": "r1", **OURS, "status": status, "made": days(made), "ends": days(ends), **fields}


def invitation(made=-3, ends=27, **fields):
    return {"id": "i1", **OURS, "made": days(made), "ends": days(ends), **fields}


def lists(relationships=(), requests=(), invitations=(), groups=(GROUP,)):
    """Everything that governance is judged by."""
    rows = dict(zip([read.key for read in READS], (relationships, requests, invitations), strict=True))
    found = {key: piece(key, {"home": HOME, "rows": list(value), "others": 0}) for key, value in rows.items()}
    names = {"groups": {group: f"Group {group[-1]}" for group in groups}, "other_groups": 0}
    return {**found, "operator_groups": piece("operator_groups", names)}


SIDES = st.sampled_from([OURS, BACK, {"governing": HOME, "governed": "x"}, {"governing": "x", "governed": TENANT_ID}])


ASSIGNMENTS = st.none() | st.lists(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from([GROUP, OTHER_GROUP]),
            "roles": st.lists(st.sampled_from([SECURITY_READER]), max_size=1),
            "other_roles": st.integers(0, 1),
        }
    ),
    max_size=2,
)


MADE = st.integers(-100, 0)


STATUSES = st.sampled_from(["active", "Active", "terminated", "terminationRequestedByGoverningTenant", "odd"])


relationships = st.lists(
    st.builds(
        lambda side, status, made, assignments, key: governed(status, made, assignments=assignments, **side, id=key),
        SIDES,
        STATUSES,
        MADE,
        ASSIGNMENTS,
        st.sampled_from(["g1", "g2", "g3"]),
    ),
    max_size=3,
    unique_by=lambda row: row["id"],
)


requests = st.lists(
    st.builds(
        lambda side, status, made, ends, key: request(status, made, ends, **side, id=key),
        SIDES,
        st.sampled_from(["pending", "accepted", "Rejected", "odd"]),
        MADE,
        st.integers(-50, 50),
        st.sampled_from(["r1", "r2"]),
    ),
    max_size=2,
    unique_by=lambda row: row["id"],
)


invitations = st.lists(
    st.builds(
        lambda side, made, ends, key: invitation(made, ends, **side, id=key),
        SIDES,
        MADE,
        st.integers(-50, 50),
        st.sampled_from(["i1", "i2"]),
    ),
    max_size=2,
    unique_by=lambda row: row["id"],
)
