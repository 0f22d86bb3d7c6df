# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access settings, seen from both sides: outbound of the home tenant, inbound of the target.

A property of a partner entry that is null inherits the default [doc crosstenantaccesspolicyconfigurationpartner]. The
same is done for `usersAndGroups` and `applications` within it [guess]. No entry (HTTP 404) means that the default
applies [guess on the exact code]. Access is given or taken for the targets that are named, and an application that is
not among the allowed ones is blocked [doc cross-tenant-access-overview]; that a block of some leaves the others alone
follows from the wording of the settings page [guess]. Users and applications have to be allowed both.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Problem, Read

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

Answer = t.Literal["allowed", "blocked", "open", "unread"]
Direction = t.Literal["outbound", "inbound"]

_PERMISSIONS: t.Final = ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
# Delegated, a person needs one of these roles as well [doc crosstenantaccesspolicy pages], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name))
    for name in ("Security Reader", "Global Reader", "Conditional Access Administrator", "Security Administrator")
)
_POLICY: t.Final = "/policies/crossTenantAccessPolicy"
# The portal of Microsoft Defender signs in as this app [doc mto-troubleshoot].
PORTAL_APP: t.Final = "80ccca67-54bd-44ab-8625-4b79c4dc7775"
_GRAPH_APP: t.Final = "00000003-0000-0000-c000-000000000000"
_ALL_USERS: t.Final = frozenset({"user:allusers", "group:allusers"})
# AllMicrosoftApps is every Microsoft cloud application [doc crosstenantaccesspolicytarget].
_ALL_APPLICATIONS: t.Final = frozenset({"allapplications", "allmicrosoftapps"})
# Whether the Defender portal is part of the Office 365 suite, or works without Microsoft Graph, no document says.
_PARTS_OF_THE_PORTAL: t.Final = frozenset({"office365", _GRAPH_APP})
_TOLD_APPLICATIONS: t.Final = frozenset({PORTAL_APP, *_ALL_APPLICATIONS, *_PARTS_OF_THE_PORTAL})
_TOLD_TARGETS: t.Final = frozenset({*_ALL_USERS, *(f"application:{name}" for name in _TOLD_APPLICATIONS)})
# Microsoft's names of the parts of a B2B setting, by ours.
PARTS: t.Final = {"users": "usersAndGroups", "applications": "applications"}


def shape_settings(body: t.Any, direction: Direction) -> dict[str, t.Any]:
    """One side of a default or of a partner entry.

    `{found: true, inbound_trust, b2b: null | {users, applications}, consent}`; users and applications are null or
    `{access, targets: ["user:allusers", "group:<id>", ...]}`. B2B direct connect is left out: the view needs none.
    """
    name = direction.capitalize()
    found = {
        "found": True,
        "b2b": _shape_setting(body.get(f"b2bCollaboration{name}")),
        "consent": (body.get("automaticUserConsentSettings") or {}).get(f"{direction}Allowed"),
    }
    return found if direction == "outbound" else {**found, "inbound_trust": _shape_trust(body["inboundTrust"])}


def _shape_setting(setting: Mapping[str, t.Any] | None) -> dict[str, t.Any] | None:
    if setting is None:
        return None
    return {part: _shape_part(setting.get(name)) for part, name in PARTS.items()}


def _shape_part(part: Mapping[str, t.Any] | None) -> dict[str, t.Any] | None:
    if part is None:
        return None
    targets = sorted(f"{row['targetType']}:{row['target']}".lower() for row in part.get("targets") or ())
    return {"access": str(part["accessType"]).lower(), "targets": targets}


def _shape_trust(trust: Mapping[str, t.Any] | None) -> dict[str, t.Any] | None:
    if trust is None:
        return None
    return {
        "mfa": trust.get("isMfaAccepted"),
        "compliant_device": trust.get("isCompliantDeviceAccepted"),
        "hybrid_joined_device": trust.get("isHybridAzureADJoinedDeviceAccepted"),
    }


def trim_settings(settings: Mapping[str, t.Any], mine: frozenset[str]) -> dict[str, t.Any]:
    """The same settings, small: of the targets only the special ones and `mine` (`user:<id>`, `group:<id>`).

    The others are counted in `others` by their type.
    """
    setting = settings.get("b2b")
    if setting is None:
        return dict(settings)
    return {**settings, "b2b": {part: _trim_part(value, mine) for part, value in setting.items()}}


