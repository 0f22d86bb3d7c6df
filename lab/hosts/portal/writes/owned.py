# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes that need more of an earlier answer than tenants and `_etag`: ids in the path, a numeric version."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.writes.shape import ROW, Json, Shape, Write, fields, rows, unique

_FEATURE: t.Final = "x-ms-client-feature"
_CONSTANTS: t.Final = {"operation": "updateTenants", "source": "settings"}


async def _of_group(write: Write) -> list[str]:
    """Read the full list of the group that the path names, with the person that the group names."""
    named = (write.request.match_info["user_id"], write.request.match_info["group_id"])
    if named != (write.group["userId"], write.group["id"]):
        raise PortalError(404, "There is no such group.")
    tenants = rows(fields(await write.json(), {"tenants"})["tenants"], {"tenantId", "name"})
    return unique([write.known(row["tenantId"]) for row in tenants])


GROUP_IN_PATH: t.Final = Shape(
    (("PUT", "/lab/users/{user_id}/groups/{group_id}/tenants", _of_group),),
    """
async function save(add, remove) {
  const tenants = [...keptBut(remove), ...rowsOf(add)].map(({ tenantId, name }) => ({ tenantId, name }));
  await ask("PUT", "/lab/users/" + group.userId + "/groups/" + group.id + "/tenants", { tenants });
}
""",
    whole=True,
)


async def _of_user(write: Write) -> list[str]:
    """Read the tenants that the person whom the path names adds or removes."""
    if write.request.match_info["user_id"] != write.user_id:
        raise PortalError(403, "The view is another person's.")
    ids = [row["tenantId"] for row in rows(await write.json(), ROW)]
    adds = write.request.match_info["action"] == "add"
    return write.with_added(ids) if adds else write.without(unique(ids))


USER_IN_PATH: t.Final = Shape(
    (("POST", "/lab/users/{user_id}/view/{action:add|remove}", _of_user),),
    """
async function save(add, remove) {
  const place = "/lab/users/" + context.AuthInfo.UserId + "/view/";
  if (remove.length) await ask("POST", place + "remove", rowsOf(remove).map(brief));
  if (add.length) await ask("POST", place + "add", rowsOf(add).map(brief));
}
""",
)


async def _envelope(write: Write) -> list[str]:
    """Read the list within constants, if the client has read the newest number, and says which feature it is."""
    if write.request.headers.get(_FEATURE) != "mto-settings":
        raise PortalError(400, f"The header {_FEATURE} is missing.")
    body = fields(await write.json(), {*_CONSTANTS, "group"})
    group = fields(body["group"], {"kind", "version", "members"})
    if any(body[key] != value for key, value in _CONSTANTS.items()) or group["kind"] != "private":
        raise PortalError(400, "The operation is not known.")
    wanted = [_member(write, row) for row in rows(group["members"], {"id", "displayName", "environment"})]
    if isinstance(group["version"], bool) or group["version"] != write.view.version:
        raise PortalError(409, "The tenant group was changed in the meantime.")
    return unique(wanted)


def _member(write: Write, row: dict[str, Json]) -> str:
    tenant_id = write.known(row["id"])
    there = next(each for each in write.picker["tenantInfoList"] if each["tenantId"] == tenant_id)
    if row["environment"] != there["tenantAadEnvironment"]:
        raise PortalError(400, "The tenant is in another cloud.")
    return tenant_id


ENVELOPE: t.Final = Shape(
    (("POST", "/lab/save", _envelope),),
    """
async function save(add, remove) {
  const members = [...keptBut(remove), ...rowsOf(add)].map((row) => (
    { id: row.tenantId, displayName: row.name, environment: row.tenantAadEnvironment }));
  const envelope = { kind: "private", version: group.version, members };
  const body = { operation: "updateTenants", source: "settings", group: envelope };
  await ask("POST", "/lab/save", body, { "x-ms-client-feature": "mto-settings" });
}
""",
    whole=True,
)
