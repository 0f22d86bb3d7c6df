# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two identities: our app, and the operator. Each gives a bearer token for any tenant, or says why not."""

from __future__ import annotations

import abc
import base64
import binascii
import json
import logging
import re
import threading
import traceback
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import problem_of, said_by
from ansible_collections.m365.defender.plugins.module_utils._auth.token_cache import TokenCacheFile
from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._errors import (
    MissingLibraryError,
    MtoError,
    ServiceError,
    SignInError,
)
from ansible_collections.m365.defender.plugins.module_utils._http import BearerToken, origin_of
from ansible_collections.m365.defender.plugins.module_utils._model import Problem

try:
    import msal
except ImportError:
    HAS_MSAL = False
    MSAL_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_MSAL = True
    MSAL_IMPORT_ERROR = ""
    # What msal logs can hold an answer of the token endpoint; nobody asked for its log.
    logging.getLogger("msal").addHandler(logging.NullHandler())
    logging.getLogger("msal").propagate = False

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.credentials import Credential
    from ansible_collections.m365.defender.plugins.module_utils._cloud import Cloud
    from ansible_collections.m365.defender.plugins.module_utils._http import Http
    from ansible_collections.m365.defender.plugins.module_utils._model import IdentityName


_TOKEN: t.Final = re.compile(r"[\x21-\x7e]+")


def require_msal() -> None:
    """Raises MissingLibraryError where `msal` is not installed."""
    if not HAS_MSAL:
        raise MissingLibraryError("msal", MSAL_IMPORT_ERROR)


def claims_of(access_token: str) -> dict[str, t.Any]:
    """The claims of a token, unverified. Empty where it cannot be read: a token is opaque by contract [doc]."""
    try:
        payload = access_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


class Identity(abc.ABC):
    """Base of the two. Asks Microsoft Entra once per tenant and audience; safe to use from many threads."""

    name: IdentityName

    def __init__(self, *, http: Http, cloud: Cloud, client_id: str, credential: Credential | None) -> None:
        require_msal()
        self._http = http
        self._cloud = cloud
        self._client_id = client_id
        self._credential = credential
        self._lock = threading.Lock()
        self._tokens: dict[str, BearerToken] = {}

    def graph_token(self, tenant_id: str) -> BearerToken:
        """A token for Microsoft Graph in `tenant_id`. Raises SignInError, UnreachableError or DeadlineError."""
        with self._lock:
            known = self._tokens.get(tenant_id)
        if known is not None:
            return known
        token = self._fresh_token(tenant_id)
        with self._lock:
            self._tokens[tenant_id] = token
        return token

    def _fresh_token(self, tenant_id: str) -> BearerToken:
        try:
            answer = self._ask(tenant_id, [f"{self._cloud.graph_audience}/.default"])
        except (ValueError, TypeError) as error:
            # msal says so of what it cannot use: a private key, an authority.
            raise SignInError(str(error), Problem("sign_in.refused", {"said": str(error)})) from None
        except ServiceError as error:
            reason = "read.throttled" if error.status == 429 else "read.failed"
            raise SignInError(str(error), Problem(reason, {"said": str(error)})) from None
        value = answer.get("access_token")
        if not value:
            raise SignInError(said_by(answer), problem_of(answer))
        return self._checked(str(value), tenant_id)

    def _checked(self, value: str, tenant_id: str) -> BearerToken:
        """Refuse a token that says it is another tenant's, and one that is no token: it would end up in an error."""
        if not _TOKEN.fullmatch(value):
            raise SignInError(
                "the answer holds no token", Problem("read.failed", {"said": "the answer holds no token"})
            )
        claims = claims_of(value)
        tid = str(claims.get("tid") or "").lower()
        if tid and tid != tenant_id:
            problem = Problem("read.wrong_tenant", {"answered": tid, "tenant_id": tenant_id})
            raise SignInError(f"Microsoft Entra gave a token of tenant {tid} where {tenant_id} was asked", problem)
        return BearerToken(value, origin_of(self._cloud.graph), tenant_id, self.name, claims)

    def _authority(self, tenant_id: str) -> dict[str, t.Any]:
        """What every msal application of ours is made with. The user chose the address, so msal validates nothing."""
        return {
            "authority": f"{self._cloud.login}/{tenant_id}",
            "http_client": MsalTransport(self._http, self._cloud.login),
            "validate_authority": False,
            "instance_discovery": False,
        }

    @abc.abstractmethod
    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, t.Any]:
        """The answer of the token endpoint, as msal hands it out."""


class AppIdentity(Identity):
    """Our app, by client credentials."""

    name = "app"

    def __init__(self, *, token_cache: str | None = None, **common: t.Any) -> None:
        super().__init__(**common)
        self._cache_directory = token_cache

    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, t.Any]:
        if self._credential is None:
            raise MtoError("the app identity has no credential")
        cache = TokenCacheFile(self._cache_directory, self._client_id, tenant_id)
        application = msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._credential.for_msal(),
            token_cache=cache.load(),
            **self._authority(tenant_id),
        )
        answer: dict[str, t.Any] = application.acquire_token_for_client(scopes=scopes)
        cache.save()
        return answer


class OperatorIdentity(Identity):
    """The operator, by their refresh token, redeemed with the app's credential or as a public client."""

    name = "operator"

    def __init__(self, *, refresh_token: str, **common: t.Any) -> None:
        super().__init__(**common)
        self._refresh_token = refresh_token

    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, t.Any]:
        common = self._authority(tenant_id)
        if self._credential is None:
            application = msal.PublicClientApplication(self._client_id, **common)
        else:
            application = msal.ConfidentialClientApplication(
                self._client_id, client_credential=self._credential.for_msal(), **common
            )
        answer: dict[str, t.Any] = application.acquire_token_by_refresh_token(self._refresh_token, scopes=scopes)
        return answer
