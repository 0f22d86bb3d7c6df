# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: a token of another issuer (a CI system, Kubernetes), exchanged by workload identity federation."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class FederatedToken:
    """`federated_token_file`. Read anew for every sign-in, because its writer replaces it while we run."""

    option = "federated_token_file"

    def __init__(self, options: Mapping[str, str]) -> None:
        self._path = pathlib.Path(options["federated_token_file"])
        self._read()

    def for_msal(self) -> t.Any:
        """What msal takes as `client_credential`."""
        return {"client_assertion": self._read}

    def _read(self) -> str:
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError(f"federated_token_file: cannot read '{self._path}': {error}.") from None
        if not token:
            raise OptionError(f"federated_token_file: '{self._path}' is empty.")
        return token
