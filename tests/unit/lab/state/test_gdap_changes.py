# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a GDAP relationship: what takes its time, how long it lasts, and what a write leaves behind."""

from __future__ import annotations

import datetime as dt

import pytest
from lab_worlds import NOW, READER, TARGET, small_state

from lab.data import roles
from lab.state import gdap_changes as changes


def assignment(count: int = 1):
    ids = [*roles.NAME_OF][:count]
    container = {"accessContainerId": "x", "accessContainerType": "securityGroup"}
    return {"accessContainer": container, "accessDetails": {"unifiedRoles": [{"roleDefinitionId": e} for e in ids]}}


@pytest.mark.parametrize(
    ("text", "days"),
    [("P1D", 1), ("P730D", 730), ("P2Y", 730), ("P1Y1M1D", 396), ("P", None), ("PT0S", None), ("730", None)],
)
def test_days_of_a_duration(text, days):
    assert changes.days_of(text) == days


@pytest.mark.parametrize("reads", [0, 1, 3])
def test_an_assignment_is_active_after_some_reads(reads):
    relationship = small_state().relationships[0]
    first = changes.add_assignment(relationship, assignment(), reads, NOW)
    row, operation = relationship.assignments[-1], relationship.operations[-1]
    seen = []
    for _read in range(reads + 1):
        relationship.read()
        seen.append((row["status"], operation["status"]))
    assert seen == [("pending", "running")] * reads + [("active", "succeeded")]
    assert (first["status"], first["id"]) == ("pending", row["id"])
    assert first["@odata.etag"] != row["@odata.etag"]


@pytest.mark.parametrize(("count", "status"), [(15, "active"), (16, "pending")])
def test_many_roles_stay_pending(count, status):
    relationship = small_state().relationships[0]
    changes.add_assignment(relationship, assignment(count), 0, NOW)
    assert relationship.assignments[-1]["status"] == status


def test_every_write_gives_another_etag():
    relationship = small_state().relationships[0]
    etags = {relationship.entity["@odata.etag"]}
    for _write in range(3):
        changes.update(relationship, {"autoExtendDuration": "P180D"}, NOW)
        etags.add(relationship.entity["@odata.etag"])
    assert len(etags) == 4


def test_approval_gives_access():
    state = small_state("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: approvalPending, created_days_ago: 9,")
    (relationship,) = state.relationships
    assert state.gdap_roles(TARGET, NOW) is None
    version = state.version
    changes.approve(relationship, NOW)
    assert state.gdap_roles(TARGET, NOW) == {READER}
    assert state.version != version


@pytest.mark.parametrize(("days", "lapsed"), [(0, False), (81, True)])
def test_a_request_lapses(days, lapsed):
    state = small_state("{name: Fabrikam SOC,", "{name: Fabrikam SOC, status: approvalPending, created_days_ago: 9,")
    assert changes.has_lapsed(state.relationships[0], NOW + dt.timedelta(days=days)) is lapsed
