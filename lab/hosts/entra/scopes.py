# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The `scope` parameter: a single resource, with everything consented to or with named permissions."""

from __future__ import annotations

import dataclasses
import typing as t

from lab.hosts.entra.errors import EntraError
from lab.hosts.entra.tokens import GRAPH, RESOURCE_IDS

_AUDIENCES: t.Final = {name: audience for audience, app_id in RESOURCE_IDS.items() for name in (audience, app_id)}
_SIGN_IN: t.Final = frozenset(("openid", "profile", "email", "offline_access"))
_DEFAULT: t.Final = ".default"


@dataclasses.dataclass(frozen=True, slots=True)
class RequestedScopes:
    """The resource and the permissions; `names` is None for everything consented to."""

    audience: str
    names: frozenset[str] | None
    openid: bool = False


def scopes_for_app(scope: str, tenant: str) -> RequestedScopes:
    """Parse the scope of client credentials, exactly one `<resource>/.default`. Raises EntraError."""
    resource, _slash, name = scope.strip().rpartition("/")
    if name != _DEFAULT or " " in scope.strip():
        raise EntraError(1002012, scope=scope)
    return RequestedScopes(_audience(resource, tenant), None)


def scopes_for_user(scope: str, tenant: str) -> RequestedScopes:
    """Parse a person's scopes. The default is everything consented to on Graph. Raises EntraError."""
    words = scope.split()
    asked = [word for word in words if word not in _SIGN_IN]
    pairs = [_split(word) for word in asked] or [(GRAPH, _DEFAULT)]
    audiences = {_audience(resource, tenant) for resource, _name in pairs}
    if len(audiences) > 1:
        raise EntraError(28000, scope=scope)
    names = {name for _resource, name in pairs}
    if _DEFAULT in names and len(names) > 1:
        raise EntraError(70011, scope=scope)
    return RequestedScopes(audiences.pop(), None if _DEFAULT in names else frozenset(names), "openid" in words)


def _split(word: str) -> tuple[str, str]:
    """Split a scope into resource and permission. `User.Read` alone is a permission of Graph."""
    resource, _slash, name = word.rpartition("/")
    return resource or GRAPH, name


def _audience(resource: str, tenant: str) -> str:
    try:
        return _AUDIENCES[resource.rstrip("/").lower()]
    except KeyError:
        raise EntraError(500011, resource=resource, tenant=tenant) from None
