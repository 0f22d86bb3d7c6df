# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of operations: method, path, who may call (delegated and application, least first), options, handler.

Permissions come from Microsoft's permission file of 2026-08. An empty tuple means: not supported.
"""

from __future__ import annotations

import dataclasses
import typing as t

from lab.data import permissions as p
from lab.data import roles as r
from lab.hosts.graph import (
    defender_roles,
    incidents,
    operations_governance,
    organization,
    policies,
    relationships,
    roles,
    schedules,
    users,
)

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Handler

_SELECT: t.Final = frozenset(("$select",))
_PAGED: t.Final = _SELECT | {"$filter", "$top", "$count", "$skiptoken"}
# Options that Graph takes there and the lab has not.
_SORTED: t.Final = frozenset(("$orderby",))
_SEARCHED: t.Final = frozenset(("$orderby", "$search", "$expand"))

# Delegated, a permission is not enough: the person needs one of these Entra roles as well (Partner Center,
# dap-api-impact, for licences and role assignments; cross-tenant access by its own pages). Global Administrator is one.
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
# Graph, rbac-pim-entra-roles-apis and rbac-pim-groups-apis-read: who reads the schedules of others. More roles, and the
# members of a group, read schedules of groups that take no roles: the lab has the ones that read all.
ROLE_SCHEDULE_READERS: t.Final = r.ids(
    "Global Reader",
    "Security Operator",
    "Security Reader",
    "Security Administrator",
    "Privileged Role Administrator",
    "Global Administrator",
)
GROUP_SCHEDULE_READERS: t.Final = r.ids("Global Reader", "Privileged Role Administrator", "Global Administrator")
# Guests and GDAP users see themselves only, members see their directory [guess: the list of roles].
DIRECTORY_READERS: t.Final = r.ids("Directory Readers", "Global Reader", "User Administrator", "Global Administrator")


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One row. `options` are the query options that the lab takes, `beyond` those that only Graph takes.

    `readers` are roles that a person needs; with `members_read`, members of the directory need none. `versions` are
    those of Graph that have it.
    """

    method: str
    path: str
    delegated: p.Permissions
    application: p.Permissions
    handler: Handler
    options: frozenset[str] = _SELECT
    beyond: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    members_read: bool = False
    units: int = 1
    versions: tuple[str, ...] = ("v1.0", "beta")


def _read(
    path: str, permissions: p.Permissions, handler: Handler, application: p.Permissions | None = None, **more: t.Any
) -> Operation:
    return Operation("GET", path, permissions, permissions if application is None else application, handler, **more)


_GDAP: t.Final = "/tenantRelationships/delegatedAdminRelationships"
_CUSTOMERS: t.Final = "/tenantRelationships/delegatedAdminCustomers"
_TRUST: t.Final = "/policies/crossTenantAccessPolicy"
_ROLES: t.Final = "/roleManagement/directory"
_DEFENDER_ROLES: t.Final = "/roleManagement/defender"
# What a person needs to read them beside the permission is not documented.
_BETA: t.Final[dict[str, t.Any]] = {"versions": ("beta",), "options": frozenset(), "beyond": _PAGED | _SEARCHED}
_GROUP_SCHEDULES: t.Final = "/identityGovernance/privilegedAccess/group"
_BY_ME: t.Final = "/filterByCurrentUser(on='{on}')"
_FIND: t.Final = "/tenantRelationships/findTenantInformationBy"
_MEMBERSHIPS: t.Final = "/users/{id}/transitiveMemberOf"
_MINE: t.Final = "/me/transitiveMemberOf"

_DIRECTORY_READ: t.Final[dict[str, t.Any]] = {"readers": DIRECTORY_READERS, "members_read": True}
_MEMBERS: t.Final[dict[str, t.Any]] = {"options": _PAGED, "beyond": _SEARCHED, "units": 2}
_SCHEDULES: t.Final[dict[str, t.Any]] = {
    "options": _SELECT | {"$filter", "$skiptoken"},
    "beyond": frozenset(("$expand",)),
}
_ROLE_SCHEDULES: t.Final[dict[str, t.Any]] = {**_SCHEDULES, "readers": ROLE_SCHEDULE_READERS}
_MEMBER_SCHEDULES: t.Final[dict[str, t.Any]] = {**_SCHEDULES, "readers": GROUP_SCHEDULE_READERS}
_GROUP_CAST: t.Final = "/microsoft.graph.group"
_ROLE_CAST: t.Final = "/microsoft.graph.directoryRole"

