# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tenants as hosts: names, groups and variables. Pure.

A tenant's name is foreign. It is the value of a variable, and what is left of it in the name of a host is letters,
digits and hyphens: it can be no pattern, no variable and no template.
"""

from __future__ import annotations

import collections
import re
import typing as t
import unicodedata

from ansible_collections.m365.defender.plugins.module_utils._core.text import clean

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# What these names mean to Ansible, a tenant must not take over.
_RESERVED: t.Final = frozenset({"", "all", "ungrouped", "localhost"})
_LONGEST: t.Final = 48


class Status(t.TypedDict):
    """What the last report says of a tenant; None is what it did not look at."""

    ready: bool
    verified: bool | None
    eligible: bool | None
    registered: bool | None
    first_broken: str | None
    reason: str | None
    actors: list[str]


class HostRow(t.TypedDict):
    """A tenant as the cache keeps it. `access` is empty where no method is known, `status` is that of a report."""

    tenant_id: str
    name: str
    access: str
    cloud: str
    status: t.NotRequired[Status]


def host_names(rows: Sequence[HostRow]) -> list[str]:
    """Return a name for each row. Names that are alike all get a part of the tenant's ID, whatever their order."""
    slugs = [slug(row["name"]) for row in rows]
    known = collections.Counter(slugs)
    names = [
        name if known[name] == 1 and name not in _RESERVED else f"{name or 'tenant'}-{row['tenant_id'][:8]}"
        for name, row in zip(slugs, rows, strict=True)
    ]
    known = collections.Counter(names)
    return [name if known[name] == 1 else f"{name}-{row['tenant_id']}" for name, row in zip(names, rows, strict=True)]


def slug(text: str, separator: str = "-") -> str:
    """Return the letters and digits of a text, in lower case and ASCII."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", separator, plain)[:_LONGEST].strip(separator)


def groups_of(row: HostRow) -> list[str]:
    """Return the groups of a tenant."""
    groups = [f"mto_access_{row['access']}"] if row["access"] else []
    groups.append(f"mto_cloud_{row['cloud']}")
    status = row.get("status")
    if status is not None:
        groups.append("mto_ready" if status["ready"] else "mto_not_ready")
        groups += [f"mto_actor_{slug(actor, '_')}" for actor in status["actors"]]
    return groups


def variables_of(row: HostRow) -> dict[str, object]:
    """Return the variables of a host, as the role takes them."""
    variables: dict[str, object] = {"mto_tenant_id": row["tenant_id"], "mto_name": clean(row["name"])}
    variables |= {"mto_access": row["access"]} if row["access"] else {}
    variables |= {"mto_cloud": row["cloud"]}
    status = row.get("status")
    return variables if status is None else {**variables, "mto_status": status}
