# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credential kind: the app's certificate with its private key, as PFX or as one PEM file."""

from __future__ import annotations

import pathlib
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_CERTIFICATE: t.Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_PRIVATE_KEY: t.Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class ClientCertificate:
    """`client_certificate_path` with `client_certificate_password`. Raises OptionError where the file is no good."""

    option = "client_certificate_path"

    def __init__(self, options: Mapping[str, str]) -> None:
        self._path = pathlib.Path(options["client_certificate_path"])
        self._password = options.get("client_certificate_password")
        try:
            self._content = self._path.read_bytes()
        except OSError as error:
            raise OptionError(f"client_certificate_path: cannot read '{self._path}': {error.strerror}.") from None

    def for_msal(self) -> t.Any:
        """What msal takes as `client_credential` (PFX since msal 1.29)."""
        if b"-----BEGIN" in self._content:
            return self._pem()
        return {"private_key_pfx_path": str(self._path), "passphrase": self._password, "public_certificate": True}

    def _pem(self) -> dict[str, t.Any]:
        """msal computes the fingerprint itself from the certificate (since msal 1.35)."""
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
