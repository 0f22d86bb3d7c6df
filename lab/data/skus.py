# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products that a tenant can own, with their service plans."""

from __future__ import annotations

import dataclasses
import functools

import pydantic

from lab.data import files


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """A service plan."""

    id: str
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Sku:
    """A product; `part_number` is the name that Microsoft Graph uses."""

    part_number: str
    id: str
    product: str
    plans: tuple[Plan, ...]


class _Product(pydantic.BaseModel):
    id: str
    product: str
    plans: list[str]


class _File(pydantic.BaseModel):
    plans: dict[str, str]
    products: dict[str, _Product]


@functools.cache
def catalogue() -> dict[str, Sku]:
    """Return all products by part number."""
    content = files.read("skus.yml", pydantic.TypeAdapter(_File))
    plans = {name: Plan(plan_id, name) for name, plan_id in content.plans.items()}
    return {
        part: Sku(part, row.id, row.product, tuple(plans[name] for name in row.plans))
        for part, row in content.products.items()
    }
