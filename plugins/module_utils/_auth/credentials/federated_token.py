# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: a token of another issuer (a CI system, Kubernetes), exchanged by workload identity federation."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption
from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import is_jwt
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import VAULT
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_text

_OPTION: t.Final = "federated_token_file"
_WAY_OUT: t.Final = "name a file that holds the token of the other issuer, and nothing else."
_LARGEST: t.Final = 65536
_ASSERTION_TYPE: t.Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# The member that holds the token in the answer of a CI system's token endpoint: GitHub's, and others' [community].
_MEMBERS: t.Final = ("value", "token", "id_token", "oidcToken")


class FederatedToken(Credential):
    """`federated_token_file`. Read again for every sign-in, because its issuer replaces it during the run."""

    OPTIONS = (
        CredentialOption(
            _OPTION,
            "path",
            "AZURE_FEDERATED_TOKEN_FILE",
            "App identity, a file with a JSON web token of another issuer, for workload identity federation. It may"
            " also hold the JSON answer of the endpoint that issues the token.",
        ),
    )

    def validate(self) -> None:
        """Raise OptionError if the file cannot be read or does not hold a token."""
        self._read()

    def fields(self) -> dict[str, str]:
        """Return the fields of the assertion [doc v2-oauth2-client-creds-grant-flow]."""
        return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": self._read()}

    def for_msal(self) -> dict[str, object]:
        """Return an assertion that msal fetches when it needs one."""
        return {"client_assertion": self._read}

    def _read(self) -> str:
        path = self.values[_OPTION]
        text = read_user_text(_OPTION, path, _WAY_OUT, most=_LARGEST).strip()
        if not text:
            raise OptionError(f"{_OPTION}: {path} is empty; {_WAY_OUT}")
        if text.startswith(VAULT):
            raise OptionError(f"{_OPTION}: {path} is encrypted with ansible-vault; {_WAY_OUT}")
        # An editor or a terminal may have broken the long line.
        token = "".join(_unwrapped(text).split())
        if not is_jwt(token):
            raise OptionError(f"{_OPTION}: {path} holds no JSON web token; {_WAY_OUT}")
        return token


def _unwrapped(text: str) -> str:
    """Return the token in quotes, or in the JSON of a token endpoint; any other text as it is."""
    try:
        value = parse_json(text)
    except ValueError:
        return text.strip("'\"")
    members = [value.get(name) for name in _MEMBERS] if isinstance(value, dict) else [value]
    return next((member for member in members if isinstance(member, str)), "")
