# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds of the unit tests: the text of a small one, to be changed, and large generated ones."""

from __future__ import annotations

import datetime as dt
import functools
import typing as t

from lab.data import roles
from lab.generator.generate import generate
from lab.state.build import build_state
from lab.worlds.loading import parse_world

if t.TYPE_CHECKING:
    from lab.state.directory import State
    from lab.worlds.world import World

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
READER = roles.ID_OF["Security Reader"]
TARGET = "20000000-0000-4000-8000-000000000001"

WORLD = """\
name: small
home:
  tenant_id: 10000000-0000-4000-8000-000000000001
  name: Northwind
  domain: northwind.example
  country: DE
  operator: {upn: anna@northwind.example, groups: [SOC]}
  groups:
    - {name: SOC, members_of: [All]}
    - {name: All}
    - {name: Helpdesk}
tenants:
  - tenant_id: 20000000-0000-4000-8000-000000000001
    name: Fabrikam
    domain: fabrikam.example
    country: FR
    licenses: [SPE_E5, {sku: SPE_E3, disabled_plans: [MDE_LITE]}]
    gdap:
      - {name: Fabrikam SOC, roles: [Security Reader, Directory Readers],
         assignments: [{group: All, roles: [Security Reader]}]}
    groups: [{name: Readers, roles: [Security Reader], assignable_to_role: true}]
    guests: [{groups: [Readers]}]
    expect: {first_broken: license, reason: license.canary}
"""


@functools.cache
def large_world(count: int = 1000) -> World:
    """Return a generated world, made once for all tests."""
    return generate(count, 1)


def small_state(before: str = "", after: str = "") -> State:
    """Return the state of the small world, with one text replaced."""
    assert before in WORLD
    return build_state(parse_world(WORLD.replace(before, after, 1) if before else WORLD, "small.yml"), NOW)
