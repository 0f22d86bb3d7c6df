# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's client secret."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption


class ClientSecret(Credential):
    """`client_secret`. Lives in memory only."""

    OPTIONS = (
        CredentialOption(
            "client_secret",
            "str",
            "AZURE_CLIENT_SECRET",
            "App identity, a secret of the app registration.",
            secret=True,
        ),
    )

    def for_msal(self) -> str:
        """Return the secret itself."""
        return self.values["client_secret"]
