# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection is used with: an HTTP client that knows its secrets, and its identities."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import (
    AppIdentity,
    OperatorIdentity,
    require_msal,
)
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http, require_requests

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.identity import Common, Identity
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection


def require_libraries() -> None:
    """Raise MissingLibraryError if `requests` or `msal` is not installed, MtoError if one is too old."""
    require_requests()
    require_msal()


def http_of(connection: Connection, deadline: Deadline, *, pool: int = 1) -> Http:
    """Return a client for as many requests at once as `pool` says. It hides what the connection is given."""
    http = Http(ca_path=connection.ca_path, timeout=connection.timeout, deadline=deadline, pool=pool)
    http.secrets.add(*connection.secrets())
    return http


def app_identity(connection: Connection, http: Http) -> AppIdentity:
    """Return the identity of the app. Raise OptionError if its credential cannot be used."""
    return AppIdentity(**_common(connection, http), token_cache=connection.token_cache)


def operator_identity(connection: Connection, http: Http) -> OperatorIdentity:
    """Return the identity of the operator. Raise OptionError if the token or its file cannot be used."""
    return OperatorIdentity(
        **_common(connection, http),
        home_tenant_id=connection.home_tenant_id,
        refresh_token=connection.refresh_token,
        token_file=connection.refresh_token_file,
        issued=connection.known_secrets,
    )


def _common(connection: Connection, http: Http) -> Common:
    return {
        "http": http,
        "cloud": connection.cloud,
        "client_id": connection.client_id,
        "credential": connection.credential,
    }


def identities_of(connection: Connection, http: Http) -> list[Identity]:
    """Return one or two, in the order in which they read. Raise OptionError."""
    identities: list[Identity] = []
    if connection.credential is not None:
        identities.append(app_identity(connection, http))
    if connection.has_operator_identity:
        identities.append(operator_identity(connection, http))
    return identities


def sign_in_warnings(connection: Connection) -> list[str]:
    """Read the files of credentials, tokens and certificate authorities, and return warnings. Raise OptionError."""
    http = http_of(connection, Deadline(connection.deadline))
    warnings = (text for identity in identities_of(connection, http) for text in identity.warnings)
    return list(dict.fromkeys(warnings))
