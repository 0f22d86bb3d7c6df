# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept of the governance lists, and how one tenant's rows are cut out of them."""

from __future__ import annotations

import pytest
from bodies import data_of, guid
from evidence import (
    DIRECTORY_READERS,
    GROUP,
    OTHER_GROUP,
    SECURITY_READER,
    TENANT_ID,
    case,
    piece,
)
from governance_rows import (
    HOME,
    governed,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import reads as governance_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    shape_relationships,
    trim_governance,
    with_home,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read


def shape(body):
    return body


def test_read_of_governance_is_asked_at_v1_and_then_at_beta():
    made = governance_reads._read("Thing", shape)
    assert made == Read(
        what="governance_things",
        title="the governance things (preview)",
        path="/directory/tenantGovernance/governanceThings",
        app=("TenantGovernance-Thing.Read.All",),
        delegated=("TenantGovernance-Thing.Read.All", "TenantGovernance-Thing.ReadWrite.All"),
        shape=shape,
        versions=("v1.0", "beta"),
    )


THEN, LATER = "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"
IDS = {"id": "G-1", "governingTenantId": guid("a").upper(), "governedTenantId": guid("b").upper()}


SHORT = {"id": "G-1", "governing": guid("a"), "governed": guid("b")}


def test_governance_relationship_keeps_when_it_was_made():
    row = {**IDS, "status": "Active", "creationDateTime": THEN, "policySnapshot": None}
    assert data_of(governance_reads.shape_relationships, {"value": [row]}) == [
        {**SHORT, "status": "Active", "made": THEN, "assignments": None}
    ]


def test_governance_request_keeps_status_and_both_times():
    row = {**IDS, "status": "pending", "requestDateTime": THEN, "expirationDateTime": LATER}
    assert data_of(governance_reads.shape_requests, {"value": [row]}) == [
        {**SHORT, "status": "pending", "made": THEN, "ends": LATER}
    ]


def test_governance_invitation_has_no_status():
    row = {**IDS, "createdDateTime": THEN, "expirationDateTime": LATER}
    assert data_of(governance_reads.shape_invitations, {"value": [row]}) == [{**SHORT, "made": THEN, "ends": LATER}]


def test_groups_of_relationships_are_named():
    rows = [{"assignments": [{"group": GROUP}, {"group": OTHER_GROUP}]}, {"assignments": None}]
    key = governance_reads.RELATIONSHIPS.what
    assert governance_reads.groups_named({key: piece(key, {"rows": rows})}) == {GROUP, OTHER_GROUP}
    assert governance_reads.groups_named({key: piece(key, None)}) == set()
    assert governance_reads.groups_named({}) == set()


@pytest.mark.parametrize("prefix", ["#microsoft.graph.", "#microsoft.graph.tenantGovernanceServices."])
@pytest.mark.parametrize(
    ("snapshot", "assignments"),
    [
        (None, None),
        ({}, None),
        ({"delegatedAdministrationRoleAssignments": None}, None),
        ({"delegatedAdministrationRoleAssignments": []}, []),
        ({"delegatedAdministrationRoleAssignments": [{"roleTemplates": [{"id": guid("r")}]}]}, None),
        ({"delegatedAdministrationRoleAssignments": [{"roleTemplates": None, "group": {"id": guid("g")}}]}, None),
        ({"delegatedAdministrationRoleAssignments": [{"roleTemplates": [], "group": {"id": None}}]}, None),
        (
            {
                "delegatedAdministrationRoleAssignments": [
                    {"roleTemplates": [{"id": guid("r")}], "group": {"id": guid("g")}}
                ]
            },
            [{"group": guid("g"), "roles": [guid("r")]}],
        ),
    ],
)
def test_shape(prefix, snapshot, assignments):
    row = {
        "@odata.type": prefix + "governanceRelationship",
        "id": "1",
        "governingTenantId": HOME.upper(),
        "governedTenantId": TENANT_ID.upper(),
        "status": "Active",
        "policySnapshot": snapshot,
    }
    (shaped,) = data_of(shape_relationships, {"value": [row]})
    assert (shaped["governing"], shaped["governed"], shaped["assignments"]) == (HOME, TENANT_ID, assignments)


def test_tenant_sees_its_own_rows_only():
    rows = [
        governed(assignments=[{"group": GROUP, "roles": [DIRECTORY_READERS, SECURITY_READER]}]),
        governed(governed="x"),
    ]
    whole = {"governance_relationships": with_home(piece("governance_relationships", rows), HOME)}
    tenant = case({}).tenant
    data = trim_governance(whole, tenant)["governance_relationships"].data
    assert (data["home"], data["others"]) == (HOME, 1)
    assert [row["assignments"] for row in data["rows"]] == [
        [{"group": GROUP, "roles": [SECURITY_READER], "other_roles": 1}]
    ]


@pytest.mark.parametrize("name", ["shape_relationships", "shape_requests", "shape_invitations"])
def test_two_rows_with_one_id_spoil_a_list(name):
    row = {**IDS, "status": "Active", **dict.fromkeys(("creationDateTime", "createdDateTime", "requestDateTime"), THEN)}
    shaped = getattr(governance_reads, name)
    assert len(data_of(shaped, {"value": [row, {**row, "id": "G-2"}]})) == 2
    with pytest.raises(OptionError, match="two rows with the same id"):
        data_of(shaped, {"value": [row, {**row, "id": "g-1"}]})
