# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contracts of the lab's portal, as plain data to be changed in tests."""

from __future__ import annotations

import copy
import pathlib
import typing as t

import yaml

CONTRACTS = pathlib.Path(__file__).resolve().parents[3] / "lab" / "data" / "contracts"
SET = yaml.safe_load((CONTRACTS / "replace.yml").read_text(encoding="utf-8"))
EACH = yaml.safe_load((CONTRACTS / "per_tenant.yml").read_text(encoding="utf-8"))


def with_call(data: t.Any, name: str, **changes: t.Any) -> t.Any:
    """A copy of the contract with another call of that name."""
    changed = copy.deepcopy(data)
    changed["write"][name].update(changes)
    return changed


def whole(**changes: t.Any) -> t.Any:
    """The contract that sends the full list, with another call."""
    return with_call(SET, "set", **changes)


def change(body: t.Any, **more: t.Any) -> t.Any:
    """A contract that sends both lists in this body."""
    return {"version": 1, "write": {"change": {"method": "PATCH", "path": "/x", "body": body, **more}}}
