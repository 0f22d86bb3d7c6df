# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products that a tenant can own, with their service plans. The identifiers are in `sku_data.py`."""

from __future__ import annotations

import dataclasses
import functools

from lab.data.sku_data import PLAN_IDS, PRODUCTS


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


@functools.cache
def catalogue() -> dict[str, Sku]:
    """All products by part number."""
    return {
        part: Sku(part, sku_id, product, tuple(Plan(PLAN_IDS[name], name) for name in names))
        for part, (sku_id, product, names) in PRODUCTS.items()
    }
