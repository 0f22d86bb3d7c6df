# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a world to the running state. Right answers and the user's tenant list are left behind here."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import typing as t

from lab.data import permissions, roles
from lab.state import pim
from lab.state.directory import (
    Consent,
    DefenderRoleHolder,
    Directory,
    Entity,
    Person,
    Restorable,
    RoleAssignment,
    State,
    object_id,
    timestamp,
)
from lab.state.faults import FaultPlan, WriteFaultPlan
from lab.state.gdap import build_relationship
from lab.state.governance import build_governance
from lab.state.incidents import build_incidents
from lab.state.licenses import build_skus, build_subscriptions
from lab.state.people import colleague_user, deleted_user, guest_user, operator_user, ordinary_users
from lab.state.trust import Targets, build_default, build_partner, build_synchronization

if t.TYPE_CHECKING:
    from lab.worlds.access import CrossTenantAccess
    from lab.worlds.states import DefenderRole, Group, Guest
    from lab.worlds.world import Home, Organization, Tenant, World

_OLD: t.Final = dt.timedelta(days=900)


def build_state(world: World, now: dt.datetime) -> State:
    """Return the state of all tenants at the given moment."""
    home = _home(world.home, now)
    words = Targets(world.home)
    targets = [_target(tenant, world.home, now) for tenant in world.tenants]
    home.partners |= {
        tenant.tenant_id: build_partner(tenant.tenant_id, tenant.entry_at_home, words)
        for tenant in world.tenants
        if tenant.entry_at_home is not None
    }
    home.relationships = [build_relationship(home, tenant, row, now) for tenant in world.tenants for row in tenant.gdap]
    operator = world.home.operator
    colleague = _colleague(home, now)
    for analyst in world.home.analysts:
        user = operator_user(home, analyst, now - _OLD)
        _add_person(home, user, analyst.groups, ())
        pim.add_operator(home, user["id"], analyst, now)
    return State(
        world=world.name,
        home=home,
        directories={directory.tenant_id: directory for directory in (home, *targets)},
        operator=Person(home.operator_ids[0], operator.upn, operator.name),
        colleague=colleague,
        started=now,
        governance=build_governance(world, now),
        admin_agents=frozenset(home.operator_ids if operator.admin_agent else ()),
        refresh_token_error=None if operator.refresh_token == "ok" else operator.refresh_token,
        arm_page_size=world.home.arm_page_size,
        public_client=world.home.public_client,
        secret_expired=world.home.secret == "expired",
        device_code_interval=world.home.device_code_interval,
        blocks_device_code=world.home.blocks_device_code,
        partner_administration=world.home.partner_administration,
        settle_reads=world.home.settle_reads,
    )


def _home(home: Home, now: dt.datetime) -> Directory:
    directory = _directory(home, home.cross_tenant_access, home, now)
    directory.consent = _consent(home.app_permissions)
    directory.writer = _writer_consent(home.writer, permissions.WRITER_HOME)
    user = operator_user(directory, home.operator, now - _OLD)
    _add_operator(directory, user, home.operator.groups, home.operator.roles)
    pim.add_operator(directory, user["id"], home.operator, now)
    return directory


def _consent(consent: permissions.Permissions | t.Literal["full", "none"]) -> Consent:
    return Consent(permissions.granted(consent, delegated=False), permissions.granted(consent, delegated=True))


def _writer_consent(writer: permissions.Permissions | bool, default: frozenset[str]) -> Consent:
    """Return the consent for the app that writes. A person's sign-in to it also needs User.Read."""
    if writer is False:
        return Consent()
    names = default if writer is True else frozenset(writer)
    return _consent((*names, "User.Read"))


def _colleague(home: Directory, now: dt.datetime) -> Person:
    """Return another person at home without access elsewhere: an ordinary one, or a new one where there is none."""
    others = [user for user_id, user in home.users.items() if user_id not in home.operator_ids]
    user = others[-1] if others else colleague_user(home, f"ben.colleague@{home.domain}", "Ben Colleague", now - _OLD)
    home.users[user["id"]] = user
    return Person(user["id"], user["userPrincipalName"], user["displayName"])


def _target(tenant: Tenant, home: Home, now: dt.datetime) -> Directory:
    directory = _directory(tenant, tenant.cross_tenant_access, home, now)
    if tenant.consent != "none":
        directory.consent = _consent(tenant.consent)
    directory.writer = _writer_consent(tenant.writer, permissions.WRITER_TARGET)
    directory.blocks_operator = tenant.conditional_access.blocks_operator
    directory.defender, directory.defender_roles_used = tenant.defender, tenant.defender_roles_used
    directory.invites_from = tenant.invites_from
    directory.arm_listed, directory.arm_named = tenant.arm_listed, tenant.arm_named
    partner = tenant.cross_tenant_access.partner
    if partner is not None:
        directory.partners[home.tenant_id] = build_partner(home.tenant_id, partner, Targets(home))
        if partner.sync is not None:
            policy = build_synchronization(home.tenant_id, home.name, allowed=partner.sync)
            directory.synchronization[home.tenant_id] = policy
    _add_guests(directory, tenant, home, now)
    return directory


