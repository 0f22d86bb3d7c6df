# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: a token of another issuer (a CI system, Kubernetes), exchanged by workload identity federation."""

from __future__ import annotations

import pathlib

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


class FederatedToken(Credential):
    """`federated_token_file`. Read again for every sign-in, because its issuer replaces it during the run."""

    OPTIONS = (
        CredentialOption(
            "federated_token_file",
            "path",
            "AZURE_FEDERATED_TOKEN_FILE",
            "App identity, a file with a token of another issuer, for workload identity federation.",
        ),
    )

    def validate(self) -> None:
        """Raise OptionError if the file cannot be read or is empty."""
        self._read()

    def for_msal(self) -> dict[str, object]:
        """Return an assertion that msal fetches when it needs one."""
        return {"client_assertion": self._read}

    def _read(self) -> str:
        path = pathlib.Path(self.values["federated_token_file"])
        try:
            token = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise OptionError(f"federated_token_file: cannot read '{path}': {error.strerror}.") from error
        except UnicodeDecodeError:
            # Not chained: the error holds the bytes of the file.
            raise OptionError(f"federated_token_file: cannot read '{path}': it is not a text file.") from None
        if not token:
            raise OptionError(f"federated_token_file: '{path}' is empty.")
        return token
