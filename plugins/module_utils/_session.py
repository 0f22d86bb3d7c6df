# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every read of a run shares: identities, clients, places, and the time that is left."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials import load_credential
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import (
    AppIdentity,
    Identity,
    OperatorIdentity,
)
from ansible_collections.m365.defender.plugins.module_utils._deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._errors import (
    DeadlineError,
    MtoError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._http import Http
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._reading import EvidenceReader, Place

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._http import BearerToken
    from ansible_collections.m365.defender.plugins.module_utils._model import IdentityName
    from ansible_collections.m365.defender.plugins.module_utils._options import Connection


class Session:
    """A connection in use. Where both identities are given, tenants are read as the app."""

    def __init__(self, connection: Connection) -> None:
        self.deadline = Deadline(connection.deadline)
        self.concurrency = connection.concurrency
        self.client_id = connection.client_id
        self.cloud_name = connection.cloud.name
        self.operator = connection.operator
        self._login = connection.cloud.login
        self.home_place = Place(
            connection.home_tenant_id, "the home tenant", self.consent_url(connection.home_tenant_id)
        )
        http = Http(
            ca_path=connection.ca_path,
            timeout=connection.timeout,
            deadline=self.deadline,
            pool=connection.concurrency,
        )
        self._identity = _identity(connection, http)
        self.reader = EvidenceReader(Graph(http, connection.cloud.graph))

    @property
    def reading_as(self) -> IdentityName:
        """The identity that tenants are read as."""
        return self._identity.name

    def consent_url(self, tenant_id: str) -> str:
        """Where an administrator of a tenant consents to our app [doc grant-admin-consent]."""
        return f"{self._login}/{tenant_id}/adminconsent?client_id={self.client_id}"

    def home_token(self) -> BearerToken:
        """A token for the home tenant. Raises MtoError: without it nothing can be said about any tenant."""
        try:
            return self._identity.graph_token(self.home_place.tenant_id)
        except SignInError as error:
            raise MtoError(
                f"Sign-in to the home tenant {self.home_place.tenant_id} failed: {error} Check home_tenant_id,"
                " client_id and the credential."
            ) from None
        except (UnreachableError, DeadlineError) as error:
            raise MtoError(
                f"Sign-in to the home tenant {self.home_place.tenant_id} failed: {error}. Check the network, the proxy,"
                " ca_path and endpoints."
            ) from None

    def target_token(self, tenant_id: str) -> BearerToken:
        """A token for a target tenant. Raises MtoError of the kind that says why not."""
        return self._identity.graph_token(tenant_id)


def _identity(connection: Connection, http: Http) -> Identity:
    credential = load_credential(connection.credential)
    common: dict[str, t.Any] = {
        "http": http,
        "cloud": connection.cloud,
        "client_id": connection.client_id,
        "credential": credential,
    }
    if credential is not None:
        return AppIdentity(token_cache=connection.token_cache, **common)
    return OperatorIdentity(refresh_token=connection.refresh_token or "", **common)
