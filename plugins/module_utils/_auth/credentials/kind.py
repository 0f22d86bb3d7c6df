# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a credential kind says about itself: its options, its constraints, its secrets, and what msal needs."""

from __future__ import annotations

import abc
import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    # msal's `client_credential`: a secret, or a dictionary that describes a certificate or an assertion.
    MsalCredential: t.TypeAlias = "str | dict[str, object]"


@dataclasses.dataclass(frozen=True, slots=True)
class CredentialOption:
    """One option of a credential kind, with its documentation.

    `azure_name` is the environment variable that Azure tools read.
    """

    name: str
    type: t.Literal["str", "path"]
    azure_name: str
    description: str
    secret: bool = False


class Credential(abc.ABC):
    """Base of the credential kinds. A subclass is one file here and one line in the registry.

    The first of `OPTIONS` selects the kind. `REQUIRED_BY` has the form of Ansible's `required_by`.
    """

    OPTIONS: t.ClassVar[tuple[CredentialOption, ...]]
    REQUIRED_BY: t.ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = {option.name: values[option.name] for option in self.OPTIONS if values.get(option.name)}

    @classmethod
    def selector(cls) -> str:
        """Return the option that selects this kind."""
        return cls.OPTIONS[0].name

    def secrets(self) -> list[str]:
        """Return the values that must not show anywhere."""
        return [self.values[option.name] for option in self.OPTIONS if option.secret and option.name in self.values]

    def warnings(self) -> list[str]:
        """Return what the user should know about a credential that can be used all the same."""
        return []

    def validate(self) -> None:  # noqa: B027  (a kind without a file has nothing to check)
        """Raise OptionError if the credential cannot be used. No network."""

    def fields(self) -> dict[str, str] | None:
        """Return what a token request says of the credential; None where msal has to sign something first."""
        return None

    @abc.abstractmethod
    def for_msal(self) -> MsalCredential:
        """Return what msal takes as `client_credential`."""
