# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes of GDAP in the partner's tenant: relationships, requests, access assignments.

The codes of errors are in the spelling that was seen of this service: badRequest and conflict [community
microsoft-graph-docs#21550, GDAPTransition#13]. Where no page or issue has the words, they are a [guess].
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from lab.data import roles
from lab.hosts.graph.bodies import is_guid, read_body
from lab.hosts.graph.collection import entity
from lab.hosts.graph.errors import GraphError, denied, not_emulated
from lab.hosts.graph.message import Answer
from lab.hosts.graph.relationships import ASSIGNMENTS, RELATIONSHIPS, REQUESTS, find, one_of, visible
from lab.state import gdap_changes as changes
from lab.state.directory import GdapRelationship, object_id, timestamp
from lab.state.gdap import etag

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Request
    from lab.state.directory import Entity

_SETTABLE: t.Final = ("displayName", "duration", "customer", "accessDetails", "autoExtendDuration")
_REQUIRED: t.Final = ("displayName", "duration", "accessDetails")
_AUTO_EXTEND: t.Final = ("P180D", "PT0S", "P0D")
_LONGEST_NAME: t.Final = 50
_LONGEST_DAYS: t.Final = 730
_LIGHTHOUSE: t.Final = "MLT_"
_ID: t.Final = re.compile(r"[0-9a-f-]{36}-[0-9a-f-]{36}", re.IGNORECASE)
_RETRY_AFTER: t.Final = "10"


def create_relationship(request: Request) -> Answer:
    """POST /tenantRelationships/delegatedAdminRelationships"""
    _check_caller(request)
    state, now = request.lab.state, dt.datetime.now(dt.UTC)
    body = read_body(request.target.body, "delegatedAdminRelationship", _SETTABLE, _REQUIRED)
    if body.get("customer") is None:
        raise not_emulated("a relationship without a customer")
    _check_values(request, body, None)
    relationship = _new_relationship(request, body, now)
    request.directory.relationships.append(relationship)
    shown = entity(request, RELATIONSHIPS, dict(relationship.entity))
    # Clients poll until it is created [doc]; that an enum of the CSDL has no word for before is a [guess].
    changes.settle(relationship, relationship.entity, {"status": "created"}, state.settle_reads, now)
    return _created(request, shown, relationship.entity["id"])


def update_relationship(request: Request) -> Answer:
    """PATCH /tenantRelationships/delegatedAdminRelationships/{id}"""
    relationship = _for_write(request)
    now = dt.datetime.now(dt.UTC)
    body = read_body(request.target.body, "delegatedAdminRelationship", _SETTABLE)
    _check_etag(request, relationship.entity)
    _check_values(request, body, relationship)
    status = relationship.entity["status"]
    if status == "active" and set(body) == {"accessDetails"}:
        return _remove_global_administrator(request, relationship, body, now)
    if status != "created" and (status != "active" or set(body) != {"autoExtendDuration"}):
        raise _refused(f"The relationship cannot be updated in the status '{status}'.")
    changes.update(relationship, body, now)
    return _written(entity(request, RELATIONSHIPS, relationship.entity), relationship.entity["id"], body)


def create_request(request: Request) -> Answer:
    """POST /tenantRelationships/delegatedAdminRelationships/{id}/requests"""
    relationship = _for_write(request)
    state, now = request.lab.state, dt.datetime.now(dt.UTC)
    body = read_body(request.target.body, "delegatedAdminRelationshipRequest", ("action",), ("action",))
    if body["action"] == "terminate":
        raise not_emulated("the end of a relationship by the partner")
    if body["action"] != "lockForApproval":
        raise _refused(f"The action '{body['action']}' is not one of the partner's.")
    status = relationship.entity["status"]
    if status != "created":
        raise _refused(f"The relationship cannot be locked for approval in the status '{status}'.")
    row = changes.new_row(relationship, "RelationshipRequest", now, {"action": body["action"], "status": "created"})
    relationship.requests.append(row)
    shown = entity(request, REQUESTS, dict(row))
    changes.update(relationship, {"status": "approvalPending"}, now)
    changes.settle(relationship, row, {"status": "succeeded"}, state.settle_reads, now)
    return _created(request, shown, row["id"])


def create_assignment(request: Request) -> Answer:
    """POST /tenantRelationships/delegatedAdminRelationships/{id}/accessAssignments"""
    relationship = _for_write(request)
    settable = ("accessContainer", "accessDetails")
    body = read_body(request.target.body, "delegatedAdminAccessAssignment", settable, settable)
    group_id = _group_id(request, body)
    _check_roles(body, changes.role_ids(relationship.entity))
    if relationship.entity["status"] != "active":
        raise _refused("Access can be assigned in an active relationship only.")
    others = [row for row in relationship.assignments if row["status"] != "deleted"]
    if any(row["accessContainer"]["accessContainerId"] == group_id for row in others):
        raise _conflict()
    body["accessContainer"] = {"accessContainerId": group_id, "accessContainerType": "securityGroup"}
    row = changes.add_assignment(relationship, body, request.lab.state.settle_reads, dt.datetime.now(dt.UTC))
    return _created(request, entity(request, ASSIGNMENTS, row), row["id"])


def update_assignment(request: Request) -> Answer:
    """PATCH .../accessAssignments/{assignment}: the same roles are 200, others a long-running operation [doc]."""
    relationship, row = _assignment_for_write(request)
    now, reads = dt.datetime.now(dt.UTC), request.lab.state.settle_reads
    body = read_body(request.target.body, "delegatedAdminAccessAssignment", ("accessDetails",), ("accessDetails",))
    _check_etag(request, row)
    _check_roles(body, changes.role_ids(relationship.entity))
    if set(changes.role_ids(body)) == set(changes.role_ids(row)):
        return entity(request, ASSIGNMENTS, row)
    changes.touch(relationship, row, now)
    changes.settle(relationship, row, body, reads, now)
    operation = changes.add_operation(relationship, "delegatedAdminAccessAssignmentUpdate", {**row, **body}, reads, now)
    return _accepted(request, relationship, operation, row["id"])


def delete_assignment(request: Request) -> Answer:
    """DELETE .../accessAssignments/{assignment}: it is deleting, then gone [guess: that it leaves the list]."""
    relationship, row = _assignment_for_write(request)
    now = dt.datetime.now(dt.UTC)
    _check_etag(request, row)
    row["status"] = "deleting"
    changes.touch(relationship, row, now)
    relationship.later(request.lab.state.settle_reads, lambda: relationship.assignments.remove(row))
    return Answer(None, 204, note={"object": row["id"], "properties": []})


def _check_caller(request: Request) -> None:
    """Check what a write needs beyond the permission. Raises GraphError."""
    state, caller = request.lab.state, request.caller
    if request.directory.tenant_id != state.home.tenant_id:
        raise denied()
    # An app needs the service principal of Partner Customer Delegated Administration [doc; the answer is a guess].
    if not caller.delegated and not state.partner_administration:
        raise denied()
    if caller.delegated and caller.object_id not in state.admin_agents:
        raise denied()


def _for_write(request: Request) -> GdapRelationship:
    if _ID.fullmatch(request.keys["id"]) is None:
        raise _refused("The passed in delegatedAdminRelationshipId is invalid.")
    _check_caller(request)
    return find(request)


def _assignment_for_write(request: Request) -> tuple[GdapRelationship, Entity]:
    relationship = _for_write(request)
    return relationship, one_of(request, "assignment", relationship.assignments)


def _check_etag(request: Request, row: Entity) -> None:
    """Check If-Match, which is required [doc]. A missing one is 400 and a stale one 412 [guess on the code]."""
    sent = request.target.headers.get("if-match")
    if not sent:
        raise _refused("The If-Match header is required.")
    if sent not in ("*", row["@odata.etag"]):
        message = "The value of the If-Match header does not match the current version of the resource."
        raise GraphError(412, "preconditionFailed", message)


def _check_values(request: Request, body: Entity, relationship: GdapRelationship | None) -> None:
    """Check the new values of a relationship. Raises GraphError."""
    others = [row for row in visible(request) if row is not relationship]
    if "displayName" in body:
        _check_name(body["displayName"], [row.entity["displayName"] for row in others])
    if "duration" in body and not 1 <= (changes.days_of(body["duration"] or "") or 0) <= _LONGEST_DAYS:
        raise _refused("The duration must be between P1D and P2Y.")
    if "accessDetails" in body:
        _check_roles(body, None)
    if "customer" in body and not is_guid((body["customer"] or {}).get("tenantId")):
        raise _refused("The customer's tenantId is not a valid GUID.")
    if "autoExtendDuration" in body:
        _check_auto_extend({**(relationship.entity if relationship else {}), **body})


def _check_name(name: object, others: t.Collection[str]) -> None:
    if not isinstance(name, str) or not 1 <= len(name) <= _LONGEST_NAME:
        raise _refused(f"The displayName must have 1 to {_LONGEST_NAME} characters.")
    if name.lower() in {other.lower() for other in others}:
        raise _conflict()


def _check_auto_extend(after: Entity) -> None:
    """Check automatic extension: never with Global Administrator, never for Microsoft 365 Lighthouse [doc].

    The words of the refusals are a [guess].
    """
    if after["autoExtendDuration"] not in _AUTO_EXTEND:
        raise _refused(f"The autoExtendDuration must be one of {', '.join(_AUTO_EXTEND)}.")
    if after["displayName"].startswith(_LIGHTHOUSE):
        raise _refused("A relationship of Microsoft 365 Lighthouse cannot be extended automatically.")
    if after["autoExtendDuration"] == "P180D" and roles.GLOBAL_ADMINISTRATOR in changes.role_ids(after):
        raise _refused("A relationship with the Global Administrator role cannot be extended automatically.")


def _check_roles(body: Entity, known: t.Collection[str] | None) -> None:
    """Check that there are roles, each with a GUID, and all among the known ones. Raises GraphError."""
    rows = (body["accessDetails"] or {}).get("unifiedRoles") or []
    ids = [str(row.get("roleDefinitionId")) for row in rows if isinstance(row, dict)]
    if not ids or len(ids) != len(rows) or not all(is_guid(role_id) for role_id in ids):
        raise _refused("The accessDetails need unifiedRoles, each with the GUID of a role definition.")
    if known is not None and not {role_id.lower() for role_id in ids} <= set(known):
        raise _refused("The accessDetails have roles that the relationship does not have.")


def _group_id(request: Request, body: Entity) -> str:
    """Return the id of the group, which must be one of the partner's [guess: that it is checked at once]."""
    container = body["accessContainer"]
    group_id = str(container.get("accessContainerId")).lower()
    if not is_guid(group_id) or container.get("accessContainerType") != "securityGroup":
        raise _refused("The accessContainer needs accessContainerId, a GUID, and accessContainerType securityGroup.")
    if group_id not in request.directory.groups:
        raise _refused("The passed in accessContainerId is invalid.")
    return group_id


def _new_relationship(request: Request, body: Entity, now: dt.datetime) -> GdapRelationship:
    home, customer_id = request.directory, body["customer"]["tenantId"].lower()
    first = object_id(home.tenant_id, "gdap", f"{customer_id}/{body['displayName']}")
    relationship_id = f"{first}-{object_id(home.tenant_id, 'gdap-partner', home.tenant_id)}"
    customer = request.lab.state.find_directory(customer_id)
    made = timestamp(now)
    settled = request.lab.state.settle_reads == 0
    row = {
        "@odata.type": "#microsoft.graph.delegatedAdminRelationship",
        "@odata.etag": etag(f"{relationship_id}/0"),
        "id": relationship_id,
        "displayName": body["displayName"],
        "duration": body["duration"],
        "customer": {"tenantId": customer_id, "displayName": customer.name if customer else None} | body["customer"],
        "accessDetails": body["accessDetails"],
        "status": "created" if settled else "unknownFutureValue",
        "autoExtendDuration": body.get("autoExtendDuration") or "PT0S",
        "createdDateTime": made,
        "lastModifiedDateTime": made,
        "activatedDateTime": None,
        "endDateTime": None,
    }
    return GdapRelationship(row, [])


def _remove_global_administrator(
    request: Request, relationship: GdapRelationship, body: Entity, now: dt.datetime
) -> Answer:
    """Answer 202: in an active relationship only this role can be removed, and nothing else [doc]."""
    before, after = set(changes.role_ids(relationship.entity)), set(changes.role_ids(body))
    if before - after != {roles.GLOBAL_ADMINISTRATOR} or after - before:
        raise _refused("Only the Global Administrator role can be removed from an active relationship.")
    reads = request.lab.state.settle_reads
    changes.touch(relationship, relationship.entity, now)
    changes.settle(relationship, relationship.entity, body, reads, now)
    operation = changes.add_operation(
        relationship, "delegatedAdminRelationshipUpdate", {**relationship.entity, **body}, reads, now
    )
    return _accepted(request, relationship, operation, relationship.entity["id"])


def _created(request: Request, shown: Answer, row_id: str) -> Answer:
    """Return 201 with the address of what was created [doc for the relationship, guess for the others]."""
    location = f"{request.root()}{request.target.path}/{row_id}"
    return Answer(shown.body, 201, {"Location": location}, _note(row_id, request.target.body))


def _accepted(request: Request, relationship: GdapRelationship, operation: Entity, row_id: str) -> Answer:
    place = f"/tenantRelationships/delegatedAdminRelationships/{relationship.entity['id']}/operations/{operation['id']}"
    headers = {"Location": f"{request.root()}{place}", "Retry-After": _RETRY_AFTER}
    return Answer({}, 202, headers, _note(row_id, request.target.body))


def _written(shown: Answer, row_id: str, body: Entity) -> Answer:
    return Answer(shown.body, 200, note=_note(row_id, body))


def _note(row_id: str, body: Entity) -> dict[str, t.Any]:
    return {"object": row_id, "properties": sorted(name for name in body if not name.startswith("@"))}


def _refused(message: str) -> GraphError:
    return GraphError(400, "badRequest", message)


def _conflict() -> GraphError:
    return GraphError(409, "conflict", "The resource already exists.")
