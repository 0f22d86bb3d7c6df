# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenant list of a play: made of inventory hosts, and cut into batches that show progress."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import HOST_VARIABLES

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Variables: t.TypeAlias = Mapping[str, object]

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
            f"mto_tenant_id: the host '{name}' of the group mto_tenants has none; set it to the directory (tenant) ID,"
            " or take the host out of the group."
        )
    row = {field: host[variable] for variable, field in HOST_VARIABLES.items() if host.get(variable) is not None}
    return {"name": name, **row}


def make_batches(tenants: Sequence[Variables], size: int) -> list[Batch]:
    """Return the list in batches of at most `size`."""
    starts = range(0, len(tenants), size)
    return [_batch(tenants[start : start + size], start, len(tenants)) for start in starts]


def _batch(tenants: Sequence[Variables], start: int, count: int) -> Batch:
    """Return the batch that starts there. Names are foreign: they stay on their line."""
    first, last = (_name(row) for row in (tenants[0], tenants[-1]))
    both = first if len(tenants) == 1 else f"{first} to {last}"
    return Batch(f"tenants {start + 1} to {start + len(tenants)} of {count} ({both})", tenants)


def _name(row: Variables) -> str:
    return one_line(row.get("name") or row.get("tenant_id"))[:_WIDEST_NAME]
