# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grants of the token endpoint, a function each. Checks come in the order in which Entra makes them."""

from __future__ import annotations

import base64
import dataclasses
import hmac
import json
import secrets
import typing as t

from lab.hosts.entra import tokens
from lab.hosts.entra.errors import EntraError
from lab.hosts.entra.scopes import RequestedScopes, scopes_for_app, scopes_for_user
from lab.hosts.entra.sign_in import POLICY_NUMBERS, check_policies, policy_claims, presence_of
from lab.state.directory import object_id

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from lab.hosts.entra.interactive import SignIns
    from lab.hosts.entra.sign_in import Presence
    from lab.state.directory import Consent, Directory, Person, State

CLIENT_ID: t.Final = "5c1f8a86-7f0e-4b8d-9a53-6a8f2f1c7d11"
APP_NAME: t.Final = "Multitenant operations"
WRITER_ID: t.Final = "8d2e7b14-5a63-4c0f-b1c9-3f9a2e6d4c05"
WRITER_NAME: t.Final = "Multitenant operations, writer"


_WRITER_GRANTS: t.Final = ("client_credentials", "refresh_token")


class NotEmulatedError(Exception):
    """A feature of Entra that the lab does not emulate."""


@dataclasses.dataclass(frozen=True, slots=True)
class App:
    """An app registration of the home tenant. Its secret is new at every start."""

    client_id: str
    name: str
    client_secret: str = dataclasses.field(default_factory=lambda: f"lab8Q~{secrets.token_urlsafe(30)}")


@dataclasses.dataclass(slots=True)
class Credentials:
    """The registrations of our app and of the writer, and the refresh tokens of people."""

    app: App = dataclasses.field(default_factory=lambda: App(CLIENT_ID, APP_NAME))
    writer: App = dataclasses.field(default_factory=lambda: App(WRITER_ID, WRITER_NAME))
    refresh_tokens: dict[tuple[str, str], Person] = dataclasses.field(default_factory=dict)
    public_tokens: set[str] = dataclasses.field(default_factory=set)

    @property
    def client_id(self) -> str:
        """The client id of our app."""
        return self.app.client_id

    def find(self, client_id: str) -> App | None:
        """Return the app with this client id."""
        return next((app for app in (self.app, self.writer) if app.client_id == client_id), None)

    def new_refresh_token(self, person: Person, app: App | None = None, *, public: bool = False) -> str:
        """Issue a refresh token, which only its app can redeem. Earlier ones stay valid [guess: not revoked on use]."""
        token = f"1.AX0A{secrets.token_urlsafe(120)}"
        self.refresh_tokens[(app or self.app).client_id, token] = person
        if public:
            self.public_tokens.add(token)
        return token


