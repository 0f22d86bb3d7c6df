# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a world: which tenants exist, in what state each is, and what the right answer about it is.

A field that is not known here is refused. `world_file.py` reads the file and words what is wrong with it.
"""

from __future__ import annotations

import re
import typing as t
import uuid

import pydantic

from lab import permissions, roles, skus
from lab.entra.kinds import KINDS

BATCHABLE: t.Final = ("throttle", "error", "slow", "expired_token")


def _guid(value: str) -> str:
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ValueError(f"'{value}' is not a GUID") from None


def _role(value: str) -> str:
    try:
        return roles.role_id(value)
    except KeyError:
        raise _unknown("role", value, roles.ID_OF) from None


def _sku(value: str) -> str:
    if value not in skus.catalogue():
        raise _unknown("product", value, skus.catalogue())
    return value


def _period(value: str) -> str:
    if value not in ("PT0S", "P0D", "P180D"):
        raise ValueError(f"'{value}' is not one of PT0S, P0D, P180D")
    return value


def _regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"'{value}' is not a regular expression ({error})") from None
    return value


def _aadsts(value: int) -> int:
    if value not in KINDS:
        raise _unknown("AADSTS number", str(value), [str(number) for number in KINDS])
    return value


def _permissions(value: object) -> object:
    if value in ("full", "none"):
        return value
    if not isinstance(value, list):
        raise ValueError(f"'{value}' is neither 'full' nor 'none' nor a list of permissions")
    for name in value:
        if name not in permissions.KNOWN:
            raise _unknown("permission", str(name), permissions.KNOWN)
    return tuple(value)


class UnknownNameError(ValueError):
    """A name that stands in no catalogue; `known` is what could have been meant."""

    def __init__(self, kind: str, value: str, known: t.Collection[str]) -> None:
        super().__init__(f"'{value}' is not a known {kind}")
        self.value = value
        self.known = tuple(known)


def _unknown(kind: str, value: str, known: t.Collection[str]) -> UnknownNameError:
    return UnknownNameError(kind, value, known)


Guid = t.Annotated[str, pydantic.AfterValidator(_guid)]
Role = t.Annotated[str, pydantic.AfterValidator(_role)]
SkuName = t.Annotated[str, pydantic.AfterValidator(_sku)]
Period = t.Annotated[str, pydantic.AfterValidator(_period)]
Regex = t.Annotated[str, pydantic.AfterValidator(_regex)]
Country = t.Annotated[str, pydantic.StringConstraints(pattern=r"^[A-Z]{2}$")]
Domain = t.Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Name = t.Annotated[str, pydantic.StringConstraints(min_length=1, max_length=256)]
Consent = t.Annotated[tuple[str, ...] | t.Literal["full", "none"], pydantic.BeforeValidator(_permissions)]


class Strict(pydantic.BaseModel):
    """The base of all: unknown fields are an error, and nothing changes afterwards."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, strict=True)


class Group(Strict):
    """A security group. `members_of` names the groups that this one is a member of."""

    name: Name
    members_of: t.Annotated[tuple[str, ...], pydantic.Strict(strict=False)] = ()
    roles: t.Annotated[tuple[Role, ...], pydantic.Strict(strict=False)] = ()
    assignable_to_role: bool = False


Groups = t.Annotated[tuple[Group, ...], pydantic.Strict(strict=False)]
Names = t.Annotated[tuple[str, ...], pydantic.Strict(strict=False)]
RoleIds = t.Annotated[tuple[Role, ...], pydantic.Strict(strict=False)]


class Fault(Strict):
    """Something that goes wrong. `path` is a regular expression for the beginning of the path, without the version.

    It happens `times` times (else always); a throttle with `seconds` ends that long after its first hit.
    `in_batch` true: items of a batch only; false: requests of their own only; absent: both.
    """

    host: t.Literal["graph", "login", "arm"] = "graph"
    path: Regex = "/"
    kind: t.Literal["throttle", "error", "reset", "truncate", "html", "slow", "expired_token"]
    seconds: t.Annotated[float, pydantic.Field(ge=0, strict=False)] | None = None
    times: t.Annotated[int, pydantic.Field(ge=1)] | None = None
    retry_after: str | None = None
    status: t.Annotated[int, pydantic.Field(ge=400, le=599)] = 503
    in_batch: bool | None = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if self.in_batch and self.kind not in BATCHABLE:
            raise ValueError(f"a fault of kind '{self.kind}' cannot happen in_batch; {', '.join(BATCHABLE)} can")
        if self.kind == "slow" and self.seconds is None:
            raise ValueError("a fault of kind 'slow' needs seconds")
        return self


