# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's client secret."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class ClientSecret:
    """`client_secret`. Lives in memory only."""

    option = "client_secret"

    def __init__(self, options: Mapping[str, str]) -> None:
        self._secret = options["client_secret"]

    def for_msal(self) -> t.Any:
        """What msal takes as `client_credential`."""
        return self._secret
