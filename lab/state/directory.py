# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The running state: directories with their objects, GDAP relationships and memberships.

An entity is a dict with the property names of the CSDL. Nothing here knows HTTP, and nothing knows `expect`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
import uuid

from lab.state.late import LateReads

if t.TYPE_CHECKING:
    from lab.state.faults import FaultPlan, WriteFaultPlan
    from lab.state.governance import GovernanceLists
    from lab.worlds.faults import Refusal
    from lab.worlds.fields import RoleLanguage

Entity = dict[str, t.Any]

_NAMESPACE: t.Final = uuid.UUID("6f1c1c3e-5e55-5a0d-9a1b-0d5a9f3b7c21")


def object_id(tenant_id: str, kind: str, name: str) -> str:
    """Return the id of an object, the same in every run."""
    return str(uuid.uuid5(_NAMESPACE, f"{tenant_id}/{kind}/{name}"))


def timestamp(moment: dt.datetime) -> str:
    """Return a date as Microsoft Graph writes it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """A period. `starts` None: unknown; `ends` None: no end."""

    starts: dt.datetime | None = None
    ends: dt.datetime | None = None
    activated: bool = False

    def is_over(self, now: dt.datetime) -> bool:
        """Return whether the period has ended."""
        return self.ends is not None and self.ends <= now


PERMANENT: t.Final = Term()


@dataclasses.dataclass(frozen=True, slots=True)
class RoleEligibility:
    """A role that a person or a group may activate."""

    principal_id: str
    role_id: str
    scope: str
    term: Term


@dataclasses.dataclass(frozen=True, slots=True)
class GroupMembership:
    """A membership under PIM for Groups: eligible, or active until its end."""

    principal_id: str
    group_id: str
    term: Term


@dataclasses.dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role of a person or a group; the scope "/" is the whole tenant. An activated role ends."""

    principal_id: str
    role_id: str
    scope: str = "/"
    term: Term = PERMANENT


