# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Privileged Identity Management: instances of schedules, of directory roles and of memberships in groups."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from lab.hosts.graph.collection import Resource, collection
from lab.hosts.graph.errors import GraphError, bad_request
from lab.hosts.graph.filtering import rules
from lab.hosts.graph.roles import assignment_id
from lab.state.directory import object_id, timestamp

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request
    from lab.state.directory import Directory, Entity, GroupMembership, RoleAssignment, RoleEligibility

# The documents name eq and ne for these properties. `in` is a guess; no client needs `ne`.
_ROLE_RULES: t.Final = rules(
    principalId="eq in", roleDefinitionId="eq in", directoryScopeId="eq in", assignmentType="eq", memberType="eq"
)
_GROUP_RULES: t.Final = rules(
    required=("principalId", "groupId"),
    principalId="eq",
    groupId="eq",
    accessId="eq",
    memberType="eq",
    assignmentType="eq",
)
_ROLES: t.Final = "roleManagement/directory/"
_GROUPS: t.Final = "identityGovernance/privilegedAccess/group/"
_ELIGIBLE_ROLES: t.Final = Resource(
    "unifiedRoleEligibilityScheduleInstance", _ROLES + "roleEligibilityScheduleInstances", rules=_ROLE_RULES
)
_ASSIGNED_ROLES: t.Final = Resource(
    "unifiedRoleAssignmentScheduleInstance", _ROLES + "roleAssignmentScheduleInstances", rules=_ROLE_RULES
)
_ELIGIBLE_MEMBERS: t.Final = Resource(
    "privilegedAccessGroupEligibilityScheduleInstance", _GROUPS + "eligibilityScheduleInstances", rules=_GROUP_RULES
)
_ASSIGNED_MEMBERS: t.Final = Resource(
    "privilegedAccessGroupAssignmentScheduleInstance", _GROUPS + "assignmentScheduleInstances", rules=_GROUP_RULES
)


def list_eligible_roles(request: Request) -> Answer:
    """GET /roleManagement/directory/roleEligibilityScheduleInstances"""
    return _list(request, _ELIGIBLE_ROLES, _eligible_roles)


def list_my_eligible_roles(request: Request) -> Answer:
    """GET /roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser"""
    return _list_mine(request, _ELIGIBLE_ROLES, _eligible_roles)


def list_assigned_roles(request: Request) -> Answer:
    """GET /roleManagement/directory/roleAssignmentScheduleInstances: permanent assignments, too."""
    return _list(request, _ASSIGNED_ROLES, _assigned_roles)


def list_my_assigned_roles(request: Request) -> Answer:
    """GET /roleManagement/directory/roleAssignmentScheduleInstances/filterByCurrentUser"""
    return _list_mine(request, _ASSIGNED_ROLES, _assigned_roles)


def list_eligible_members(request: Request) -> Answer:
    """GET /identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"""
    return _list(request, _ELIGIBLE_MEMBERS, _eligible_members)


def list_my_eligible_groups(request: Request) -> Answer:
    """GET /identityGovernance/privilegedAccess/group/eligibilityScheduleInstances/filterByCurrentUser"""
    return _list_mine(request, _ELIGIBLE_MEMBERS, _eligible_members)


def list_assigned_members(request: Request) -> Answer:
    """GET /identityGovernance/privilegedAccess/group/assignmentScheduleInstances"""
    return _list(request, _ASSIGNED_MEMBERS, _assigned_members)


def list_my_assigned_groups(request: Request) -> Answer:
    """GET /identityGovernance/privilegedAccess/group/assignmentScheduleInstances/filterByCurrentUser"""
    return _list_mine(request, _ASSIGNED_MEMBERS, _assigned_members)


_Rows = t.Callable[["Directory"], list["Entity"]]


def _list(request: Request, resource: Resource, rows: _Rows) -> Answer:
    _check_license(request.directory)
    return collection(request, resource, rows(request.directory))


def _list_mine(request: Request, resource: Resource, rows: _Rows) -> Answer:
    """List the caller's own instances, without a required filter. Those of groups are left out [guess]."""
    if request.keys["on"] != "principal":
        raise bad_request(f"Invalid value '{request.keys['on']}' for the parameter 'on'.")
    _check_license(request.directory)
    mine = dataclasses.replace(
        resource,
        context=f"Collection({resource.type_name})",
        rules=dataclasses.replace(resource.rules, required=frozenset()),
    )
    own = [row for row in rows(request.directory) if row["principalId"] == request.caller.object_id]
    kind = f"#microsoft.graph.{resource.type_name}"
    return collection(request, mine, [{"@odata.type": kind, **row} for row in own])


