# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it costs to open a key file, read from its bytes before it is opened: the library that opens it has no limit.

A key is derived from a password in as many rounds as the file says, in PBES1 and PBES2 (RFC 8018, scrypt: RFC 7914) and
in the MAC of a PFX file (RFC 7292). All of these name their rounds in one way: right behind the salt.

    PBEParameter   SEQUENCE { salt OCTET STRING, iterationCount INTEGER }
    PBKDF2-params  SEQUENCE { salt OCTET STRING, iterationCount INTEGER, keyLength INTEGER OPTIONAL, prf DEFAULT ... }
    scrypt-params  SEQUENCE { salt OCTET STRING, N INTEGER, r INTEGER, p INTEGER, keyLength INTEGER OPTIONAL }
    MacData        SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations INTEGER DEFAULT 1 }

A key, encrypted or not, is the octet string right behind its algorithm (RFC 5958). Every such place in the file counts,
wherever it is, in DER and in BER (X.690). What is cut short ends there: no library reads on. Not seen is a key within
encrypted content of a PFX file, where no known tool puts one, and only somebody who knows the password can.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

# OpenSSL's `-iter 600000` for key, certificates and MAC is 1.8 million. Two million take 0.5 s with SHA-256, up to 1 s
# with SHA-1, 1.8 s with SHA-512; scrypt with N * r * p of that size 1 s and 256 MB (cryptography 50, one core of 2026).
MOST_ROUNDS: t.Final = 2_000_000
# A key of 4096 bits has 2.4 KB, and its check takes 0.4 s; one of 8192 bits takes 6 s, and there is no end to it.
LARGEST_KEY: t.Final = 3072
# PBES1 of PKCS #12 makes a key of two digests and an initialization vector of one.
_DIGESTS_OF_PBES1: t.Final = 3
# OpenSSL reads no more than 30 levels of what it knows, and a chain of certificates has a few hundred elements.
_DEEPEST: t.Final = 64
_MOST_ELEMENTS: t.Final = 10_000
_INTEGER, _OCTETS, _OID, _SEQUENCE, _CONSTRUCTED, _HIGH_TAG = 0x02, 0x04, 0x06, 0x30, 0x20, 0x1F
_INDEFINITE: t.Final = 0x80
# pkcs7-data, 1.2.840.113549.1.7.1: its octet string is read as a structure in turn.
_DATA: t.Final = bytes.fromhex("2a864886f70d010701")


@dataclasses.dataclass(frozen=True, slots=True)
class KeyCost:
    """Rounds of all derivations in a file, and the size of the largest key in it."""

    rounds: int
    largest_key: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Element:
    tag: int
    content: bytes
    children: list[_Element]

    @property
    def octets(self) -> bytes | None:
        """The content of an octet string, of which BER allows pieces; None for anything else."""
        return self._joined() if self.tag & ~_CONSTRUCTED == _OCTETS else None

    def _joined(self) -> bytes:
        # OpenSSL does not mind the tags of the pieces.
        return self.content + b"".join(child._joined() for child in self.children)  # noqa: SLF001  (its own kind)


_NOTHING: t.Final = _Element(0, b"", [])


def key_cost(data: bytes) -> KeyCost:
    """Return what it costs to open a file in DER or BER form. Raise ValueError if that would take too long to find."""
    rounds = largest = 0
    for siblings in _Walk().levels(data):
        for index, (before, element) in enumerate(itertools.pairwise([_NOTHING, *siblings])):
            octets = element.octets
            if octets is not None:
                rounds += _rounds(siblings[index + 1 : index + 4]) * (_DIGESTS_OF_PBES1 if len(siblings) == 2 else 1)
                largest = max(largest, len(octets) if before.tag == _SEQUENCE else 0)
    return KeyCost(rounds, largest)


def _rounds(behind: list[_Element]) -> int:
    """Return the rounds that the elements behind a salt ask for; for scrypt its blocks, which cost about the same."""
    numbers = [
        # Any number above the limit is one, so that no product gets long. A negative one can be read as a large one.
        min(abs(int.from_bytes(element.content, "big", signed=True)), MOST_ROUNDS + 1)
        for element in itertools.takewhile(lambda element: element.tag == _INTEGER, behind)
    ]
    return math.prod(numbers) if len(numbers) == 3 else sum(numbers[:1])


class _Walk:
    """One walk over a file, which ends in time whatever is in it."""

    def __init__(self) -> None:
        self._left = _MOST_ELEMENTS

    def levels(self, data: bytes) -> Iterator[list[_Element]]:
        """Yield all elements that have a parent in common, also those within the octets of PKCS #7 data."""
        levels = [(self._elements(data), False)]
        while levels:
            siblings, in_data = levels.pop()
            yield siblings
            is_data = bool(siblings) and siblings[0].tag == _OID and siblings[0].content == _DATA
            for element in siblings:
                octets = element.octets
                if octets is None:
                    levels.append((element.children, is_data))
                elif in_data:
                    levels.append((self._elements(octets), False))

    def _elements(self, data: bytes) -> list[_Element]:
        return self._parse(data, 0, len(data), 0)[0]

    def _parse(self, data: bytes, at: int, end: int, depth: int) -> tuple[list[_Element], int]:
        """Return the elements from `at` to `end`, or to the mark that ends an indefinite length, and where that is."""
        elements: list[_Element] = []
        while at < end:
            self._left -= 1
            if depth > _DEEPEST or self._left < 0:
                raise ValueError("too deep or too many")
            tag, length, start = _head(data, at, end)
            if tag == length == 0:
                return elements, start
            stop = end if length is None else min(start + length, end)
            children: list[_Element] = []
            if tag & _CONSTRUCTED:
                children, behind = self._parse(data, start, stop, depth + 1)
                stop = behind if length is None else stop
            elements.append(_Element(tag, b"" if tag & _CONSTRUCTED else data[start:stop], children))
            at = stop
        return elements, end


def _head(data: bytes, at: int, end: int) -> tuple[int, int | None, int]:
    """Return tag, length (None: indefinite) and where the content starts."""
    tag, at = data[at], at + 1
    if tag & _HIGH_TAG == _HIGH_TAG:
        while at < end and data[at] & 0x80:
            at += 1
        at += 1
    length, at = data[at] if at < end else 0, at + 1
    if length == _INDEFINITE:
        return tag, None, at
    if length > _INDEFINITE:
        size = length - _INDEFINITE
        return tag, int.from_bytes(data[at : at + size], "big"), at + size
    return tag, length, at
