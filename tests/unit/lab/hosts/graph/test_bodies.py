# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies of writes: what fits the CSDL is read, everything else is refused with Graph's 400."""

from __future__ import annotations

import pytest

from lab.hosts.graph.bodies import is_guid, read_body
from lab.hosts.graph.errors import GraphError

GDAP = "delegatedAdminRelationship"
PARTNER = "crossTenantAccessPolicyConfigurationPartner"
ROLES = {"unifiedRoles": [{"roleDefinitionId": "x"}]}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (GDAP, {"autoExtendDuration": "P180D", "accessDetails": ROLES}),
        (GDAP, {"duration": "P1Y2M3DT4H5M6.5S"}),
        (GDAP, {"customer": {"tenantId": "x", "displayName": None}, "displayName": None}),
        (PARTNER, {"inboundTrust": {"isMfaAccepted": True}}),
        (PARTNER, {"inboundTrust": None}),
        (PARTNER, {"b2bCollaborationInbound": {"usersAndGroups": {"accessType": "allowed", "targets": []}}}),
    ],
    ids=str,
)
def test_good(kind, body):
    annotated = {"@odata.type": f"#microsoft.graph.{kind}", **body}
    assert read_body(annotated, kind, tuple(body)) == body


@pytest.mark.parametrize(
    ("kind", "body", "message"),
    [
        (GDAP, None, "Empty Payload"),
        (GDAP, [], "Empty Payload"),
        (GDAP, {}, "Empty Payload"),
        (GDAP, {"@odata.type": "#microsoft.graph.delegatedAdminRelationship"}, "Empty Payload"),
        (GDAP, {"name": "x"}, "'name' does not exist on type 'microsoft.graph.delegatedAdminRelationship'"),
        (GDAP, {"accessDetails": {"roles": []}}, "'roles' does not exist"),
        (GDAP, {"accessDetails": {"unifiedRoles": {}}}, "'unifiedRoles'"),
        (GDAP, {"accessDetails": {"unifiedRoles": ["x"]}}, "'unifiedRoles'"),
        (GDAP, {"displayName": 1}, "'displayName' to the expected type 'Edm.String'"),
        (GDAP, {"duration": "180 days, 0:00:00"}, "'Edm.Duration'"),
        (GDAP, {"duration": "P"}, "'Edm.Duration'"),
        (PARTNER, {"inboundTrust": {"isMfaAccepted": 1}}, "'Edm.Boolean'"),
        (PARTNER, {"inboundTrust": []}, "'inboundTrust'"),
        (PARTNER, {"b2bDirectConnectInbound": {"applications": {"accessType": "Allowed"}}}, "'accessType'"),
    ],
    ids=str,
)
def test_bad(kind, body, message):
    with pytest.raises(GraphError, match=message) as caught:
        read_body(body, kind, tuple(body or ()))
    assert (caught.value.status, caught.value.code) == (400, "BadRequest")


def test_what_the_request_does_not_take():
    with pytest.raises(GraphError, match="'status' cannot be set"):
        read_body({"status": "active"}, GDAP, ("displayName",))
    for body in ({"displayName": None, "duration": "P1D"}, {"duration": "P1D"}):
        with pytest.raises(GraphError, match="'displayName' is required"):
            read_body(body, GDAP, ("displayName", "duration"), ("displayName",))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("5d6b6bb7-de71-4623-b4af-96380a352509", True),
        ("5D6B6BB7-DE71-4623-B4AF-96380A352509", True),
        ("5d6b6bb7de714623b4af96380a352509", False),
        ("{5d6b6bb7-de71-4623-b4af-96380a352509}", False),
        ("x", False),
        (None, False),
    ],
)
def test_guid(text, is_one):
    assert is_guid(text) is is_one
