# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of credential kinds: an option's name, and the class that understands it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class Credential(t.Protocol):
    """The seam for more credential kinds: check without network in the constructor, then serve msal."""

    option: str

    def __init__(self, options: Mapping[str, str]) -> None:
        """Take what belongs to this kind. Raises OptionError where it is no good."""

    def for_msal(self) -> t.Any:
        """What msal takes as `client_credential`."""


KINDS: t.Final[dict[str, type[Credential]]] = {
    kind.option: kind for kind in (ClientSecret, ClientCertificate, FederatedToken)
}


def load_credential(options: Mapping[str, str]) -> Credential | None:
    """The app's credential out of resolved options; None where there is none (a public client)."""
    kind = next((name for name in KINDS if options.get(name)), None)
    return KINDS[kind](options) if kind else None
