# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All verdicts about one tenant on the chain: which one explains which, and which link is broken first.

Pure, on plain rows: VERDICT as the modules return it. The same rule as `TenantReport`, which knows requirements only.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.chain import Root

    Row = Mapping[str, t.Any]
    Verdicts = Mapping[str, Row]

ACCESS_CHECKS: t.Final = ("listed", "sign_in", "defender")
BROKEN: t.Final = ("unmet", "unknown")
NOT_CHOSEN: t.Final = "check.not_chosen"
# Defender answered the operator: what was doubtful about that is not any more.
_SETTLED_BY_DEFENDER: t.Final = ("permissions.security_reader",)
_CUSTOM_ROLE: t.Final = "permissions.custom_role"
_CUSTOM_ROLE_PROVEN: t.Final = "permissions.custom_role_proven"
_REQUIRED: t.Final = frozenset(("access", "license", "permissions"))


def verdicts_of(row: Row) -> dict[str, Row]:
    """The verdicts of a row of the report (`requirements`, `access`, `registration`), in the order of the chain."""
    access, registration = row["access"] or {}, row.get("registration")
    found = {**row["requirements"], **{check: access[check] for check in ACCESS_CHECKS if check in access}}
    if registration is not None:
        found["registration"] = registration
    return {check: found[check] for check in sorted(found, key=_position)}


def settled(requirements: Mapping[str, Row], access: Row | None) -> dict[str, Row]:
    """The requirements without the doubts that an answer of Defender to the operator has removed."""
    defender = (access or {}).get("defender")
    if defender is None or defender["status"] != "met":
        return dict(requirements)
    return {
        check: {**verdict, "caveats": [c for c in verdict["caveats"] if c["reason"] not in _SETTLED_BY_DEFENDER]}
        for check, verdict in requirements.items()
    }


def proven(requirements: Mapping[str, Row], access: Row | None, names: Mapping[str, str]) -> dict[str, Row]:
    """The requirements, where Defender's answer to the operator proves that a role of Defender itself is enough.

    Nothing else becomes met by it. `names` are those of the sentence: tenant and operator.
    """
    defender, held = (access or {}).get("defender"), requirements.get("permissions")
    if defender is None or defender["status"] != "met" or held is None or held["reason"] != _CUSTOM_ROLE:
        return dict(requirements)
    told = CATALOGUE.verdict("permissions", _CUSTOM_ROLE_PROVEN, names)
    words = {key: getattr(told, key) for key in ("status", "reason", "message", "remedy", "doc_url", "caused_by")}
    return {**requirements, "permissions": {**held, **words}}


def all_met(requirements: Mapping[str, Row]) -> bool:
    """Is every required verdict there and met? Unknown is never ok. The same rule as `TenantReport.ready`."""
    required = [verdict["status"] for verdict in requirements.values() if verdict["severity"] == "required"]
    return requirements.keys() >= _REQUIRED and all(status in ("met", "not_applicable") for status in required)


def shown_checks(report: Row) -> list[str]:
    """The checks that a table of the report has to have: those that were made for any tenant at all."""
    made = {check for row in report["tenants"] for check in verdicts_of(row)}
    return sorted(made, key=lambda check: (_position(check), check))


def is_chosen(verdict: Row) -> bool:
    """False for a check that the user left out: neither a finding nor a failure."""
    return bool(verdict["reason"] != NOT_CHOSEN)


def is_broken(verdict: Row) -> bool:
    """Unmet, or unknown: does somebody have to act?"""
    return verdict["status"] in BROKEN and is_chosen(verdict)


def breaks(verdict: Row) -> bool:
    """Does it break the chain? Only what is required does, and unknown does as much as unmet."""
    return bool(verdict["severity"] == "required") and is_broken(verdict)


def root_of(verdicts: Verdicts, check: str) -> Root:
    """Follow the causes of a verdict to the one that no other broken verdict explains."""
    return CHAIN.root_of(_typed(verdicts), check)


def first_broken(verdicts: Verdicts) -> Root | None:
    """Return the first broken link of the chain, or None."""
    return CHAIN.first_broken(_typed(verdicts))


def _typed(verdicts: Verdicts) -> dict[str, Verdict]:
    return {check: Verdict.from_dict(check, row) for check, row in verdicts.items()}


def link_of(check: str) -> str:
    """The link of the chain that a check belongs to."""
    return CHAIN.link_of(check)


def is_second_word(root: Root) -> bool:
    """Missing consent is seen by the app and by the operator: what the requirements say of it is told."""
    return CHAIN.repeats_consent(root)


def _position(check: str) -> int:
    return CHAIN.position(check)
