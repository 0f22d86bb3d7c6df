# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small worlds for conversations: a home tenant and the tenants that a test needs."""

from __future__ import annotations

import typing as t

import yaml

if t.TYPE_CHECKING:
    import pathlib

HOME_ID = "10000000-0000-4000-8000-000000000001"
OPERATOR = "anna.berg@northwindmsp.example"
HOME = {
    "tenant_id": HOME_ID,
    "name": "Northwind Managed Security",
    "domain": "northwindmsp.example",
    "country": "DE",
    "operator": {"upn": OPERATOR, "groups": ["SOC analysts"]},
    "groups": [
        {"name": "SOC analysts", "members_of": ["SOC all staff"]},
        {"name": "SOC all staff"},
        {"name": "Helpdesk"},
    ],
}


def tenant_id(number: int) -> str:
    """The id of the tenant with that number."""
    return f"20000000-0000-4000-8000-{number:012d}"


def tenant(number: int, **fields: t.Any) -> dict[str, t.Any]:
    """A tenant that is in order by GDAP, unless `fields` say otherwise."""
    row = {
        "tenant_id": tenant_id(number),
        "name": f"Customer {number}",
        "domain": f"customer{number}.example",
        "country": "DE",
        "declare": {"access": "gdap"},
        "licenses": ["SPE_E5"],
        "gdap": [
            {
                "name": f"Customer {number} SOC",
                "roles": ["Security Reader", "Directory Readers"],
                "assignments": [{"group": "SOC analysts", "roles": ["Security Reader"]}],
            }
        ],
    }
    return {**row, **fields}


def guest_tenant(number: int, **fields: t.Any) -> dict[str, t.Any]:
    """A tenant that is in order by B2B, unless `fields` say otherwise."""
    guests = [{"roles": ["Security Reader"]}]
    return tenant(number, **{"gdap": [], "guests": guests, "declare": {"access": "b2b"}, **fields})


def write_world(directory: pathlib.Path, *tenants: dict[str, t.Any], **home: t.Any) -> pathlib.Path:
    """A world file with these tenants."""
    path = directory / "world.yml"
    world = {"name": "test", "home": {**HOME, **home}, "tenants": list(tenants)}
    path.write_text(yaml.safe_dump(world, allow_unicode=True), encoding="utf-8")
    return path


def declared(*tenants: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """What a user's list says about them."""
    return [{"tenant_id": row["tenant_id"], "name": row["name"], **row["declare"]} for row in tenants]
