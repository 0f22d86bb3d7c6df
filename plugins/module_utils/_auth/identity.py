# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two identities, the app and the operator. Each gives a bearer token for any tenant, or says why not."""

from __future__ import annotations

import abc
import logging
import re
import threading
import traceback
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import credential_options
from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import error_text_of, problem_of
from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import claims_of, is_jwt
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import (
    RefreshTokenFile,
    RefreshTokenNotStored,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import is_token
from ansible_collections.m365.defender.plugins.module_utils._auth.token_cache import TokenCacheFile
from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    MissingLibraryError,
    MtoError,
    OptionError,
    ServiceError,
    SignInError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import with_prefix
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._core.text import shortened
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, origin_of

try:
    import msal
except ImportError:
    HAS_MSAL = False
    MSAL_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_MSAL = True
    MSAL_IMPORT_ERROR = ""
    # The log of msal can hold answers of the token endpoint.
    logging.getLogger("msal").addHandler(logging.NullHandler())
    logging.getLogger("msal").propagate = False

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential
    from ansible_collections.m365.defender.plugins.module_utils._core.clouds import Cloud
    from ansible_collections.m365.defender.plugins.module_utils._core.model import IdentityName, Service
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http


_TOKEN: t.Final = re.compile(r"[\x21-\x7e]+")
_LONGEST_ID: t.Final = 64
_Result = t.TypeVar("_Result")
SERVICE_TITLES: t.Final[dict[Service, str]] = {"graph": "Microsoft Graph", "arm": "Azure Resource Manager"}


def require_msal() -> None:
    """Raise MissingLibraryError if `msal` is not installed."""
    if not HAS_MSAL:
        raise MissingLibraryError("msal", MSAL_IMPORT_ERROR)


def call_msal(call: Callable[[], _Result], details: Mapping[str, str] | None = None) -> _Result:
    """Return the result of a call of msal. Raise MtoError only, whatever msal makes of an answer.

    Nothing is chained: an error of msal can hold a key, a nonce or a token.
    """
    try:
        return call()
    except OptionError as error:
        error_text = with_prefix(str(error), [option.name for option in credential_options()])
        raise SignInError(error_text, Problem("sign_in.not_sent", {"said": error_text, **(details or {})})) from None
    except ServiceError as error:
        reason = "sign_in.throttled" if error.status == 429 else "sign_in.no_answer"
        raise SignInError(str(error), Problem(reason, {"said": str(error), **(details or {})})) from None
    except MtoError:
        raise
    except Exception as error:  # noqa: BLE001  (msal trusts what it is sent, and fails in many ways)
        error_text = f"the library msal cannot use it ({type(error).__name__})."
        raise SignInError(error_text, Problem("sign_in.no_answer", {"said": error_text, **(details or {})})) from None


def msal_application(client_id: str, credential: Credential | None, **arguments: object) -> t.Any:
    """Return msal's application: with the app's credential if there is one, else a public client."""
    if credential is None:
        return msal.PublicClientApplication(client_id, **arguments)
    return msal.ConfidentialClientApplication(client_id, client_credential=credential.for_msal(), **arguments)


class Common(t.TypedDict):
    """What both identities are made with."""

    http: Http
    cloud: Cloud
    client_id: str
    credential: Credential | None


class Identity(abc.ABC):
    """Base of the two. Asks Microsoft Entra once per tenant and service; safe to use from many threads.

    Making one raises OptionError if the credential cannot be used.
    """

    name: IdentityName

    def __init__(self, **common: t.Unpack[Common]) -> None:
        require_msal()
        self._http = common["http"]
        self._cloud = common["cloud"]
        self._client_id = common["client_id"]
        self._credential = common["credential"]
        self.warnings: list[str] = []
        if self._credential is not None:
            self._credential.validate()
            self.warnings += self._credential.warnings()
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, Service], BearerToken] = {}

    def token(self, tenant_id: str, service: Service) -> BearerToken:
        """Return a token for a service in `tenant_id`. Raise SignInError, UnreachableError or DeadlineError."""
        with self._lock:
            known = self._tokens.get((tenant_id, service))
        if known is not None:
            return known
        token = self._fresh_token(tenant_id, service)
        with self._lock:
            self._tokens[(tenant_id, service)] = token
        return token

    def _fresh_token(self, tenant_id: str, service: Service) -> BearerToken:
        audience = self._cloud.graph_audience if service == "graph" else self._cloud.arm_audience
        details = {"resource": SERVICE_TITLES[service]}
        answer = call_msal(lambda: self._ask(tenant_id, [f"{audience}/.default"]), details)
        value = answer.get("access_token")
        if not isinstance(value, str):
            problem = problem_of(answer)
            raise SignInError(error_text_of(answer), Problem(problem.reason, {**details, **problem.details}))
        return self._checked(value, tenant_id, service)

    def _checked(self, value: str, tenant_id: str, service: Service) -> BearerToken:
        """Refuse another tenant's token, and a value that could not be sent: it would end up in an error message."""
        if not _TOKEN.fullmatch(value):
            error_text = "the answer holds no token."
            raise SignInError(error_text, Problem("sign_in.no_answer", {"said": error_text}))
        # All others are known by their form: they are too many to be searched for in every text.
        if not is_jwt(value):
            self._http.secrets.add(value)
        claims = claims_of(value)
        tid = shortened(claims.get("tid", "").lower(), _LONGEST_ID)
        if tid and tid != tenant_id:
            problem = Problem("read.wrong_tenant", {"answered": tid, "tenant_id": tenant_id})
            raise SignInError(f"Microsoft Entra issued a token for tenant {tid} instead of {tenant_id}", problem)
        base = self._cloud.graph if service == "graph" else self._cloud.arm
        return BearerToken(value, origin_of(base), tenant_id, self.name, claims)

    def _application(self, tenant_id: str) -> dict[str, object]:
        return MsalTransport(self._http, self._cloud.login).application(f"{self._cloud.login}/{tenant_id}")

    def _warn(self, text: str) -> None:
        with self._lock:
            if text not in self.warnings:
                self.warnings.append(text)

    @abc.abstractmethod
    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, object]:
        """Return the answer of the token endpoint as msal returns it."""


