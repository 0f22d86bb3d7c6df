# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of Defender to the operator settles about the requirements. Pure.

Two things, and nothing else becomes met by it:

- the doubt whether Security Reader is enough (a caveat) is gone, because it was;
- a role of Defender itself, of which the requirements only know that it may be enough, is proven to be enough.

Every check is judged by its own evidence; this is the one place where one check has a say about another.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import AccessRow, Verdicts

_DOUBTS: t.Final = frozenset({"permissions.security_reader"})
_CUSTOM_ROLE: t.Final = "permissions.custom_role"
_CUSTOM_ROLE_PROVEN: t.Final = "permissions.custom_role_proven"


def proven(requirements: Verdicts, access: AccessRow | None, names: Mapping[str, str]) -> Verdicts:
    """Return the requirements, in which the answer has proven a role of Defender itself to be enough.

    `names` are those of the sentence: tenant and operator.
    """
    permissions = requirements.get("permissions")
    if permissions is None or permissions.reason != _CUSTOM_ROLE or not _answered(access):
        return requirements
    words = CATALOGUE.verdict("permissions", _CUSTOM_ROLE_PROVEN, names)
    judged = dataclasses.replace(
        words,
        severity=permissions.severity,
        object=permissions.object,
        caveats=permissions.caveats,
        unread=permissions.unread,
    )
    return {**requirements, "permissions": judged}


def settled(requirements: Verdicts, access: AccessRow | None) -> Verdicts:
    """Return the requirements without the doubts that the answer has removed."""
    if not _answered(access):
        return requirements
    return {
        check: dataclasses.replace(verdict, caveats=tuple(c for c in verdict.caveats if c.reason not in _DOUBTS))
        for check, verdict in requirements.items()
    }


def _answered(access: AccessRow | None) -> bool:
    defender = access.verdicts.get("defender") if access else None
    return defender is not None and defender.status == "met"
