# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Just-in-time access: what can be activated, and what is active until an end.

Null in `days_left` or `minutes_left`: no end.
"""

from __future__ import annotations

import re
import typing as t

import pydantic

from lab.worlds.fields import Role, Strict

_SCOPE: t.Final = re.compile(r"/|/administrativeUnits/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise ValueError(f"'{value}' is neither '/' nor '/administrativeUnits/' with a GUID")
    return value


DaysLeft = t.Annotated[int, pydantic.Field(ge=1)] | None
MinutesLeft = t.Annotated[int, pydantic.Field(ge=1)] | None
Scope = t.Annotated[str, pydantic.AfterValidator(_scope)]
Origin = t.Literal["activated", "assigned"]


class EligibleGroup(Strict):
    """A membership that can be activated (PIM for Groups)."""

    group: str
    days_left: DaysLeft = None


class TimedGroup(Strict):
    """A membership that is active now, by activation or by time-bound assignment."""

    group: str
    minutes_left: MinutesLeft = None
    type: Origin = "activated"


class EligibleRole(Strict):
    """A role that can be activated, for the whole tenant or for an administrative unit."""

    role: Role
    days_left: DaysLeft = None
    scope: Scope = "/"


class TimedRole(Strict):
    """A role that is active now, by activation or by time-bound assignment."""

    role: Role
    minutes_left: MinutesLeft = None
    type: Origin = "activated"


EligibleGroups = t.Annotated[tuple[EligibleGroup, ...], pydantic.Strict(strict=False)]
TimedGroups = t.Annotated[tuple[TimedGroup, ...], pydantic.Strict(strict=False)]
EligibleRoles = t.Annotated[tuple[EligibleRole, ...], pydantic.Strict(strict=False)]
TimedRoles = t.Annotated[tuple[TimedRole, ...], pydantic.Strict(strict=False)]


def every_group(plain: t.Iterable[str], *governed: t.Iterable[EligibleGroup | TimedGroup]) -> list[str]:
    """Return the names of all groups that somebody is in or can be in."""
    return [*plain, *(row.group for rows in governed for row in rows)]
