# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed tokens: Entra issues them, the resources check them. The key is new at every start."""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from lab.data import roles

if t.TYPE_CHECKING:
    from lab.hosts.entra.grants import App
    from lab.hosts.entra.sign_in import Presence
    from lab.state.directory import Directory

LIFETIME: t.Final = 3599
GRAPH: t.Final = "https://graph.microsoft.com"
ARM: t.Final = "https://management.azure.com"
RESOURCE_IDS: t.Final = {GRAPH: "00000003-0000-0000-c000-000000000000", ARM: "797f4846-ba00-4fd7-ba43-dac1f8f63013"}
# The wids claim of every app-only token [guess, seen in tokens of many tenants].
_APP_WIDS: t.Final = ("0997a1d0-0d1d-4acb-b408-d5ca73121e90",)


class InvalidTokenError(Exception):
    """A token that a resource refuses. The text is the service's own."""


@dataclasses.dataclass(frozen=True, slots=True)
class Caller:
    """The caller of a resource: identity, tenant, permissions, roles, and the app that asks."""

    tenant_id: str
    object_id: str
    identity: t.Literal["app", "operator"]
    permissions: frozenset[str]
    roles: frozenset[str] = frozenset()
    client_id: str = ""

    @property
    def delegated(self) -> bool:
        """Whether the token is delegated by a person."""
        return self.identity == "operator"


# Labs that are forks of one process share it: to make one takes longer than all the rest of a start.
_KEY: t.Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenKeys:
    """The signing key, which signs and checks tokens."""

    def __init__(self) -> None:
        self._key = _KEY
        self.key_id = uuid.uuid4().hex

    def jwks(self) -> dict[str, t.Any]:
        """Return the public key as Entra publishes it."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "use": "sig", "kid": self.key_id, "x5t": self.key_id, "alg": "RS256"}]}

    def sign(self, claims: dict[str, t.Any]) -> str:
        """Return a token with these claims."""
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id, "x5t": self.key_id})

    def check(self, token: str, audience: str) -> Caller:
        """Return the caller that a token was issued to. Raises InvalidTokenError."""
        try:
            claims = jwt.decode(token, self._key.public_key(), algorithms=["RS256"], audience=audience)
        except jwt.ExpiredSignatureError:
            raise InvalidTokenError("Lifetime validation failed, the token is expired.") from None
        except jwt.InvalidAudienceError:
            raise InvalidTokenError("Access token validation failure. Invalid audience.") from None
        except jwt.InvalidSignatureError:
            raise InvalidTokenError("Access token validation failure. Invalid signature.") from None
        except jwt.InvalidTokenError:
            raise InvalidTokenError("IDX14100: JWT is not well formed.") from None
        return _caller(claims)


def _caller(claims: dict[str, t.Any]) -> Caller:
    common = {"tenant_id": claims["tid"], "object_id": claims["oid"], "client_id": claims["appid"]}
    if claims["idtyp"] == "app":
        return Caller(identity="app", permissions=frozenset(claims.get("roles", ())), **common)
    scopes = frozenset(claims["scp"].split())
    return Caller(identity="operator", permissions=scopes, roles=frozenset(claims["wids"]), **common)


def _times() -> dict[str, int]:
    now = int(time.time())
    return {"iat": now, "nbf": now, "exp": now + LIFETIME}


def _common(directory: Directory, audience: str, app: App) -> dict[str, t.Any]:
    return {
        "aud": audience,
        "iss": f"https://sts.windows.net/{directory.tenant_id}/",
        **_times(),
        "app_displayname": app.name,
        "appid": app.client_id,
        "appidacr": "1",
        "tenant_region_scope": "EU",
        "tid": directory.tenant_id,
        "uti": uuid.uuid4().hex[:22],
        "ver": "1.0",
    }


def app_claims(
    directory: Directory, audience: str, app: App, principal_id: str, permissions: t.Iterable[str]
) -> dict[str, t.Any]:
    """Return the claims of an app-only token. Without consent there is no `roles` claim."""
    granted = sorted(permissions) if audience == GRAPH else []
    return {
        **_common(directory, audience, app),
        "idp": f"https://sts.windows.net/{directory.tenant_id}/",
        "idtyp": "app",
        "oid": principal_id,
        "sub": principal_id,
        "wids": list(_APP_WIDS),
        **({"roles": granted} if granted else {}),
    }


def user_claims(
    directory: Directory, audience: str, app: App, presence: Presence, scopes: t.Iterable[str]
) -> dict[str, t.Any]:
    """Return the claims of a person's token. `idp` is the guest's home tenant."""
    claims = {
        **_common(directory, audience, app),
        "amr": ["pwd", "mfa"],
        "idtyp": "user",
        "name": presence.name,
        "oid": presence.object_id,
        "scp": " ".join(sorted(scopes)),
        "sub": presence.object_id,
        "unique_name": presence.upn,
        "upn": presence.upn,
        "wids": sorted(presence.roles) or [roles.DEFAULT_USER],
    }
    if presence.home_tenant_id != directory.tenant_id:
        claims["idp"] = f"https://sts.windows.net/{presence.home_tenant_id}/"
    return claims


def id_claims(login: str, directory: Directory, client_id: str, presence: Presence) -> dict[str, t.Any]:
    """Return the claims of an id_token, version 2.0."""
    return {
        "aud": client_id,
        "iss": f"{login}/{directory.tenant_id}/v2.0",
        **_times(),
        "name": presence.name,
        "oid": presence.object_id,
        "preferred_username": presence.upn,
        "sub": presence.object_id,
        "tid": directory.tenant_id,
        "ver": "2.0",
    }
