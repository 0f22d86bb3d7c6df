# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permissions of Microsoft Graph, by what they allow, least first (Microsoft's permission file of 2026-08).

"Delegated" and "application" tell the two lists apart. A permission of Graph has the same name in both.
"""

from __future__ import annotations

import typing as t

Permissions = tuple[str, ...]

_DIRECTORY: t.Final = ("Directory.Read.All", "Directory.ReadWrite.All")

ORGANIZATION_APPLICATION: t.Final = (
    "DeviceManagementServiceConfig.Read.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    *_DIRECTORY,
)
# With User.Read alone a person sees a limited view of the organization.
ORGANIZATION_DELEGATED: t.Final = (*ORGANIZATION_APPLICATION, "User.Read")
LICENSES: t.Final = (
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    *_DIRECTORY,
)
GDAP: t.Final = ("DelegatedAdminRelationship.Read.All", "DelegatedAdminRelationship.ReadWrite.All")
CROSS_TENANT: t.Final = ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
TENANT_INFORMATION: t.Final = ("CrossTenantInformation.ReadBasic.All",)

# With User.ReadBasic.All alone only the basic profile of others can be read.
USERS_FULL: t.Final = ("User.Read.All", "User.ReadWrite.All", *_DIRECTORY)
USERS: t.Final = ("User.ReadBasic.All", *USERS_FULL)
ME: t.Final = ("User.Read", "User.ReadWrite", *USERS)

GROUPS_FULL: t.Final = ("GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY)
MEMBERSHIPS: t.Final = ("User.Read.All", "User.ReadWrite.All", *GROUPS_FULL)
MY_MEMBERSHIPS: t.Final = ("User.Read", *MEMBERSHIPS)
CHECK_MEMBERS: t.Final = ("User.ReadBasic.All", "User.Read.All", *GROUPS_FULL)
CHECK_MY_MEMBERS: t.Final = ("User.Read", *CHECK_MEMBERS)

ROLES_FULL: t.Final = ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", *_DIRECTORY)
ROLES_DELEGATED: t.Final = (*ROLES_FULL, "RoleManagement.Read.All")

# Privileged Identity Management, of directory roles and of groups.
_ROLE_SCHEDULES: t.Final = (
    "RoleManagement.Read.All",
    "RoleManagement.Read.Directory",
    "RoleManagement.ReadWrite.Directory",
)
ELIGIBLE_ROLES: t.Final = (
    "RoleEligibilitySchedule.Read.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    *_ROLE_SCHEDULES,
)
ASSIGNED_ROLES: t.Final = (
    "RoleAssignmentSchedule.Read.Directory",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    *_ROLE_SCHEDULES,
)
ELIGIBLE_MEMBERS: t.Final = (
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
)
ASSIGNED_MEMBERS: t.Final = (
    "PrivilegedAssignmentSchedule.Read.AzureADGroup",
    "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
)

DEFENDER_ROLES: t.Final = (
    "RoleManagement.Read.Defender",
    "RoleManagement.ReadWrite.Defender",
    "RoleManagement.Read.All",
)

SUBSCRIPTIONS_DELEGATED: t.Final = ("Organization.Read.All", "Directory.Read.All")
SUBSCRIPTIONS_APPLICATION: t.Final = (*SUBSCRIPTIONS_DELEGATED, "Organization.ReadWrite.All")

INCIDENTS: t.Final = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")

# Delegated alone, writing covers reading; application permissions to write do not exist [doc].
_GOVERNANCE: t.Final = ("Relationship", "Request", "Invitation", "PolicyTemplate", "Setting")
GOVERNANCE_READ: t.Final = {name: (f"TenantGovernance-{name}.Read.All",) for name in _GOVERNANCE}
GOVERNANCE_DELEGATED: t.Final = {
    name: (*GOVERNANCE_READ[name], f"TenantGovernance-{name}.ReadWrite.All") for name in _GOVERNANCE
}

KNOWN: t.Final = frozenset(
    (
        *(permission for row in GOVERNANCE_DELEGATED.values() for permission in row),
        *ORGANIZATION_DELEGATED,
        *LICENSES,
        *GDAP,
        *CROSS_TENANT,
        *TENANT_INFORMATION,
        *ME,
        *MY_MEMBERSHIPS,
        *ROLES_DELEGATED,
        *ELIGIBLE_ROLES,
        *ASSIGNED_ROLES,
        *ELIGIBLE_MEMBERS,
        *ASSIGNED_MEMBERS,
        *DEFENDER_ROLES,
        *SUBSCRIPTIONS_APPLICATION,
        *INCIDENTS,
        "ThreatHunting.Read.All",
    )
)

# What "full" means in a world: an administrator has consented to everything that our app registration asks for.
FULL_APPLICATION: t.Final = frozenset(
    (
        *(permission for row in GOVERNANCE_READ.values() for permission in row),
        "CrossTenantInformation.ReadBasic.All",
        "DelegatedAdminRelationship.Read.All",
        "GroupMember.Read.All",
        "LicenseAssignment.Read.All",
        "Organization.Read.All",
        "Policy.Read.All",
        "PrivilegedAssignmentSchedule.Read.AzureADGroup",
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
        "RoleManagement.Read.Defender",
        "RoleManagement.Read.Directory",
        "SecurityIncident.Read.All",
        "User.Read.All",
    )
)
FULL_DELEGATED: t.Final = FULL_APPLICATION | {"User.Read"}

_DELEGATED_ONLY: t.Final = frozenset(("User.Read", "User.ReadWrite"))


def granted(consent: Permissions | t.Literal["full", "none"], *, delegated: bool) -> frozenset[str]:
    """The permissions that a consent gives to one kind of token."""
    if consent == "full":
        return FULL_DELEGATED if delegated else FULL_APPLICATION
    if consent == "none":
        return frozenset()
    return frozenset(consent) if delegated else frozenset(consent) - _DELEGATED_ONLY
