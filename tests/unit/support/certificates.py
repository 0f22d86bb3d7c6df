# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys and certificates for tests, made once."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NOW: t.Final = dt.datetime.now(dt.UTC)
DAYS: t.Final = dt.timedelta(days=100)


def certificate_of(key: t.Any, begins: dt.datetime = NOW - DAYS, ends: dt.datetime = NOW + DAYS) -> x509.Certificate:
    """A certificate that the key signed itself."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app.northwindmsp.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)
    return builder.sign(key, hashes.SHA256())


@dataclasses.dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: t.Any

    @functools.cached_property
    def certificate(self) -> x509.Certificate:
        """The certificate, always the same."""
        return certificate_of(self.key)

    @property
    def thumbprint(self) -> str:
        """The certificate's SHA-256 as a header of a JSON web token names it."""
        return base64.urlsafe_b64encode(self.certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")

    def renewed(self, begins: dt.datetime, ends: dt.datetime) -> x509.Certificate:
        """Another certificate of the same key."""
        return certificate_of(self.key, begins, ends)


def pem_of(part: t.Any, form: PrivateFormat = PrivateFormat.PKCS8, encryption: t.Any = None) -> bytes:
    """A key or a certificate as PEM."""
    if isinstance(part, x509.Certificate):
        return part.public_bytes(Encoding.PEM)
    return part.private_bytes(Encoding.PEM, form, encryption or NoEncryption())


ROOT: t.Final = Pair(rsa.generate_private_key(65537, 2048))
LEAF: t.Final = Pair(rsa.generate_private_key(65537, 2048))
SMALL: t.Final = Pair(rsa.generate_private_key(65537, 1024))  # noqa: S505  (the defect that is tested)
CURVE: t.Final = Pair(ec.generate_private_key(ec.SECP256R1()))
