# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes of cross-tenant access: the entries for partners. The words of the refusals are a [guess]."""

from __future__ import annotations

import typing as t

from lab.hosts.graph.bodies import is_guid, read_body
from lab.hosts.graph.collection import entity
from lab.hosts.graph.errors import GraphError, not_found
from lab.hosts.graph.message import Answer
from lab.hosts.graph.policies import PARTNERS
from lab.state.trust import new_partner

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Request
    from lab.state.directory import Entity

_TYPE: t.Final = "crossTenantAccessPolicyConfigurationPartner"
# What the page of the update lists. A body with more is refused, such as the whole object as it was read
# [community Microsoft365DSC#7272, msgraph-sdk-powershell#3320].
_SETTABLE: t.Final = (
    "automaticUserConsentSettings",
    "b2bCollaborationInbound",
    "b2bCollaborationOutbound",
    "b2bDirectConnectInbound",
    "b2bDirectConnectOutbound",
    "inboundTrust",
    "tenantRestrictions",
)
_COMPLEX: t.Final = {
    "automaticUserConsentSettings": ("inboundAllowed", "outboundAllowed"),
    "inboundTrust": ("isMfaAccepted", "isCompliantDeviceAccepted", "isHybridAzureADJoinedDeviceAccepted"),
}


def create_partner(request: Request) -> Answer:
    """POST /policies/crossTenantAccessPolicy/partners: what is left out inherits the default."""
    body = read_body(request.target.body, _TYPE, (*_SETTABLE, "tenantId"), ("tenantId",))
    if not is_guid(body["tenantId"]):
        raise _refused(f"Invalid value specified for property 'tenantId': '{body['tenantId']}' is not a GUID.")
    partner_id = body["tenantId"].lower()
    if partner_id == request.directory.tenant_id:
        raise _refused("A tenant cannot have an entry for itself.")
    if partner_id in request.directory.partners:
        message = "Another object with the same value for property tenantId already exists."
        raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", message)
    row = new_partner(partner_id) | _values(body) | {"tenantId": partner_id}
    request.directory.partners[partner_id] = row
    shown = entity(request, PARTNERS, row)
    location = f"{request.root()}{request.target.path}/{partner_id}"
    return Answer(shown.body, 201, {"Location": location}, _note(partner_id, body))


def update_partner(request: Request) -> Answer:
    """PATCH /policies/crossTenantAccessPolicy/partners/{id}: 204. A complex value is replaced as a whole."""
    row = _partner(request)
    body = read_body(request.target.body, _TYPE, _SETTABLE)
    row.update(_values(body))
    return Answer(None, 204, note=_note(row["tenantId"], body))


def delete_partner(request: Request) -> Answer:
    """DELETE /policies/crossTenantAccessPolicy/partners/{id}: 204. An entry with a synchronization stays [guess]."""
    row = _partner(request)
    if row["tenantId"] in request.directory.synchronization:
        raise _refused("The entry has a policy of identity synchronization, which must be deleted first.")
    del request.directory.partners[row["tenantId"]]
    return Answer(None, 204, note=_note(row["tenantId"], {}))


def _partner(request: Request) -> Entity:
    key = request.keys["id"].lower()
    if not is_guid(key):
        raise _refused(f"Invalid tenant identifier '{request.keys['id']}'.")
    row = request.directory.partners.get(key)
    if row is None:
        raise not_found(request.keys["id"])
    return row


def _values(body: Entity) -> Entity:
    """Return the new values: what is left out of a complex value becomes null [guess, as for other complex values]."""
    return {name: _complex(name, value) for name, value in body.items()}


def _complex(name: str, value: t.Any) -> t.Any:
    if name not in _COMPLEX or value is None:
        return value
    return {part: value.get(part) for part in _COMPLEX[name]}


def _note(partner_id: str, body: Entity) -> dict[str, t.Any]:
    return {"object": partner_id, "properties": sorted(body)}


def _refused(message: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message)
