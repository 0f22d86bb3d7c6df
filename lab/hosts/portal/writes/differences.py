# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes that send what changes: two lists, a JSON patch, or a dictionary by tenant id."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.writes.shape import PLACE, Json, Shape, Write, fields, flag, rows, unique

MOST_CHANGES: t.Final = 2
_LIST: t.Final = "/exposedTargetTenantsInfo"


async def _difference(write: Write) -> list[str]:
    """Read both lists, few changes at most, if the client has read the newest version."""
    body = fields(await write.json(), {"added", "removed"})
    added = [write.known(row["tenantId"]) for row in rows(body["added"], {"tenantId", "name"})]
    removed = body["removed"]
    if not isinstance(removed, list) or not 0 < len(added) + len(removed) <= MOST_CHANGES:
        raise PortalError(400, f"One request can hold at most {MOST_CHANGES} changes.")
    write.match(write.request.headers.get("If-Match"))
    return unique([*write.without(removed), *added])


DIFFERENCE: t.Final = Shape(
    (("PATCH", f"{PLACE}/changes", _difference),),
    """
async function save(add, remove) {
  for (const ids of portions([...remove, ...add], 2)) {
    const added = rowsOf(ids.filter((id) => add.includes(id))).map(({ tenantId, name }) => ({ tenantId, name }));
    const removed = ids.filter((id) => remove.includes(id));
    group = await ask("PATCH", "/lab/view/changes", { added, removed }, { "If-Match": group._etag });
  }
}
""",
)


async def _json_patch(write: Write) -> list[str]:
    """Read the operations of a JSON patch, in the form of RFC 6902 with the id as the last part of the path."""
    operations = await write.json("application/json-patch+json")
    added, removed = [], []
    for operation in rows(operations, {"op", "path"}, optional={"value"}):
        if operation["op"] == "add":
            added.append(_added(write, operation))
        else:
            removed.append(_removed(operation))
    if not added and not removed:
        raise PortalError(400, "A patch without operations changes nothing.")
    return unique([*write.without(unique(removed)), *added])


def _added(write: Write, operation: dict[str, Json]) -> str:
    if operation["path"] != f"{_LIST}/-":
        raise PortalError(400, "A tenant is added at the end of the list.")
    return write.known(fields(operation.get("value"), {"tenantId", "name"})["tenantId"])


def _removed(operation: dict[str, Json]) -> str:
    place, _slash, tenant_id = str(operation["path"]).rpartition("/")
    if operation["op"] != "remove" or place != _LIST or "value" in operation:
        raise PortalError(400, "An operation is neither add nor remove.")
    return tenant_id


JSON_PATCH: t.Final = Shape(
    (("PATCH", f"{PLACE}/patch", _json_patch),),
    """
async function save(add, remove) {
  const list = "/exposedTargetTenantsInfo";
  const gone = remove.map((id) => ({ op: "remove", path: list + "/" + id }));
  const value = ({ tenantId, name }) => ({ tenantId, name });
  const there = rowsOf(add).map((row) => ({ op: "add", path: list + "/-", value: value(row) }));
  await ask("PATCH", "/lab/view/patch", [...gone, ...there], { "Content-Type": "application/json-patch+json" });
}
""",
)


async def _keys(write: Write) -> list[str]:
    """Read a dictionary by tenant id of what changes."""
    members = fields(await write.json(), {"members"})["members"]
    if not isinstance(members, dict) or not members:
        raise PortalError(400, "The body has to hold the dictionary `members`.")
    selected = {write.known(key): flag(fields(row, {"selected"})["selected"]) for key, row in members.items()}
    kept = [each for each in write.view.added if selected.get(each) is not False]
    return list(dict.fromkeys([*kept, *(each for each, there in selected.items() if there)]))


KEYS: t.Final = Shape(
    (("PATCH", f"{PLACE}/members", _keys),),
    """
async function save(add, remove) {
  const members = {};
  for (const id of [...remove, ...add]) members[id] = { selected: add.includes(id) };
  await ask("PATCH", "/lab/view/members", { members });
}
""",
)
