# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of operations: method, path, permissions by their name in `permissions.yml`, handler, options."""

from __future__ import annotations

import dataclasses
import typing as t

from lab.data import permissions
from lab.data import roles as r
from lab.hosts.graph import (
    defender_roles,
    groups,
    incidents,
    operations_governance,
    operations_writes,
    organization,
    policies,
    relationships,
    roles,
    schedules,
    users,
)

if t.TYPE_CHECKING:
    from lab.data.permissions import Required
    from lab.hosts.graph.message import Handler

_SELECT: t.Final = frozenset(("$select",))
_PAGED: t.Final = _SELECT | {"$filter", "$top", "$count", "$skiptoken"}
# Options that Graph takes there and the lab does not emulate.
_SORTED: t.Final = frozenset(("$orderby",))
_SEARCHED: t.Final = frozenset(("$orderby", "$search", "$expand"))

# A delegated permission is not enough: the person also needs any of these Entra roles (Partner Center, dap-api-impact,
# for licences and role assignments; the pages of cross-tenant access). Global Administrator is always among them.
LICENSE_READERS: t.Final = r.ids(
    "Directory Readers", "Global Reader", "User Administrator", "License Administrator", "Global Administrator"
)
ROLE_READERS: t.Final = r.ids(
    "Directory Readers", "Global Reader", "Privileged Role Administrator", "Global Administrator"
)
POLICY_READERS: t.Final = r.ids(
    "Security Reader",
    "Global Reader",
    "Security Administrator",
    "Conditional Access Administrator",
    "Global Administrator",
)
# Roles that read the schedules of others (Graph, rbac-pim-entra-roles-apis and rbac-pim-groups-apis-read). More roles,
# and the members of a group, read schedules of groups that take no roles: the lab has only the roles that read all.
ROLE_SCHEDULE_READERS: t.Final = r.ids(
    "Global Reader",
    "Security Operator",
    "Security Reader",
    "Security Administrator",
    "Privileged Role Administrator",
    "Global Administrator",
)
GROUP_SCHEDULE_READERS: t.Final = r.ids("Global Reader", "Privileged Role Administrator", "Global Administrator")
# Guests and GDAP users see only themselves, members see their directory [guess: the list of roles].
DIRECTORY_READERS: t.Final = r.ids("Directory Readers", "Global Reader", "User Administrator", "Global Administrator")


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. The lab takes the query options in `options`; those in `graph_only` it does not emulate.

    `readers` are the roles that a person needs; with `members_read`, members of the directory need none. `versions` are
    the versions of Graph that have the operation. `writes`: it changes the tenant.
    """

    method: str
    path: str
    required: Required
    handler: Handler
    options: frozenset[str] = _SELECT
    graph_only: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    members_read: bool = False
    units: int = 1
    versions: tuple[str, ...] = ("v1.0", "beta")
    writes: bool = False


def _read(path: str, required: str, handler: Handler, **more: t.Any) -> Operation:
    return Operation("GET", path, permissions.OPERATIONS[required], handler, **more)


_GDAP: t.Final = "/tenantRelationships/delegatedAdminRelationships"
_CUSTOMERS: t.Final = "/tenantRelationships/delegatedAdminCustomers"
_TRUST: t.Final = "/policies/crossTenantAccessPolicy"
_ROLES: t.Final = "/roleManagement/directory"
_DEFENDER_ROLES: t.Final = "/roleManagement/defender"
# Which role a person needs in addition to the permission is not documented.
_BETA: t.Final[dict[str, t.Any]] = {"versions": ("beta",), "options": frozenset(), "graph_only": _PAGED | _SEARCHED}
_GROUP_SCHEDULES: t.Final = "/identityGovernance/privilegedAccess/group"
_BY_ME: t.Final = "/filterByCurrentUser(on='{on}')"
_FIND: t.Final = "/tenantRelationships/findTenantInformationBy"
_MEMBERSHIPS: t.Final = "/users/{id}/transitiveMemberOf"
_MINE: t.Final = "/me/transitiveMemberOf"

_DIRECTORY_READ: t.Final[dict[str, t.Any]] = {"readers": DIRECTORY_READERS, "members_read": True}
_MEMBERS: t.Final[dict[str, t.Any]] = {"options": _PAGED, "graph_only": _SEARCHED, "units": 2}
_SCHEDULES: t.Final[dict[str, t.Any]] = {
    "options": _SELECT | {"$filter", "$skiptoken"},
    "graph_only": frozenset(("$expand",)),
}
_ROLE_SCHEDULES: t.Final[dict[str, t.Any]] = {**_SCHEDULES, "readers": ROLE_SCHEDULE_READERS}
_MEMBER_SCHEDULES: t.Final[dict[str, t.Any]] = {**_SCHEDULES, "readers": GROUP_SCHEDULE_READERS}
_GROUP_CAST: t.Final = "/microsoft.graph.group"
_ROLE_CAST: t.Final = "/microsoft.graph.directoryRole"

OPERATIONS: t.Final[tuple[Operation, ...]] = (
    _read(
        "/security/incidents",
        "incidents",
        incidents.list_incidents,
        options=frozenset(("$filter", "$top", "$skip", "$count", "$skiptoken")),
        graph_only=frozenset(("$expand", "$orderby")),
    ),
    _read("/organization", "organization", organization.list_organization),
    _read("/organization/{id}", "organization", organization.get_organization),
    _read("/subscribedSkus", "subscribed_skus", organization.list_skus, readers=LICENSE_READERS, units=3),
    _read("/subscribedSkus/{id}", "subscribed_skus", organization.get_sku, readers=LICENSE_READERS),
    _read(
        "/directory/subscriptions",
        "subscriptions",
        organization.list_subscriptions,
        graph_only=_PAGED - _SELECT | _SEARCHED,
        readers=LICENSE_READERS,
    ),
    _read(_FIND + "TenantId(tenantId='{id}')", "tenant_information", organization.find_tenant_by_id),
    _read(_FIND + "DomainName(domainName='{domain}')", "tenant_information", organization.find_tenant_by_domain),
    _read(_GDAP, "gdap", relationships.list_relationships, options=_PAGED, graph_only=_SORTED),
    _read(_GDAP + "/{id}", "gdap", relationships.get_relationship),
    _read(
        _GDAP + "/{id}/accessAssignments",
        "gdap",
        relationships.list_assignments,
        options=_PAGED,
    ),
    _read(_GDAP + "/{id}/accessAssignments/{assignment}", "gdap", relationships.get_assignment),
    _read(_GDAP + "/{id}/requests", "gdap", relationships.list_requests, options=_PAGED),
    _read(_GDAP + "/{id}/requests/{request}", "gdap", relationships.get_request),
    _read(_GDAP + "/{id}/operations", "gdap", relationships.list_operations, options=_PAGED),
    _read(_GDAP + "/{id}/operations/{operation}", "gdap", relationships.get_operation),
    _read(_CUSTOMERS, "gdap", relationships.list_customers, options=_PAGED, graph_only=_SORTED),
    _read(_CUSTOMERS + "/{id}", "gdap", relationships.get_customer),
    _read("/policies/authorizationPolicy", "authorization_policy", policies.get_authorization, readers=POLICY_READERS),
    _read(_TRUST, "cross_tenant_access", policies.get_policy, readers=POLICY_READERS),
    _read(_TRUST + "/default", "cross_tenant_access", policies.get_default, readers=POLICY_READERS),
    _read(
        _TRUST + "/partners",
        "cross_tenant_access",
        policies.list_partners,
        readers=POLICY_READERS,
        options=_PAGED,
    ),
    _read(_TRUST + "/partners/{id}", "cross_tenant_access", policies.get_partner, readers=POLICY_READERS),
    _read(
        _TRUST + "/partners/{id}/identitySynchronization",
        "cross_tenant_access",
        policies.get_synchronization,
        readers=POLICY_READERS,
    ),
    *(_read(path, required, handler, **more) for path, required, handler, more in operations_governance.rows()),
    _read("/users", "users", users.list_users, **_MEMBERS, **_DIRECTORY_READ),
    _read(
        "/directory/deletedItems/microsoft.graph.user",
        "deleted_users",
        users.list_deleted_users,
        **_MEMBERS,
        **_DIRECTORY_READ,
    ),
    _read("/groups", "groups", groups.list_groups, **_MEMBERS, **_DIRECTORY_READ),
    _read("/groups/{id}", "groups", groups.get_group, graph_only=frozenset(("$expand",)), **_DIRECTORY_READ),
    _read("/users/{id}", "users", users.get_user, graph_only=frozenset(("$expand",)), **_DIRECTORY_READ),
    _read("/me", "me", users.get_me, graph_only=frozenset(("$expand",))),
    _read(_MEMBERSHIPS, "memberships", users.list_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MEMBERSHIPS + _GROUP_CAST, "memberships", users.list_group_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MEMBERSHIPS + _ROLE_CAST, "memberships", users.list_role_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MINE, "my_memberships", users.list_memberships, **_MEMBERS),
    _read(_MINE + _GROUP_CAST, "my_memberships", users.list_group_memberships, **_MEMBERS),
    _read(_MINE + _ROLE_CAST, "my_memberships", users.list_role_memberships, **_MEMBERS),
    Operation(
        "POST",
        "/users/{id}/checkMemberGroups",
        permissions.OPERATIONS["check_member_groups"],
        users.check_member_groups,
        options=frozenset(),
        units=4,
        **_DIRECTORY_READ,
    ),
    Operation(
        "POST",
        "/me/checkMemberGroups",
        permissions.OPERATIONS["check_my_member_groups"],
        users.check_member_groups,
        options=frozenset(),
        units=4,
    ),
    _read(
        "/directoryRoles",
        "directory_roles",
        roles.list_directory_roles,
        options=_SELECT | {"$count"},
        **_DIRECTORY_READ,
    ),
    _read("/directoryRoles/{id}", "directory_roles", roles.get_directory_role, **_DIRECTORY_READ),
    _read(
        _ROLES + "/roleAssignments",
        "directory_roles",
        roles.list_role_assignments,
        options=_PAGED | {"$expand"},
        readers=ROLE_READERS,
    ),
    _read(
        _ROLES + "/roleDefinitions",
        "role_definitions",
        roles.list_role_definitions,
        options=_PAGED,
        **_DIRECTORY_READ,
    ),
    _read(
        _ROLES + "/roleDefinitions/{id}",
        "role_definitions",
        roles.get_role_definition,
        **_DIRECTORY_READ,
    ),
    _read(_DEFENDER_ROLES + "/roleAssignments", "defender_roles", defender_roles.list_assignments, **_BETA),
    _read(_DEFENDER_ROLES + "/roleDefinitions", "defender_roles", defender_roles.list_definitions, **_BETA),
    _read(
        _ROLES + "/roleEligibilityScheduleInstances", "eligible_roles", schedules.list_eligible_roles, **_ROLE_SCHEDULES
    ),
    _read(
        _ROLES + "/roleEligibilityScheduleInstances" + _BY_ME,
        "my_eligible_roles",
        schedules.list_my_eligible_roles,
        **_SCHEDULES,
    ),
    _read(
        _ROLES + "/roleAssignmentScheduleInstances", "assigned_roles", schedules.list_assigned_roles, **_ROLE_SCHEDULES
    ),
    _read(
        _ROLES + "/roleAssignmentScheduleInstances" + _BY_ME,
        "my_assigned_roles",
        schedules.list_my_assigned_roles,
        **_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/eligibilityScheduleInstances",
        "eligible_members",
        schedules.list_eligible_members,
        **_MEMBER_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/eligibilityScheduleInstances" + _BY_ME,
        "my_eligible_groups",
        schedules.list_my_eligible_groups,
        **_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/assignmentScheduleInstances",
        "assigned_members",
        schedules.list_assigned_members,
        **_MEMBER_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/assignmentScheduleInstances" + _BY_ME,
        "my_assigned_groups",
        schedules.list_my_assigned_groups,
        **_SCHEDULES,
    ),
    *(
        Operation(
            method, path, permissions.OPERATIONS[name], handler, options=frozenset(), readers=readers, writes=True
        )
        for method, path, name, handler, readers in operations_writes.ROWS
    ),
)
