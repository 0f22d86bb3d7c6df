# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's client secret."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import secret_of


class ClientSecret(Credential):
    """`client_secret`. Lives in memory only."""

    OPTIONS = (
        CredentialOption(
            "client_secret",
            "str",
            "AZURE_CLIENT_SECRET",
            "App identity, the value of a client secret of the app registration.",
            secret=True,
        ),
    )

    def validate(self) -> None:
        """Raise OptionError if the value cannot be a client secret."""
        self.for_msal()

    def secrets(self) -> list[str]:
        """Return the secret as it is sent."""
        return [value.strip() for value in super().secrets()]

    def fields(self) -> dict[str, str]:
        """Return the field of the secret [doc v2-oauth2-client-creds-grant-flow]."""
        return {"client_secret": self.for_msal()}

    def for_msal(self) -> str:
        """Return the secret itself."""
        return secret_of("client_secret", self.values["client_secret"])
