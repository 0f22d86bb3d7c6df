# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spoil a valid input: its bytes, or the JSON in it."""

from __future__ import annotations

import copy
import json
import typing as t

if t.TYPE_CHECKING:
    import random
    from collections.abc import Sequence

Json: t.TypeAlias = t.Any

LARGEST: t.Final = 900_000
_BYTES: t.Final = (
    b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00", b"\xed\xa0\xbd", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae",
    b"\r\n", b"\n", b"\t", b"\x1b[2J", b"\\ud83d", b"\\u0000", b"NaN", b"1e999", b"-1", b"[", b"{", b"]", b"}",
    b'"', b"'",
    b",", b":", b" ", b"null", b"true", b"&a ", b"*a ", b"<<: ", b"!!python/name:os.system ", b"!!binary ",
    b"!!timestamp ",
    b"!!float ", b"- ", b"? ", b"%", b"$", b"$$", b"$each", b"$tenant_id", b"-----BEGIN ", b"-----END ", b"AADSTS",
    b"2026-11-24T10:00:00Z", b"0000-00-00", b"99999-01-01T00:00:00Z", b"9" * 5000, b"\xd9\xa7", b"1_0", b"0x1f", b"1:1",
    b"Trace ID: ", b"Timestamp: ", b"=", b".", b"..", b"eyJ", b"#HttpOnly_", b"$ANSIBLE_VAULT;1.1;AES256\n",
)  # fmt: skip
_VALUES: t.Final[tuple[Json, ...]] = (
    None, True, False, 0, -1, 17, 1e308, 10**400, "", "x", "\ud83d", "\x00", "\x1b[2J", "\u2028", "\u202e",
    "9" * 5000, [],
    {}, [None], [[]], [{}], {"": None}, {"error": {}}, {"value": None}, "NaN", "2026-11-24T10:00:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00", "99999-01-01T00:00:00Z", "-", "None", "https://[::1", "P1D", "PT0S", "P99999999Y",
    "P-1D",
    "aaaaaaaa-0000-4000-8000-000000000001", "AAAAAAAA-0000-4000-8000-000000000001", float("nan"), float("inf"),
    "x" * 70_000,
    "\u0667", "\u00b2", " x ", "a" * 300, "=" * 4000, "trace id " * 3000,
)  # fmt: skip


def mutated(rng: random.Random, seed: bytes, others: Sequence[bytes]) -> bytes:
    """Return the input with one to four changes."""
    data = seed
    for _change in range(rng.choice((1, 1, 2, 4))):
        change = rng.choice((_tree, _tree, _tree, _flip, _insert, _insert, _cut, _repeat, _splice, _dumped))
        data = change(rng, data, others)[:LARGEST]
    return data


def _flip(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    if not data:
        return b"\x00"
    place = rng.randrange(len(data))
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def _insert(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    place = rng.randrange(len(data) + 1)
    # Over what is there as often as between it.
    end = min(len(data), place + rng.choice((0, 0, 1, 8)))
    return data[:place] + rng.choice(_BYTES) + data[end:]


def _cut(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.randrange(1, max(2, len(data) // 2)) :]


def _repeat(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Repeat a part, or something interesting, up to the size limit: what is not linear shows."""
    start = rng.randrange(len(data) + 1)
    part = data[start : start + rng.choice((1, 2, 8, 64, 400))] if rng.random() < 0.5 else rng.choice(_BYTES)
    times = rng.choice((2, 16, 400, 4000, 60_000))
    return data[:start] + part * max(1, min(times, LARGEST // max(1, len(part)))) + data[start:]


def _splice(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _loaded(data: bytes) -> Json:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _dumped(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Write the same JSON in another encoding, or in something that is nearly JSON."""
    value = _loaded(data)
    if value is None:
        return data
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 2)))
    change = rng.randrange(7)
    encoded = text.encode("utf-8", errors="surrogatepass")
    plain = text.encode("utf-16-le", errors="surrogatepass")
    return (
        encoded,
        b"\xef\xbb\xbf" + encoded,
        b"\xff\xfe" + plain,
        plain,
        encoded * 2,
        b"[" + encoded + b"]",
        encoded[:-1],
    )[change]


def _tree(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    value = _loaded(data)
    if not isinstance(value, dict | list):
        return _insert(rng, data, others)
    try:
        bent = _bent(rng, value)
        return json.dumps(bent, ensure_ascii=rng.random() < 0.7).encode("utf-8", errors="surrogatepass")
    except (RecursionError, ValueError):
        return data


def _bent(rng: random.Random, value: Json) -> Json:
    parents = [parent for parent in _parents(value) if parent]
    if not parents:
        return rng.choice(_VALUES)
    parent = rng.choice(parents)
    key = rng.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    change = rng.randrange(9)
    if change < 4:
        parent[key] = rng.choice(_VALUES)
    elif change == 4:
        del parent[key]
    elif change == 5:
        parent[key] = [parent[key]] if rng.random() < 0.5 else {"value": parent[key]}
    elif change == 6:
        other = rng.choice(parents)
        parent[key] = copy.deepcopy(other[rng.choice(list(other) if isinstance(other, dict) else range(len(other)))])
    elif change == 7 and isinstance(parent, list):
        parent.extend(copy.deepcopy(parent[key]) for _time in range(rng.choice((1, 2, 300))))
    elif isinstance(parent, dict):
        parent[rng.choice(("", "\ud83d", str(key).upper(), f"{key}\x00", "@odata.nextLink", "error"))] = parent.pop(key)
    return value


def _parents(value: Json) -> t.Iterator[Json]:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict | list):
            yield found
            waiting.extend(found.values() if isinstance(found, dict) else found)
