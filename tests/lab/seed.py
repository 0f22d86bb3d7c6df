# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes worlds of any size from a seed. Every tenant's states are drawn alone; `seed_oracle.py` says what follows."""

from __future__ import annotations

import random
import typing as t
import uuid

from lab import seed_states as states
from lab.seed_names import COUNTRIES, NAMES, TRADES, ascii_name
from lab.seed_oracle import expected
from lab.world import World
from lab.world_file import load_world

if t.TYPE_CHECKING:
    import pathlib

    from lab.world import Home

_OPERATORS: t.Final = "Lab operators"
_BYSTANDERS: t.Final = "Lab bystanders"
Row = dict[str, t.Any]


def choose_world(path: pathlib.Path | None, count: int | None, seed: int, *, calm: bool) -> World:
    """The world of a file; with a count, that many made tenants around its home. Raises WorldError."""
    world = None if path is None else load_world(path)
    if world is not None and count is None:
        return world
    return generate(count or 1, seed, calm=calm, home=world.home if world else None)


def generate(count: int, seed: int, *, calm: bool = False, home: Home | None = None) -> World:
    """A world of `count` tenants: the same for the same seed. A calm one is healthy throughout."""
    rng = random.Random(f"{seed}/{count}")  # noqa: S311 - a world, not a secret
    kind = "calm" if calm else "mixed"
    rows = [_tenant(rng, number, calm=calm) for number in range(count)]
    return World.model_validate({"name": f"{kind}-{count}-{seed}", "home": _home(home), "tenants": rows})


def _home(home: Home | None) -> Row:
    """The home tenant, given or made, with one group that holds the operator and one that does not."""
    row = _made_home() if home is None else home.model_dump()
    groups = [group for group in row["groups"] if group["name"] not in (_OPERATORS, _BYSTANDERS)]
    row["groups"] = [*groups, {"name": _OPERATORS}, {"name": _BYSTANDERS}]
    names = [name for name in row["operator"]["groups"] if name != _OPERATORS]
    row["operator"] = {**row["operator"], "groups": [*names, _OPERATORS]}
    return row


def _made_home() -> Row:
    return {
        "tenant_id": "b6f0c1b4-3c59-4f0c-8a52-0f6f2f2b7a10",
        "name": "Northwind Managed Security",
        "domain": "northwindmsp.example",
        "country": "DE",
        "operator": {"upn": "anna.berg@northwindmsp.example", "groups": []},
        "groups": [],
        "licenses": ["SPE_E5"],
    }


def _tenant(rng: random.Random, number: int, *, calm: bool) -> Row:
    drawn = states.draw(rng, calm=calm)
    name = f"{rng.choice(NAMES)} {rng.choice(TRADES)}"
    row: Row = {
        "tenant_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "name": name,
        "domain": f"{ascii_name(name)}-{number + 1}.example",
        "country": rng.choice(COUNTRIES),
        "users": 4,
        "declare": {"access": drawn.declared},
        "licenses": states.licenses(drawn.license, rng),
        "consent": "none" if drawn.consent == "none" else "full",
        "cross_tenant_access": states.cross_tenant_access(drawn.mfa_trust),
        "defender": drawn.defender,
        "expect": expected(drawn),
        **states.sign_ins(drawn),
    }
    if drawn.method == "gdap":
        row["gdap"] = states.relationships(drawn, f"{name[:36]} {number + 1}", _OPERATORS, _BYSTANDERS, rng)
    elif drawn.method == "governance":
        row |= states.governance(drawn, _OPERATORS, _BYSTANDERS, rng)
    else:
        row |= states.objects(drawn, rng)
    return row
