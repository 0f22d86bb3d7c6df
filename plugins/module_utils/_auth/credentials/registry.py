# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of credential kinds, and what the options derive from it.

To add a kind: write its class in a file of this folder, add it to `KINDS`, and describe its options in the doc fragment
`m365.defender._connection` and in the role (`vars/main.yml`, `meta/argument_specs.yml`).
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import (
        Credential,
        CredentialOption,
    )

KINDS: t.Final[tuple[type[Credential], ...]] = (
    ClientSecret,
    ClientCertificate,
    FederatedToken,
)


def credential_options() -> list[CredentialOption]:
    """Return the options of all kinds."""
    return [option for kind in KINDS for option in kind.OPTIONS]


def selectors() -> tuple[str, ...]:
    """Return the options that select a kind. At most one of them may be given."""
    return tuple(kind.selector() for kind in KINDS)


def required_by() -> dict[str, tuple[str, ...]]:
    """Return the constraints within the kinds, in the form of Ansible's `required_by`."""
    return {option: needed for kind in KINDS for option, needed in kind.REQUIRED_BY.items()}


def select_credential(values: Mapping[str, str]) -> Credential | None:
    """Return the app's credential from one source of options; None for a public client.

    Raise OptionError if the source selects more than one.
    """
    selected = [kind for kind in KINDS if values.get(kind.selector())]
    if len(selected) > 1:
        names = " and ".join(kind.selector() for kind in selected)
        raise OptionError(
            f"{selected[0].selector()}: give only one credential for the app; {names} are mutually exclusive."
        )
    return selected[0](values) if selected else None
