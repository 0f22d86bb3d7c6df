# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No file with a key costs more than its limit to open, and what tools write stays far below it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import warnings

import pytest
from certificates import LEAF, ROOT, pem_of
from cpu import cpu_limit
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES, serialize_key_and_certificates
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.key_cost import (
    LARGEST_KEY,
    MOST_ROUNDS,
    key_cost,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.key_file import read_key_file
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

PASSWORD = "the-password"
DATA, ENCRYPTED_DATA = "2a864886f70d010701", "2a864886f70d010706"
SHROUDED, SAFE, CERTIFICATE = "2a864886f70d010c0a0102", "2a864886f70d010c0a0106", "2a864886f70d010c0a0103"
PBE_3DES, PBES2, PBMAC1 = "2a864886f70d010c0103", "2a864886f70d01050d", "2a864886f70d01050e"
PBKDF2, SCRYPT, SHA1 = "2a864886f70d01050c", "2b06010401da47040b", "2b0e03021a"
HMAC_SHA512, AES_256_CBC = "2a864886f70d020b", "60864801650304012a"


def tlv(tag, *parts):
    content = b"".join(parts)
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, len(content)] if len(content) < 128 else [tag, 128 + len(size), *size]) + content


def sequence(*parts):
    return tlv(0x30, *parts)


def octets(content):
    return tlv(0x04, content)


def oid(text):
    return tlv(0x06, bytes.fromhex(text))


def integer(number):
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


SALT = octets(b"saltsalt")


def pbe(rounds):
    return sequence(oid(PBE_3DES), sequence(SALT, rounds))


def pbes2(kdf, *parameters, iv=bytes(16)):
    return sequence(
        oid(PBES2), sequence(sequence(oid(kdf), sequence(*parameters)), sequence(oid(AES_256_CBC), octets(iv)))
    )


def sealed_key(algorithm, content=bytes(1200)):
    """EncryptedPrivateKeyInfo."""
    return sequence(algorithm, octets(content))


def pem(key):
    lines = base64.encodebytes(key)
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + lines + b"-----END ENCRYPTED PRIVATE KEY-----\n"


def bag(kind, value):
    return sequence(oid(kind), tlv(0xA0, value))


def data(*bags):
    return sequence(oid(DATA), tlv(0xA0, octets(sequence(*bags))))


def encrypted(algorithm):
    content = sequence(oid(DATA), algorithm, tlv(0x80, bytes(800)))
    return sequence(oid(ENCRYPTED_DATA), tlv(0xA0, sequence(integer(0), content)))


def pfx(*contents, mac=b""):
    return sequence(integer(3), data(*contents), mac)


def mac(rounds, algorithm=b""):
    return sequence(sequence(algorithm or sequence(oid(SHA1), tlv(5)), octets(bytes(20))), SALT, rounds)


def ber(element):
    """The same in BER: lengths without end, octet strings in pieces."""
    tag, size = element[0], element[1]
    at = 2 + (size & 0x7F if size > 127 else 0)
    content, inner = element[at:], b""
    if tag == 0x04:
        return (
            b"\x24\x80" + b"".join(octets(content[start : start + 7]) for start in range(0, len(content), 7)) + bytes(2)
        )
    if not tag & 0x20:
        return element
    while content:
        size = content[1]
        width = size & 0x7F if size > 127 else 0
        end = 2 + width + (int.from_bytes(content[2 : 2 + width], "big") if width else size)
        inner, content = inner + ber(content[:end]), content[end:]
    return bytes([tag, 0x80]) + inner + bytes(2)


