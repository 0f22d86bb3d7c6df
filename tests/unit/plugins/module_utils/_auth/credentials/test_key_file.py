# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with a key and its certificate: every form that is taken, and every defect that is named before the network."""

from __future__ import annotations

import base64
import codecs
import os

import pytest
from certificates import CURVE, LEAF, ROOT, SMALL, pem_of
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials import key_file
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.key_file import read_key_file
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

PASSWORD = "the-password"
SEALED = BestAvailableEncryption(PASSWORD.encode())
KEY, CERTIFICATE, CHAIN = pem_of(LEAF.key), pem_of(LEAF.certificate), pem_of(ROOT.certificate)
SEALED_KEY = pem_of(LEAF.key, encryption=SEALED)
OLD_SEALED_KEY = pem_of(LEAF.key, PrivateFormat.TraditionalOpenSSL, SEALED)
PUBLIC = LEAF.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pfx(key=LEAF.key, certificate=LEAF.certificate, others=(ROOT.certificate,), password=PASSWORD):
    sealed = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return serialize_key_and_certificates(b"app", key, certificate, list(others) or None, sealed)


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (KEY + CERTIFICATE, ""),
        (CERTIFICATE + KEY, ""),
        (KEY + CHAIN + CERTIFICATE, ""),
        (CHAIN + CERTIFICATE + KEY, ""),
        (pem_of(LEAF.key, PrivateFormat.TraditionalOpenSSL) + CERTIFICATE, ""),
        (SEALED_KEY + CERTIFICATE, PASSWORD),
        (OLD_SEALED_KEY + CERTIFICATE, PASSWORD),
        (b"Bag Attributes\n  friendlyName: \xc3\xa9\n" + KEY + b"subject=CN = app\n" + CERTIFICATE, ""),
        (codecs.BOM_UTF8 + KEY + CERTIFICATE, ""),
        ((KEY + CERTIFICATE).replace(b"\n", b"\r\n"), ""),
        ((KEY + CERTIFICATE).replace(b"\n", b"\r"), ""),
        ((KEY + CERTIFICATE).replace(b"\n", b"  \n   "), ""),
        ((KEY + CERTIFICATE).decode().encode("utf-16"), ""),
        (KEY + CERTIFICATE + PUBLIC, ""),
        (KEY + CERTIFICATE.replace(b" CERTIFICATE", b" X509 CERTIFICATE"), ""),
        (pfx(), PASSWORD),
        (pfx(password=""), ""),
        (pfx(others=()), PASSWORD),
        (pfx(certificate=None, others=(ROOT.certificate, LEAF.certificate)), PASSWORD),
    ],
)
def test_key_is_found_with_the_certificate_that_belongs_to_it(tmp_path, content, password):
    path = tmp_path / "app"
    path.write_bytes(content)
    key = read_key_file(str(path), password)
    assert x509.load_pem_x509_certificate(key.certificate.encode()) == LEAF.certificate
    assert key.private_key == KEY.decode()
    assert "PRIVATE" not in repr(key)


PATH, PASSWORD_OPTION = "client_certificate_path", "client_certificate_password"


