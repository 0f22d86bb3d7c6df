# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assign the groups that the list names to a GDAP relationship in force [doc post-accessassignments].

Nothing is removed, and an assignment that is there is not changed: what differs from the list is told.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import GDAP_LIST
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names
from ansible_collections.m365.defender.plugins.module_utils._remedies import gdap
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, WriteCall
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
        Assignment,
        Relationship,
    )
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import GroupRoles
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry

# What the next step is, of several groups.
_ORDER: t.Final = ("change", "waiting", "declined")


class GdapAssignment(Remedy):
    """See the module."""

    NAME = "gdap_assignment"
    REASONS = frozenset({"access.gdap_no_assignment", "access.gdap_operator_not_assigned"})
    PERMISSIONS = gdap.PERMISSIONS

    def look(self, case: RemedyCase) -> Look:
        """See Remedy."""
        wanted = case.tenant.gdap.assignments if case.tenant.gdap else ()
        if not wanted:
            return Look(
                kind="declined",
                message=f"The list names no group that is to be assigned for {case.tenant.name}.",
                remedy="Ansible administrator of the home tenant: add `gdap` with `assignments` to this tenant in"
                " {mto_}tenants.",
            )
        relationship = gdap.relationship_of(case, case.finding.object).row
        there = [own.row for own in gdap.assignments_of(case, relationship["id"])]
        looks = {group.group: _look_at(case, relationship, group, there) for group in wanted}
        # One group keeps no other one from being assigned.
        due = sorted(filter(None, looks.values()), key=lambda look: _ORDER.index(look.kind))
        first = due[0] if due else _assigned(case, relationship, wanted)
        shown = (group for group, look in looks.items() if look is None or look.kind == "waiting")
        return dataclasses.replace(first, shows=frozenset(f"{relationship['id']}/{group}" for group in shown))

    def look_back(self, case: RemedyCase, entry: Entry) -> Look:
        """See Remedy."""
        _id, _slash, group = entry.object.partition("/")
        # Whoever can write to the journal could name the relationship of another customer.
        relationship_id = gdap.relationship_of(case, _id).row["id"]
        found = next((own for own in gdap.assignments_of(case, relationship_id) if own.row["group"] == group), None)
        name = f"Group {group}"
        if found is None:
            return Look(kind="settled", object=entry.object, message=f"{name} is not assigned.")
        if found.row["roles"] != sorted(entry.after.get("roles", ())):
            return Look(
                kind="declined",
                object=entry.object,
                message=f"{name} has other roles now than those that were written.",
                remedy=f"Partner administrator of {case.home.name}: decide about it in {GDAP_LIST}.",
            )
        return Look(
            kind="change",
            object=entry.object,
            message=f"{name}: remove its assignment of {role_names(found.row['roles'])} in {case.tenant.name}.",
            before={"group": group, "roles": found.row["roles"]},
            call=WriteCall(
                "DELETE",
                f"{gdap.PATH}/{relationship_id}/accessAssignments/{found.id}",
                None,
                gdap.version_of(found),
            ),
        )


def _look_at(
    case: RemedyCase, relationship: Relationship, wanted: GroupRoles, there: Sequence[Assignment]
) -> Look | None:
    """Return what is to be done about one group, None where it is assigned as the list says."""
    name = gdap.name_of(case, relationship)
    thing = f"{relationship['id']}/{wanted.group}"
    found = next((row for row in there if row["group"] == wanted.group), None)
    if found is None:
        missing = sorted(set(wanted.roles) - set(relationship["roles"]))
        if not missing:
            return _assign(relationship, wanted, name)
        return _declined(case, thing, f"{name} does not have every role that the list names: {role_names(missing)}.")
    if not set(wanted.roles) <= set(found["roles"]):
        return _declined(
            case, thing, f"{name}: group {wanted.group} is assigned, but not with every role that the list names."
        )
    if found["status"].lower() == "active":
        return None
    if found["status"].lower() == "pending":
        return Look(
            kind="waiting",
            object=thing,
            settling=True,
            since=found["created"] or "",
            message=f"{name}: group {wanted.group} is assigned, and Microsoft has not activated it yet.",
            remedy="No action needed. Run again in an hour.",
        )
    return _declined(case, thing, f"{name}: the assignment of group {wanted.group} has status {found['status']}.")


def _assign(relationship: Relationship, wanted: GroupRoles, name: str) -> Look:
    body: JsonObject = {
        "accessContainer": {"accessContainerId": wanted.group, "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in wanted.roles]},
    }
    return Look(
        kind="change",
        object=f"{relationship['id']}/{wanted.group}",
        message=f"{name}: assign group {wanted.group} with {role_names(wanted.roles)}.",
        remedy=f"Ansible administrator of the home tenant: make sure that {wanted.group} is a security group of the"
        " home tenant, or correct `gdap` of this tenant in {mto_}tenants.",
        after={"group": wanted.group, "roles": list(wanted.roles)},
        call=WriteCall("POST", f"{gdap.PATH}/{relationship['id']}/accessAssignments", body),
    )


def _assigned(case: RemedyCase, relationship: Relationship, wanted: Sequence[GroupRoles]) -> Look:
    """Return that all is as the list says. Where that was so before, the operator is in none of the groups."""
    groups = ", ".join(group.group for group in wanted)
    return Look(
        kind="settled",
        object=groups,
        message=f"{gdap.name_of(case, relationship)}: the groups that the list names are assigned ({groups}).",
        remedy=f"Administrator of {case.home.name}: make sure that {case.home.operator} is in one of these groups.",
    )


def _declined(case: RemedyCase, thing: str, message: str) -> Look:
    return Look(
        kind="declined",
        object=thing,
        message=message,
        remedy=f"Partner administrator of {case.home.name}: change it in {GDAP_LIST}, or Ansible"
        " administrator of the home tenant: change `gdap` of this tenant in {mto_}tenants.",
    )
