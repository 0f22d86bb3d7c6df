# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states that a tenant can be in: groups, products, GDAP, guests, Conditional Access."""

from __future__ import annotations

import typing as t

import pydantic

from lab.data import skus
from lab.worlds.fields import Name, Names, Period, Role, RoleIds, SkuName, Strict, unknown
from lab.worlds.pim import EligibleGroups, EligibleRoles, TimedRoles, every_group


class DefenderRole(Strict):
    """A role of Microsoft Defender itself (unified RBAC). Within a tenant its name identifies it.

    `permissions` are names of actions; their spelling is not documented [guess].
    """

    name: Name
    permissions: t.Annotated[tuple[str, ...], pydantic.Strict(strict=False)] = (
        "microsoft.xdr/secops/securitydata/read",
    )


DefenderRoles = t.Annotated[tuple[DefenderRole, ...], pydantic.Strict(strict=False)]


class Group(Strict):
    """A security group. `members_of` names the groups that contain this group.

    `eligible_roles` are roles that it may activate; `defender_roles` are roles of Defender itself.
    """

    name: Name
    members_of: t.Annotated[tuple[str, ...], pydantic.Strict(strict=False)] = ()
    roles: t.Annotated[tuple[Role, ...], pydantic.Strict(strict=False)] = ()
    eligible_roles: RoleIds = ()
    defender_roles: DefenderRoles = ()
    assignable_to_role: bool = False


Groups = t.Annotated[tuple[Group, ...], pydantic.Strict(strict=False)]


class License(Strict):
    """A product that the tenant owns. A bare part number in the list has all defaults.

    The subscription moves to its next state in `lifecycle_days`; null: no date is given.
    """

    sku: SkuName
    capability: t.Literal["Enabled", "Warning", "Suspended", "Deleted", "LockedOut"] = "Enabled"
    disabled_plans: Names = ()
    pending_plans: Names = ()
    trial: bool = False
    lifecycle_days: int | None = None
    enabled: t.Annotated[int, pydantic.Field(ge=0)] = 50
    consumed: t.Annotated[int, pydantic.Field(ge=0)] | None = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        known = [plan.name for plan in skus.catalogue()[self.sku].plans]
        for name in (*self.disabled_plans, *self.pending_plans):
            if name not in known:
                raise unknown(f"service plan of {self.sku}", name, known)
        return self


def _license(value: object) -> object:
    return {"sku": value} if isinstance(value, str) else value


Licenses = t.Annotated[
    tuple[t.Annotated[License, pydantic.BeforeValidator(_license)], ...], pydantic.Strict(strict=False)
]


class Assignment(Strict):
    """An access assignment: a group of the home tenant gets roles of the relationship."""

    group: str
    roles: RoleIds = ()
    status: t.Literal["pending", "active", "deleting", "deleted", "error"] = "active"


class Relationship(Strict):
    """A GDAP relationship with the home tenant. It was created `created_days_ago` and ends in `days_left` days.

    `partner_consent_pending` is for a reseller's; null: pending while the approval is.
    """

    name: t.Annotated[str, pydantic.StringConstraints(min_length=1, max_length=50)]
    status: t.Literal[
        "activating",
        "active",
        "approvalPending",
        "approved",
        "created",
        "expired",
        "expiring",
        "terminated",
        "terminating",
        "terminationRequested",
    ] = "active"
    days_left: int = 400
    created_days_ago: t.Annotated[int, pydantic.Field(ge=0)] = 120
    auto_extend: Period = "PT0S"
    roles: t.Annotated[tuple[Role, ...], pydantic.Strict(strict=False), pydantic.Field(min_length=1)]
    reseller: bool = False
    partner_consent_pending: bool | None = None
    assignments: t.Annotated[tuple[Assignment, ...], pydantic.Strict(strict=False)] = ()

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if not 1 <= self.created_days_ago + self.days_left <= 730:
            raise ValueError("created_days_ago and days_left together are the duration: 1 to 730 days")
        if self.partner_consent_pending is not None and not self.reseller:
            raise ValueError("partner_consent_pending is for a relationship of a reseller")
        for assignment in self.assignments:
            if not set(assignment.roles) <= set(self.roles):
                raise ValueError(f"an assignment to '{assignment.group}' has roles that the relationship does not have")
        return self


class Guest(Strict):
    """The operator's object in the tenant, or that of the analyst `person`.

    `roles` are direct ones, `groups` are groups of the tenant.
    `scoped_roles` are assigned for an administrative unit only. The `eligible_` ones can be activated, the `timed_`
    ones are active until an end. `defender_roles` are roles of Defender itself. With `deleted_days_ago` it is among the
    deleted items, where it can be restored for 30 days.
    """

    person: str | None = None
    state: t.Literal["Accepted", "PendingAcceptance"] | None = "Accepted"
    type: t.Literal["Guest", "Member"] = "Guest"
    enabled: bool = True
    mail: str | None = None
    roles: RoleIds = ()
    groups: Names = ()
    scoped_roles: RoleIds = ()
    eligible_roles: EligibleRoles = ()
    timed_roles: TimedRoles = ()
    eligible_groups: EligibleGroups = ()
    deleted_days_ago: t.Annotated[int, pydantic.Field(ge=0, le=29)] | None = None
    defender_roles: DefenderRoles = ()

    @property
    def every_group(self) -> list[str]:
        """The groups that the tenant must have."""
        return every_group(self.groups, self.eligible_groups)


class ConditionalAccess(Strict):
    """Policies that refuse the operator's sign-in to every resource, never the app's."""

    blocks_operator: bool = False
