# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The app that writes: an app registration of its own, so that the one that reads stays read-only.

A write is sent once. Whatever comes of it, the next look decides what is there [law 2 of the design].
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identities import app_identity, http_of
from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import granted
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import (
    Answer,
    Request,
    all_pages,
    answer_of,
    failed,
    get_url,
)

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
    from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Response
    from ansible_collections.m365.defender.plugins.module_utils._remedies.look import WriteCall

# Whoever has the link of an invitation can become the guest: an error that echoes one does not show it.
_REDEEM_LINK: t.Final = re.compile(r"https?(?::|%3a)\S*redeem\S*", re.IGNORECASE)
_JSON: t.Final = {"Content-Type": "application/json", "Accept": "application/json"}


class Writer:
    """Reads and writes of Microsoft Graph as the writing app. Its connection has the app's credential.

    `shown` are what whoever shows results has to mask: a redeem link becomes one of them.
    """

    def __init__(self, connection: Connection, deadline: Deadline, shown: Secrets) -> None:
        http = http_of(connection, deadline)
        self.client_id = connection.client_id
        self.deadline = deadline
        self._http, self._shown = http, shown
        self._login = connection.cloud.login
        self._root = f"{connection.cloud.graph}/v1.0"
        self._identity = app_identity(connection, http)

    def keep_secret(self, value: str) -> None:
        """Let no text show a value that the service has issued."""
        self._http.secrets.add(value)
        self._shown.add(value)

    @property
    def warnings(self) -> list[str]:
        """What the user should know about the credential."""
        return self._identity.warnings

    def consent_url(self, tenant_id: str) -> str:
        """Return where an administrator of a tenant consents to the app [doc grant-admin-consent]."""
        return f"{self._login}/{tenant_id}/adminconsent?client_id={self.client_id}"

    def may(self, tenant_id: str, permissions: Sequence[str]) -> bool:
        """Tell whether the app's token carries one of the permissions. Raise MtoError where there is no token."""
        return granted(permissions, self._token(tenant_id).claims)

    def get(self, tenant_id: str, path: str) -> Answer:
        """Read one thing. Failures are in the answer, never raised."""
        try:
            return get_url(self._http, self._root + path, self._token(tenant_id), {})
        except MtoError as error:
            return failed(self._root + path, error)

    def list(self, tenant_id: str, path: str) -> Answer:
        """Read a collection to its end. Failures are in the answer, never raised."""
        first = self.get(tenant_id, path)
        if not first.ok:
            return first
        return all_pages(self._http, Request("rows", path), first, self._token(tenant_id), "@odata.nextLink")

    def send(self, tenant_id: str, call: WriteCall) -> Answer:
        """Send a write, once. Failures are in the answer, never raised; status 0 means that none came."""
        url = self._root + call.path
        headers = {**_JSON, **({"If-Match": call.etag} if call.etag else {})}
        body = None if call.body is None else json.dumps(call.body)
        try:
            token = self._token(tenant_id)
            response = self._http.send(call.method, url, token=token, headers=headers, body=body, repeat="nothing")
            return _answer(url, response)
        except MtoError as error:
            return failed(url, error)

    def _token(self, tenant_id: str) -> BearerToken:
        """Return a token that says whose it is. Nothing that is read beside a write would prove it [law 6]."""
        token = self._identity.token(tenant_id, "graph")
        if not token.claims.get("tid"):
            raise MtoError("the token does not say which tenant it is for, so that nothing is written with it")
        return token


def _answer(url: str, response: Response) -> Answer:
    """Return the answer to a write. An accepted one counts by its status: many have no body [doc]."""
    try:
        body = response.json() if response.body else None
    except ServiceError as error:
        accepted = 200 <= response.status < 300
        return dataclasses.replace(failed(url, error), error="") if accepted else failed(url, error)

    def scrub(text: str) -> str:
        return _REDEEM_LINK.sub(HIDDEN, response.secrets.hide(text))

    return answer_of(url, response.status, body, response.request_id, scrub)
