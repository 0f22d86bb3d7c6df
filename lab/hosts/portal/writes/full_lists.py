# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes that send the full list: as objects, as a plain array, or guarded by a header of the portal's answer."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.writes.shape import PLACE, ROW, Shape, Write, fields, rows, unique


async def _replace(write: Write) -> list[str]:
    """Read the full list, if the client has read its newest version."""
    tenants = rows(fields(await write.json(), {"tenants"})["tenants"], ROW)
    wanted = [write.known(row["tenantId"]) for row in tenants]
    write.match(write.request.headers.get("If-Match"))
    return unique(wanted)


REPLACE: t.Final = Shape(
    (("PUT", PLACE, _replace),),
    """
async function save(add, remove) {
  const tenants = [...keptBut(remove), ...rowsOf(add)].map(brief);
  await ask("PUT", "/lab/view", { tenants }, { "If-Match": group._etag });
}
""",
    whole=True,
)


async def _plain(write: Write) -> list[str]:
    """Read an array of ids, the version is in the query."""
    version = write.query("version")["version"]
    wanted = write.id_list(await write.json())
    write.match(version)
    return wanted


PLAIN: t.Final = Shape(
    (("PUT", f"{PLACE}/list", _plain),),
    """
async function save(add, remove) {
  const ids = [...keptBut(remove).map((row) => row.tenantId), ...add];
  await ask("PUT", "/lab/view/list?version=" + encodeURIComponent(group._etag), ids);
}
""",
    whole=True,
)


async def _etag_header(write: Write) -> list[str]:
    """Read a list of ids; the version is only in the ETag header of the portal's answer."""
    wanted = write.id_list(fields(await write.json(), {"tenantIds"})["tenantIds"])
    write.match(write.request.headers.get("If-Match"))
    return wanted


ETAG_HEADER: t.Final = Shape(
    (("PUT", f"{PLACE}/guarded", _etag_header),),
    """
async function save(add, remove) {
  const tenantIds = [...keptBut(remove).map((row) => row.tenantId), ...add];
  await ask("PUT", "/lab/view/guarded", { tenantIds }, { "If-Match": etag });
}
""",
    whole=True,
)
