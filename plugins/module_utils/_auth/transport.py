# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""msal's way to the network: through our own session, so that TLS, retries and deadline are ours.

msal remembers a 429 or 5xx answer of the token endpoint and repeats it to itself; retrying below it avoids that.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlencode

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import problem_of, said_by
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import origin_of

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http, Response


class MsalResponse:
    """What msal reads of an answer."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status
        self.text = response.text
        self.headers = dict(response.headers)

    def raise_for_status(self) -> None:
        """msal calls this for answers it can't use; it does so with HTTP 5xx only."""
        if self.status_code >= 400:
            raise ServiceError(f"the token service answered HTTP {self.status_code}", status=self.status_code)


class MsalTransport:
    """msal's `http_client`. One per application object: msal keeps a cache of failures on it.

    `login` is the address of Microsoft Entra: secrets go there and nowhere else, whatever metadata say. `discovery`
    keeps metadata that were fetched, by address, so that a second token of one tenant need not fetch them again.
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
        **_ignored: t.Any,
    ) -> MsalResponse:
        """Metadata of an authority. Raises SignInError for a refusal: msal would hide Entra's own words."""
        address = self._checked(url, params)
        if address in self._discovery:
            return self._discovery[address]
        response = self._http.send("GET", address, headers=headers)
        found = _usable(response)
        if response.status >= 400:
            body = response.json()
            raise SignInError(said_by(body), problem_of(body))
        self._discovery[address] = found
        return found

    def post(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_ignored: t.Any,
    ) -> MsalResponse:
        """A token request. Asking for a token again is harmless, so it may be retried."""
        return _usable(self._http.send("POST", self._checked(url, params), headers=headers, body=data))

    def _checked(self, url: str, params: Mapping[str, str] | None) -> str:
        if origin_of(url) != self._origin:
            raise MtoError(
                f"refused to send a credential to {origin_of(url)}: sign-in is at {self._origin} (endpoints)."
            )
        return f"{url}?{urlencode(params)}" if params else url

    def close(self) -> None:
        """The session is shared; whoever made it ends it."""


def _usable(response: Response) -> MsalResponse:
    """Raises ServiceError for an answer that judges no credential: throttled, out of order, a page of a proxy.

    msal would log the whole body of an answer that it cannot parse, and a token can be in it.
    """
    if response.status == 429 or response.status >= 500:
        raise ServiceError(
            f"the token service answered HTTP {response.status} until we gave up",
            status=response.status,
            request_id=response.request_id,
        )
    if not isinstance(response.json(), dict):
        raise ServiceError("the token service answered JSON of an unknown form", status=response.status)
    return MsalResponse(response)