@pytest.mark.parametrize(
    ("content", "password", "option", "words"),
    [
        (b"", "", PATH, "neither PEM nor PFX"),
        (b"\n\n", "", PATH, "neither PEM nor PFX"),
        (b"-----BEGIN ", "", PATH, "holds no private key"),
        (KEY[:400] + CERTIFICATE, "", PATH, "holds no private key"),
        (CERTIFICATE, "", PATH, "holds no private key"),
        (KEY, "", PATH, "holds no certificate"),
        (KEY + PUBLIC, "", PATH, "holds no certificate"),
        (KEY + CHAIN, "", PATH, "no certificate in .* belongs to the private key"),
        (KEY + pem_of(CURVE.certificate), "", PATH, "no certificate in .* belongs to the private key"),
        (KEY + pem_of(ROOT.key) + CERTIFICATE, "", PATH, "holds 2 private keys"),
        (pem_of(CURVE.key) + pem_of(CURVE.certificate), "", PATH, "is not an RSA key"),
        (pem_of(ed25519.Ed25519PrivateKey.generate()) + CERTIFICATE, "", PATH, "is not an RSA key"),
        (pem_of(SMALL.key) + pem_of(SMALL.certificate), "", PATH, "has 1024 bits"),
        (SEALED_KEY + CERTIFICATE, "", PASSWORD_OPTION, "is encrypted; give its password"),
        (OLD_SEALED_KEY + CERTIFICATE, "", PASSWORD_OPTION, "is encrypted; give its password"),
        (SEALED_KEY + CERTIFICATE, "wrong", PASSWORD_OPTION, "cannot be decrypted with this password"),
        (OLD_SEALED_KEY + CERTIFICATE, "wrong", PASSWORD_OPTION, "cannot be decrypted with this password"),
        (SEALED_KEY + CERTIFICATE, "x" * 5000, PASSWORD_OPTION, "cannot be decrypted with this password"),
        (SEALED_KEY + CERTIFICATE, "\ud800", PASSWORD_OPTION, "cannot be decrypted with this password"),
        (KEY + CERTIFICATE, PASSWORD, PASSWORD_OPTION, "is not encrypted; leave the password out"),
        (KEY.replace(b"MII", b"MIX", 1) + CERTIFICATE, "", PATH, "private key in .* is damaged"),
        (KEY + CERTIFICATE.replace(b"MII", b"MIX", 1), "", PATH, "certificate in .* is damaged"),
        (
            LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()) + CERTIFICATE,
            "",
            PATH,
            "form of OpenSSH",
        ),
        (pfx(), "", PASSWORD_OPTION, "without a password"),
        (pfx(), "wrong", PASSWORD_OPTION, "cannot be opened with this password"),
        (pfx()[:500], PASSWORD, PASSWORD_OPTION, "cannot be opened with this password"),
        (pfx(key=None), PASSWORD, PATH, "holds no private key"),
        (pfx(certificate=None, others=()), PASSWORD, PATH, "holds no certificate"),
        (pfx(certificate=None), PASSWORD, PATH, "belongs to the private key"),
        (pfx(CURVE.key, CURVE.certificate), PASSWORD, PATH, "is not an RSA key"),
        (pfx(SMALL.key, SMALL.certificate), PASSWORD, PATH, "has 1024 bits"),
        (base64.b64encode(pfx()), PASSWORD, PATH, "neither PEM nor PFX"),
        (LEAF.certificate.public_bytes(Encoding.DER), "", PATH, "a certificate without its private key"),
        (
            LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
            "",
            PATH,
            "a private key without its certificate",
        ),
        (b"\x30\x82", "", PATH, "neither PEM nor PFX"),
        (b'{"kty": "RSA"}', "", PATH, "neither PEM nor PFX"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162", "", PATH, "encrypted with ansible-vault"),
        (b"x" * (256 * 1024 + 1), "", PATH, "is larger than 256 KB"),
    ],
)
def test_defect_is_told_with_its_option_before_anything_is_sent(tmp_path, content, password, option, words):
    path = tmp_path / "app"
    path.write_bytes(content)
    with pytest.raises(OptionError, match=rf"^{option}: .*{words}") as caught:
        read_key_file(str(path), password)
    text = str(caught.value)
    assert str(path) in text
    assert "Microsoft Entra" not in text
    assert "MII" not in text
    assert not password or password == "wrong" or password not in text
    assert caught.value.__cause__ is None


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "nowhere", "\0"):
        with pytest.raises(OptionError, match=r"^client_certificate_path: "):
            read_key_file(str(path), "")


@given(st.data())
def test_any_damage_is_an_option_error(tmp_path_factory, data):
    """One byte of a good file changed, cut or added: it is still read, or refused with the option's name."""
    path = tmp_path_factory.getbasetemp() / "any_certificate"
    good, password = data.draw(st.sampled_from([(KEY + CERTIFICATE, ""), (pfx(), PASSWORD), (SEALED_KEY, PASSWORD)]))
    at = data.draw(st.integers(0, len(good) - 1))
    path.write_bytes(good[:at] + data.draw(st.binary(max_size=3)) + good[at + data.draw(st.integers(0, 40)) :])
    try:
        key = read_key_file(str(path), password)
    except OptionError as error:
        text = str(error)
    else:
        text = PATH
        assert x509.load_pem_x509_certificate(key.certificate.encode()).public_key() == LEAF.key.public_key()
    assert text.startswith(("client_certificate_path", "client_certificate_password"))


def test_many_beginnings_without_an_end_are_read_in_one_pass(tmp_path):
    path = tmp_path / "app"
    path.write_bytes(b"-----BEGIN CERTIFICATE-----\n" * 9_000)
    with pytest.raises(OptionError, match="holds no private key"):
        read_key_file(str(path), "")


def test_keys_are_counted_before_any_is_decrypted(tmp_path, monkeypatch):
    path = tmp_path / "app"
    path.write_bytes(SEALED_KEY * 100 + CERTIFICATE)
    monkeypatch.delattr(key_file, "load_pem_private_key")
    with pytest.raises(OptionError, match="holds 100 private keys"):
        read_key_file(str(path), PASSWORD)
