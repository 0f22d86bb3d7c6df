# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All verdicts about one tenant on the chain: which one explains which, and which link is broken first.

Pure, on plain rows: VERDICT as the modules return it. The same rule as `TenantReport`, which knows requirements only.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.verdicts import make_verdict
from ansible_collections.m365.defender.plugins.module_utils._core.model import CHAIN

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, t.Any]
    Verdicts = Mapping[str, Row]

ACCESS_CHECKS: t.Final = ("listed", "sign_in", "defender")
# Everything that is judged about a tenant, in the order of the chain. `listed` belongs to the link `access` and speaks
# after the requirement of that name; what is only recommended comes last.
CHECKS: t.Final = ("access", "listed", "sign_in", "license", "permissions", "defender", "registration", "mfa_trust")
BROKEN: t.Final = ("unmet", "unknown")
NOT_CHOSEN: t.Final = "check.not_chosen"
# Defender answered the operator: what was doubtful about that is not any more.
_SETTLED_BY_DEFENDER: t.Final = ("permissions.security_reader",)
_CUSTOM_ROLE: t.Final = "permissions.custom_role"
_CUSTOM_ROLE_PROVEN: t.Final = "permissions.custom_role_proven"
_REQUIRED: t.Final = frozenset(("access", "license", "permissions"))
# The portal's own words for what the requirement `access` has found.
_VIEW_LACKS_ACCESS: t.Final = ("registration.lost_access", "registration.not_offered")


class Root(t.NamedTuple):
    """Where a chain of causes begins: the link of the chain, and the check whose verdict tells about it."""

    link: str
    check: str


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
    told = make_verdict("permissions", _CUSTOM_ROLE_PROVEN, names)
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
    """Follow the causes of a verdict to the one that no other broken verdict explains.

    A cause without a verdict of its own (`consent`, or a check that was not made) is the link itself, and the verdict
    that names it tells about it. Causes that go in a circle end where they would repeat.
    """
    seen = {check}
    while True:
        cause = _cause_of(verdicts, check)
        if cause is None or cause in seen:
            return Root(link_of(check), check)
        if cause not in verdicts or not is_chosen(verdicts[cause]):
            return Root(link_of(cause), check)
        if not breaks(verdicts[cause]):
            return Root(link_of(check), check)
        check = cause
        seen.add(check)


def first_broken(verdicts: Verdicts) -> Root | None:
    """The first broken link of the chain, or None. Within a link the verdict that speaks of the link itself is told."""
    roots = [root_of(verdicts, check) for check, verdict in verdicts.items() if breaks(verdict)]
    return min(roots, key=lambda root: _chain_position(verdicts, root)) if roots else None


def link_of(check: str) -> str:
    """The link of the chain that a check belongs to."""
    return "access" if check == "listed" else check


def _cause_of(verdicts: Verdicts, check: str) -> str | None:
    """What a verdict says of its cause, else what the other verdicts say about it."""
    cause = verdicts[check]["caused_by"]
    if cause is not None and (cause not in verdicts or breaks(verdicts[cause])):
        return str(cause)
    return _implied_cause(verdicts, check) or cause


def _implied_cause(verdicts: Verdicts, check: str) -> str | None:
    """Two checks that saw the same thing from two sides: the requirement explains what access ran into."""
    verdict = verdicts[check]
    if check == "listed" and verdict["status"] == "unmet" and _breaks(verdicts, "access"):
        return "access"
    if verdict["reason"] == "registration.not_eligible":
        root = first_broken({other: row for other, row in verdicts.items() if other != "registration"})
        return root.check if root else None
    if verdict["reason"] in _VIEW_LACKS_ACCESS and _breaks(verdicts, "access"):
        return "access"
    if verdict["reason"] == "defender.role_missing" and _breaks(verdicts, "permissions"):
        return "permissions"
    licence = verdicts.get("license")
    if verdict["reason"] == "defender.not_provisioned" and licence is not None and licence["status"] == "unmet":
        return "license"
    return None


def _breaks(verdicts: Verdicts, check: str) -> bool:
    return check in verdicts and breaks(verdicts[check])


def _position(check: str) -> int:
    return CHECKS.index(check) if check in CHECKS else len(CHECKS)


def is_second_word(root: Root) -> bool:
    """Missing consent is seen by the app and by the operator: what the requirements say of it is told."""
    return root.link == "consent" and root.check in ACCESS_CHECKS


def _chain_position(verdicts: Verdicts, root: Root) -> tuple[int, bool, bool, int]:
    """Earlier links first; within a link the verdict that speaks for itself before one that is caused by another."""
    place = CHAIN.index(root.link) if root.link in CHAIN else len(CHAIN)
    speaks_of_it = verdicts[root.check]["reason"].startswith(root.link + ".")
    return place, not speaks_of_it, is_second_word(root), _position(root.check)