@dataclasses.dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to the token endpoint of a tenant."""

    form: Mapping[str, str]
    directory: Directory
    state: State
    credentials: Credentials
    keys: tokens.TokenKeys
    login: str
    now: dt.datetime
    sign_ins: SignIns

    def need(self, parameter: str) -> str:
        """Return a required parameter. Raises EntraError."""
        value = self.form.get(parameter, "")
        if not value:
            raise EntraError(900144, parameter=parameter)
        return value

    @property
    def app(self) -> App:
        """The app that asks. Raises EntraError."""
        client_id = self.need("client_id").lower()
        app = self.credentials.find(client_id)
        if app is None:
            raise EntraError(700016, client_id=client_id, tenant=self.directory.name)
        return app

    @property
    def consent(self) -> Consent:
        """What the tenant has consented to for this app."""
        return self.directory.writer if self.app is self.credentials.writer else self.directory.consent

    @property
    def names(self) -> dict[str, t.Any]:
        """The names that error texts mention."""
        return {
            "client_id": self.app.client_id,
            "app": self.app.name,
            "tenant": self.directory.name,
            "home": self.state.home.tenant_id,
            "upn": self.state.operator.upn,
            "resource": "the resource",
            "scope": self.form.get("scope", ""),
            "redirect_uri": self.form.get("redirect_uri", ""),
            "grant_type": self.form.get("grant_type", ""),
            # A world may refuse with any number, whatever the request is.
            "parameter": "the parameter",
            "method": "POST",
        }


Answer = dict[str, t.Any]


def redeem(request: TokenRequest) -> Answer:
    """Return the answer to a token request. Raises EntraError or NotEmulatedError."""
    grant_type = request.need("grant_type")
    grant = GRANTS.get(grant_type)
    if grant is None:
        raise EntraError(70003, grant_type=grant_type)
    if request.app is request.credentials.writer and grant_type not in _WRITER_GRANTS:
        raise NotEmulatedError("The lab signs people in to the writer by refresh token only.")
    return grant(request)


def _client_credentials(request: TokenRequest) -> Answer:
    directory, app, permissions = request.directory, request.app, request.consent.application
    scope = request.need("scope")
    if permissions is None:
        raise EntraError(700016, client_id=app.client_id, tenant=directory.name)
    _check_secret(request)
    audience = scopes_for_app(scope, directory.name).audience
    _refuse(request, "app", audience)
    principal_id = object_id(directory.tenant_id, "servicePrincipal", app.client_id)
    claims = tokens.app_claims(directory, audience, app, principal_id, permissions)
    return _bearer(request.keys.sign(claims))


def _refresh_token(request: TokenRequest) -> Answer:
    refresh_token = request.need("refresh_token")
    public = refresh_token in request.credentials.public_tokens
    _check_person_client(request, public=public)
    person = request.credentials.refresh_tokens.get((request.app.client_id, refresh_token))
    if person is None:
        raise EntraError(70000)
    if person is request.state.operator and request.state.refresh_token_error is not None:
        raise EntraError(request.state.refresh_token_error, **request.names)
    wanted = scopes_for_user(request.form.get("scope", ""), request.directory.name)
    _refuse(request, "operator", wanted.audience)
    presence = presence_of(person, request.state, request.directory, request.now, wanted.audience, request.names)
    scopes = _consented(request, wanted)
    check_policies(request.directory)
    return _user_answer(request, wanted, presence, scopes, person, public=public)


def _authorization_code(request: TokenRequest) -> Answer:
    _check_person_client(request, public=False)
    code = request.sign_ins.redeem_code(request.need("code"), request.form, request.directory.tenant_id, request.now)
    return _signed_in(request, code.person, code.scope, nonce=code.nonce, public=request.state.public_client)


def _device_code(request: TokenRequest) -> Answer:
    """Redeem a device code as a public client, which sends no secret, neither now nor with the refresh token."""
    if request.state.blocks_device_code:
        raise EntraError(53003, claims=policy_claims(request.directory))
    person, device = request.sign_ins.poll(request.need("device_code"), request.directory.tenant_id, request.now)
    return _signed_in(request, person, device.scope, nonce="", public=True)


def _signed_in(request: TokenRequest, person: Person, scope: str, *, nonce: str, public: bool) -> Answer:
    wanted = scopes_for_user(scope, request.directory.name)
    _refuse(request, "operator", wanted.audience)
    presence = presence_of(person, request.state, request.directory, request.now, wanted.audience, request.names)
    scopes = _consented(request, wanted)
    check_policies(request.directory)
    return _user_answer(request, wanted, presence, scopes, person, nonce=nonce, public=public)


def _check_person_client(request: TokenRequest, *, public: bool) -> None:
    """Check the credential of a sign-in by a person: a public client sends none, a confidential one must."""
    if not public and not request.state.public_client:
        _check_secret(request)
    elif request.form.get("client_secret") or request.form.get("client_assertion"):
        raise EntraError(700025)


def _refuse(request: TokenRequest, identity: str, audience: str) -> None:
    """Refuse where the world refuses this identity at this resource. Raises EntraError."""
    resource = "graph" if audience == tokens.GRAPH else "arm"
    refusal = request.directory.refusal_of(identity, resource)
    if refusal is not None:
        first, *inner = refusal.errors
        claims = policy_claims(request.directory) if first in POLICY_NUMBERS else None
        raise EntraError(first, claims=claims, inner=inner, **request.names)


def _check_secret(request: TokenRequest) -> None:
    if "client_assertion" in request.form:
        raise NotEmulatedError("The lab does not emulate client assertions yet; use client_secret.")
    secret = request.form.get("client_secret", "")
    if not secret:
        raise EntraError(7000218)
    if not hmac.compare_digest(secret.encode(), request.app.client_secret.encode()):
        raise EntraError(7000215, **request.names)
    if request.state.secret_expired and request.app is request.credentials.app:
        raise EntraError(7000222, **request.names)


def _consented(request: TokenRequest, wanted: RequestedScopes) -> frozenset[str]:
    """Return the scopes that the token gets. Raises EntraError where there is no consent."""
    granted = request.consent.delegated
    if granted is not None and wanted.audience != tokens.GRAPH:
        granted = frozenset(("user_impersonation",)) if request.directory.arm_consent else frozenset()
    if not granted or not (wanted.names or frozenset()) <= granted:
        raise EntraError(65001, **request.names)
    return granted


def _user_answer(
    request: TokenRequest,
    wanted: RequestedScopes,
    presence: Presence,
    scopes: frozenset[str],
    person: Person,
    *,
    nonce: str = "",
    public: bool = False,
) -> Answer:
    app = request.app
    claims = tokens.user_claims(request.directory, wanted.audience, app, presence, scopes)
    answer = _bearer(request.keys.sign(claims))
    answer["scope"] = " ".join(f"{wanted.audience}/{name}" for name in sorted(scopes))
    answer["refresh_token"] = request.credentials.new_refresh_token(person, app, public=public)
    if wanted.openid:
        id_claims = tokens.id_claims(request.login, request.directory, app.client_id, presence)
        answer["id_token"] = request.keys.sign({**id_claims, "nonce": nonce} if nonce else id_claims)
    if request.form.get("client_info") == "1":
        answer["client_info"] = _client_info(presence)
    return answer


def _bearer(token: str) -> Answer:
    return {
        "token_type": "Bearer",
        "expires_in": tokens.LIFETIME,
        "ext_expires_in": tokens.LIFETIME,
        "access_token": token,
    }


def _client_info(presence: Presence) -> str:
    """Return what MSAL names the account by: the object id and tenant id at home."""
    data = json.dumps({"uid": presence.object_id, "utid": presence.home_tenant_id})
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


GRANTS: t.Final[dict[str, Callable[[TokenRequest], Answer]]] = {
    "client_credentials": _client_credentials,
    "refresh_token": _refresh_token,
    "authorization_code": _authorization_code,
    "urn:ietf:params:oauth:grant-type:device_code": _device_code,
}
