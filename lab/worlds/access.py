# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access in a world: the default of a tenant, and its entry for another tenant.

A setting of B2B is a single word where it applies to everybody and everything (`b2b_inbound: blocked`). Otherwise it
has parts: `{users: {access: allowed, targets: [operator, "group:SOC analysts"]}, applications: allowed}`. A target is
`operator`, `group:<name>` (a group of the home tenant), `portal` (Microsoft Defender's), one of Microsoft's words
(`AllUsers`, `AllApplications`, `AllMicrosoftApps`, `Office365`) or a GUID. Null in an entry inherits the default.
"""

from __future__ import annotations

import typing as t

import pydantic

from lab.worlds.fields import Guid, Names, Strict, guid, unknown

Word = t.Literal["allowed", "blocked"]
_WORDS: t.Final = ("allowed", "blocked")
_PEOPLE: t.Final = ("operator", "AllUsers")
_APPLICATIONS: t.Final = ("portal", "AllApplications", "AllMicrosoftApps", "Office365")
GROUP: t.Final = "group:"


class Targeting(Strict):
    """A part of a setting. Without `targets` it applies to all."""

    access: Word
    targets: Names | None = None


def _targeting(value: object) -> object:
    return {"access": value} if value in _WORDS else value


Part = t.Annotated[Targeting | None, pydantic.BeforeValidator(_targeting)]


class Collaboration(Strict):
    """A setting of B2B collaboration or of B2B direct connect, in a single direction."""

    users: Part = None
    applications: Part = None

    @pydantic.model_validator(mode="after")
    def _check(self) -> t.Self:
        for part, words in ((self.users, _PEOPLE), (self.applications, _APPLICATIONS)):
            for target in (part.targets if part is not None else None) or ():
                _check_target(target, words, group=words is _PEOPLE)
        return self

    def groups(self) -> list[str]:
        """Return the groups of the home tenant that it names."""
        targets = (self.users.targets if self.users is not None else None) or ()
        return [target.removeprefix(GROUP) for target in targets if target.startswith(GROUP)]


def _check_target(target: str, words: t.Sequence[str], *, group: bool) -> None:
    if target in words or (group and target.startswith(GROUP)):
        return
    try:
        guid(target)
    except ValueError:
        raise unknown("target", target, words) from None


def _collaboration(value: object) -> object:
    return {"users": value, "applications": value} if value in _WORDS else value


Setting = t.Annotated[Collaboration | None, pydantic.BeforeValidator(_collaboration)]


def everybody(access: Word) -> Collaboration:
    """Return the same setting for all people and all applications."""
    return Collaboration(users=Targeting(access=access), applications=Targeting(access=access))


class DefaultAccess(Strict):
    """The default for all other tenants. Its own defaults are Microsoft's."""

    mfa: bool | None = False
    compliant_device: bool | None = False
    hybrid_joined_device: bool | None = False
    b2b_inbound: Setting = everybody("allowed")
    b2b_outbound: Setting = everybody("allowed")
    direct_inbound: Setting = everybody("blocked")
    direct_outbound: Setting = everybody("blocked")
    consent_inbound: bool | None = False
    consent_outbound: bool | None = False


class PartnerAccess(Strict):
    """The entry for a tenant. `trust: null` makes the whole inboundTrust null; `sync` null: nothing is set up."""

    mfa: bool | None = True
    compliant_device: bool | None = False
    hybrid_joined_device: bool | None = False
    trust: t.Literal["set"] | None = "set"
    b2b_inbound: Setting = None
    b2b_outbound: Setting = None
    direct_inbound: Setting = None
    direct_outbound: Setting = None
    consent_inbound: bool | None = None
    consent_outbound: bool | None = None
    sync: bool | None = None


def groups_of(*settings: DefaultAccess | PartnerAccess | None) -> list[str]:
    """Return the groups of the home tenant that these settings name."""
    access = [row for row in settings if row is not None]
    named = [setting for row in access for setting in (row.b2b_inbound, row.b2b_outbound)]
    return [name for setting in named if setting is not None for name in setting.groups()]


def _partner(value: object) -> object:
    return None if value == "none" else value


Entry = t.Annotated[PartnerAccess | None, pydantic.BeforeValidator(_partner)]


class CrossTenantAccess(Strict):
    """A tenant's own settings: its default, and in a target tenant its entry for the home tenant.

    `others` are its entries for tenants outside the world; `allowed_clouds` are the other Microsoft clouds that it
    works with.
    """

    default: DefaultAccess = DefaultAccess()
    partner: Entry = PartnerAccess()
    others: dict[Guid, PartnerAccess] = pydantic.Field(default_factory=dict)
    allowed_clouds: t.Annotated[
        tuple[t.Literal["microsoftonline.com", "microsoftonline.us", "partner.microsoftonline.cn"], ...],
        pydantic.Strict(strict=False),
    ] = ()
