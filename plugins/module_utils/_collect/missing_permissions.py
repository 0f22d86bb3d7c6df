# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permissions that a token lacks for the reads that are due, known before the first of them is sent. Pure.

An app's token lists its permissions in `roles`, a person's in `scp`, and a person's Entra roles in `wids`, if at all
[doc access-token-claims-reference]. A token is opaque by contract: one that cannot be read lacks nothing.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read


@dataclasses.dataclass(frozen=True, slots=True)
class MissingPermission:
    """A permission that a token lacks: the least privileged one, its alternatives, and the titles of the reads that
    need it. It is `optional` where no verdict depends on them."""

    permission: str
    alternatives: tuple[str, ...]
    reads: tuple[str, ...]
    optional: bool

    def as_dict(self) -> dict[str, object]:
        """Return all fields, with lists for tuples."""
        return {**dataclasses.asdict(self), "alternatives": list(self.alternatives), "reads": list(self.reads)}


def granted(permissions: Sequence[str], claims: JsonObject) -> bool:
    """Tell whether a token carries at least one of the permissions."""
    return _any_of(permissions, _held(claims))


def _held(claims: JsonObject) -> set[str]:
    roles = claims.get("roles")
    held = {str(role).lower() for role in roles} if isinstance(roles, list) else set()
    return held.union(str(claims.get("scp") or "").lower().split())


def _any_of(permissions: Sequence[str], held: Collection[str]) -> bool:
    return any(permission.lower() in held for permission in permissions)


def readable_with(identity: str, claims: JsonObject) -> Callable[[Read], bool]:
    """Return what tells whether a token may read: False only where a readable one lacks all that would do."""
    held = _held(claims)
    return lambda read: not claims or not (due := read.permissions(identity)) or _any_of(due, held)


def missing_permissions(reads: Iterable[Read], identity: str, claims: JsonObject) -> tuple[MissingPermission, ...]:
    """Return what the token lacks for these reads, one row for each permission, in the order of the reads."""
    rows: dict[str, MissingPermission] = {}
    may_read = readable_with(identity, claims)
    for read in reads:
        if may_read(read):
            continue
        permission, *others = read.permissions(identity)
        known = rows.get(permission, MissingPermission(permission, (), (), optional=True))
        titles = tuple(dict.fromkeys((*known.reads, read.title)))
        rows[permission] = MissingPermission(permission, tuple(others), titles, known.optional and read.optional)
    return tuple(rows.values())


def roles_missing(read: Read, identity: str, claims: JsonObject) -> bool:
    """Tell whether a person's token lists its roles, and none that this read needs."""
    wids = claims.get("wids")
    if identity != "operator" or not read.readers or not isinstance(wids, list):
        return False
    return {str(role).lower() for role in wids}.isdisjoint(read.readers)
