# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""GDAP relationships of one customer as the writing app reads them, with what a write needs to know."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    Assignment,
    Relationship,
    shape_assignments,
    shape_relationships,
)
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError, read_as

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase

PATH: t.Final = "/tenantRelationships/delegatedAdminRelationships"
PERMISSIONS: t.Final = ("DelegatedAdminRelationship.ReadWrite.All",)
_GONE: t.Final = ("deleting", "deleted")


@dataclasses.dataclass(frozen=True, slots=True)
class OwnRelationship:
    """A relationship with the version that a write has to name, and when it was changed last."""

    row: Relationship
    etag: str
    changed: str


@dataclasses.dataclass(frozen=True, slots=True)
class OwnAssignment:
    """An access assignment with the version that a write has to name."""

    id: str
    etag: str
    row: Assignment


def relationship_of(case: RemedyCase, relationship_id: str) -> OwnRelationship:
    """Read one relationship of this customer. Raise UnreadError."""
    title = "the GDAP relationship"
    answer = case.writer.get(case.home.tenant_id, f"{PATH}/{relationship_id}")
    found = read_as(answer, title, lambda body: _own(body, shape_relationships(Fields({"value": [body.raw]}, ""))[0]))
    if found.row.get("customer") != case.tenant.tenant_id:
        raise UnreadError(f"{title} could not be read: it is of another customer")
    return found


def relationships_of(case: RemedyCase) -> list[OwnRelationship]:
    """Read all relationships of this customer, in the order of Microsoft's list. Raise UnreadError."""
    answer = case.writer.list(case.home.tenant_id, f"{PATH}?$top=300")
    found = read_as(
        answer,
        "the GDAP relationships",
        lambda body: [_own(*each) for each in zip(body.rows("value"), shape_relationships(body), strict=True)],
    )
    return [own for own in found if own.row.get("customer") == case.tenant.tenant_id]


def name_of(case: RemedyCase, row: Relationship) -> str:
    """Return what sentences call a relationship."""
    return f"GDAP relationship '{row['relationship']}' with {case.tenant.name}"


def version_of(own: OwnRelationship | OwnAssignment) -> str:
    """Return the version that a write names. Raise UnreadError: without one, it could undo somebody else's change."""
    if not own.etag:
        raise UnreadError("the version of the GDAP relationship could not be read: the answer is not as documented")
    return own.etag


def assignments_of(case: RemedyCase, relationship_id: str) -> list[OwnAssignment]:
    """Read the access assignments of a relationship that are not on their way out. Raise UnreadError."""
    answer = case.writer.list(case.home.tenant_id, f"{PATH}/{relationship_id}/accessAssignments")
    rows = read_as(answer, "the access assignments of the GDAP relationship", _assignments)
    return [own for own in rows if own.row["status"].lower() not in _GONE]


def _assignments(body: Fields) -> list[OwnAssignment]:
    rows = shape_assignments(body)["assignments"]
    return [
        OwnAssignment(fields.non_empty("id"), fields.optional_text("@odata.etag") or "", row)
        for fields, row in zip(body.rows("value"), rows, strict=True)
    ]


def _own(fields: Fields, row: Relationship) -> OwnRelationship:
    changed = fields.optional_time("lastModifiedDateTime") or fields.optional_time("createdDateTime") or ""
    return OwnRelationship(row, fields.optional_text("@odata.etag") or "", changed)
