# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a world: which tenants exist, the state of each, and the right answer about it.

Unknown fields are refused. `loading.py` reads the file and words the message.
"""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.access import CrossTenantAccess, Entry, groups_of
from lab.worlds.faults import Fault, Refusals, WriteFaults
from lab.worlds.fields import (
    Consent,
    Country,
    Domain,
    Guid,
    Name,
    Names,
    RoleIds,
    RoleLanguage,
    Strict,
    Writer,
    aadsts,
    unknown,
)
from lab.worlds.governance import Governed
from lab.worlds.pim import EligibleGroups, TimedGroups, every_group
from lab.worlds.portal import PortalSettings, ShownTenant
from lab.worlds.states import ConditionalAccess, Groups, Guest, Licenses, Relationship


class Declare(Strict):
    """The row of this tenant in the user's own list.

    `cloud` is where the tenant is. The lab emulates the public cloud; the field does not change its answers.
    """

    access: t.Literal["auto", "gdap", "b2b", "governance"] = "auto"
    roles: Names = ()
    licenses: Names = ()
    cloud: t.Literal["public", "gcc", "gcc_high", "dod"] | None = None


class Expect(Strict):
    """The right answer. Only tests read it: the server never sees it. `caveats` must be among the reported ones."""

    first_broken: t.Literal["consent", "access", "sign_in", "license", "permissions", "defender", "registration"] | None
    reason: str | None
    verdicts: dict[t.Literal["access", "license", "permissions", "mfa_trust", "listed", "sign_in", "defender"], str] = (
        pydantic.Field(default_factory=dict)
    )
    caveats: Names = ()

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if (self.first_broken is None) != (self.reason is None):
            raise ValueError("first_broken and reason are both null or both set")
        return self


HEALTHY: t.Final = Expect(first_broken=None, reason=None)


class Analyst(Strict):
    """A person of the home tenant, of whose accounts elsewhere the world knows.

    They are in the `groups`, in the `timed_groups` until their end, and may activate the `eligible_groups`. `enabled`
    false: the account at home is disabled.
    """

    upn: t.Annotated[str, pydantic.StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Name = "Anna Berg"
    mail: str | None = None
    groups: Names = ()
    eligible_groups: EligibleGroups = ()
    timed_groups: TimedGroups = ()
    enabled: bool = True

    @property
    def every_group(self) -> list[str]:
        """The groups that the home tenant must have."""
        return every_group(self.groups, self.eligible_groups, self.timed_groups)


class Operator(Analyst):
    """The person whose access is judged. `roles` are roles in the home tenant.

    `refresh_token` is `ok`, or the AADSTS number that every use of it gets. `admin_agent` false: not in the group of
    Partner Center that sees GDAP relationships.
    """

    roles: RoleIds = ()
    refresh_token: t.Annotated[int, pydantic.AfterValidator(aadsts)] | t.Literal["ok"] = "ok"
    admin_agent: bool = True


class Organization(Strict):
    """The fields of every tenant. `users` is the number of ordinary people in its directory.

    `arm_consent` false: nobody consented to Azure Resource Manager. `entra_p2` false: no Privileged Identity
    Management. `role_names` is the language of the directory's role names.
    """

    tenant_id: Guid
    name: Name
    domain: Domain
    country: Country
    groups: Groups = ()
    licenses: Licenses = ()
    users: t.Annotated[int, pydantic.Field(ge=0, le=5000)] = 6
    faults: t.Annotated[tuple[Fault, ...], pydantic.Strict(strict=False)] = ()
    write_faults: WriteFaults = ()
    refusals: Refusals = ()
    arm_consent: bool = True
    entra_p2: bool = True
    role_names: RoleLanguage = "en"
    incidents: t.Annotated[int, pydantic.Field(ge=0, le=1000)] = 2

    @property
    def initial_domain(self) -> str:
        """The initial domain that every tenant has."""
        return f"{self.domain.partition('.')[0].replace('-', '')}.onmicrosoft.com"

    @pydantic.model_validator(mode="after")
    def _check_groups(self) -> t.Self:
        known = [group.name for group in self.groups]
        for group in self.groups:
            if known.count(group.name) > 1:
                raise ValueError(f"the group '{group.name}' is in the list twice")
            _check_names("group", group.members_of, known)
            if (group.roles or group.eligible_roles) and not group.assignable_to_role:
                raise ValueError(f"the group '{group.name}' has roles, so it must be assignable_to_role")
        return self


def _check_names(kind: str, names: t.Iterable[str], known: t.Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise unknown(kind, name, known)


class Home(Organization):
    """The home tenant: the operator's own, and the partner in every GDAP relationship.

    `public_client`: our app takes no secret from people who sign in. `secret` is the state of the app's only secret.
    `governance_in_v1` false: only beta of Graph knows governance relationships. `blocks_device_code`: Conditional
    Access forbids that flow, as in many tenants. `device_code_interval` is in seconds.
    `analysts` are the operator's colleagues; the lab signs in none of them.
    `writer` is the consent for the app that writes. `partner_administration` false: the service principal of Partner
    Customer Delegated Administration is missing, so that no app writes GDAP. `settle_reads` is the number of reads for
    which a write that the service takes its time for is not yet to be seen: an access assignment stays pending.
    """

    operator: Operator
    analysts: t.Annotated[tuple[Analyst, ...], pydantic.Strict(strict=False)] = ()
    app_permissions: Consent = "full"
    writer: Writer = True
    partner_administration: bool = True
    settle_reads: t.Annotated[int, pydantic.Field(ge=0, le=100)] = 2
    public_client: bool = False
    secret: t.Literal["ok", "expired"] = "ok"
    device_code_interval: t.Annotated[float, pydantic.Field(gt=0, le=60, strict=False)] = 5
    blocks_device_code: bool = False
    governance_in_v1: bool = True
    arm_page_size: t.Annotated[int, pydantic.Field(ge=1, le=1000)] = 100
    cross_tenant_access: CrossTenantAccess = CrossTenantAccess(partner=None)
    portal: PortalSettings = PortalSettings()

    @pydantic.model_validator(mode="after")
    def _check_operator(self) -> t.Self:
        people = (self.operator, *self.analysts)
        for person in people:
            _check_names("group", person.every_group, [group.name for group in self.groups])
        _check_unique("person", [person.upn.lower() for person in people])
        return self


class Tenant(Organization, Governed, ShownTenant):
    """A target tenant.

    `defender`: `operator_refused` is a refusal by Defender's own role-based access control. `defender_roles_used`
    false: no workload uses unified RBAC, so that roles of Defender itself give nothing. `arm_listed` and `arm_named`
    false: the list of Azure Resource Manager lacks the tenant or its name. `portal_offered` null: the portal offers it
    where the operator has access. `entry_at_home` is the entry for this tenant in cross-tenant access of the home
    tenant. `writer` is the consent for the app that writes. `invites_from` is
    `allowInvitesFrom` of the authorization policy: who may invite guests.
    """

    declare: Declare = Declare()
    gdap: t.Annotated[tuple[Relationship, ...], pydantic.Strict(strict=False)] = ()
    guests: t.Annotated[tuple[Guest, ...], pydantic.Strict(strict=False)] = ()
    cross_tenant_access: CrossTenantAccess = CrossTenantAccess()
    entry_at_home: Entry = None
    consent: Consent = "full"
    writer: Writer = False
    invites_from: t.Literal["none", "adminsAndGuestInviters", "adminsGuestInvitersAndAllMembers", "everyone"] = (
        "everyone"
    )
    conditional_access: ConditionalAccess = ConditionalAccess()
    defender: t.Literal["ok", "operator_refused", "not_provisioned"] = "ok"
    defender_roles_used: bool = True
    arm_listed: bool = True
    arm_named: bool = True
    portal_offered: bool | None = None
    expect: Expect = HEALTHY

    @pydantic.model_validator(mode="after")
    def _check_guests(self) -> t.Self:
        for guest in self.guests:
            _check_names("group", guest.every_group, [group.name for group in self.groups])
        return self


class World(Strict):
    """Everything that exists."""

    name: Name
    home: Home
    tenants: t.Annotated[tuple[Tenant, ...], pydantic.Strict(strict=False)]

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        everybody = (self.home, *self.tenants)
        for field in ("tenant_id", "domain", "initial_domain"):
            _check_unique(field.replace("_", " "), [getattr(organization, field) for organization in everybody])
        _check_unique("GDAP relationship", [gdap.name for tenant in self.tenants for gdap in tenant.gdap])
        groups = [group.name for group in self.home.groups]
        analysts = [analyst.upn for analyst in self.home.analysts]
        for tenant in self.tenants:
            used = [row.group for gdap in tenant.gdap for row in gdap.assignments]
            access = tenant.cross_tenant_access
            used += groups_of(access.default, access.partner, tenant.entry_at_home)
            used += [row.group for row in tenant.governance if row.group and row.side == "governed"]
            _check_names(f"group of the home tenant, wanted by {tenant.name}", used, groups)
            _check_names("analyst", [guest.person for guest in tenant.guests if guest.person], analysts)
            theirs = [row.group for row in tenant.governance if row.group and row.side == "governing"]
            _check_names("group", theirs, [group.name for group in tenant.groups])
        self._check_limit()
        return self

    def _check_limit(self) -> None:
        """Refuse a view that is larger than its limit from the start."""
        most = self.home.portal.max_tenants
        shown = (*self.tenants, *self.home.portal.extra)
        for whose, count in (
            ("operator", sum(row.in_view for row in shown) + self.home.portal.hidden_tenants),
            ("colleague", sum(row.colleague in ("in_view", "lost_access") for row in shown)),
        ):
            if most is not None and count > most:
                raise ValueError(f"the view of the {whose} has {count} tenants, but max_tenants is {most}")


def _check_unique(kind: str, values: t.Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"the {kind} '{value}' is in the world twice")