@dataclasses.dataclass(frozen=True, slots=True)
class DefenderRoleHolder:
    """A role of Microsoft Defender itself, and the person or group that holds it."""

    principal_id: str
    name: str
    permissions: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Restorable:
    """What a deleted user had: roles, and how everything comes back [guess: all of it]."""

    role_ids: tuple[str, ...]
    restore: t.Callable[[], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Consent:
    """What a tenant has consented to for an app; None where the app's service principal does not exist."""

    application: frozenset[str] | None = None
    delegated: frozenset[str] | None = None


@dataclasses.dataclass(slots=True)
class Directory:
    """A tenant. `consent` is the one for our app, `writer` the one for the app that writes.

    `relationships` are those in which it is the partner.
    """

    tenant_id: str
    name: str
    domain: str
    initial_domain: str
    organization: Entity
    trust_default: Entity
    skus: list[Entity] = dataclasses.field(default_factory=list)
    subscriptions: list[Entity] = dataclasses.field(default_factory=list)
    partners: dict[str, Entity] = dataclasses.field(default_factory=dict)
    synchronization: dict[str, Entity] = dataclasses.field(default_factory=dict)
    allowed_clouds: tuple[str, ...] = ()
    users: dict[str, Entity] = dataclasses.field(default_factory=dict)
    deleted_users: dict[str, Entity] = dataclasses.field(default_factory=dict)
    groups: dict[str, Entity] = dataclasses.field(default_factory=dict)
    groups_of: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    timed_memberships: list[GroupMembership] = dataclasses.field(default_factory=list)
    eligible_memberships: list[GroupMembership] = dataclasses.field(default_factory=list)
    role_assignments: list[RoleAssignment] = dataclasses.field(default_factory=list)
    role_eligibilities: list[RoleEligibility] = dataclasses.field(default_factory=list)
    role_names: RoleLanguage = "en"
    entra_p2: bool = True
    consent: Consent = Consent()
    writer: Consent = Consent()
    blocks_operator: bool = False
    defender: str = "ok"
    defender_roles: list[DefenderRoleHolder] = dataclasses.field(default_factory=list)
    defender_roles_used: bool = True
    incidents: list[Entity] = dataclasses.field(default_factory=list)
    refusals: tuple[Refusal, ...] = ()
    arm_consent: bool = True
    arm_listed: bool = True
    arm_named: bool = True
    operator_ids: list[str] = dataclasses.field(default_factory=list)
    relationships: list[GdapRelationship] = dataclasses.field(default_factory=list)
    invites_from: str = "everyone"
    # The ticket in the link of an invitation, and the user whom it is for.
    tickets: dict[str, str] = dataclasses.field(default_factory=dict)
    restorable: dict[str, Restorable] = dataclasses.field(default_factory=dict)
    faults: FaultPlan | None = None
    write_faults: WriteFaultPlan | None = None
    late: LateReads = dataclasses.field(default_factory=LateReads)

    def refusal_of(self, identity: str, resource: str) -> Refusal | None:
        """Return the refusal of a sign-in of that identity to that resource, or None."""
        mine = (row for row in self.refusals if row.identity == identity and row.resource in ("all", resource))
        return next(mine, None)

    def remove_expired(self, now: dt.datetime) -> None:
        """Remove activations and time-bound assignments that have ended."""
        self.timed_memberships = [row for row in self.timed_memberships if not row.term.is_over(now)]
        self.eligible_memberships = [row for row in self.eligible_memberships if not row.term.is_over(now)]
        self.role_assignments = [row for row in self.role_assignments if not row.term.is_over(now)]
        self.role_eligibilities = [row for row in self.role_eligibilities if not row.term.is_over(now)]

    def transitive_groups(self, member_id: str) -> set[str]:
        """Return the ids of all groups that contain an object, nested ones included."""
        containing: set[str] = set()
        waiting = [*self.groups_of.get(member_id, ())]
        waiting += [row.group_id for row in self.timed_memberships if row.principal_id == member_id]
        while waiting:
            group_id = waiting.pop()
            if group_id not in containing:
                containing.add(group_id)
                waiting.extend(self.groups_of.get(group_id, ()))
        return containing

    def active_roles(self, member_id: str) -> set[str]:
        """Return the template ids of roles that are active for the whole tenant, directly or through groups."""
        holders = {member_id, *self.transitive_groups(member_id)}
        return {row.role_id for row in self.role_assignments if row.principal_id in holders and row.scope == "/"}

    def reads_by_defender_role(self, member_id: str) -> bool:
        """Return whether a role of Defender itself gives security data [guess: which role does]."""
        holders = {member_id, *self.transitive_groups(member_id)}
        held = [row for row in self.defender_roles if row.principal_id in holders]
        return self.defender_roles_used and any("securitydata" in name for row in held for name in row.permissions)

    def activated_roles(self) -> set[str]:
        """Return the roles that were ever assigned in this tenant: only these exist as directoryRole objects."""
        return {row.role_id for row in self.role_assignments}

    def find_user(self, key: str) -> Entity | None:
        """Return a user by object id or by user principal name, in any letter case."""
        wanted = key.lower()
        if wanted in self.users:
            return self.users[wanted]
        return next((user for user in self.users.values() if user["userPrincipalName"].lower() == wanted), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A change to come, and how many reads do not see it yet."""

    reads: int
    change: t.Callable[[], None]


@dataclasses.dataclass(slots=True)
class GdapRelationship:
    """A relationship and what belongs to it, as Microsoft Graph shows them to the partner.

    `waiting` are changes that the service takes its time for: each happens once it was not seen in so many reads.
    """

    entity: Entity
    assignments: list[Entity]
    requests: list[Entity] = dataclasses.field(default_factory=list)
    operations: list[Entity] = dataclasses.field(default_factory=list)
    version: int = 0
    waiting: list[Waiting] = dataclasses.field(default_factory=list)

    def later(self, reads: int, change: t.Callable[[], None]) -> None:
        """Change something after so many reads of the relationship: at once with 0."""
        if reads:
            self.waiting.append(Waiting(reads, change))
        else:
            change()

    def read(self) -> None:
        """Count a read. What has waited long enough happens before it."""
        due = [row for row in self.waiting if row.reads <= 0]
        self.waiting = [Waiting(row.reads - 1, row.change) for row in self.waiting if row.reads > 0]
        for row in due:
            row.change()

    @property
    def customer_id(self) -> str:
        """The tenant id of the customer."""
        return str(self.entity["customer"]["tenantId"])

    def in_force(self, now: dt.datetime) -> bool:
        """Return whether the relationship gives access now.

        `expiring` has passed its end, and a reseller's gives nothing before the partner has reviewed it [doc].
        """
        ends, reviewed = self.entity["endDateTime"], not self.entity.get("isPartnerConsentPending")
        return self.entity["status"] == "active" and reviewed and ends is not None and ends > timestamp(now)

    def given(self) -> set[tuple[str, str]]:
        """Return pairs of partner group and role from active assignments."""
        active = [row for row in self.assignments if row["status"] == "active"]
        return {
            (row["accessContainer"]["accessContainerId"], role["roleDefinitionId"])
            for row in active
            for role in row["accessDetails"]["unifiedRoles"]
        }

    def roles_for(self, groups: set[str]) -> set[str]:
        """Return the roles that the members of these groups get."""
        return {role_id for group_id, role_id in self.given() if group_id in groups}


@dataclasses.dataclass(slots=True)
class Person:
    """A person of the home tenant."""

    object_id: str
    upn: str
    name: str


@dataclasses.dataclass(slots=True)
class State:
    """Everything that the server answers from."""

    world: str
    home: Directory
    directories: dict[str, Directory]
    operator: Person
    colleague: Person
    started: dt.datetime
    governance: GovernanceLists
    admin_agents: frozenset[str] = frozenset()
    refresh_token_error: int | None = None
    arm_page_size: int = 100
    public_client: bool = False
    secret_expired: bool = False
    device_code_interval: float = 5
    blocks_device_code: bool = False
    partner_administration: bool = True
    settle_reads: int = 2
    changes: int = 0

    @property
    def version(self) -> tuple[int, int, int]:
        """The version of who reaches what: another one after every write, and after what the service settles."""
        return self.changes, len(self.relationships), sum(row.version for row in self.relationships)

    @property
    def relationships(self) -> list[GdapRelationship]:
        """The GDAP relationships of the home tenant, the only partner in the lab."""
        return self.home.relationships

    def find_directory(self, name: str) -> Directory | None:
        """Return a tenant by its id or by one of its domains."""
        wanted = name.lower()
        if wanted in self.directories:
            return self.directories[wanted]
        rows = self.directories.values()
        return next((row for row in rows if wanted in (row.domain, row.initial_domain)), None)

    def gdap_roles(self, tenant_id: str, now: dt.datetime) -> set[str] | None:
        """Return the operator's roles in a customer by GDAP; None where GDAP gives no access."""
        self.home.remove_expired(now)
        groups = self.home.transitive_groups(self.operator.object_id)
        in_force = [row for row in self.relationships if row.customer_id == tenant_id and row.in_force(now)]
        roles = {role for row in in_force for role in row.roles_for(groups)}
        return roles or None

    def partner_roles(self, tenant_id: str, now: dt.datetime) -> set[str] | None:
        """Return the operator's roles in a tenant by GDAP or governance, without an object there; None for none."""
        groups = self.home.transitive_groups(self.operator.object_id)
        governed = self.governance.roles_in(tenant_id, groups, self.home.tenant_id)
        return (self.gdap_roles(tenant_id, now) or set()) | governed or None