def _directory(organization: Organization, access: CrossTenantAccess, home: Home, now: dt.datetime) -> Directory:
    directory = Directory(
        tenant_id=organization.tenant_id,
        name=organization.name,
        domain=organization.domain,
        initial_domain=organization.initial_domain,
        organization={},
        trust_default=build_default(access.default, Targets(home)),
        partners={
            partner_id: build_partner(partner_id, entry, Targets(home)) for partner_id, entry in access.others.items()
        },
        allowed_clouds=access.allowed_clouds,
        faults=FaultPlan(organization.faults),
        write_faults=WriteFaultPlan(organization.write_faults),
    )
    directory.organization = _organization(directory, organization, now)
    directory.skus = build_skus(directory, organization.licenses)
    directory.subscriptions = build_subscriptions(directory, organization.licenses, now)
    directory.incidents = build_incidents(directory, organization.incidents, now)
    directory.refusals = organization.refusals
    directory.arm_consent = organization.arm_consent
    directory.role_names, directory.entra_p2 = organization.role_names, organization.entra_p2
    _add_groups(directory, organization.groups)
    pim.add_groups(directory, organization.groups, now)
    _add_people(directory, organization.users, now)
    return directory


def _organization(directory: Directory, organization: Organization, now: dt.datetime) -> Entity:
    domain = {"capabilities": "Email, OfficeCommunicationsOnline", "type": "Managed"}
    return {
        "id": directory.tenant_id,
        "deletedDateTime": None,
        "businessPhones": [],
        "countryLetterCode": organization.country,
        "createdDateTime": timestamp(now - _OLD),
        "displayName": organization.name,
        "preferredLanguage": "en",
        "technicalNotificationMails": [f"it@{organization.domain}"],
        "tenantType": "AAD",
        "verifiedDomains": [
            {**domain, "name": organization.domain, "isDefault": True, "isInitial": False},
            {**domain, "name": directory.initial_domain, "isDefault": False, "isInitial": True},
        ],
        "assignedPlans": [],
        "provisionedPlans": [],
        "privacyProfile": None,
        "onPremisesSyncEnabled": None,
    }


def _add_groups(directory: Directory, groups: t.Iterable[Group]) -> None:
    for group in groups:
        group_id = object_id(directory.tenant_id, "group", group.name)
        directory.groups[group_id] = _group(group_id, group)
        parents = {object_id(directory.tenant_id, "group", name) for name in group.members_of}
        directory.groups_of[group_id] = parents
        directory.role_assignments.extend(RoleAssignment(group_id, role_id) for role_id in group.roles)
        _add_defender_roles(directory, group_id, group.defender_roles)


def _group(group_id: str, group: Group) -> Entity:
    return {
        "id": group_id,
        "deletedDateTime": None,
        "description": f"Members of {group.name}",
        "displayName": group.name,
        "groupTypes": [],
        "isAssignableToRole": True if group.assignable_to_role else None,
        "mail": None,
        "mailEnabled": False,
        "mailNickname": group.name.replace(" ", ""),
        "onPremisesSyncEnabled": None,
        "proxyAddresses": [],
        "securityEnabled": True,
        "visibility": None,
    }


def _add_people(directory: Directory, count: int, now: dt.datetime) -> None:
    people = ordinary_users(directory, count, now - _OLD)
    directory.users.update({user["id"]: user for user in people})
    if people:
        administrator = RoleAssignment(people[0]["id"], roles.GLOBAL_ADMINISTRATOR)
        directory.role_assignments.append(administrator)


def _add_guests(directory: Directory, tenant: Tenant, home: Home, now: dt.datetime) -> None:
    """Add the objects of the operator and the analysts. Several objects of one person are numbered."""
    people = {person.upn: person for person in (home.operator, *home.analysts)}
    numbers: collections.Counter[str] = collections.Counter()
    for guest in tenant.guests:
        person = people[guest.person or home.operator.upn]
        number = numbers[person.upn]
        numbers[person.upn] += 1
        user = guest_user(directory, guest, person, number, now - dt.timedelta(days=40))
        if guest.deleted_days_ago is not None:
            deleted = deleted_user(user, now - dt.timedelta(days=guest.deleted_days_ago, hours=1))
            directory.deleted_users[user["id"]] = deleted
            restore = functools.partial(_add_guest, directory, user, guest, now)
            directory.restorable[user["id"]] = Restorable(guest.roles, restore)
        else:
            _add_guest(directory, user, guest, now)


def _add_guest(directory: Directory, user: Entity, guest: Guest, now: dt.datetime) -> None:
    add = _add_person if guest.person else _add_operator
    add(directory, user, guest.groups, guest.roles)
    pim.add_guest(directory, user["id"], guest, now)
    _add_defender_roles(directory, user["id"], guest.defender_roles)


def _add_defender_roles(directory: Directory, principal_id: str, rows: t.Iterable[DefenderRole]) -> None:
    directory.defender_roles += [DefenderRoleHolder(principal_id, row.name, row.permissions) for row in rows]


def _add_operator(directory: Directory, user: Entity, groups: t.Iterable[str], role_ids: t.Iterable[str]) -> None:
    directory.operator_ids.append(user["id"])
    _add_person(directory, user, groups, role_ids)


def _add_person(directory: Directory, user: Entity, groups: t.Iterable[str], role_ids: t.Iterable[str]) -> None:
    directory.users[user["id"]] = user
    directory.groups_of[user["id"]] = {object_id(directory.tenant_id, "group", name) for name in groups}
    directory.role_assignments.extend(RoleAssignment(user["id"], role_id) for role_id in role_ids)
