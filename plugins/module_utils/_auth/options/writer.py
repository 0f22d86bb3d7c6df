# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The app that writes: options of its own, so that the app that reads stays read-only."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import (
    credential_options,
    required_by,
    select_credential,
    selectors,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import (
    WRITER,
    environment_value,
    own_name,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import with_prefix
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid, quoted

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec


def writer_spec() -> Spec:
    """Return the options of the app that writes."""
    return {
        "writer_client_id": {"type": "str"},
        **{f"{WRITER}{option.name}": {"type": option.type, "no_log": option.secret} for option in credential_options()},
    }


def writer_constraints() -> Constraints:
    """Return what Ansible can check of the credential."""
    return {
        "mutually_exclusive": [tuple(f"{WRITER}{name}" for name in selectors())],
        "required_by": {
            f"{WRITER}{option}": tuple(f"{WRITER}{name}" for name in needed) for option, needed in required_by().items()
        },
    }


def writer_connection(params: Mapping[str, object], connection: Connection) -> Connection:
    """Return the connection of the app that writes: another app than the one that reads. Raise OptionError."""
    client_id = _client_id(params)
    if client_id == connection.client_id:
        raise OptionError(
            "writer_client_id: this is the app that reads, which is to stay read-only; register another app for the"
            " remedies."
        )
    given = _values(params)
    try:
        credential = select_credential(given)
        if credential is not None:
            credential.validate()
    except OptionError as error:
        names = [option.name for option in credential_options()]
        raise OptionError(with_prefix(str(error), names, WRITER)) from None
    if credential is None:
        ways = " or ".join(f"{WRITER}{name}" for name in selectors())
        raise OptionError(f"writer_client_secret: the app that writes has no credential; give {ways}.")
    return dataclasses.replace(
        connection,
        client_id=client_id,
        credential=credential,
        refresh_token=None,
        refresh_token_file=None,
        token_cache=None,
        in_vain=(),
    )


def _client_id(params: Mapping[str, object]) -> str:
    text = str(params.get("writer_client_id") or environment_value("writer_client_id") or "")
    if not text.strip():
        raise OptionError(
            "writer_client_id: missing. Remedies are written by an app registration of their own; set its client ID,"
            f" or the environment variable {own_name('writer_client_id')}."
        )
    client_id = parse_guid(text)
    if client_id is None:
        raise OptionError(f"writer_client_id: {quoted(text)} is not a GUID; give the client ID of the app that writes.")
    return client_id


def _values(params: Mapping[str, object]) -> dict[str, str]:
    """Return the credential from the nearest place that gives one: the task, then the environment."""
    names = [option.name for option in credential_options()]
    places = (
        {name: params.get(f"{WRITER}{name}") for name in names},
        {name: os.environ.get(own_name(f"{WRITER}{name}")) for name in names},
    )
    for place in places:
        values = {name: str(value) for name, value in place.items() if value}
        if any(name in values for name in selectors()):
            return values
    return {}
