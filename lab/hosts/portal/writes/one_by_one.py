# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes that send a request for each tenant."""

from __future__ import annotations

import typing as t

from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.writes.shape import PLACE, Shape, Write, fields, flag


async def _add_one(write: Write) -> list[str]:
    """Read one tenant, named by path and body."""
    tenant_id = write.known(write.request.match_info["tenant_id"])
    if str(fields(await write.json(), {"tenantId"})["tenantId"]).lower() != tenant_id:
        raise PortalError(400, "The body has to name the same tenant as the path.")
    return list(dict.fromkeys([*write.view.added, tenant_id]))


async def _remove_one(write: Write) -> list[str]:
    """Read the one tenant that is to go, named by the path."""
    return write.without([write.request.match_info["tenant_id"]])


PER_TENANT: t.Final = Shape(
    (("POST", f"{PLACE}/{{tenant_id}}", _add_one), ("DELETE", f"{PLACE}/{{tenant_id}}", _remove_one)),
    """
async function save(add, remove) {
  for (const tenantId of remove) await ask("DELETE", "/lab/view/" + tenantId);
  for (const tenantId of add) await ask("POST", "/lab/view/" + tenantId, { tenantId });
}
""",
)


async def _toggle(write: Write) -> list[str]:
    """Read one tenant and whether it is to be in the view."""
    body = fields(await write.json(), {"tenantId", "selected"})
    tenant_id = write.known(body["tenantId"])
    return write.with_added([tenant_id]) if flag(body["selected"]) else write.without([tenant_id])


ONE_TOGGLE: t.Final = Shape(
    (("PATCH", f"{PLACE}/toggle", _toggle),),
    """
async function save(add, remove) {
  for (const tenantId of remove) await ask("PATCH", "/lab/view/toggle", { tenantId, selected: false });
  for (const tenantId of add) await ask("PATCH", "/lab/view/toggle", { tenantId, selected: true });
}
""",
)
