# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: made of inventory hosts, checked as a whole, and cut into batches that show progress.

The modules check the rows that they are given; a batch is not the whole list, so duplicates are looked for here.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._options.environment import home_tenant_of
from ansible_collections.m365.defender.plugins.module_utils._options.tenants import parse_tenants

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Variables: t.TypeAlias = Mapping[str, object]

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
_WIDEST_NAME: t.Final = 40


class Batch(t.NamedTuple):
    """A part of the tenant list, and what a person sees while it is worked on."""

    label: str
    tenants: Sequence[Variables]


def tenants_of_hosts(hosts: Iterable[Variables]) -> list[dict[str, object]]:
    """Return rows of the option `tenants` made of host variables, in order. Raises OptionError that names the host."""
    return [_row_of_host(host) for host in hosts]


def _row_of_host(host: Variables) -> dict[str, object]:
    name = str(host.get("inventory_hostname") or "(no name)")
    if not host.get("mto_tenant_id"):
        raise OptionError(
            f"mto_tenant_id: the host '{name}' of the group mto_tenants has none; set it to the directory (tenant) id,"
            " or take the host out of the group."
        )
    row = {field: host[variable] for variable, field in _HOST_VARIABLES.items() if host.get(variable) is not None}
    return {"name": name, **row}


def make_batches(rows: object, size: object, home_tenant_id: str | None = None) -> list[Batch]:
    """Return the list in batches of at most `size`, after the whole list has been checked. Raises OptionError.

    The home tenant comes from the environment where it is not given, as in the modules.
    """
    tenants = _tenants(rows)
    most = _size(size)
    parse_tenants(tenants, home_tenant_of(home_tenant_id, os.environ))
    starts = range(0, len(tenants), most)
    return [_batch(tenants[start : start + most], start, len(tenants)) for start in starts]


def _tenants(rows: object) -> list[Variables]:
    if isinstance(rows, (str, bytes)) or not hasattr(rows, "__iter__") or hasattr(rows, "keys"):
        raise OptionError("mto_tenants: give a list of tenants, each a dictionary with tenant_id and name.")
    tenants = list(rows)
    if not tenants:
        raise OptionError("mto_tenants: the list is empty, so that there is nothing to check; declare a tenant.")
    for index, row in enumerate(tenants):
        if not hasattr(row, "get"):
            raise OptionError(f"mto_tenants[{index}]: '{row}' is not a dictionary; give tenant_id and name.")
    return tenants


def _size(size: object) -> int:
    try:
        number = int(str(size))
    except ValueError:
        number = 0
    if not 1 <= number <= MOST_IN_A_BATCH:
        raise OptionError(f"mto_batch_size: '{size}' is not a number from 1 to {MOST_IN_A_BATCH}.")
    return number


def _batch(tenants: Sequence[Variables], start: int, count: int) -> Batch:
    """Return the batch that starts there. Names are foreign: they stay on their line."""
    first, last = (_name(row) for row in (tenants[0], tenants[-1]))
    both = first if len(tenants) == 1 else f"{first} to {last}"
    return Batch(f"tenants {start + 1} to {start + len(tenants)} of {count} ({both})", tenants)


def _name(row: Variables) -> str:
    return one_line(row.get("name") or row.get("tenant_id"))[:_WIDEST_NAME]