def _trim_part(part: Mapping[str, t.Any] | None, mine: frozenset[str]) -> dict[str, t.Any] | None:
    if part is None:
        return None
    kept = [target for target in part["targets"] if target in _TOLD_TARGETS or target in mine]
    others = collections.Counter(target.partition(":")[0] for target in part["targets"] if target not in kept)
    counted = {"others": dict(sorted(others.items()))} if others else {}
    return {**part, "targets": kept, **counted}


def shape_partners(body: t.Any) -> list[dict[str, t.Any]]:
    """Every partner entry of the home tenant, outbound: `[{tenant, ...settings}]`."""
    return [{"tenant": str(row["tenantId"]).lower(), **shape_settings(row, "outbound")} for row in body["value"]]


def shape_synchronization(body: t.Any) -> dict[str, t.Any]:
    """`{found: true, allowed}`: may the home tenant synchronize people into the target?"""
    return {"found": True, "allowed": (body.get("userSyncInbound") or {}).get("isSyncAllowed")}


def _read(what: str, title: str, path: str, shape: Callable[[t.Any], t.Any], *, may_be_missing: bool = False) -> Read:
    return Read(
        what=what,
        title=title,
        path=_POLICY + path,
        app=_PERMISSIONS,
        delegated=_PERMISSIONS,
        shape=shape,
        readers=_READERS,
        missing_is_answer=may_be_missing,
    )


def _optional(read: Read) -> Read:
    return dataclasses.replace(read, optional=True)


SETTINGS_DEFAULT: t.Final = _read(
    "cross_tenant_access_default",
    "the default cross-tenant access settings",
    "/default",
    functools.partial(shape_settings, direction="inbound"),
)
SETTINGS_PARTNER: t.Final = _read(
    "cross_tenant_access_partner",
    "the cross-tenant access settings for the home tenant",
    "/partners/{home_tenant_id}",
    functools.partial(shape_settings, direction="inbound"),
    may_be_missing=True,
)
# It decides nothing: it says whom the remedy is for.
SYNCHRONIZATION: t.Final = _optional(
    _read(
        "identity_synchronization",
        "the cross-tenant synchronization from the home tenant",
        "/partners/{home_tenant_id}/identitySynchronization",
        shape_synchronization,
        may_be_missing=True,
    )
)
HOME_DEFAULT: t.Final = _read(
    "home_cross_tenant_access_default",
    "the default cross-tenant access settings",
    "/default",
    functools.partial(shape_settings, direction="outbound"),
)
HOME_PARTNERS: t.Final = _read(
    "home_cross_tenant_access_partners",
    "the cross-tenant access settings for other tenants",
    "/partners",
    shape_partners,
)
# The one entry of that list that is about the target.
HOME_PARTNER: t.Final = dataclasses.replace(HOME_PARTNERS, stored_as="home_cross_tenant_access_partner")


def settings_reads(context: TargetContext) -> list[BoundRead]:
    """Return the reads of a target's settings, small as they arrive: whole lists of people never get into a row."""

    def trimmed(read: Read) -> Read:
        return dataclasses.replace(read, shape=lambda body: trim_settings(read.shape(body), context.operator_targets))

    at_home = {"home_tenant_id": context.home_tenant_id}
    return [BoundRead(trimmed(SETTINGS_DEFAULT)), BoundRead(trimmed(SETTINGS_PARTNER), at_home)]


def trim_partners(partners: t.Any, tenant_id: str, mine: frozenset[str]) -> dict[str, t.Any]:
    """The home tenant's entry for one tenant out of its list; `{found: false}` where there is none."""
    row = next((row for row in partners if row["tenant"] == tenant_id), None)
    if row is None:
        return {"found": False}
    return trim_settings({key: value for key, value in row.items() if key != "tenant"}, mine)


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """What the settings of one tenant make of the operator's way by B2B collaboration.

    `open`: they were read and do not decide it. `part` and `source` (partner or default) name what the answer is from;
    `problem` says why it is unread.
    """

    direction: Direction
    answer: Answer
    part: str
    source: str
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def details(self) -> dict[str, str]:
        """What a sentence may name: the setting as the portal calls it, and as Microsoft Graph does."""
        part = {"users": "users and groups", "applications": "applications"}[self.part]
        return {
            "object": f"b2bCollaboration{self.direction.capitalize()}/{PARTS[self.part]}",
            "setting": f"{self.source} setting, {part}",
        }


# A block stands whatever else is not known; what was read and is unclear weighs more than what was not read.
_WEIGHT: t.Final = {"blocked": 0, "open": 1, "unread": 2, "allowed": 3}


