# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo world, the list of its 25 tenants, and a fleet of a few of them for what does not depend on the number."""

from __future__ import annotations

import typing as t

import yaml
from playbook_runs import ROOT

Row = dict[str, t.Any]
WORLD: Row = yaml.safe_load((ROOT / "lab/worlds/demo.yml").read_text(encoding="utf-8"))
_LIST = ROOT / "tests/demo/inventory/group_vars/all/tenants.yml"
TENANTS: list[Row] = yaml.safe_load(_LIST.read_text(encoding="utf-8"))["mto_tenants"]


def broken(row: Row) -> str | None:
    """Where the chain of a tenant breaks."""
    return (row.get("expect") or {}).get("first_broken")


# Three tenants in order and one for each link that can break: what all 25 get, test_playbooks says.
HEALTHY = [row for row in WORLD["tenants"] if broken(row) is None][:3]
FLEET = [*HEALTHY, *{broken(row): row for row in WORLD["tenants"] if broken(row)}.values()]
IDS = {row["tenant_id"] for row in FLEET}
DECLARED = [row for row in TENANTS if row["tenant_id"] in IDS]
IN_ORDER = sorted(row["tenant_id"] for row in HEALTHY)
