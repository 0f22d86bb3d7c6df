# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, and what they are members of."""

from __future__ import annotations

import typing as t
import uuid

from lab.data import permissions
from lab.hosts.graph.collection import Resource, blank, collection, entity
from lab.hosts.graph.errors import GraphError, bad_request, denied, not_found
from lab.hosts.graph.filtering import required_paths, rules
from lab.hosts.graph.message import Answer
from lab.hosts.graph.roles import role_entity

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Request
    from lab.state.directory import Entity

# The properties of a user that Graph returns when nothing is selected.
_PROFILE: t.Final = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
# Microsoft Graph, aad-advanced-queries: ne, not and endsWith need ConsistencyLevel.
_USERS: t.Final = Resource(
    "user",
    "users",
    defaults=_PROFILE,
    directory=True,
    rules=rules(
        id="eq in",
        accountEnabled="eq ne in",
        creationType="eq in",
        displayName="eq ne in startswith",
        externalUserState="eq ne in",
        identities__any="eq",
        mail="eq ne ge le in startswith endswith",
        otherMails__any="eq startswith",
        proxyAddresses__any="eq startswith",
        userPrincipalName="eq ne ge le in startswith endswith",
        userType="eq ne in",
    ),
)
_BASIC: t.Final = frozenset(_PROFILE)
_OBJECTS: t.Final = Resource("directoryObject", "directoryObjects", directory=True, variants=("group", "directoryRole"))
_GROUPS: t.Final = Resource("group", "groups", directory=True, indexed=True)
_ROLES: t.Final = Resource("directoryRole", "directoryRoles", directory=True, indexed=True)
_MOST_GROUPS: t.Final = 20


def list_users(request: Request) -> Answer:
    """GET /users"""
    full = request.has_any(permissions.EVERY_PROPERTY["user"])
    wanted = required_paths(request.options.filter)
    if not full and not {path.partition("/")[0] for path in wanted} <= _BASIC:
        raise denied()
    rows = sorted(request.directory.users.values(), key=lambda user: str(user["id"]))
    return collection(request, _USERS, rows if full else [_basic(user) for user in rows])


def list_deleted_users(request: Request) -> Answer:
    """GET /directory/deletedItems/microsoft.graph.user"""
    rows = sorted(request.directory.deleted_users.values(), key=lambda user: str(user["id"]))
    return collection(request, _USERS, rows)


def get_user(request: Request) -> Answer:
    """GET /users/{id}: an object id or a user principal name."""
    user = _user(request)
    return entity(request, _USERS, user if request.has_any(permissions.EVERY_PROPERTY["user"]) else _basic(user))


def get_me(request: Request) -> Answer:
    """GET /me: a person reads everything about themselves."""
    return entity(request, _USERS, _user(request))


def _basic(user: Entity) -> Entity:
    """Return the basic profile: User.ReadBasic.All shows nothing else [guess]."""
    return {name: value for name, value in user.items() if name in _BASIC}


def _user(request: Request) -> Entity:
    """Return the user of the path; `/me` is the user of the token."""
    key = request.keys.get("id", request.caller.object_id)
    user = request.directory.find_user(key)
    if user is None:
        raise not_found(key)
    return user


def list_memberships(request: Request) -> Answer:
    """GET /users/{id}/transitiveMemberOf: groups and active directory roles together."""
    rows = [*_groups_of(request), *_roles_of(request)]
    return collection(request, _OBJECTS, rows)


def list_group_memberships(request: Request) -> Answer:
    """GET /users/{id}/transitiveMemberOf/microsoft.graph.group"""
    return collection(request, _GROUPS, [_untyped(row) for row in _groups_of(request)])


def list_role_memberships(request: Request) -> Answer:
    """GET /users/{id}/transitiveMemberOf/microsoft.graph.directoryRole"""
    return collection(request, _ROLES, [_untyped(row) for row in _roles_of(request)])


def _untyped(row: Entity) -> Entity:
    """Remove the type annotation, which a cast makes redundant."""
    return {name: value for name, value in row.items() if name != "@odata.type"}


def _groups_of(request: Request) -> list[Entity]:
    directory = request.directory
    ids = sorted(directory.transitive_groups(_user(request)["id"]))
    rows = [{"@odata.type": "#microsoft.graph.group", **directory.groups[group_id]} for group_id in ids]
    return rows if request.has_any(permissions.EVERY_PROPERTY["group"]) else [_limited(row) for row in rows]


def _roles_of(request: Request) -> list[Entity]:
    directory = request.directory
    ids = sorted(directory.active_roles(_user(request)["id"]))
    rows = [{"@odata.type": "#microsoft.graph.directoryRole", **role_entity(directory, role_id)} for role_id in ids]
    return rows if request.has_any(permissions.EVERY_PROPERTY["directory_role"]) else [_limited(row) for row in rows]


def _limited(row: Entity) -> Entity:
    """Return id and type only, for a caller without permission for the type [doc: limited information]."""
    return {name: value if name in ("@odata.type", "id") else blank(value) for name, value in row.items()}


def check_member_groups(request: Request) -> Answer:
    """POST /users/{id}/checkMemberGroups: the groups among these that contain the user."""
    held = request.directory.transitive_groups(_user(request)["id"])
    containing = [group_id for group_id in _group_ids(request.target.body) if group_id.lower() in held]
    return Answer({"@odata.context": f"{request.root()}/$metadata#Collection(Edm.String)", "value": containing})


def _group_ids(body: t.Any) -> list[str]:
    ids = body.get("groupIds") if isinstance(body, dict) else None
    if not isinstance(ids, list) or not all(isinstance(item, str) for item in ids):
        raise bad_request("The parameter 'groupIds' is missing or is not a collection of strings.")
    if len(ids) > _MOST_GROUPS:
        message = f"The number of values in 'groupIds' exceeds the maximum of {_MOST_GROUPS}."
        raise GraphError(400, "Request_BadRequest", message)
    for item in ids:
        _check_guid(item)
    return ids


def _check_guid(text: str) -> None:
    try:
        uuid.UUID(text)
    except ValueError:
        raise GraphError(400, "Request_BadRequest", f"Invalid object identifier '{text}'.") from None
