# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds of any size from a seed. Each tenant's states are drawn independently; `oracle.py` derives the answers."""

from __future__ import annotations

import random
import typing as t
import uuid

from lab.generator import access, states, writing
from lab.generator.licenses import licenses
from lab.generator.names import COUNTRIES, NAMES, TRADES, ascii_name
from lab.generator.oracle import expected, with_operator
from lab.generator.rare import declared, in_other_cloud
from lab.worlds.loading import load_world
from lab.worlds.world import World

if t.TYPE_CHECKING:
    import pathlib

    from lab.worlds.world import Home

Row = dict[str, t.Any]


def choose_world(path: pathlib.Path | None, count: int | None, seed: int, *, calm: bool, analysts: int = 0) -> World:
    """Return the world of a file, or, with a count, that many generated tenants around its home. Raises WorldError."""
    world = None if path is None else load_world(path)
    if world is not None and count is None:
        return world
    return generate(count or 1, seed, calm=calm, home=world.home if world else None, analysts=analysts)


def generate(count: int, seed: int, *, calm: bool = False, home: Home | None = None, analysts: int = 0) -> World:
    """Return a world of `count` tenants, equal for equal seeds. In a calm one every tenant is healthy.

    The operator has so many `analysts` as colleagues, who reach each tenant as the operator does.
    """
    rng = random.Random(f"{seed}/{count}")  # noqa: S311 - a world, not a secret
    kind = "calm" if calm else "mixed"
    rows = [_tenant(rng, number, calm=calm) for number in range(count)]
    around = _home(home)
    team = [_analyst(around, number) for number in range(1, analysts + 1)]
    around["analysts"] = [*around.get("analysts", ()), *team]
    enabled = around["operator"].get("enabled", True)
    rows = [{**row, "expect": with_operator(row["expect"], enabled=enabled)} for row in rows]
    for row in rows:
        own = row.get("guests", ())
        row["guests"] = [*own, *({**guest, "person": analyst["upn"]} for analyst in team for guest in own)]
    return World.model_validate({"name": f"{kind}-{count}-{seed}", "home": around, "tenants": rows})


def _home(home: Home | None) -> Row:
    """Return the home tenant, given or generated, with a group for each kind of membership."""
    row = _default_home() if home is None else home.model_dump()
    groups = [group for group in row["groups"] if group["name"] not in access.HOME_GROUPS]
    row["groups"] = [*groups, *({"name": name} for name in access.HOME_GROUPS)]
    row["operator"] = {**row["operator"], **_memberships(row["operator"])}
    row["entra_p2"] = True
    return row


def _memberships(operator: Row) -> Row:
    """Return the operator's memberships: their own, then one of each kind. A generated home may be passed in again."""
    own: dict[str, list[t.Any]] = {
        "groups": [access.OPERATORS],
        "eligible_groups": [{"group": access.STANDBY, "days_left": 120}],
        "timed_groups": [{"group": access.ON_SHIFT, "minutes_left": 480}],
    }
    return {kind: [*_without_generated(operator.get(kind, ())), *rows] for kind, rows in own.items()}


def _analyst(home: Row, number: int) -> Row:
    """Return a colleague of the operator with the same memberships."""
    groups = {name: home["operator"][name] for name in ("groups", "eligible_groups", "timed_groups")}
    return {"upn": f"analyst{number}@{home['domain']}", "name": f"Analyst {number}", **groups}


def _without_generated(rows: t.Iterable[t.Any]) -> list[t.Any]:
    return [row for row in rows if (row["group"] if isinstance(row, dict) else row) not in access.HOME_GROUPS]


def _default_home() -> Row:
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
        "declare": declared(drawn),
        "licenses": licenses(drawn.license, rng),
        "consent": "none" if drawn.consent == "none" else "full",
        "cross_tenant_access": states.cross_tenant_access(drawn.mfa_trust),
        "defender": drawn.defender,
        "role_names": drawn.role_names,
        "entra_p2": drawn.entra_p2,
        "expect": expected(drawn),
        **states.sign_ins(drawn),
    }
    row |= writing.consents(row["tenant_id"])
    if drawn.method == "gdap":
        row["gdap"] = access.relationships(drawn, f"{name[:36]} {number + 1}", rng)
        row |= access.extra_account(drawn, rng)
    elif drawn.method == "governance":
        row |= access.governance_of(drawn, rng)
    else:
        row |= access.objects(drawn, rng)
    return in_other_cloud(states.with_policy(row, drawn.policy), drawn.cloud)
