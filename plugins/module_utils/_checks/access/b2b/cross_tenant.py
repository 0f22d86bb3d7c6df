# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access settings judged from both sides: outbound of the home tenant, inbound of the target. Pure.

A property of a partner entry that is null inherits the default [doc crosstenantaccesspolicyconfigurationpartner]. The
same is done for `usersAndGroups` and `applications` within it [guess]. No entry (HTTP 404) means that the default
applies [guess on the exact code]. Access is given or taken for the targets that are named, and an application that is
not among the allowed ones is blocked [doc cross-tenant-access-overview]; that a block of some leaves the others alone
follows from the wording of the settings page [guess]. Users and applications both have to be allowed.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, OPERATOR_GROUPS

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

Answer = t.Literal["allowed", "blocked", "open", "unread"]

# What an access type makes of somebody, or something, that is among the targets, and of one that is not.
_NAMED: t.Final[dict[str, Answer]] = {"allowed": "allowed", "blocked": "blocked"}
_NOT_NAMED: t.Final[dict[str, Answer]] = {"allowed": "blocked", "blocked": "allowed"}
# A block counts whatever else is not known; what was read and is unclear weighs more than what was not read.
_WEIGHT: t.Final = {"blocked": 0, "open": 1, "unread": 2, "allowed": 3}
# The partner entry of each direction, and the default that it inherits.
_READS: t.Final = {
    "outbound": (reads.HOME_PARTNER, reads.HOME_DEFAULT),
    "inbound": (reads.SETTINGS_PARTNER, reads.SETTINGS_DEFAULT),
}
READS: t.Final = (*_READS["outbound"], *_READS["inbound"])
# The parts of a setting as Microsoft Graph and as the portal call them.
_PART_NAMES: t.Final[dict[reads.Part, tuple[str, str]]] = {
    "users": ("usersAndGroups", "users and groups"),
    "applications": ("applications", "applications"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """What the settings of one tenant mean for the operator's way by B2B collaboration.

    `open`: they were read and do not decide it. `part` and `source` (partner or default) name what the answer is from;
    `problem` says why it is unread.
    """

    direction: reads.Direction
    answer: Answer
    part: reads.Part
    source: str
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def details(self) -> dict[str, str]:
        """What a sentence may name: the setting as the portal calls it, and as Microsoft Graph does."""
        graph_name, title = _PART_NAMES[self.part]
        return {
            "object": f"b2bCollaboration{self.direction.capitalize()}/{graph_name}",
            "setting": f"{self.source} setting, {title}",
        }


def judge_sides(case: Case) -> tuple[Side, Side]:
    """Judge whether the operator may leave the home tenant for this one, and whether they may come in. Pure."""
    return _judge_side(case, "outbound"), _judge_side(case, "inbound")


def _judge_side(case: Case, direction: reads.Direction) -> Side:
    sides = [_judge_part(case, direction, part) for part in _PART_NAMES]
    worst = min(sides, key=lambda side: _WEIGHT[side.answer])
    partner, default = map(case.get, _READS[direction])
    used = (partner, default if any(side.source == "default" for side in sides) else None)
    return dataclasses.replace(worst, evidence=tuple(trim_to(item, "b2b") for item in used if item is not None))


def trim_to(evidence: Evidence, setting: str) -> Evidence:
    """Return the evidence as one verdict shows it: nothing but the setting which that verdict rests on."""
    if evidence.data is None:
        return evidence
    data = {name: value for name, value in evidence.data.items() if name in ("found", setting)}
    return dataclasses.replace(evidence, data=data)


def _judge_part(case: Case, direction: reads.Direction, part: reads.Part) -> Side:
    """Judge by the partner entry where it says something, else by the default."""
    for source, evidence in zip(("partner", "default"), map(case.get, _READS[direction]), strict=True):
        if not readable(evidence):
            where = case.home if direction == "outbound" else case.tenant.name
            problem = unread_problem(evidence, "the cross-tenant access settings", where)
            return Side(direction, "unread", part, source, problem)
        targets: reads.Targets | None = (evidence.data.get("b2b") or {}).get(part)
        if targets is not None:
            answer = _for_person(case, targets) if part == "users" else _for_portal(targets)
            return Side(direction, answer, part, source)
    return Side(direction, "open", part, "default")


def _for_person(case: Case, users: reads.Targets) -> Answer:
    """Judge users and groups. `trim_settings` leaves only everybody, the operator and their groups of the targets."""
    if any(target.partition(":")[0] in ("user", "group") for target in users["targets"]):
        return _NAMED.get(users["access"], "open")
    operator, others = case.get(OPERATOR), users.get("others", {})
    known = {
        "user": readable(operator) and bool(operator.data.get("id")),
        "group": readable(case.get(OPERATOR_GROUPS)),
    }
    if not others or not all(known.get(kind, False) for kind in others):
        return "open"
    return _NOT_NAMED.get(users["access"], "open")


def _for_portal(applications: reads.Targets) -> Answer:
    """Judge applications: all, the Defender portal, or something else. Allowing the portal alone decides nothing."""
    names = {target.partition(":")[2] for target in applications["targets"]}
    if names & reads.ALL_APPLICATIONS:
        return _NAMED.get(applications["access"], "open")
    if reads.PORTAL_APP in names:
        return "blocked" if applications["access"] == "blocked" else "open"
    if names or set(applications.get("others", {})) != {"application"}:
        return "open"
    return _NOT_NAMED.get(applications["access"], "open")


def consent_of(case: Case, direction: reads.Direction) -> bool | None:
    """Tell whether automatic redemption is on for a side. A null inherits the default [doc]; None: not known."""
    for evidence in map(case.get, _READS[direction]):
        if not readable(evidence):
            return None
        if isinstance(evidence.data.get("consent"), bool):
            return bool(evidence.data["consent"])
    return None


def synchronization_allowed(case: Case) -> bool:
    """Tell whether the target says that it accepts people synchronized from the home tenant."""
    evidence = case.get(reads.SYNCHRONIZATION)
    return readable(evidence) and evidence.data.get("allowed") is True
