# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: out of inventory hosts, checked as a whole, and cut into batches that show progress.

The modules check the rows that they are given; a batch is not the whole list, so duplicates are looked for here.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._options.environment import home_tenant_of
from ansible_collections.m365.defender.plugins.module_utils._options.tenants import parse_tenants

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, t.Any]

# Host variables of a tenant that is an inventory host, and the fields that they fill.
_HOST_VARIABLES: t.Final = {
    "mto_tenant_id": "tenant_id",
    "mto_name": "name",
    "mto_access": "access",
    "mto_roles": "roles",
    "mto_licenses": "licenses",
    "mto_cloud": "cloud",
}
MOST_IN_A_BATCH: t.Final = 1000


def tenants_of_hosts(hosts: Sequence[Row]) -> list[dict[str, t.Any]]:
    """Rows of the option `tenants` out of host variables, in their order. Raises OptionError that names the host."""
    return [_row_of_host(host) for host in hosts]


def _row_of_host(host: Row) -> dict[str, t.Any]:
    name = str(host.get("inventory_hostname") or "(no name)")
    if not host.get("mto_tenant_id"):
        raise OptionError(
            f"mto_tenant_id: the host '{name}' of the group mto_tenants has none; set it to the directory (tenant) id,"
            " or take the host out of the group."
        )
    row = {field: host[variable] for variable, field in _HOST_VARIABLES.items() if host.get(variable) is not None}
    return {"name": name, **row}


def make_batches(rows: t.Any, size: t.Any, home_tenant_id: str | None = None) -> list[dict[str, t.Any]]:
    """`[{label, tenants}]`: the list in pieces of at most `size`, after the whole list has been checked.

    The home tenant comes from the environment where it is not given, as in the modules. Raises OptionError.
    """
    whole = _rows(rows)
    wanted = _size(size)
    parse_tenants(whole, home_tenant_of(home_tenant_id, os.environ))
    pieces = [whole[start : start + wanted] for start in range(0, len(whole), wanted)]
    return [
        {"label": _label(piece, number * wanted, len(whole)), "tenants": piece} for number, piece in enumerate(pieces)
    ]


def _rows(rows: t.Any) -> list[Row]:
    if isinstance(rows, (str, bytes)) or not hasattr(rows, "__iter__") or hasattr(rows, "keys"):
        raise OptionError("mto_tenants: give a list of tenants, each a dictionary with tenant_id and name.")
    found = list(rows)
    if not found:
        raise OptionError("mto_tenants: the list is empty, so that there is nothing to check; declare a tenant.")
    for index, row in enumerate(found):
        if not hasattr(row, "get"):
            raise OptionError(f"mto_tenants[{index}]: '{row}' is no dictionary; give tenant_id and name.")
    return found


def _size(size: t.Any) -> int:
    try:
        number = int(size)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= MOST_IN_A_BATCH:
        raise OptionError(f"mto_batch_size: '{size}' is not a number from 1 to {MOST_IN_A_BATCH}.")
    return number


def _label(piece: Sequence[Row], start: int, count: int) -> str:
    """What a person sees while the batch runs. Names are foreign: they stay on their line."""
    names = [" ".join(str(row.get("name") or row.get("tenant_id")).split())[:40] for row in (piece[0], piece[-1])]
    both = names[0] if len(piece) == 1 else f"{names[0]} to {names[1]}"
    return f"tenants {start + 1} to {start + len(piece)} of {count} ({both})"