MANY = integer(2**31 - 1)
FEW = integer(2048)
SOME = integer(MOST_ROUNDS // 10)
SHROUDED_MANY = bag(SHROUDED, sealed_key(pbe(MANY)))
FORMS = {
    "PBES1 key": pem(sealed_key(pbe(MANY))),
    "PBKDF2 key": pem(sealed_key(pbes2(PBKDF2, SALT, MANY))),
    "PBKDF2 with length and digest": pem(
        sealed_key(pbes2(PBKDF2, SALT, MANY, integer(32), sequence(oid(HMAC_SHA512), tlv(5))))
    ),
    "scrypt N": pem(sealed_key(pbes2(SCRYPT, SALT, integer(2**40), integer(8), integer(1)))),
    "scrypt r": pem(sealed_key(pbes2(SCRYPT, SALT, integer(1024), integer(2**20), integer(1), integer(32)))),
    "scrypt p": pem(sealed_key(pbes2(SCRYPT, SALT, integer(16384), integer(8), integer(1000)))),
    "one above the limit": pem(sealed_key(pbes2(PBKDF2, SALT, integer(MOST_ROUNDS + 1)))),
    "leading zeros": pem(sealed_key(pbes2(PBKDF2, SALT, tlv(0x02, bytes(20), b"\x7f\xff\xff\xff")))),
    "negative": pem(sealed_key(pbes2(PBKDF2, SALT, integer(-(2**31))))),
    "more than any number": pem(sealed_key(pbes2(PBKDF2, SALT, tlv(0x02, b"\x7f" * 2000)))),
    "headers in the block": pem(sealed_key(pbe(MANY))).replace(b"-----\n", b"-----\nX-Made-By: a tool\n\n", 1),
    "PFX, key": pfx(data(SHROUDED_MANY)),
    "PFX, second key": pfx(data(bag(SHROUDED, sealed_key(pbe(FEW))), SHROUDED_MANY)),
    "PFX, bag in a bag": pfx(data(bag(SAFE, sequence(bag(SAFE, sequence(SHROUDED_MANY)))))),
    "PFX, certificates": pfx(encrypted(pbe(MANY)), data(bag(SHROUDED, sealed_key(pbe(FEW))))),
    "PFX, certificates, PBES2": pfx(encrypted(pbes2(PBKDF2, SALT, MANY))),
    "PFX, MAC": pfx(data(bag(SHROUDED, sealed_key(pbe(FEW)))), mac=mac(MANY)),
    "PFX, PBMAC1": pfx(mac=mac(integer(1), sequence(oid(PBMAC1), sequence(oid(PBKDF2), sequence(SALT, MANY))))),
    "PFX, many below the limit": pfx(data(*(bag(SHROUDED, sealed_key(pbe(SOME), b"x")) for _number in range(4)))),
    "PFX, many contents": pfx(*(encrypted(pbes2(PBKDF2, SALT, SOME)) for _number in range(11))),
    "PFX in BER": ber(pfx(data(SHROUDED_MANY), mac=mac(FEW))),
    "PFX, its bags in BER": pfx(sequence(oid(DATA), tlv(0xA0, ber(octets(ber(sequence(SHROUDED_MANY))))))),
    "PFX in BER, MAC": ber(pfx(mac=mac(MANY))),
    "PFX, long form of a length": b"\x30\x89"
    + len(pfx(data(SHROUDED_MANY))).to_bytes(9, "big")
    + pfx(data(SHROUDED_MANY))[4:],
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_too_many_rounds_are_refused_before_any(tmp_path, content, password):
    path = tmp_path / "app"
    path.write_bytes(content + pem_of(LEAF.certificate) if content.startswith(b"-") else content)
    message = rf"^client_certificate_path: the password of {path} takes more than 2,000,000"
    with cpu_limit(0.2), pytest.raises(OptionError, match=message):
        read_key_file(str(path), password)


@pytest.mark.parametrize(
    "content",
    [
        pem(sealed_key(pbe(FEW), bytes(LARGEST_KEY + 1))),
        pem(sequence(integer(0), bytes(LARGEST_KEY))).replace(b"ENCRYPTED ", b"RSA "),
        pfx(data(bag(SHROUDED, sealed_key(pbe(FEW), bytes(LARGEST_KEY + 1))))),
        ber(pfx(data(bag(SHROUDED, sealed_key(pbe(FEW), bytes(LARGEST_KEY + 1)))))),
        pfx(data(bag(SHROUDED[:-1] + "1", sequence(integer(0), pbe(FEW), octets(bytes(LARGEST_KEY + 1)))))),
    ],
)
def test_key_that_takes_long_to_check_is_refused(tmp_path, content):
    path = tmp_path / "app"
    path.write_bytes(content)
    password = "" if b"RSA" in content else PASSWORD
    with pytest.raises(OptionError, match=r"^client_certificate_path: the private key in .* is too large; make one"):
        read_key_file(str(path), password)


def scrypt_key():
    """A key as `openssl pkcs8 -topk8 -scrypt` writes it."""
    padder, secret = (
        padding.PKCS7(128).padder(),
        LEAF.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    )
    derived = hashlib.scrypt(PASSWORD.encode(), salt=b"saltsalt", n=16384, r=8, p=1, maxmem=2**26, dklen=32)
    sealer = Cipher(algorithms.AES(derived), modes.CBC(bytes(16))).encryptor()
    algorithm = pbes2(SCRYPT, SALT, integer(16384), integer(8), integer(1))
    return pem(sealed_key(algorithm, sealer.update(padder.update(secret) + padder.finalize()) + sealer.finalize()))


def written(encryption):
    return serialize_key_and_certificates(b"app", LEAF.key, LEAF.certificate, [ROOT.certificate], encryption)


def builder(rounds, scheme=PBES.PBESv2SHA256AndAES256CBC):
    return PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds).key_cert_algorithm(scheme)


@pytest.mark.parametrize(
    "content",
    [
        scrypt_key() + pem_of(LEAF.certificate),
        written(builder(600_000).build(PASSWORD.encode())),
        written(builder(100_000, PBES.PBESv1SHA1And3KeyTripleDESCBC).build(PASSWORD.encode())),
    ],
    ids=["scrypt", "600,000 rounds of PBKDF2", "100,000 rounds of PBES1"],
)
def test_what_tools_write_is_read(tmp_path, content):
    path = tmp_path / "app"
    path.write_bytes(content)
    assert read_key_file(str(path), PASSWORD).private_key == pem_of(LEAF.key).decode()


def test_pfx_in_ber_is_read(tmp_path):
    """Its inner part is as it was, because the MAC is over its bytes."""
    path, content = tmp_path / "app", written(builder(2048).build(PASSWORD.encode()))
    path.write_bytes(ber(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert read_key_file(str(path), PASSWORD).private_key == pem_of(LEAF.key).decode()


@given(
    rounds=st.integers(1, 20_000),
    scheme=st.sampled_from(PBES),
    digest=st.sampled_from([None, hashes.SHA256(), hashes.SHA512()]),
    chain=st.integers(0, 20),
    key=st.booleans(),
)
def test_every_pfx_that_is_written_can_be_read(rounds, scheme, digest, chain, key):
    encryption = builder(rounds, scheme)
    encryption = (encryption.hmac_hash(digest) if digest else encryption).build(PASSWORD.encode())
    own = LEAF.key if key else None
    content = serialize_key_and_certificates(
        None, own, LEAF.certificate, [ROOT.certificate] * chain or None, encryption
    )
    cost = key_cost(content)
    assert rounds <= cost.rounds <= 2 * 3 * rounds + 2048
    assert cost.largest_key < LARGEST_KEY
    assert key_cost(ber(content)) == cost


@given(st.data(), st.sampled_from([pfx(encrypted(pbe(FEW))), ber(pfx(data(SHROUDED_MANY))), b""]))
def test_any_bytes_are_walked_or_refused(draws, good):
    at = draws.draw(st.integers(0, len(good)))
    spoiled = good[:at] + draws.draw(st.binary(max_size=9)) + good[at + draws.draw(st.integers(0, 9)) :]
    with cpu_limit(0.2), contextlib.suppress(ValueError):
        assert key_cost(spoiled).rounds >= 0


@pytest.mark.parametrize(
    "content",
    [
        *(tlv(0x30, part * 130_000) for part in (b"\x04\x00", b"\x30\x00", b"\x02\x00")),
        b"\x30\x80" * 130_000,
        b"\x30" + b"\xff" * 260_000,
        tlv(0x24, b"\x24\x80" * 60, octets(bytes(260_000))),
        sequence(SALT, *[tlv(0x02, b"\x7f" * 80_000)] * 3),
    ],
)
def test_no_size_costs_more_than_its_length(tmp_path, content):
    path = tmp_path / "app"
    path.write_bytes(content[: 256 * 1024])
    with cpu_limit(0.5), pytest.raises(OptionError, match=r"^client_certificate_path: "):
        read_key_file(str(path), "")
