# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of GDAP relationships and of their access assignments."""

from __future__ import annotations

import datetime as dt

from bodies import data_of, guid
from evidence import (
    GROUP,
    relationship,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    GLOBAL_ADMINISTRATOR,
    in_force,
    shape_assignments,
    shape_relationships,
)

THEN = "2026-01-01T00:00:00.1234567Z"


def test_a_relationship_keeps_what_is_judged():
    rows = [
        {
            "id": "R-1",
            "customer": {"tenantId": guid("aabb").upper(), "displayName": "Birch"},
            "displayName": "Birch SOC",
            "status": "Active",
            "activatedDateTime": "2026-01-01T00:00:00Z",
            "endDateTime": "2027-01-01T00:00:00Z",
            "autoExtendDuration": "P180D",
            "isPartnerConsentPending": True,
            "accessDetails": {
                "unifiedRoles": [{"roleDefinitionId": guid(word).upper()} for word in ("bb", "aa", "bb")]
            },
        },
        {
            "id": "R-2",
            "status": "created",
            "customer": None,
            "displayName": None,
            "accessDetails": {"unifiedRoles": []},
        },
        {"id": "R-3", "status": "created", "accessDetails": {"unifiedRoles": []}},
    ]
    bare = {
        "customer": "",
        "customer_name": "",
        "status": "created",
        "activated": None,
        "ends": None,
        "auto_extend": "",
        "roles": [],
    }
    bare |= {"partner_consent_pending": False, "global_administrator": False}
    assert data_of(shape_relationships, {"value": rows}) == [
        {
            "id": "R-1",
            "customer": guid("aabb"),
            "customer_name": "Birch",
            "relationship": "Birch SOC",
            "status": "Active",
            "activated": "2026-01-01T00:00:00Z",
            "ends": "2027-01-01T00:00:00Z",
            "auto_extend": "P180D",
            "partner_consent_pending": True,
            "global_administrator": False,
            "roles": sorted([guid("aa"), guid("bb")]),
        },
        {"id": "R-2", "relationship": "R-2", **bare},
        {"id": "R-3", "relationship": "R-3", **bare},
    ]


def test_an_assignment_keeps_its_group_and_roles():
    row = {
        "id": "A-1",
        "status": "Active",
        "accessContainer": {"accessContainerId": guid("g").upper(), "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": guid("r")}]},
    }
    shaped = data_of(shape_assignments, {"value": [row]})
    assert [{key: shaped["assignments"][0][key] for key in ("status", "group", "roles")}] == [
        {"status": "Active", "group": guid("g"), "roles": [guid("r")]}
    ]


def test_access_assignment_keeps_when_it_was_made():
    row = {
        "status": "active",
        "accessContainer": {"accessContainerId": GROUP},
        "createdDateTime": THEN,
        "accessDetails": {"unifiedRoles": []},
    }
    (told,) = data_of(shape_assignments, {"value": [row]})["assignments"]
    assert told == {"status": "active", "group": GROUP, "created": THEN, "roles": []}


def test_a_relationship_ends_at_its_end():
    row = relationship("active")
    end = dt.datetime.fromisoformat(row["ends"])
    assert in_force(row, end - dt.timedelta(seconds=1))
    assert not in_force(row, end)


def test_global_administrator_in_a_relationship_is_seen_whatever_is_wanted():
    row = {
        "id": "r",
        "displayName": "R",
        "status": "active",
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": GLOBAL_ADMINISTRATOR.upper()}]},
    }
    assert data_of(shape_relationships, {"value": [row]})[0]["global_administrator"] is True
    assert (
        data_of(shape_relationships, {"value": [{**row, "accessDetails": {"unifiedRoles": []}}]})[0][
            "global_administrator"
        ]
        is False
    )