class License(Strict):
    """A product that the tenant owns. A plain part number in the list is the same with all defaults."""

    sku: SkuName
    capability: t.Literal["Enabled", "Warning", "Suspended", "Deleted", "LockedOut"] = "Enabled"
    disabled_plans: Names = ()
    enabled: t.Annotated[int, pydantic.Field(ge=0)] = 50
    consumed: t.Annotated[int, pydantic.Field(ge=0)] | None = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        known = [plan.name for plan in skus.catalogue()[self.sku].plans]
        for name in self.disabled_plans:
            if name not in known:
                raise _unknown(f"service plan of {self.sku}", name, known)
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
    """A GDAP relationship with the home tenant. It ran `created_days_ago` days so far and has `days_left`."""

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
    assignments: t.Annotated[tuple[Assignment, ...], pydantic.Strict(strict=False)] = ()

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if not 1 <= self.created_days_ago + self.days_left <= 730:
            raise ValueError("created_days_ago and days_left together are the duration: 1 to 730 days")
        for assignment in self.assignments:
            if not set(assignment.roles) <= set(self.roles):
                raise ValueError(f"an assignment to '{assignment.group}' has roles that the relationship has not")
        return self


class Guest(Strict):
    """The operator's object in the tenant. `roles` are direct ones, `groups` are groups of the tenant."""

    state: t.Literal["Accepted", "PendingAcceptance"] | None = "Accepted"
    type: t.Literal["Guest", "Member"] = "Guest"
    enabled: bool = True
    mail: str | None = None
    roles: RoleIds = ()
    groups: Names = ()


class DefaultAccess(Strict):
    """The default of the tenant's cross-tenant access: is the MFA of other tenants trusted?"""

    mfa: bool = False


class PartnerAccess(Strict):
    """The entry for the home tenant. `trust: null` makes the whole inboundTrust null: the default holds."""

    mfa: bool | None = True
    trust: t.Literal["set"] | None = "set"


def _partner(value: object) -> object:
    return None if value == "none" else value


class CrossTenantAccess(Strict):
    """What the tenant accepts from the home tenant."""

    default: DefaultAccess = DefaultAccess()
    partner: t.Annotated[PartnerAccess | None, pydantic.BeforeValidator(_partner)] = PartnerAccess()


class ConditionalAccess(Strict):
    """Policies that refuse the operator's sign-in to every resource, never the app's."""

    blocks_operator: bool = False


class Refusal(Strict):
    """Entra refuses a sign-in with these AADSTS numbers: the first, and those of services behind it.

    The same number twice makes an answer that says everything twice. `resource` is what the token was asked for.
    """

    identity: t.Literal["operator", "app"] = "operator"
    resource: t.Literal["graph", "arm", "all"] = "all"
    errors: t.Annotated[
        tuple[t.Annotated[int, pydantic.AfterValidator(_aadsts)], ...],
        pydantic.Strict(strict=False),
        pydantic.Field(min_length=1),
    ]


Refusals = t.Annotated[tuple[Refusal, ...], pydantic.Strict(strict=False)]


class PortalFault(Strict):
    """What goes wrong at the portal, on a read (`session`, `picker`, `effective`) or on a `write`.

    `error` and `throttle` happen instead of the request; `error_after` (HTTP 500) and `cut_after` when it has taken
    effect; `cut_before` when it has not. `does_nothing` answers 200. `changed_meanwhile`: another page adds the tenants
    in `extra` a moment before. `session_ends` is for ever. `slow`: reads show it `seconds` later. `after` requests of
    that kind pass first, `times` are hit.
    """

    kind: t.Literal[
        "error",
        "throttle",
        "html",
        "error_after",
        "cut_after",
        "cut_before",
        "does_nothing",
        "changed_meanwhile",
        "session_ends",
        "slow",
    ]
    on: t.Literal["write", "session", "picker", "effective"] = "write"
    after: t.Annotated[int, pydantic.Field(ge=0)] = 0
    times: t.Annotated[int, pydantic.Field(ge=1)] = 1
    seconds: t.Annotated[float, pydantic.Field(ge=0, strict=False)] = 0

    @pydantic.model_validator(mode="after")
    def _check_place(self) -> t.Self:
        reads = ("error", "throttle", "html", "cut_before")
        if self.kind == "html" if self.on == "write" else self.kind not in reads:
            raise ValueError(f"{self.kind} does not happen on {self.on}")
        return self


class PortalTenant(Strict):
    """A tenant that only the portal knows of: nobody declares it."""

    tenant_id: Guid
    name: Name
    in_view: bool = False


class PortalSettings(Strict):
    """The Defender portal of the home tenant. `write_shape` is the lab's own invention: Microsoft's is not public.

    `sources` is what each source of the tenant picker answers. `session_seconds`: how long a session lasts.
    """

    write_shape: t.Literal["replace", "per_tenant"] = "replace"
    feature: t.Literal["on", "off"] = "on"
    home_in_picker: bool = True
    groups_as: t.Literal["array", "object"] = "array"
    sources: dict[t.Literal["B2B", "GDAP", "TGov"], str] = {"B2B": "Success", "GDAP": "Success", "TGov": "Success"}
    session_seconds: t.Annotated[float, pydantic.Field(gt=0, strict=False)] = 14400
    extra: t.Annotated[tuple[PortalTenant, ...], pydantic.Strict(strict=False)] = ()
    faults: t.Annotated[tuple[PortalFault, ...], pydantic.Strict(strict=False)] = ()


