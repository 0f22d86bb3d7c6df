# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of a run in memory, and what a merge goes by."""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

from pages.report_rows import ACCESS_CHECKS, access_row, requirements_row, tenant_id

from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.merge import Wanted
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import Part, part_body

HOME = tenant_id(0)
OPERATOR = "anna@northwind.example"
NOW = dt.datetime(2026, 11, 27, 6, tzinfo=dt.UTC)
RUN = {
    "home_tenant_id": HOME,
    "cloud": "public",
    "operator": OPERATOR,
    "run_id": "",
    "slice_number": 0,
    "slice_count": 0,
}


def declared(*numbers: int) -> list[dict[str, t.Any]]:
    """Rows of the tenant list."""
    return [{"tenant_id": tenant_id(number), "name": f"Tenant {number}"} for number in numbers]


def assessment_of(*numbers: int, read_at: dt.datetime = NOW, **fields: t.Any) -> dict[str, t.Any]:
    """The result of the check of these tenants: all is well, and the evidence says whose it is."""
    rows = {tenant_id(number): requirements_row(number, f"Tenant {number}") for number in numbers}
    run = {"read_at": timestamp(read_at), "tenants": [{"tenant": {"tenant_id": key}} for key in rows]}
    result = {
        "read_at": timestamp(read_at),
        "home_tenant_id": HOME,
        "operator": OPERATOR,
        "cloud": "public",
        "checks": [*ACCESS_CHECKS],
        "requirements": rows,
        "tenants": [access_row(number, f"Tenant {number}") for number in numbers],
        "evidence": {"format": 1, "requirements": [run], "access": [run]},
    }
    return {**result, **fields}


def body_of(*numbers: int, run: dict[str, t.Any] | None = None, **fields: t.Any) -> dict[str, t.Any]:
    """What the file of a part holds."""
    return part_body({**RUN, **(run or {})}, declared(*numbers), assessment_of(*numbers, **fields))


def part_of(*numbers: int, name: str = "", **fields: t.Any) -> Part:
    """A part that was read; its name says which tenants it holds."""
    result = assessment_of(*numbers, read_at=fields.get("read_at", NOW))
    known = {
        "path": pathlib.Path(f"/parts/part-{name or '-'.join(map(str, numbers))}.json"),
        "home_tenant_id": HOME,
        "cloud": "public",
        "operator": OPERATOR,
        "operators": frozenset({OPERATOR}),
        "run_id": "",
        "slice_number": 0,
        "slice_count": 0,
        "read_at": NOW,
        "checks": tuple(ACCESS_CHECKS),
        "tenants": {tenant.tenant_id: tenant for tenant in parse_tenants(declared(*numbers), HOME)},
        "requirements": result["requirements"],
        "access": {row["tenant_id"]: row for row in result["tenants"]},
        "evidence": {kind: result["evidence"][kind] for kind in ("requirements", "access")},
    }
    return Part(**{**known, **fields})


def wanted(*numbers: int, **fields: t.Any) -> Wanted:
    """What a merge of these tenants goes by."""
    known = {
        "home_tenant_id": HOME,
        "cloud": "public",
        "operator": OPERATOR,
        "run_id": "",
        "checks": tuple(ACCESS_CHECKS),
        "tenants": parse_tenants(declared(*numbers), HOME),
        "now": NOW,
        "max_age": 12 * 3600.0,
        "with_evidence": True,
    }
    return Wanted(**{**known, **fields})
