# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file with a private key and its certificate, opened and checked before anything is sent.

Whatever is wrong with the file is said here: the library that signs would fail later, in its own words, and its error
can hold the key. A file may hold a whole chain, in any order (Azure Key Vault writes key, root, leaf [community]); the
certificate that counts is the one of the key.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.key_cost import (
    LARGEST_KEY,
    MOST_ROUNDS,
    key_cost,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import VAULT
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_bytes

try:
    from cryptography import x509
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_der_private_key,
        load_pem_private_key,
    )
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
except ImportError:
    # msal needs it as well, and `identity` reports msal as missing before this file is used.
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True
    # What the library raises for a file that it cannot read.
    _UNREADABLE: t.Final = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, InternalError)

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_PATH: t.Final = "client_certificate_path"
_PASSWORD: t.Final = "client_certificate_password"  # noqa: S105  (the name of an option)
_WAY_OUT: t.Final = "name a PFX file, or a PEM file with the private key and its certificate."
_FEWEST_BITS: t.Final = 2048
# A chain has a few kilobytes.
_LARGEST: t.Final = 256 * 1024
_BEGIN: t.Final = "-----BEGIN "
_PKCS8: t.Final = "ENCRYPTED PRIVATE KEY"
_UTF_16: t.Final = (b"\xff\xfe", b"\xfe\xff")
# A PFX file begins with its length and version 3 [doc RFC 7292].
_PFX: t.Final = re.compile(rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03", re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True)
class AppKey:
    """A private key and its certificate, both as PEM, and when the certificate is valid."""

    private_key: str = dataclasses.field(repr=False)
    certificate: str
    begins: dt.datetime
    ends: dt.datetime

    def warnings(self, path: str, now: dt.datetime) -> list[str]:
        """Return what is wrong with the time: Microsoft Entra decides what it accepts, and clocks can be off."""
        if now >= self.ends:
            return [f"{_PATH}: the certificate in {path} expired on {self.ends:%Y-%m-%d}."]
        if now < self.begins:
            return [f"{_PATH}: the certificate in {path} is not valid before {self.begins:%Y-%m-%d %H:%M} UTC."]
        return []


@dataclasses.dataclass(frozen=True, slots=True)
class _Content:
    keys: list[PrivateKeyTypes]
    certificates: list[x509.Certificate]


def read_key_file(path: str, password: str) -> AppKey:
    """Return the key and its certificate. Raise OptionError that names the option and the way out."""
    data = read_user_bytes(_PATH, path, _WAY_OUT, most=_LARGEST)
    text = data.decode("utf-16" if data.startswith(_UTF_16) else "latin-1", errors="replace")
    if text.lstrip().startswith(VAULT):
        raise OptionError(f"{_PATH}: {path} is encrypted with ansible-vault; decrypt it first.")
    content = _pem(text, path, password) if _BEGIN in text else _pfx(data, path, password)
    return _app_key(content, path)


def _app_key(content: _Content, path: str) -> AppKey:
    """Return the only key with its certificate, if an app can sign in with it."""
    keys, certificates = content.keys, content.certificates
    if not keys or not certificates:
        held = "no certificate" if keys else "no private key"
        raise OptionError(f"{_PATH}: {path} holds {held}; {_WAY_OUT}")
    key = keys[0]
    if not isinstance(key, RSAPrivateKey):
        raise OptionError(
            f"{_PATH}: the private key in {path} is not an RSA key; make one: an app can sign in with RSA only."
        )
    if key.key_size < _FEWEST_BITS:
        raise OptionError(
            f"{_PATH}: the RSA key in {path} has {key.key_size} bits; make one with at least {_FEWEST_BITS}."
        )
    own = _read(lambda: [row for row in certificates if row.public_key() == key.public_key()], path, "certificate")
    if not own:
        raise OptionError(f"{_PATH}: no certificate in {path} belongs to the private key; {_WAY_OUT}")
    return _read(lambda: _key_with(own[0], key), path, "certificate")


def _key_with(certificate: x509.Certificate, key: RSAPrivateKey) -> AppKey:
    return AppKey(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii"),
        certificate=certificate.public_bytes(Encoding.PEM).decode("ascii"),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
    )


def _pem(text: str, path: str, password: str) -> _Content:
    keys: list[PrivateKeyTypes] = []
    certificates: list[x509.Certificate] = []
    blocks = _blocks(text)
    sealed = sum(label.endswith("PRIVATE KEY") for label, _block in blocks)
    if sealed > 1:
        # Before any is opened: to decrypt one is slow by design.
        raise OptionError(f"{_PATH}: {path} holds {sealed} private keys; {_WAY_OUT}")
    for label, block in blocks:
        if label.endswith("PRIVATE KEY"):
            keys.append(_pem_key(label, block, path, password))
        elif label in ("CERTIFICATE", "X509 CERTIFICATE"):
            certificates.append(_read(functools.partial(x509.load_pem_x509_certificate, block), path, "certificate"))
    return _Content(keys, certificates)


def _blocks(text: str) -> list[tuple[str, bytes]]:
    """Return label and text of every complete block, in the time of one pass."""
    blocks = []
    for part in text.split(_BEGIN)[1:]:
        label, _dashes, rest = part.partition("-----")
        body, end, _after = rest.partition(f"-----END {label}-----")
        if end:
            lines = "\n".join(line.strip() for line in body.splitlines()).rstrip()
            blocks.append((label, f"{_BEGIN}{label}-----{lines}\n{end}\n".encode("ascii", errors="replace")))
    return blocks


def _pem_key(label: str, block: bytes, path: str, password: str) -> PrivateKeyTypes:
    if label == "OPENSSH PRIVATE KEY":
        raise OptionError(f"{_PATH}: the private key in {path} has the form of OpenSSH; convert it to PKCS #8.")
    encrypted = label.startswith("ENCRYPTED") or b"\nProc-Type: 4,ENCRYPTED" in block
    if encrypted and not password:
        raise OptionError(f"{_PASSWORD}: the private key in {path} is encrypted; give its password.")
    if password and not encrypted:
        raise OptionError(f"{_PASSWORD}: the private key in {path} is not encrypted; leave the password out.")
    der = _der(block)
    _check_cost(der, len(der), path)
    if not encrypted:
        return _read(lambda: load_pem_private_key(block, None), path, "private key")
    try:
        if label == _PKCS8:
            # What was checked is what is opened. The older form, which OpenSSL writes on request, has one round.
            return load_der_private_key(der, password.encode("utf-8"))
        return load_pem_private_key(block, password.encode("utf-8"))
    except _UNREADABLE:
        # Not chained, here and below: the error of a library can hold parts of the file.
        raise OptionError(
            f"{_PASSWORD}: the private key in {path} cannot be decrypted with this password; correct it."
        ) from None


def _der(block: bytes) -> bytes:
    """Return what a block holds, without its lines of headers; nothing if it is not base64."""
    body = block.partition(b"-----\n")[2].rpartition(b"\n-----END")[0].strip()
    head, _blank, rest = body.partition(b"\n\n")
    try:
        return base64.b64decode(rest or head)
    except ValueError:
        return b""


def _check_cost(data: bytes, size: int, path: str) -> None:
    """Raise OptionError if it takes too long to open a file, whatever its password."""
    try:
        cost = key_cost(data)
    except ValueError:
        raise OptionError(f"{_PATH}: {path} holds more than a key and its chain; {_WAY_OUT}") from None
    if cost.rounds > MOST_ROUNDS:
        raise OptionError(
            f"{_PATH}: the password of {path} takes more than {MOST_ROUNDS:,} rounds in total to try; export the file"
            " again with at most 600,000 rounds for each part."
        )
    if max(size, cost.largest_key) > LARGEST_KEY:
        raise OptionError(f"{_PATH}: the private key in {path} is too large; make one with 2048 to 4096 bits.")


def _pfx(data: bytes, path: str, password: str) -> _Content:
    if not data.startswith(b"\x30"):
        raise OptionError(f"{_PATH}: {path} is neither PEM nor PFX; {_WAY_OUT}")
    _check_cost(data, 0, path)
    try:
        pfx = load_pkcs12(data, password.encode("utf-8") or None)
    except _UNREADABLE:
        raise _refused_pfx(data, path, password) from None
    rows = [pfx.cert, *pfx.additional_certs]
    return _Content([pfx.key] if pfx.key else [], [row.certificate for row in rows if row is not None])


def _refused_pfx(data: bytes, path: str, password: str) -> OptionError:
    """Return what a file in DER form is that cannot be opened as PFX."""
    for load, held in (
        (lambda: x509.load_der_x509_certificate(data), "a certificate without its private key"),
        (lambda: load_der_private_key(data, None), "a private key without its certificate"),
    ):
        try:
            load()
        except _UNREADABLE:
            continue
        return OptionError(f"{_PATH}: {path} holds {held}; {_WAY_OUT}")
    if not _PFX.match(data):
        return OptionError(f"{_PATH}: {path} is neither PEM nor PFX; {_WAY_OUT}")
    if password:
        return OptionError(f"{_PASSWORD}: {path} cannot be opened with this password; correct it, or leave it out.")
    return OptionError(f"{_PASSWORD}: {path} cannot be opened without a password; give the one of the PFX file.")


_Loaded = t.TypeVar("_Loaded")


def _read(load: Callable[[], _Loaded], path: str, what: str) -> _Loaded:
    try:
        return load()
    except _UNREADABLE:
        raise OptionError(
            f"{_PATH}: the {what} in {path} is damaged, or of a kind that cannot be read; {_WAY_OUT}"
        ) from None
