# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of GDAP relationships and of their access assignments."""

from __future__ import annotations

import datetime as dt

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


def test_a_relationship_keeps_what_is_judged():
    rows = [
        {
            "id": "R-1",
            "customer": {"tenantId": "AABB", "displayName": "Birch"},
            "displayName": "Birch SOC",
            "status": "Active",
            "activatedDateTime": "2026-01-01T00:00:00Z",
            "endDateTime": "2027-01-01T00:00:00Z",
            "autoExtendDuration": "P180D",
            "isPartnerConsentPending": True,
            "accessDetails": {
                "unifiedRoles": [{"roleDefinitionId": "BB"}, {"roleDefinitionId": "aa"}, {"roleDefinitionId": "bb"}]
            },
        },
        {"id": "R-2", "status": "created", "customer": None, "displayName": None, "accessDetails": None},
        {"id": "R-3", "status": "created", "customer": {}, "accessDetails": {"unifiedRoles": None}},
    ]
    bare = {"customer": "", "status": "created", "activated": None, "ends": None, "auto_extend": "", "roles": []}
    bare |= {"partner_consent_pending": False, "global_administrator": False}
    assert shape_relationships({"value": rows}) == [
        {
            "id": "R-1",
            "customer": "aabb",
            "relationship": "Birch SOC",
            "status": "Active",
            "activated": "2026-01-01T00:00:00Z",
            "ends": "2027-01-01T00:00:00Z",
            "auto_extend": "P180D",
            "partner_consent_pending": True,
            "global_administrator": False,
            "roles": ["aa", "bb"],
        },
        {"id": "R-2", "relationship": "R-2", **bare},
        {"id": "R-3", "relationship": "R-3", **bare},
    ]


def test_an_assignment_keeps_its_group_and_roles():
    row = {
        "id": "A-1",
        "status": "Active",
        "accessContainer": {"accessContainerId": "GG", "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": "RR"}]},
    }
    shaped = shape_assignments({"value": [row]})
    assert [{key: shaped["assignments"][0][key] for key in ("status", "group", "roles")}] == [
        {"status": "Active", "group": "gg", "roles": ["rr"]}
    ]


def test_access_assignment_keeps_when_it_was_made():
    row = {
        "status": "active",
        "accessContainer": {"accessContainerId": GROUP},
        "createdDateTime": "then",
        "accessDetails": {"unifiedRoles": []},
    }
    (told,) = shape_assignments({"value": [row]})["assignments"]
    assert told == {"status": "active", "group": GROUP, "created": "then", "roles": []}


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
    assert shape_relationships({"value": [row]})[0]["global_administrator"] is True
    assert shape_relationships({"value": [{**row, "accessDetails": None}]})[0]["global_administrator"] is False
