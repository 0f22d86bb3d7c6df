# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products that a tenant can own, with every service plan that Microsoft puts into them. The data is in `skus.json`."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib


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
    data = json.loads(pathlib.Path(__file__).with_name("skus.json").read_text(encoding="utf-8"))
    return {
        part: Sku(part, row["id"], row["product"], tuple(Plan(plan, data["plans"][plan]) for plan in row["plans"]))
        for part, row in data["skus"].items()
    }
