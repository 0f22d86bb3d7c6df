# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes with the ids in the query: a parameter for each, or joined by commas."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.writes.shape import PLACE, Shape, Write, unique

MOST_IN_QUERY: t.Final = 3


def _query_ids(write: Write) -> list[str]:
    ids = write.request.query.getall("id", [])
    if {*write.request.query} != {"id"} or not 0 < len(ids) <= MOST_IN_QUERY:
        raise PortalError(400, f"The query has to hold 1 to {MOST_IN_QUERY} ids.")
    return unique(ids)


async def _add_some(write: Write) -> list[str]:
    """Read the tenants in the query, a few at most."""
    return write.with_added(_query_ids(write))


async def _remove_some(write: Write) -> list[str]:
    """Read the tenants in the query that are to go, a few at most."""
    return write.without(_query_ids(write))


QUERY: t.Final = Shape(
    (("POST", f"{PLACE}/tenants", _add_some), ("DELETE", f"{PLACE}/tenants", _remove_some)),
    """
async function save(add, remove) {
  const send = (method, ids) => ask(method, "/lab/view/tenants?" + ids.map((id) => "id=" + id).join("&"));
  for (const ids of portions(remove, 3)) await send("DELETE", ids);
  for (const ids of portions(add, 3)) await send("POST", ids);
}
""",
)


async def _add_joined(write: Write) -> list[str]:
    """Read the tenants that a parameter joins by commas."""
    write.no_body()
    return write.with_added(write.query("ids")["ids"].split(","))


async def _remove_joined(write: Write) -> list[str]:
    """Read the tenants that a parameter joins by commas, which are to go."""
    write.no_body()
    return write.without(unique(write.query("ids")["ids"].split(",")))


COMMAS: t.Final = Shape(
    (("POST", f"{PLACE}/joined", _add_joined), ("DELETE", f"{PLACE}/joined", _remove_joined)),
    """
async function save(add, remove) {
  if (remove.length) await ask("DELETE", "/lab/view/joined?ids=" + remove.join(","));
  if (add.length) await ask("POST", "/lab/view/joined?ids=" + add.join(","));
}
""",
)
