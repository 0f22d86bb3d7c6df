# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes that send an answer back with a change in it: the whole group, the whole picker, a flag for each tenant."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.writes.shape import PLACE, ROW, Json, Shape, Write, fields, flag, rows, unique

_LIST: t.Final = "exposedTargetTenantsInfo"


async def _echo(write: Write) -> list[str]:
    """Read the whole group as it was answered, with other tenants in it. New rows have no `addedOn` yet."""
    body = fields(await write.json(), {*write.group})
    write.match(body["_etag"])
    same = [key for key in write.group if key != _LIST and body[key] != write.group[key]]
    if same:
        raise PortalError(400, f"{same[0]} cannot be changed.")
    there = {row["tenantId"]: row["addedOn"] for row in write.group[_LIST]}
    wanted = []
    for row in rows(body[_LIST], ROW, optional={"addedOn"}):
        wanted.append(write.known(row["tenantId"]))
        if row.get("addedOn") != there.get(wanted[-1]) or ("addedOn" in row) != (wanted[-1] in there):
            raise PortalError(400, "addedOn cannot be changed.")
    return unique(wanted)


ECHO: t.Final = Shape(
    (("PUT", f"{PLACE}/group", _echo),),
    """
async function save(add, remove) {
  const exposedTargetTenantsInfo = [...keptBut(remove), ...rowsOf(add).map(brief)];
  await ask("PUT", "/lab/view/group", { ...group, exposedTargetTenantsInfo });
}
""",
    whole=True,
)


async def _whole_picker(write: Write) -> list[str]:
    """Read the picker's answer as it was, but for `selected`."""
    body = fields(await write.json(), {*write.picker})
    sent, there = body["tenantInfoList"], write.picker["tenantInfoList"]
    if not isinstance(sent, list) or [*map(_unselected, sent)] != [*map(_unselected, there)]:
        raise PortalError(400, "Only selected can be changed.")
    if body["responseTypes"] != write.picker["responseTypes"]:
        raise PortalError(400, "responseTypes cannot be changed.")
    return [row["tenantId"] for row in sent if flag(row["selected"])]


def _unselected(row: Json) -> dict[str, Json]:
    if not isinstance(row, dict) or "selected" not in row:
        raise PortalError(400, "A row of the list lacks selected.")
    return {key: value for key, value in row.items() if key != "selected"}


WHOLE_PICKER: t.Final = Shape(
    (("PUT", f"{PLACE}/picker", _whole_picker),),
    """
async function save(add, remove) {
  const there = [...keptBut(remove).map((row) => row.tenantId), ...add];
  const tenantInfoList = picker.map((row) => ({ ...row, selected: there.includes(row.tenantId) }));
  await ask("PUT", "/lab/view/picker", { ...answer, tenantInfoList });
}
""",
    whole=True,
)


async def _flags(write: Write) -> list[str]:
    """Read every tenant that the picker shows, each with a flag."""
    sent = rows(fields(await write.json(), {"tenants"})["tenants"], {"tenantId", "selected"})
    ids = unique([write.known(row["tenantId"]) for row in sent])
    if {*ids} != {*write.shown}:
        raise PortalError(400, "The body has to hold every tenant of the list, selected or not.")
    return [tenant_id for tenant_id, row in zip(ids, sent, strict=True) if flag(row["selected"])]


FLAGS: t.Final = Shape(
    (("PUT", f"{PLACE}/selection", _flags),),
    """
async function save(add, remove) {
  const there = [...keptBut(remove).map((row) => row.tenantId), ...add];
  const tenants = picker.map(({ tenantId }) => ({ tenantId, selected: there.includes(tenantId) }));
  await ask("PUT", "/lab/view/selection", { tenants });
}
""",
    whole=True,
)
