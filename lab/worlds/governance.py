# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a world: governance relationships with the home tenant, and the steps to one."""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.fields import Name, RoleIds, Strict

_Ago = t.Annotated[int, pydantic.Field(ge=0, le=3650)]
Status = t.Literal["active", "Active", "terminated", "Terminated", "terminationRequestedByGoverningTenant"]
Side = t.Literal["governing", "governed"]


class Governance(Strict):
    """A relationship. `side` is the tenant's: `governed` by the home tenant, or `governing` it.

    `group` is a group of the governing tenant; null: the policy gives no roles. Microsoft's own examples write a status
    in two letter cases.
    """

    status: Status = "active"
    roles: RoleIds = ()
    group: Name | None = None
    created_days_ago: _Ago = 90
    side: Side = "governed"

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if (self.group is None) != (not self.roles):
            raise ValueError("group and roles are both set or both left out")
        return self


class GovernanceRequest(Strict):
    """A request of the governing tenant. It is open for 14 days."""

    status: t.Literal["pending", "accepted", "rejected"] = "pending"
    created_days_ago: _Ago = 2
    side: Side = "governed"


class GovernanceInvitation(Strict):
    """An invitation by the tenant that wants to be governed. It is open for 30 days."""

    created_days_ago: _Ago = 3
    side: Side = "governed"


class Governed(Strict):
    """Governance of a tenant with the home tenant."""

    governance: t.Annotated[tuple[Governance, ...], pydantic.Strict(strict=False)] = ()
    governance_request: GovernanceRequest | None = None
    governance_invitation: GovernanceInvitation | None = None