class AppIdentity(Identity):
    """The user's app, by client credentials."""

    name = "app"

    def __init__(self, *, token_cache: str | None = None, **common: t.Unpack[Common]) -> None:
        super().__init__(**common)
        self._cache_directory = token_cache

    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, object]:
        if self._credential is None:
            raise MtoError("the app identity has no credential")
        fields = None if self._cache_directory else self._credential.fields()
        if fields is not None:
            # The whole of the protocol [doc v2-oauth2-client-creds-grant-flow].
            grant = {"client_id": self._client_id, "grant_type": "client_credentials", "scope": " ".join(scopes)}
            transport = MsalTransport(self._http, self._cloud.login)
            return dict(transport.token(f"{self._cloud.login}/{tenant_id}", {**grant, **fields}))
        cache = TokenCacheFile(self._cache_directory, self._client_id, tenant_id, self._warn)
        application = msal_application(
            self._client_id, self._credential, token_cache=cache.load(), **self._application(tenant_id)
        )
        answer: dict[str, object] = application.acquire_token_for_client(scopes=scopes)
        cache.save()
        return answer


class OperatorIdentity(Identity):
    """The operator, by their refresh token, redeemed with the app's credential or as a public client.

    Every answer carries a new refresh token. The one in the home tenant's answer is kept, also in `token_file` if the
    token came from there. A token that could not be stored is a warning, because the old one remains valid [guess].
    """

    name = "operator"

    def __init__(
        self,
        *,
        home_tenant_id: str,
        refresh_token: str | None,
        token_file: str | None = None,
        issued: Secrets | None = None,
        **common: t.Unpack[Common],
    ) -> None:
        super().__init__(**common)
        self._home_tenant_id = home_tenant_id
        self._file = RefreshTokenFile(token_file) if token_file else None
        self._refresh_token = refresh_token or (self._file.load() if self._file else "")
        self._issued = Secrets() if issued is None else issued
        self._remember(self._refresh_token)
        self._public = self._credential is None

    def _ask(self, tenant_id: str, scopes: list[str]) -> dict[str, object]:
        used = self._refresh_token
        answer = self._redeem_with_or_without(used, tenant_id, scopes)
        newer = self._stored_meanwhile(used) if answer.get("error") == "invalid_grant" else None
        if newer is not None:
            used, answer = newer, self._redeem_with_or_without(newer, tenant_id, scopes)
        rotated = str(answer.get("refresh_token") or "")
        if tenant_id == self._home_tenant_id and is_token(rotated):
            self._keep(used, rotated)
        return answer

    def _redeem_with_or_without(self, refresh_token: str, tenant_id: str, scopes: list[str]) -> dict[str, object]:
        """Redeem as a confidential client, and as a public client if Entra answers `invalid_client`.

        A token issued to a public client (by device code, say) takes no credential [doc AADSTS700025]. If both attempts
        fail, the first answer is reported.
        """
        if self._public:
            return self._redeem(refresh_token, tenant_id, scopes, public=True)
        first = self._redeem(refresh_token, tenant_id, scopes, public=False)
        if first.get("error") != "invalid_client":
            return first
        second = self._redeem(refresh_token, tenant_id, scopes, public=True)
        if not second.get("access_token"):
            return first
        self._public = True
        return second

    def _redeem(self, refresh_token: str, tenant_id: str, scopes: list[str], *, public: bool) -> dict[str, object]:
        credential = None if public else self._credential
        application = msal_application(self._client_id, credential, **self._application(tenant_id))
        answer: dict[str, object] = application.acquire_token_by_refresh_token(refresh_token, scopes=scopes)
        return answer

    def _stored_meanwhile(self, used: str) -> str | None:
        """Return a newer token that another run has stored while ours was in use."""
        if self._file is None:
            return None
        try:
            stored = self._file.load()
        except MtoError:
            return None
        return stored if stored != used else None

    def _remember(self, refresh_token: str) -> None:
        """Make a refresh token a known secret, also to whoever shows results (`issued`)."""
        self._http.secrets.add(refresh_token)
        self._issued.add(refresh_token)

    def _keep(self, used: str, rotated: str) -> None:
        self._remember(rotated)
        with self._lock:
            self._refresh_token = rotated
        if self._file is None:
            return
        try:
            self._file.rotate(used, rotated)
        except RefreshTokenNotStored as error:
            self._warn(f"{error} The token in the file remains valid until it expires.")