def _check_license(directory: Directory) -> None:
    """Refuse without Microsoft Entra ID P2, which includes Privileged Identity Management [guess: status and code]."""
    if not directory.entra_p2:
        message = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
        raise GraphError(400, "AadPremiumLicenseRequired", message)


def _eligible_roles(directory: Directory) -> list[Entity]:
    return [_eligible_role(directory, row) for row in directory.role_eligibilities]


def _eligible_role(directory: Directory, row: RoleEligibility) -> Entity:
    return {
        "id": f"{assignment_id(directory, row)}-e",
        **_role(row),
        **_times(row.term.starts, row.term.ends),
        "memberType": "Direct",
        "roleEligibilityScheduleId": _schedule_id(directory, "roleEligibilitySchedule", _key(row)),
    }


def _assigned_roles(directory: Directory) -> list[Entity]:
    return [_assigned_role(directory, row) for row in directory.role_assignments]


def _assigned_role(directory: Directory, row: RoleAssignment) -> Entity:
    """Return an assignment. Without a schedule its own id is also the id of its schedule [doc example]."""
    origin = assignment_id(directory, row)
    scheduled = row.term.starts is not None
    return {
        "id": origin,
        **_role(row),
        **_times(row.term.starts, row.term.ends),
        "assignmentType": "Activated" if row.term.activated else "Assigned",
        "memberType": "Direct",
        "roleAssignmentOriginId": origin,
        "roleAssignmentScheduleId": (
            _schedule_id(directory, "roleAssignmentSchedule", _key(row)) if scheduled else origin
        ),
    }


def _role(row: RoleAssignment | RoleEligibility) -> Entity:
    return {
        "principalId": row.principal_id,
        "roleDefinitionId": row.role_id,
        "directoryScopeId": row.scope,
        "appScopeId": None,
    }


def _key(row: RoleAssignment | RoleEligibility) -> str:
    return f"{row.principal_id}/{row.role_id}{row.scope}"


def _schedule_id(directory: Directory, kind: str, key: str) -> str:
    return object_id(directory.tenant_id, kind, key)


def _times(starts: dt.datetime | None, ends: dt.datetime | None) -> Entity:
    return {
        "startDateTime": timestamp(starts) if starts else None,
        "endDateTime": timestamp(ends) if ends else None,
    }


def _eligible_members(directory: Directory) -> list[Entity]:
    return [
        {
            **_member(directory, row.principal_id, row.group_id, "eligibility"),
            **_times(row.term.starts, row.term.ends),
            "eligibilityScheduleId": _member_id(directory, row.principal_id, row.group_id, "eligibilitySchedule"),
        }
        for row in directory.eligible_memberships
    ]


def _assigned_members(directory: Directory) -> list[Entity]:
    """Return the timed members, and the permanent members of groups that PIM governs [doc example]."""
    timed = [_timed_member(directory, row) for row in directory.timed_memberships]
    governed = {row.group_id for row in (*directory.timed_memberships, *directory.eligible_memberships)}
    permanent = [
        {
            **_assigned_member(directory, member_id, group_id, activated=False),
            **_times(None, None),
        }
        for member_id, group_ids in directory.groups_of.items()
        for group_id in sorted(group_ids & governed)
        if member_id in directory.users
    ]
    return timed + permanent


def _timed_member(directory: Directory, row: GroupMembership) -> Entity:
    member = _assigned_member(directory, row.principal_id, row.group_id, activated=row.term.activated)
    return member | _times(row.term.starts, row.term.ends)


def _assigned_member(directory: Directory, principal_id: str, group_id: str, *, activated: bool) -> Entity:
    return {
        **_member(directory, principal_id, group_id, "assignment"),
        "assignmentType": "activated" if activated else "assigned",
        "assignmentScheduleId": _member_id(directory, principal_id, group_id, "assignmentSchedule"),
    }


def _member(directory: Directory, principal_id: str, group_id: str, kind: str) -> Entity:
    """Return a membership with the enum values of the CSDL; examples in the documents capitalize some."""
    return {
        "id": _member_id(directory, principal_id, group_id, kind),
        "accessId": "member",
        "principalId": principal_id,
        "groupId": group_id,
        "memberType": "direct",
    }


def _member_id(directory: Directory, principal_id: str, group_id: str, kind: str) -> str:
    return f"{group_id}_member_{_schedule_id(directory, kind, f'{principal_id}/{group_id}')}"
