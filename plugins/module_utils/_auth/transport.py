# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client of msal: our own session, so that TLS, retries and the deadline are ours.

msal caches a 429 or 5xx answer of the token endpoint and returns it again; retrying below msal avoids that.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import error_text_of, problem_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import origin_of

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http, Response


class MsalResponse:
    """The part of an answer that msal reads."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.text = response.text
        self.headers = dict(response.headers)

    def raise_for_status(self) -> None:
        """Raise ServiceError for an error status. msal calls this for HTTP 5xx only."""
        if self.status_code >= 400:
            raise ServiceError(f"the token service answered HTTP {self.status_code}", status=self.status_code)


class MsalTransport:
    """The `http_client` of one msal application object: msal keeps a cache of failures on it.

    `login` is the address of Microsoft Entra: secrets go there and nowhere else, whatever metadata say. `discovery`
    caches metadata by address, so that a second token of one tenant needs no second fetch.
    """

    def __init__(self, http: Http, login: str, discovery: dict[str, MsalResponse] | None = None) -> None:
        self._http = http
        self._origin = origin_of(login)
        self._discovery = {} if discovery is None else discovery

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_ignored: object,
    ) -> MsalResponse:
        """Fetch the metadata of an authority. Raise SignInError for a refusal: msal would hide Entra's own words."""
        address = self._checked(url, params)
        if address in self._discovery:
            return self._discovery[address]
        response = self._http.send("GET", address, headers=headers)
        metadata = _usable(response)
        if response.status >= 400:
            body = response.json()
            raise SignInError(error_text_of(body), problem_of(body))
        self._discovery[address] = metadata
        return metadata

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_ignored: object,
    ) -> MsalResponse:
        """Send a token request. Asking for a token again is harmless, so it may be retried."""
        return _usable(self._http.send("POST", self._checked(url, params), headers=headers, body=data))

    def _checked(self, url: str, params: Mapping[str, str] | None) -> str:
        if origin_of(url) != self._origin:
            raise MtoError(
                f"refused to send a credential to {origin_of(url)}: sign-in is at {self._origin} (endpoints)."
            )
        return f"{url}?{urlencode(params)}" if params else url

    def close(self) -> None:
        """Do nothing: the session is shared, and its owner closes it."""


def _usable(response: Response) -> MsalResponse:
    """Return an answer of Entra. Raise ServiceError for one that says nothing about the credential.

    That is a throttled request, a server error, or a proxy's page. msal would log the whole body of an answer that it
    cannot parse, and the body can hold a token.
    """
    if response.status == 429 or response.status >= 500:
        raise ServiceError(
            f"the token service answered HTTP {response.status} to every attempt",
            status=response.status,
            request_id=response.request_id,
        )
    if not isinstance(response.json(), dict):
        raise ServiceError("the token service answered with JSON of an unknown form", status=response.status)
    return MsalResponse(response)
