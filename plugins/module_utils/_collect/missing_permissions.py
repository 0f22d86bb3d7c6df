# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The permission explainer: what a token lacks for the reads that are due, told before the first of them. Pure.

Permissions stand in `roles` of an app's token and in `scp` of a person's, a person's Entra roles in `wids`, where it is
there [doc access-token-claims-reference]. A token is opaque by contract: of one that cannot be read nothing is said.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

    Claims = Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True, slots=True)
class MissingPermission:
    """A permission that a token lacks: the least that would do, what else would, and the reads that wait for it."""

    permission: str
    alternatives: tuple[str, ...]
    reads: tuple[str, ...]
    optional: bool

    def as_dict(self) -> dict[str, t.Any]:
        """Shape: permission, alternatives, reads (titles), optional: does no verdict depend on it?"""
        return {
            "permission": self.permission,
            "alternatives": list(self.alternatives),
            "reads": list(self.reads),
            "optional": self.optional,
        }


def granted(wanted: Sequence[str], claims: Claims) -> bool:
    """Does a token carry at least one of the permissions?"""
    roles = claims.get("roles")
    have = {str(role).lower() for role in roles} if isinstance(roles, list) else set()
    have |= {scope.lower() for scope in str(claims.get("scp") or "").split()}
    return any(permission.lower() in have for permission in wanted)


def may_read(read: Read, identity: str, claims: Claims) -> bool:
    """False only where a readable token lacks every permission that would do."""
    wanted = read.permissions(identity)
    return not wanted or not claims or granted(wanted, claims)


def explain(reads: Iterable[Read], identity: str, claims: Claims) -> tuple[MissingPermission, ...]:
    """What the token lacks for these reads, one row for each permission, in the order of the reads."""
    rows: dict[str, MissingPermission] = {}
    for read in reads:
        if may_read(read, identity, claims):
            continue
        permission, *others = read.permissions(identity)
        known = rows.get(permission)
        titles = (*(known.reads if known else ()), read.title)
        optional = read.optional and (known is None or known.optional)
        rows[permission] = MissingPermission(permission, tuple(others), tuple(dict.fromkeys(titles)), optional)
    return tuple(rows.values())


def roles_missing(read: Read, identity: str, claims: Claims) -> bool:
    """Does a person's token name its roles, and none that this read needs?"""
    wids = claims.get("wids")
    if identity != "operator" or not read.readers or not isinstance(wids, list):
        return False
    return {str(role).lower() for role in wids}.isdisjoint(read.readers)
