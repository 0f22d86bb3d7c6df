# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's certificate with its private key, as PFX or as one PEM file."""

from __future__ import annotations

import functools
import pathlib
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

_CERTIFICATE: t.Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRIVATE_KEY: t.Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class ClientCertificate(Credential):
    """`client_certificate_path` with `client_certificate_password`. The file is read once."""

    OPTIONS = (
        CredentialOption(
            "client_certificate_path",
            "path",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "App identity, a file with certificate and private key, as PFX or PEM.",
        ),
        CredentialOption(
            "client_certificate_password",
            "str",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
            "The password of O(client_certificate_path), if it has one.",
            secret=True,
        ),
    )
    REQUIRED_BY: t.ClassVar = {"client_certificate_password": ("client_certificate_path",)}

    def validate(self) -> None:
        """Raise OptionError if the file cannot be read, or is a PEM file that lacks something."""
        self.for_msal()

    def for_msal(self) -> dict[str, object]:
        """Return the path of a PFX file (since msal 1.29), or the parts of a PEM file."""
        if b"-----BEGIN" in self._content:
            return self._pem()
        return {
            "private_key_pfx_path": str(self._path),
            "passphrase": self._password,
            "public_certificate": True,
        }

    @property
    def _path(self) -> pathlib.Path:
        return pathlib.Path(self.values["client_certificate_path"])

    @property
    def _password(self) -> str | None:
        return self.values.get("client_certificate_password")

    @functools.cached_property
    def _content(self) -> bytes:
        try:
            return self._path.read_bytes()
        except OSError as error:
            raise OptionError(f"client_certificate_path: cannot read '{self._path}': {error.strerror}.") from error

    def _pem(self) -> dict[str, object]:
        """msal computes the fingerprint from the certificate (since msal 1.35)."""
        text = self._content.decode("ascii", errors="replace")
        certificate, private_key = _CERTIFICATE.search(text), _PRIVATE_KEY.search(text)
        if certificate is None or private_key is None:
            raise OptionError(
                f"client_certificate_path: '{self._path}' must hold both certificate and private key (PEM or PFX)."
            )
        if "ENCRYPTED" in private_key.group(0) and not self._password:
            raise OptionError(
                f"client_certificate_password: the private key in '{self._path}' is encrypted; give its password."
            )
        return {
            "private_key": private_key.group(0),
            "public_certificate": certificate.group(0),
            "passphrase": self._password,
        }
