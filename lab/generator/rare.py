# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rare states of a tenant, drawn seldom to keep the proportions of the common ones.

They are: another cloud, only a role of Microsoft Defender itself, declared `auto` while the method does not work, and
access by two methods at once.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    import random

    from lab.generator.states import Drawn

Row = dict[str, t.Any]

# GCC shares the service of the public cloud, which the lab emulates; the others do not.
CLOUDS: t.Final = ("gcc", "gcc_high", "dod")
OTHER_CLOUDS: t.Final = ("gcc_high", "dod")
# The guest's only role is of Defender itself. The first two give security data.
DEFENDER_ROLES: t.Final = ("defender_direct", "defender_via_group", "defender_unused", "defender_posture")
DEFENDER_ROLES_WORK: t.Final = DEFENDER_ROLES[:2]
# An account in addition to GDAP, with a role that reaches Defender or without such a role.
EXTRA_ACCOUNT: t.Final = ("account", "account_without_role")

_DEFENDERS_GROUP: t.Final = "SOC partners"
_DATA: t.Final = {"name": "SOC readers"}
_POSTURE: t.Final = {"name": "Posture readers", "permissions": ["microsoft.xdr/posture/read"]}


def with_rare(drawn: Drawn, rng: random.Random) -> Drawn:
    """Return the tenant as it was drawn, or in one of the rare states."""
    chance = rng.random()
    if chance < 0.05:
        return dataclasses.replace(drawn, cloud=rng.choice(CLOUDS))
    if chance < 0.09:
        return dataclasses.replace(drawn, declared="auto")
    if drawn.method == "b2b" and chance < 0.2:
        return dataclasses.replace(drawn, roles=rng.choice(DEFENDER_ROLES))
    if drawn.method == "gdap" and chance < 0.15:
        # The account works: the list of Azure Resource Manager has it, and cross-tenant access admits it.
        arm = "ok" if drawn.arm == "hidden" else drawn.arm
        return dataclasses.replace(
            drawn, declared="auto", extra_account=rng.choice(EXTRA_ACCOUNT), arm=arm, policy="ok"
        )
    return drawn


def declared(drawn: Drawn) -> Row:
    """Return the row of the user's tenant list."""
    return {"access": drawn.declared, "cloud": drawn.cloud}


def in_other_cloud(row: Row, cloud: str | None) -> Row:
    """Return the row of a tenant in that cloud.

    It has no relationships with this cloud and is in none of its lists. Its own directory stays as drawn: the home
    tenant cannot read it.
    """
    if cloud not in OTHER_CLOUDS:
        return row
    kept = {name: value for name, value in row.items() if name != "gdap" and not name.startswith("governance")}
    return {**kept, "arm_listed": False}


def roles_of_a_guest(state: str) -> Row:
    """Return the fields of a guest whose only role is of Defender itself."""
    if state == "defender_via_group":
        return {"groups": [_DEFENDERS_GROUP]}
    return {"defender_roles": [_POSTURE if state == "defender_posture" else _DATA]}


def groups(state: str) -> list[Row]:
    """Return the group that gives such a role."""
    return [{"name": _DEFENDERS_GROUP, "defender_roles": [_DATA]}] if state == "defender_via_group" else []


def extra_account(state: str | None, role: str, others: t.Sequence[str]) -> Row:
    """Return the operator's account in addition to a relationship."""
    return {} if state is None else {"guests": [{"roles": [role] if state == "account" else list(others)}]}
