# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's certificate with its private key, as PFX or as one PEM file."""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.key_file import AppKey, read_key_file
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now


class ClientCertificate(Credential):
    """`client_certificate_path` with `client_certificate_password`. The file is read once."""

    OPTIONS = (
        CredentialOption(
            "client_certificate_path",
            "path",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "App identity, a file with an RSA key of 2048 to 4096 bits and its certificate, as PFX or PEM. A PEM file"
            " can hold a whole chain, in any order; the certificate that belongs to the key is used.",
        ),
        CredentialOption(
            "client_certificate_password",
            "str",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
            "The password of O(client_certificate_path), if it has one. In a task it needs at least 8 characters,"
            " because Ansible masks its text everywhere in the result.",
            secret=True,
        ),
    )
    REQUIRED_BY: t.ClassVar = {"client_certificate_password": ("client_certificate_path",)}

    def validate(self) -> None:
        """Raise OptionError if the file does not hold a key with its certificate that an app can sign in with."""
        self._key  # noqa: B018  (reading it is the check)

    def warnings(self) -> list[str]:
        """Return what the user should know about the certificate: it has expired, or is not valid yet."""
        return self._key.warnings(self.values["client_certificate_path"], utc_now())

    def for_msal(self) -> dict[str, object]:
        """Return the key, and the certificate that belongs to it: msal names it in what it signs (since msal 1.35)."""
        return {"private_key": self._key.private_key, "public_certificate": self._key.certificate}

    @functools.cached_property
    def _key(self) -> AppKey:
        return read_key_file(
            self.values["client_certificate_path"], self.values.get("client_certificate_password") or ""
        )