# What an access type makes of somebody, or something, that is among the targets, and of one that is not.
_NAMED: t.Final[dict[str, Answer]] = {"allowed": "allowed", "blocked": "blocked"}
_NOT_NAMED: t.Final[dict[str, Answer]] = {"allowed": "blocked", "blocked": "allowed"}


def judge_sides(case: Case) -> tuple[Side, Side]:
    """May the operator leave the home tenant for this one, and may they come in? Pure."""
    return (
        _judge_side(case, "outbound", case.get(HOME_PARTNER), case.get(HOME_DEFAULT)),
        _judge_side(case, "inbound", case.get(SETTINGS_PARTNER), case.get(SETTINGS_DEFAULT)),
    )


def _judge_side(case: Case, direction: Direction, partner: Evidence | None, default: Evidence | None) -> Side:
    sides = [_judge_part(case, direction, part, partner, default) for part in PARTS]
    worst = min(sides, key=lambda side: _WEIGHT[side.answer])
    used = [partner, *([default] if any(side.source == "default" for side in sides) else [])]
    return dataclasses.replace(worst, evidence=tuple(trim_to(piece, "b2b") for piece in used if piece is not None))


def trim_to(piece: Evidence, about: str) -> Evidence:
    """The evidence as one verdict shows it: nothing but what that verdict rests on."""
    if piece.data is None:
        return piece
    data = {name: value for name, value in piece.data.items() if name in ("found", about)}
    return dataclasses.replace(piece, data=data)


def _judge_part(
    case: Case, direction: Direction, part: str, partner: Evidence | None, default: Evidence | None
) -> Side:
    value = None
    for source, piece in (("partner", partner), ("default", default)):
        if not readable(piece):
            problem = piece.problem if piece is not None else None
            return Side(direction, "unread", part, source, problem or _not_read(case, direction))
        value = _value(piece, part)
        if value is not None or source == "default":
            break
    if value is None:
        return Side(direction, "open", part, source)
    answer = _for_person(case, value) if part == "users" else _for_portal(value)
    return Side(direction, answer, part, source)


def _value(piece: Evidence, part: str) -> t.Any:
    return (piece.data.get("b2b") or {}).get(part)


def _not_read(case: Case, direction: Direction) -> Problem:
    where = case.home if direction == "outbound" else case.tenant.name
    return Problem("read.failed", {"what": "the cross-tenant access settings", "where": where, "said": "not read"})


def _for_person(case: Case, value: Mapping[str, t.Any]) -> Answer:
    """Users and groups. Of the targets only everybody, the operator and their groups are left (`trim_settings`)."""
    if any(target.partition(":")[0] in ("user", "group") for target in value["targets"]):
        return _NAMED.get(value["access"], "open")
    known = {"user": _operator_known(case), "group": readable(case.get(OPERATOR_GROUPS))}
    others = value.get("others", {})
    if not others or not all(known.get(kind, False) for kind in others):
        return "open"
    return _NOT_NAMED.get(value["access"], "open")


def _operator_known(case: Case) -> bool:
    operator = case.get(OPERATOR)
    return readable(operator) and bool(operator.data.get("id"))


def _for_portal(value: Mapping[str, t.Any]) -> Answer:
    """Applications: all of them, the Defender portal, or something else. Allowing the portal alone decides nothing."""
    names = {target.partition(":")[2] for target in value["targets"]}
    if names & _ALL_APPLICATIONS:
        return _NAMED.get(value["access"], "open")
    if PORTAL_APP in names:
        return "blocked" if value["access"] == "blocked" else "open"
    if names or set(value.get("others", {})) != {"application"}:
        return "open"
    return _NOT_NAMED.get(value["access"], "open")


def consent_of(case: Case, direction: Direction) -> bool | None:
    """Is automatic redemption on for that side? A null inherits the default [doc]; None where it is not known."""
    outbound = direction == "outbound"
    reads = (HOME_PARTNER, HOME_DEFAULT) if outbound else (SETTINGS_PARTNER, SETTINGS_DEFAULT)
    for piece in map(case.get, reads):
        if not readable(piece):
            return None
        if isinstance(piece.data.get("consent"), bool):
            return bool(piece.data["consent"])
    return None


def synchronization_allowed(case: Case) -> bool:
    """Does the target say that it accepts people synchronized from the home tenant?"""
    piece = case.get(SYNCHRONIZATION)
    return readable(piece) and piece.data.get("allowed") is True
