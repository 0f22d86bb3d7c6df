# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of a GDAP relationship, by the partner and by the customer. Nothing here judges who may do what."""

from __future__ import annotations

import datetime as dt
import json
import re
import typing as t

from lab.state.directory import Entity, GdapRelationship, object_id, timestamp
from lab.state.gdap import etag

_DURATION: t.Final = re.compile(r"P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")
_REQUEST_LIFE: t.Final = dt.timedelta(days=90)
# More roles than this stay pending [community GDAPTransition#19].
MOST_ROLES: t.Final = 15


def days_of(duration: str) -> int | None:
    """Return the days of a duration such as P730D or P2Y; None for another text."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return None
    years, months, days = (int(part or 0) for part in match.groups())
    return years * 365 + months * 30 + days


def role_ids(entity: Entity) -> list[str]:
    """Return the roles of a relationship or of an assignment."""
    return [row["roleDefinitionId"] for row in entity["accessDetails"]["unifiedRoles"]]


def touch(relationship: GdapRelationship, row: Entity, now: dt.datetime) -> None:
    """Give a row a new entity tag and the time of its change: every write does."""
    relationship.version += 1
    row["@odata.etag"] = etag(f"{row['id']}/{relationship.version}")
    row["lastModifiedDateTime"] = timestamp(now)


def new_row(relationship: GdapRelationship, kind: str, now: dt.datetime, values: Entity) -> Entity:
    """Return a new row of a relationship, such as an assignment."""
    name = f"delegatedAdmin{kind}"
    relationship.version += 1
    row_id = object_id(relationship.entity["id"], kind, str(relationship.version))
    made = timestamp(now)
    return {
        "@odata.type": f"#microsoft.graph.{name}",
        "@odata.etag": etag(f"{row_id}/{relationship.version}"),
        "id": row_id,
        **values,
        "createdDateTime": made,
        "lastModifiedDateTime": made,
    }


def update(relationship: GdapRelationship, values: Entity, now: dt.datetime) -> None:
    """Set properties of a relationship."""
    relationship.entity |= values
    touch(relationship, relationship.entity, now)


def settle(relationship: GdapRelationship, row: Entity, values: Entity, reads: int, now: dt.datetime) -> None:
    """Set properties of a row once it was read so often."""

    def change() -> None:
        row.update(values)
        touch(relationship, row, now)

    relationship.later(reads, change)


def add_operation(relationship: GdapRelationship, kind: str, row: Entity, reads: int, now: dt.datetime) -> Entity:
    """Add a long-running operation, which succeeds after so many reads, and return it."""
    kept = {name: value for name, value in row.items() if name in ("id", "accessContainer", "accessDetails", "status")}
    values = {"operationType": kind, "data": json.dumps(kept, separators=(",", ":")), "status": "running"}
    operation = new_row(relationship, "RelationshipOperation", now, values)
    relationship.operations.append(operation)
    settle(relationship, operation, {"status": "succeeded"}, reads, now)
    return operation


def add_assignment(relationship: GdapRelationship, values: Entity, reads: int, now: dt.datetime) -> Entity:
    """Add an access assignment, which becomes active after so many reads, and return a copy as it is at first."""
    assignment = new_row(relationship, "AccessAssignment", now, {"status": "pending", **values})
    first = dict(assignment)
    relationship.assignments.append(assignment)
    if len(role_ids(assignment)) <= MOST_ROLES:
        settle(relationship, assignment, {"status": "active"}, reads, now)
        add_operation(relationship, "delegatedAdminAccessAssignmentUpdate", assignment, reads, now)
    return first


def has_lapsed(relationship: GdapRelationship, now: dt.datetime) -> bool:
    """Return whether the request for approval was sent more than 90 days ago [doc GDAP FAQ]."""
    sent = [row["createdDateTime"] for row in relationship.requests if row["action"] == "lockForApproval"]
    return bool(sent) and max(sent) < timestamp(now - _REQUEST_LIFE)


def approve(relationship: GdapRelationship, now: dt.datetime) -> None:
    """Approve a relationship as the customer does: it is active from now on."""
    days = days_of(relationship.entity["duration"]) or 0
    dates = {"activatedDateTime": timestamp(now), "endDateTime": timestamp(now + dt.timedelta(days=days))}
    update(relationship, {"status": "active", **dates}, now)
