# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Authorization: the token, the permission for the operation, and the person's role in the tenant."""

from __future__ import annotations

import datetime as dt
import typing as t

from lab.hosts.entra.tokens import GRAPH, Caller, InvalidTokenError
from lab.hosts.graph.errors import bad_request, denied, unauthorized

if t.TYPE_CHECKING:
    from lab.hosts.graph.operations import Operation
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory


def authenticate(lab: Service, headers: t.Mapping[str, str]) -> tuple[Caller, Directory]:
    """Return the caller and the tenant that the token is for. Raises GraphError."""
    login = lab.endpoints["login"]
    kind, _space, token = headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise unauthorized("Access token is empty.", login)
    try:
        caller = lab.keys.check(token.strip(), GRAPH)
    except InvalidTokenError as error:
        raise unauthorized(str(error), login) from None
    directory = lab.state.directories[caller.tenant_id]
    directory.remove_expired(dt.datetime.now(dt.UTC))
    return caller, directory


def authorize(operation: Operation, keys: t.Mapping[str, str], caller: Caller, directory: Directory) -> None:
    """Check that the caller may run this operation. Raises GraphError."""
    needed = operation.required.delegated if caller.delegated else operation.required.application
    if not needed and operation.path.startswith("/me"):
        raise bad_request("/me request is only valid with delegated authentication flow.")
    if caller.permissions.isdisjoint(needed):
        raise denied()
    if caller.delegated and not _may_read(operation, keys, caller, directory):
        raise denied()


def _may_read(operation: Operation, keys: t.Mapping[str, str], caller: Caller, directory: Directory) -> bool:
    """Check the rights of the person behind a delegated token. Everybody may read themselves."""
    if not operation.readers or not caller.roles.isdisjoint(operation.readers):
        return True
    user = directory.users.get(caller.object_id)
    if user is None or not operation.members_read:
        return False
    own = (caller.object_id, user["userPrincipalName"].lower())
    return user["userType"] == "Member" or keys.get("id", "").lower() in own
