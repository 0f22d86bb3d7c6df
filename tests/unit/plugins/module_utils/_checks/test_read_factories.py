# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How reads of one kind are made, and what the lists of governance, of schedules and of Defender's roles keep."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import GROUP, OTHER_GROUP, case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import accounts, cross_tenant
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    shape_assignments as shape_gdap_assignments,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import reads as governance_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read


def shape(body):
    return body


def test_read_of_governance_is_asked_at_v1_and_then_at_beta():
    made = governance_reads._read("what", "the title", "governanceThings", "Thing", shape)
    assert made == Read(
        what="what",
        title="the title",
        path="/directory/tenantGovernance/governanceThings",
        app=("TenantGovernance-Thing.Read.All",),
        delegated=("TenantGovernance-Thing.Read.All", "TenantGovernance-Thing.ReadWrite.All"),
        shape=shape,
        versions=("v1.0", "beta"),
    )


def test_read_of_cross_tenant_access_is_found_unless_it_may_be_missing():
    found = cross_tenant._read("what", "the title", "/default", shape)
    assert (found.what, found.title, found.path) == ("what", "the title", "/policies/crossTenantAccessPolicy/default")
    assert found.app == found.delegated == ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
    assert (found.shape, found.missing_is_answer, found.optional) == (shape, False, False)
    assert len(found.readers) == 4
    assert cross_tenant._read("what", "the title", "/default", shape, may_be_missing=True).missing_is_answer is True
    assert cross_tenant._optional(found) == dataclasses.replace(found, optional=True)


def test_read_of_deleted_accounts_is_the_apps():
    assert accounts._deleted("what", "mail eq '{mail}'") == Read(
        what="what",
        title="deleted accounts of the operator",
        path="/directory/deletedItems/microsoft.graph.user?$filter=mail eq '{mail}'"
        "&$select=id,userPrincipalName,mail,deletedDateTime",
        app=("User.Read.All", "Directory.Read.All"),
        delegated=(),
        shape=accounts.shape_deleted,
    )


def test_deleted_account_keeps_name_mail_and_time():
    rows = [
        {"id": "AAAA", "userPrincipalName": "Aanna@x", "mail": "anna@x", "deletedDateTime": "2026-11-20T00:00:00Z"},
        {"id": "bbbb", "userPrincipalName": None, "mail": None, "deletedDateTime": None},
    ]
    told, empty = accounts.shape_deleted({"value": rows})["deleted"]
    assert (told["upn"], told["mail"], told["deleted"]) == ("Aanna@x", "anna@x", "2026-11-20T00:00:00Z")
    assert (empty["upn"], empty["mail"], empty["deleted"]) == ("", None, None)


def test_target_answers_are_cut_down_as_they_arrive():
    mine = frozenset({"user:me"})
    targets = [{"targetType": "user", "target": name} for name in ("me", "you")]
    inbound = {"usersAndGroups": {"accessType": "allowed", "targets": targets}, "applications": None}
    body = {"b2bCollaborationInbound": inbound, "inboundTrust": None}
    context = TargetContext(case({}), "home", (), mine, as_operator=False, has_app=True)
    default, partner = cross_tenant.settings_reads(context)
    assert dataclasses.replace(default.read, shape=shape) == dataclasses.replace(
        cross_tenant.SETTINGS_DEFAULT, shape=shape
    )
    assert (partner.key, partner.fields) == (cross_tenant.SETTINGS_PARTNER.key, {"home_tenant_id": "home"})
    users = {"access": "allowed", "targets": ["user:me"], "others": {"user": 1}}
    assert default.read.shape(body)["b2b"] == {"users": users, "applications": None}


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ({"userSyncInbound": {"isSyncAllowed": True}}, True),
        ({"userSyncInbound": {"isSyncAllowed": False}}, False),
        ({"userSyncInbound": {}}, None),
        ({"userSyncInbound": None}, None),
        ({}, None),
    ],
)
def test_synchronization_is_told_or_null(body, allowed):
    assert cross_tenant.shape_synchronization(body) == {"found": True, "allowed": allowed}


IDS = {"id": "G-1", "governingTenantId": "AAAA", "governedTenantId": "BBBB"}
SHORT = {"id": "G-1", "governing": "aaaa", "governed": "bbbb"}


def test_governance_relationship_keeps_when_it_was_made():
    row = {**IDS, "status": "Active", "creationDateTime": "then", "policySnapshot": None}
    assert governance_reads.shape_relationships({"value": [row]}) == [
        {**SHORT, "status": "Active", "made": "then", "assignments": None}
    ]


def test_governance_request_keeps_status_and_both_times():
    row = {**IDS, "status": "pending", "requestDateTime": "then", "expirationDateTime": "later"}
    assert governance_reads.shape_requests({"value": [row]}) == [
        {**SHORT, "status": "pending", "made": "then", "ends": "later"}
    ]


def test_governance_invitation_has_no_status():
    row = {**IDS, "createdDateTime": "then", "expirationDateTime": "later"}
    assert governance_reads.shape_invitations({"value": [row]}) == [{**SHORT, "made": "then", "ends": "later"}]


def test_groups_of_relationships_are_named():
    rows = [{"assignments": [{"group": GROUP}, {"group": OTHER_GROUP}]}, {"assignments": None}]
    key = governance_reads.RELATIONSHIPS.what
    assert governance_reads.groups_named({key: piece(key, {"rows": rows})}) == {GROUP, OTHER_GROUP}
    assert governance_reads.groups_named({key: piece(key, None)}) == set()
    assert governance_reads.groups_named({}) == set()


def test_access_assignment_keeps_when_it_was_made():
    row = {
        "status": "active",
        "accessContainer": {"accessContainerId": GROUP},
        "createdDateTime": "then",
        "accessDetails": {"unifiedRoles": []},
    }
    (told,) = shape_gdap_assignments({"value": [row]})["assignments"]
    assert told == {"status": "active", "group": GROUP, "created": "then", "roles": []}


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
@pytest.mark.parametrize("redeems", [True, False, None])
def test_shape_of_settings_tells_automatic_redemption(direction, redeems):
    consent = {} if redeems is None else {"automaticUserConsentSettings": {f"{direction}Allowed": redeems}}
    told = cross_tenant.shape_settings({"inboundTrust": None, **consent}, direction)
    assert (told["found"], told["consent"], told["b2b"]) == (True, redeems, None)


def test_entry_of_the_home_tenant_is_told_without_its_tenant():
    rows = [{"tenant": "other", "found": True, "b2b": None}, {"tenant": "t", "found": True, "b2b": None}]
    assert cross_tenant.trim_partners(rows, "t", frozenset()) == {"found": True, "b2b": None}
    assert cross_tenant.trim_partners(rows, "x", frozenset()) == {"found": False}


def test_targets_that_are_all_told_need_no_count():
    part = {"access": "allowed", "targets": ["user:allusers"]}
    settings = {"b2b": {"users": part, "applications": None}}
    assert cross_tenant.trim_settings(settings, frozenset()) == settings
