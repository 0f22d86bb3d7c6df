# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate: both of its forms, and what is missing in a file."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

KEY = "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"
ENCRYPTED_KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nBB\n-----END CERTIFICATE-----\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "app.pem"


def credential(path, **options):
    return ClientCertificate({"client_certificate_path": str(path), **options})


def test_pem(path):
    path.write_text(KEY + CERTIFICATE, encoding="ascii")
    for_msal = credential(path, client_certificate_password="p").for_msal()
    assert for_msal == {"private_key": KEY.strip(), "public_certificate": CERTIFICATE.strip(), "passphrase": "p"}


def test_pfx(path):
    path.write_bytes(b"\x30\x82")
    pfx = credential(path)
    pfx.validate()
    assert pfx.for_msal() == {"private_key_pfx_path": str(path), "passphrase": None, "public_certificate": True}


def test_password_is_a_secret(path):
    assert credential(path, client_certificate_password="p").secrets() == ["p"]


@pytest.mark.parametrize(
    ("content", "error_text"),
    [
        (None, "client_certificate_path: cannot read"),
        (CERTIFICATE, "must hold both certificate and private key"),
        (KEY, "must hold both certificate and private key"),
        (ENCRYPTED_KEY + CERTIFICATE, "client_certificate_password: the private key .* is encrypted"),
    ],
)
def test_unusable_file_is_named(path, content, error_text):
    if content is not None:
        path.write_text(content, encoding="ascii")
    with pytest.raises(OptionError, match=error_text):
        credential(path).validate()