OPERATIONS: t.Final[tuple[Operation, ...]] = (
    _read(
        "/security/incidents",
        p.INCIDENTS,
        incidents.list_incidents,
        options=frozenset(("$filter", "$top", "$skip", "$count", "$skiptoken")),
        beyond=frozenset(("$expand", "$orderby")),
    ),
    _read("/organization", p.ORGANIZATION_DELEGATED, organization.list_organization, p.ORGANIZATION_APPLICATION),
    _read("/organization/{id}", p.ORGANIZATION_DELEGATED, organization.get_organization, p.ORGANIZATION_APPLICATION),
    _read("/subscribedSkus", p.LICENSES, organization.list_skus, readers=LICENSE_READERS, units=3),
    _read("/subscribedSkus/{id}", p.LICENSES, organization.get_sku, readers=LICENSE_READERS),
    _read(
        "/directory/subscriptions",
        p.SUBSCRIPTIONS_DELEGATED,
        organization.list_subscriptions,
        p.SUBSCRIPTIONS_APPLICATION,
        beyond=_PAGED - _SELECT | _SEARCHED,
        readers=LICENSE_READERS,
    ),
    _read(_FIND + "TenantId(tenantId='{id}')", p.TENANT_INFORMATION, organization.find_tenant_by_id),
    _read(_FIND + "DomainName(domainName='{domain}')", p.TENANT_INFORMATION, organization.find_tenant_by_domain),
    _read(_GDAP, p.GDAP, relationships.list_relationships, options=_PAGED, beyond=_SORTED),
    _read(_GDAP + "/{id}", p.GDAP, relationships.get_relationship),
    _read(_GDAP + "/{id}/accessAssignments", p.GDAP, relationships.list_assignments, options=_PAGED),
    _read(_GDAP + "/{id}/accessAssignments/{assignment}", p.GDAP, relationships.get_assignment),
    _read(_CUSTOMERS, p.GDAP, relationships.list_customers, options=_PAGED, beyond=_SORTED),
    _read(_CUSTOMERS + "/{id}", p.GDAP, relationships.get_customer),
    _read(_TRUST, p.CROSS_TENANT, policies.get_policy, readers=POLICY_READERS),
    _read(_TRUST + "/default", p.CROSS_TENANT, policies.get_default, readers=POLICY_READERS),
    _read(_TRUST + "/partners", p.CROSS_TENANT, policies.list_partners, readers=POLICY_READERS, options=_PAGED),
    _read(_TRUST + "/partners/{id}", p.CROSS_TENANT, policies.get_partner, readers=POLICY_READERS),
    _read(
        _TRUST + "/partners/{id}/identitySynchronization",
        p.CROSS_TENANT,
        policies.get_synchronization,
        readers=POLICY_READERS,
    ),
    *(_read(path, who, how, app, **more) for path, who, how, app, more in operations_governance.rows()),
    _read("/users", p.USERS, users.list_users, **_MEMBERS, **_DIRECTORY_READ),
    _read(
        "/directory/deletedItems/microsoft.graph.user",
        p.USERS_FULL,
        users.list_deleted_users,
        **_MEMBERS,
        **_DIRECTORY_READ,
    ),
    _read("/users/{id}", p.USERS, users.get_user, beyond=frozenset(("$expand",)), **_DIRECTORY_READ),
    _read("/me", p.ME, users.get_me, (), beyond=frozenset(("$expand",))),
    _read(_MEMBERSHIPS, p.MEMBERSHIPS, users.list_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MEMBERSHIPS + _GROUP_CAST, p.MEMBERSHIPS, users.list_group_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MEMBERSHIPS + _ROLE_CAST, p.MEMBERSHIPS, users.list_role_memberships, **_MEMBERS, **_DIRECTORY_READ),
    _read(_MINE, p.MY_MEMBERSHIPS, users.list_memberships, (), **_MEMBERS),
    _read(_MINE + _GROUP_CAST, p.MY_MEMBERSHIPS, users.list_group_memberships, (), **_MEMBERS),
    _read(_MINE + _ROLE_CAST, p.MY_MEMBERSHIPS, users.list_role_memberships, (), **_MEMBERS),
    Operation(
        "POST",
        "/users/{id}/checkMemberGroups",
        p.CHECK_MEMBERS,
        p.CHECK_MEMBERS,
        users.check_member_groups,
        options=frozenset(),
        units=4,
        **_DIRECTORY_READ,
    ),
    Operation(
        "POST",
        "/me/checkMemberGroups",
        p.CHECK_MY_MEMBERS,
        (),
        users.check_member_groups,
        options=frozenset(),
        units=4,
    ),
    _read(
        "/directoryRoles",
        p.ROLES_DELEGATED,
        roles.list_directory_roles,
        p.ROLES_FULL,
        options=_SELECT | {"$count"},
        **_DIRECTORY_READ,
    ),
    _read("/directoryRoles/{id}", p.ROLES_DELEGATED, roles.get_directory_role, p.ROLES_FULL, **_DIRECTORY_READ),
    _read(
        _ROLES + "/roleAssignments",
        p.ROLES_DELEGATED,
        roles.list_role_assignments,
        p.ROLES_FULL,
        options=_PAGED | {"$expand"},
        readers=ROLE_READERS,
    ),
    _read(
        _ROLES + "/roleDefinitions",
        p.ROLES_DELEGATED,
        roles.list_role_definitions,
        p.ROLES_DELEGATED,
        options=_PAGED,
        **_DIRECTORY_READ,
    ),
    _read(
        _ROLES + "/roleDefinitions/{id}",
        p.ROLES_DELEGATED,
        roles.get_role_definition,
        p.ROLES_DELEGATED,
        **_DIRECTORY_READ,
    ),
    _read(_DEFENDER_ROLES + "/roleAssignments", p.DEFENDER_ROLES, defender_roles.list_assignments, **_BETA),
    _read(_DEFENDER_ROLES + "/roleDefinitions", p.DEFENDER_ROLES, defender_roles.list_definitions, **_BETA),
    _read(
        _ROLES + "/roleEligibilityScheduleInstances", p.ELIGIBLE_ROLES, schedules.list_eligible_roles, **_ROLE_SCHEDULES
    ),
    _read(
        _ROLES + "/roleEligibilityScheduleInstances" + _BY_ME,
        p.ELIGIBLE_ROLES,
        schedules.list_my_eligible_roles,
        (),
        **_SCHEDULES,
    ),
    _read(
        _ROLES + "/roleAssignmentScheduleInstances", p.ASSIGNED_ROLES, schedules.list_assigned_roles, **_ROLE_SCHEDULES
    ),
    _read(
        _ROLES + "/roleAssignmentScheduleInstances" + _BY_ME,
        p.ASSIGNED_ROLES,
        schedules.list_my_assigned_roles,
        (),
        **_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/eligibilityScheduleInstances",
        p.ELIGIBLE_MEMBERS,
        schedules.list_eligible_members,
        **_MEMBER_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/eligibilityScheduleInstances" + _BY_ME,
        p.ELIGIBLE_MEMBERS,
        schedules.list_my_eligible_groups,
        (),
        **_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/assignmentScheduleInstances",
        p.ASSIGNED_MEMBERS,
        schedules.list_assigned_members,
        **_MEMBER_SCHEDULES,
    ),
    _read(
        _GROUP_SCHEDULES + "/assignmentScheduleInstances" + _BY_ME,
        p.ASSIGNED_MEMBERS,
        schedules.list_my_assigned_groups,
        (),
        **_SCHEDULES,
    ),
)
