# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client of msal: our own session, so that TLS, retries and the deadline are ours.

It is also the door for what comes back. msal trusts an answer: it reads any 4xx as Microsoft Entra's refusal, and fails
or waits forever on fields of another form. So it sees documented fields of the documented form only. It caches a 429 or
5xx answer of the token endpoint and returns it again; retrying below msal avoids that.
"""

from __future__ import annotations

import json
import re
import typing as t
from urllib.parse import urlencode

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import error_text_of, problem_of
from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import claims_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import origin_of

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http, Response

# Fields of an answer [doc v2-oauth2-auth-code-flow, v2-oauth2-device-code, v2-protocols-oidc] that msal may see.
_TOKEN: t.Final = ("access_token",)
_DEVICE_CODE: t.Final = ("device_code", "user_code", "verification_uri")
_METADATA: t.Final = ("token_endpoint", "authorization_endpoint")
# Where msal looks for the metadata of a tenant, and what they say of every tenant in every cloud [doc v2-protocols,
# v2-oauth2-device-code].
_METADATA_PATH: t.Final = "/v2.0/.well-known/openid-configuration"
_ENDPOINTS: t.Final = {
    "token_endpoint": "token",
    "authorization_endpoint": "authorize",
    "device_authorization_endpoint": "devicecode",
}
_TEXTS: t.Final = (
    *(*_TOKEN, *_DEVICE_CODE, *_METADATA),
    *("token_type", "scope", "refresh_token", "id_token", "message"),
)
# In seconds, with the largest that is believed: a year, and a minute between two questions about a device code.
_NUMBERS: t.Final = {"expires_in": 366 * 86400, "ext_expires_in": 366 * 86400, "interval": 60}
_ERROR_FIELDS: t.Final = ("error", "error_description", "error_codes", "suberror")


class MsalResponse:
    """The part of an answer that msal reads."""

    def __init__(self, status: int, body: JsonObject, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.text = json.dumps(body)
        self.headers = dict(headers)

    def raise_for_status(self) -> None:
        """Raise ServiceError for an error status. msal calls this for HTTP 5xx only."""
        if self.status_code >= 400:
            raise ServiceError(f"the token service answered HTTP {self.status_code}", status=self.status_code)


class MsalTransport:
    """The `http_client` of one msal application object: msal keeps a cache of failures on it.

    `login` is the address of Microsoft Entra: secrets go there and nowhere else.
    """

    def __init__(self, http: Http, login: str) -> None:
        self._http = http
        self._origin = origin_of(login)

    def application(self, authority: str) -> dict[str, object]:
        """Return the arguments of every msal application. The user chose the address, so msal validates nothing."""
        return {
            "authority": authority,
            "http_client": self,
            "validate_authority": False,
            "instance_discovery": False,
        }

    def get(self, url: str, **_ignored: object) -> MsalResponse:
        """Return the metadata of an authority. Nothing is sent, because they say nothing that is not known [doc]."""
        authority, found, rest = self._checked(url).partition(_METADATA_PATH)
        if not found or rest:
            raise MtoError("the library msal asks Microsoft Entra for something else than a token.")
        endpoints = {name: f"{authority}/oauth2/v2.0/{path}" for name, path in _ENDPOINTS.items()}
        return MsalResponse(200, endpoints, {})

    def require_tenant(self, authority: str) -> None:
        """Raise SignInError if there is no such tenant: before a person is sent there, to wait for what never comes."""
        response = self._http.send("GET", self._checked(f"{authority}{_METADATA_PATH}"))
        body = self._usable(response, (_METADATA,))
        if response.status >= 400:
            raise SignInError(error_text_of(body), problem_of(body))

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_ignored: object,
    ) -> MsalResponse:
        """Send a token request. Asking for a token again is harmless, so it may be retried."""
        response = self._http.send("POST", self._checked(url, params), headers=headers, body=data)
        return MsalResponse(response.status, self._usable(response, (_TOKEN, _DEVICE_CODE)), response.headers)

    def token(self, authority: str, form: Mapping[str, str]) -> JsonObject:
        """Send a token request without msal. It takes msal longer to prepare one than it takes to send it."""
        url = f"{authority}/oauth2/v2.0/{_ENDPOINTS['token_endpoint']}"
        return self._usable(self._http.send("POST", self._checked(url), body=form), (_TOKEN,))

    def _checked(self, url: str, params: Mapping[str, str] | None = None) -> str:
        if origin_of(url) != self._origin:
            raise MtoError(
                f"refused to send a credential to {origin_of(url)}: sign-in is at {self._origin} (endpoints)."
            )
        return f"{url}?{urlencode(params)}" if params else url

    def close(self) -> None:
        """Do nothing: the session is shared, and its owner closes it."""

    def _usable(self, response: Response, forms: Sequence[Sequence[str]]) -> JsonObject:
        """Return the documented fields of a success in one of the forms, or of a refusal.

        Raise ServiceError for an answer that says nothing about the credential: a throttled request, a server error, a
        redirect, a proxy's page. msal would log the whole body of such an answer, and the body can hold a token.
        """
        status = response.status
        if status == 429 or status >= 500:
            raise self._error(response, f"answered HTTP {status} to every attempt")
        try:
            # Not through the scrubber of other answers: this one is meant to hold tokens.
            body = parse_json(response.body.decode("utf-8"))
        except ValueError:
            raise self._error(response, f"answered HTTP {status} with something else than JSON") from None
        if not isinstance(body, dict):
            raise self._error(response, f"answered HTTP {status} with JSON of an unknown form")
        if 400 <= status < 500 and isinstance(body.get("error"), str):
            return {name: self._hidden(body[name]) for name in _ERROR_FIELDS if name in body}
        if status != 200 or "error" in body or not any(all(name in body for name in form) for form in forms):
            raise self._error(response, f"answered HTTP {status} with neither a result nor an OAuth error")
        return self._documented(response, body)

    def _documented(self, response: Response, body: JsonObject) -> JsonObject:
        fields = {name: body[name] for name in (*_TEXTS, *_NUMBERS) if name in body}
        odd = [name for name, value in fields.items() if not _well_formed(name, value)]
        if odd:
            raise self._error(response, f"answered with a field of an unknown form ({odd[0]})")
        return fields

    def _hidden(self, value: object) -> object:
        return self._http.secrets.hide(value) if isinstance(value, str) else value

    def _error(self, response: Response, what: str) -> ServiceError:
        return ServiceError(f"the token service {what}.", status=response.status, request_id=response.request_id)


def _well_formed(name: str, value: object) -> bool:
    if name in _NUMBERS:
        # Some versions of the service send numbers as text [doc v1 token endpoint].
        number = int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,9}", value) else value
        smallest = 0 if name == "interval" else 1
        return isinstance(number, int | float) and not isinstance(number, bool) and smallest <= number <= _NUMBERS[name]
    if name == "token_type":
        return isinstance(value, str) and value.lower() == "bearer"
    if name == "id_token":
        return isinstance(value, str) and bool(claims_of(value))
    return isinstance(value, str) and bool(value or name in ("scope", "refresh_token"))