class Declare(Strict):
    """What a user's own list would say about this tenant."""

    access: t.Literal["auto", "gdap", "b2b"] = "auto"


class Expect(Strict):
    """The right answer. Only tests read it: the server never sees it."""

    first_broken: t.Literal["consent", "access", "sign_in", "license", "permissions", "defender", "registration"] | None
    reason: str | None
    verdicts: dict[
        t.Literal["access", "license", "permissions", "mfa_trust", "listed", "sign_in", "defender"], str
    ] = {}

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        if (self.first_broken is None) != (self.reason is None):
            raise ValueError("first_broken and reason are both null or both set")
        return self


HEALTHY: t.Final = Expect(first_broken=None, reason=None)


class Operator(Strict):
    """The person whose access is judged. `roles` are roles in the home tenant.

    `refresh_token` is `ok`, or the AADSTS number that every use of it gets.
    """

    upn: t.Annotated[str, pydantic.StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]
    name: Name = "Anna Berg"
    mail: str | None = None
    groups: Names = ()
    roles: RoleIds = ()
    refresh_token: t.Annotated[int, pydantic.AfterValidator(_aadsts)] | t.Literal["ok"] = "ok"


class Organization(Strict):
    """What every tenant has. `users` is how many ordinary people stand in its directory.

    `arm_consent` false: our app may not use Azure Resource Manager for people there.
    """

    tenant_id: Guid
    name: Name
    domain: Domain
    country: Country
    groups: Groups = ()
    licenses: Licenses = ()
    users: t.Annotated[int, pydantic.Field(ge=0, le=5000)] = 6
    faults: t.Annotated[tuple[Fault, ...], pydantic.Strict(strict=False)] = ()
    refusals: Refusals = ()
    arm_consent: bool = True
    incidents: t.Annotated[int, pydantic.Field(ge=0, le=1000)] = 2

    @property
    def initial_domain(self) -> str:
        """The domain that every tenant is born with."""
        return f"{self.domain.partition('.')[0].replace('-', '')}.onmicrosoft.com"

    @pydantic.model_validator(mode="after")
    def _check_groups(self) -> t.Self:
        known = [group.name for group in self.groups]
        for group in self.groups:
            if known.count(group.name) > 1:
                raise ValueError(f"the group '{group.name}' stands in the list twice")
            _check_names("group", group.members_of, known)
            if group.roles and not group.assignable_to_role:
                raise ValueError(f"the group '{group.name}' has roles, so it must be assignable_to_role")
        return self


def _check_names(kind: str, names: t.Iterable[str], known: t.Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise _unknown(kind, name, known)


class Home(Organization):
    """The home tenant: where the operator lives, and the partner in every GDAP relationship.

    `public_client`: our app takes no secret from people who sign in. `secret` is the state of the app's only one.
    `blocks_device_code`: Conditional Access forbids that flow, as many tenants do. `device_code_interval` is seconds.
    """

    operator: Operator
    app_permissions: Consent = "full"
    public_client: bool = False
    secret: t.Literal["ok", "expired"] = "ok"
    device_code_interval: t.Annotated[float, pydantic.Field(gt=0, le=60, strict=False)] = 5
    blocks_device_code: bool = False
    arm_page_size: t.Annotated[int, pydantic.Field(ge=1, le=1000)] = 100
    cross_tenant_access: CrossTenantAccess = CrossTenantAccess(partner=None)
    portal: PortalSettings = PortalSettings()

    @pydantic.model_validator(mode="after")
    def _check_operator(self) -> t.Self:
        _check_names("group", self.operator.groups, [group.name for group in self.groups])
        return self


class Tenant(Organization):
    """A target tenant.

    `defender`: `operator_refused` is Defender's own role-based access control, which leaves the operator out. What
    Azure Resource Manager lists can lack the tenant (`arm_listed`), or its name (`arm_named`). `in_view`: it stands in
    the operator's multitenant view. `portal_offered` null: the portal offers it where the operator has access.
    """

    declare: Declare = Declare()
    gdap: t.Annotated[tuple[Relationship, ...], pydantic.Strict(strict=False)] = ()
    guests: t.Annotated[tuple[Guest, ...], pydantic.Strict(strict=False)] = ()
    cross_tenant_access: CrossTenantAccess = CrossTenantAccess()
    consent: Consent = "full"
    conditional_access: ConditionalAccess = ConditionalAccess()
    defender: t.Literal["ok", "operator_refused", "not_provisioned"] = "ok"
    arm_listed: bool = True
    arm_named: bool = True
    in_view: bool = False
    portal_offered: bool | None = None
    expect: Expect = HEALTHY

    @pydantic.model_validator(mode="after")
    def _check_guests(self) -> t.Self:
        for guest in self.guests:
            _check_names("group", guest.groups, [group.name for group in self.groups])
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
        for tenant in self.tenants:
            used = [row.group for gdap in tenant.gdap for row in gdap.assignments]
            _check_names(f"group of the home tenant, wanted by {tenant.name}", used, groups)
        return self


def _check_unique(kind: str, values: t.Sequence[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"the {kind} '{value}' stands in the world twice")
